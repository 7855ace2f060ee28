"""Windows and Linux machines as values, and the libraries on them. See `tests/support/machines.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from wontload.binary import Defect, Export, Format, Image, Import, MalformedImage, Symbol
from wontload.binary.entries import VersionNeeded
from wontload.machine import Kind, Machine, Python, System
from wontload.machine.inventory import Distribution, RecordedFile
from wontload.machine.memory import Content, MemoryFiles

BASE = r"C:\Python311"
VENV = r"C:\venv"
SITE = VENV + r"\Lib\site-packages"
PACKAGE = SITE + r"\pkg"
SYSTEM32 = r"C:\Windows\System32"
CUDA = r"C:\Program Files\NVIDIA GPU Computing Toolkit\CUDA\v12.4\bin"

LINUX_PYTHON = "/usr/bin/python3.11"
LINUX_SITE = "/home/ada/venv/lib/python3.11/site-packages"
LINUX_PACKAGE = LINUX_SITE + "/pkg"
USR_LIB = "/usr/lib/x86_64-linux-gnu"

_BITS = {"x86": 32, "arm": 32}


def dll(*needs: str | tuple[str, Sequence[str | int]], exports: Sequence[str] = (), **fields: Any) -> Image:
    """A PE library. `needs`: file names, or (file name, what is taken from it: names and ordinals)."""
    pairs = [(need, ()) if isinstance(need, str) else need for need in needs]
    imports = tuple(
        Import(name, symbols=tuple(Symbol(one) if isinstance(one, str) else Symbol(None, one) for one in taken))
        for name, taken in pairs
    )
    architecture = fields.pop("architecture", "x86_64")
    return Image(
        format=Format.PE,
        architecture=architecture,
        bits=_BITS.get(architecture, 64),
        needed=tuple(Import(one.library) for one in imports),
        read_imports=lambda: imports,
        read_exports=lambda: tuple(Export(name, number) for number, name in enumerate(exports, 1)),
        **fields,
    )


def so(
    *needs: str,
    exports: Sequence[str] = (),
    takes: Sequence[str] = (),
    needs_versions: Sequence[tuple[str, str]] = (),
    versions: Sequence[str] = (),
    **fields: Any,
) -> Image:
    """An ELF library.

    Args:
        needs: DT_NEEDED. exports: symbols that it defines. takes: symbols that others must define.
        needs_versions: (library, version). versions: that it defines.
    """
    architecture = fields.pop("architecture", "x86_64")
    return Image(
        format=Format.ELF,
        architecture=architecture,
        bits=_BITS.get(architecture, 64),
        needed=tuple(map(Import, needs)),
        versions_needed=tuple(VersionNeeded(*one) for one in needs_versions),
        versions_defined=tuple(versions),
        read_exports=lambda: tuple(Export(name) for name in exports),
        read_undefined=lambda: tuple(Symbol(name) for name in takes),
        **fields,
    )


def broken(defect: Defect, path: str = "it", **more: Any) -> MalformedImage:
    """What a parser says of a file that is no image."""
    return MalformedImage(path, defect, more.pop("what", "it is damaged"), **more)


def windows(
    files: Mapping[str, Content] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    system: Mapping[str, Any] | None = None,
    path: Sequence[str] | None = None,
    **disk: Any,
) -> Machine:
    r"""Windows on x86_64 with a virtual environment of CPython 3.11. `path`: `sys.path`; `disk`: of `MemoryFiles`."""
    everything = {BASE + r"\python.exe": dll(), BASE + r"\vcruntime140.dll": dll(), **(files or {})}
    directories = (*disk.pop("directories", ()), SYSTEM32, r"C:\work", SITE)
    return Machine(
        id="this",
        system=System(name="windows", version="10.0.22631", **{"api_sets": {}, **(system or {})}),
        files=MemoryFiles(everything, directories=directories, **disk),
        environment={"PATH": SYSTEM32, **(environment or {})},
        python=Python(
            executable=VENV + r"\Scripts\python.exe",
            base_executable=BASE + r"\python.exe",
            version="3.11.9",
            prefix=VENV,
            base_prefix=BASE,
            platform="win_amd64",
            layout="venv",
            path=tuple(path) if path is not None else ("", BASE + r"\Lib", SITE),
        ),
    )


def linux(
    files: Mapping[str, Content] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    system: Mapping[str, Any] | None = None,
    path: Sequence[str] | None = None,
    **disk: Any,
) -> Machine:
    """Debian 12 on x86_64 with a virtual environment of CPython 3.11."""
    libc = so(soname="libc.so.6", exports=("malloc",), versions=("libc.so.6", "GLIBC_2.36"))
    everything = {LINUX_PYTHON: so("libc.so.6"), USR_LIB + "/libc.so.6": libc, **(files or {})}
    directories = (*disk.pop("directories", ()), "/work", LINUX_SITE)
    glibc = {"libc": "glibc", "libc_version": "2.36", "lib": "lib64"}
    facts = {"default_directories": (USR_LIB, "/usr/lib"), **glibc, **(system or {})}
    return Machine(
        id="this",
        system=System(name="linux", version="debian 12", **facts),
        files=MemoryFiles(everything, directories=directories, windows=False, **disk),
        environment=environment or {},
        python=Python(
            executable="/home/ada/venv/bin/python",
            base_executable=LINUX_PYTHON,
            version="3.11.2",
            prefix="/home/ada/venv",
            base_prefix="/usr",
            platform="linux_x86_64",
            layout="venv",
            path=tuple(path) if path is not None else ("", "/usr/lib/python3.11", LINUX_SITE),
        ),
    )


Line = str | tuple[str, int] | tuple[str, int, int]


def recorded(machine: Machine, *, installer: str = "pip", **distributions: Sequence[Line]) -> Machine:
    """The machine with installation records: name to files, each a path, or (path, bytes as installed, as found)."""
    windows = machine.system.name == "windows"
    site = SITE if windows else LINUX_SITE
    found = tuple(
        Distribution(
            name=name,
            version="1.0",
            location=site,
            installer=installer,
            modules=(name,),
            files=tuple(_line(machine, one) for one in files),
        )
        for name, files in distributions.items()
    )
    return replace(machine, inventory=replace(machine.inventory, distributions=found))


def _line(machine: Machine, line: Line) -> RecordedFile:
    path, size, bytes_found = (line, None, None) if isinstance(line, str) else (*line, None)[:3]
    present = machine.files.kind(path) is Kind.FILE
    return RecordedFile(path=path, size_bytes=size, present=present, found_bytes=bytes_found)
