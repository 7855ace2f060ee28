r"""Machines as values, what was asked of them, and the diagnosis: for the tests of the findings.

The loader's model is the real one. What was seen agrees with it, unless a test says otherwise with `saw`.

    machine = windows({LLAMA: dll("cudart64_12.dll"), CUDA + r"\cudart64_12.dll": dll()})
    answer = diagnose(machine, ctypes_load(LLAMA, winmode=0, added=[CUDA]))
"""

from __future__ import annotations

import ntpath
import posixpath
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wontload.app.judging import judged_loads
from wontload.binary import Defect, Export, Format, Image, Import, MalformedImage, Symbol
from wontload.binary.image import VersionNeeded
from wontload.diagnosis import Case, Diagnosis, Evidence, Finding
from wontload.diagnosis import diagnose as judge
from wontload.loader import Verdict
from wontload.loader import load as simulate
from wontload.machine import (
    AddedDirectory,
    FailedDirectory,
    LoadRequest,
    Machine,
    Observation,
    ObservedError,
    ObservedLoad,
    Outcome,
    Process,
    Python,
    System,
)
from wontload.machine.memory import Content, MemoryFiles
from wontload.probe import describe_exit

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
    facts = {"default_directories": (USR_LIB, "/usr/lib"), "libc_version": "2.36", "lib": "lib64", **(system or {})}
    return Machine(
        id="this",
        system=System(name="linux", version="debian 12", libc="glibc", **facts),
        files=MemoryFiles(everything, directories=("/work", LINUX_SITE), windows=False, **disk),
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


def ctypes_load(
    name: str,
    winmode: int | None = None,
    *,
    added: Iterable[str | AddedDirectory] = (),
    path: Iterable[str] = (SYSTEM32,),
    file: str | None = PACKAGE + r"\loader.py",
    line: int | None = 10,
    kind: str = "ctypes",
    **process: Any,
) -> LoadRequest:
    """`CDLL(name, winmode=winmode)` on Windows. `added` and `path` (PATH) are as they are at that moment."""
    default = 0x1100 if "\\" in name else 0x1000
    state = Process(
        executable=BASE + r"\python.exe",
        current_directory=r"C:\work",
        environment={"PATH": ";".join(path)},
        added_directories=tuple(AddedDirectory(one) if isinstance(one, str) else one for one in added),
        **process,
    )
    flags = default if winmode is None else winmode
    return LoadRequest(kind=kind, name=name, flags=flags, process=state, file=file, line=line)


def import_load(name: str, **more: Any) -> LoadRequest:
    """The import of an extension module on Windows."""
    return ctypes_load(name, 0x1100, kind="import", file=None, line=None, **more)


def dlopen(
    name: str,
    *,
    library_path: str = "",
    file: str | None = LINUX_PACKAGE + "/loader.py",
    line: int | None = 10,
    kind: str = "ctypes",
    **process: Any,
) -> LoadRequest:
    """`CDLL(name)` on Linux. `library_path`: LD_LIBRARY_PATH when the process started."""
    environment = {"LD_LIBRARY_PATH": library_path} if library_path else {}
    state = Process(executable=LINUX_PYTHON, current_directory="/work", environment=environment, **process)
    return LoadRequest(kind=kind, name=name, flags=2, process=state, file=file, line=line, caller=LINUX_PYTHON)


def saw(
    request: LoadRequest,
    *,
    succeeded: bool | None = True,
    number: int | None = None,
    text: str = "",
    mapped: Sequence[str] = (),
) -> ObservedLoad:
    """A load that was seen to end in a way of its own, whatever the model says. `None`: it never came back."""
    error = None if succeeded is not False else _raised(request, number, text or _text(request, number))
    return ObservedLoad(request=request, succeeded=succeeded, error=error, mapped=tuple(mapped))


def as_foreseen(machine: Machine, request: LoadRequest) -> ObservedLoad:
    """A load that was seen to end as the model says."""
    result = simulate(machine, request)
    if result.verdict is Verdict.LOADS:
        return saw(request, mapped=[one.path for one in result.modules if one.path and one.status.value == "loaded"])
    number = result.error if isinstance(result.error, int) else None
    return saw(request, succeeded=False, number=number, text=result.error if isinstance(result.error, str) else "")


def _text(request: LoadRequest, number: int | None) -> str:
    """What Python says of a load that Windows refused."""
    if request.kind == "import":
        module = ntpath.basename(request.name).partition(".")[0]
        return f"DLL load failed while importing {module}: error {number}."
    if number == 126:
        return f"Could not find module '{request.name}' (or one of its dependencies)."
    return f"[WinError {number}] in '{request.name}'"


def _raised(request: LoadRequest, number: int | None, text: str) -> ObservedError:
    exception = {"import": "ImportError"}.get(request.kind, "OSError")
    where = {"file": request.file, "line": request.line, "raised_by": "load", "name": request.name}
    return ObservedError(exception=exception, text=text, number=number, **where)  # type: ignore[arg-type]


def observe(
    machine: Machine,
    *loads: LoadRequest | ObservedLoad,
    survived: bool = False,
    target: str = "pkg",
    **fields: Any,
) -> Observation:
    """An import that asked for these loads. When the last one failed, it ended the import, unless it `survived`."""
    seen = tuple(as_foreseen(machine, one) if isinstance(one, LoadRequest) else one for one in loads)
    failed = bool(seen) and seen[-1].succeeded is False and not survived
    site = SITE + r"\pkg\__init__.py" if machine.system.name == "windows" else LINUX_PACKAGE + "/__init__.py"
    answer: dict[str, Any] = {
        "kind": "import",
        "outcome": Outcome.FAILS if failed else Outcome.LOADS,
        "error": seen[-1].error if failed else None,
        "origin": site,
        "seconds": 0.2,
        **fields,
    }
    return Observation(target=target, loads=seen, **answer)


def python_error(exception: str, text: str, **more: Any) -> ObservedError:
    """An exception that Python code raised."""
    return ObservedError(exception=exception, text=text, **more)


def failed_directory(path: str, *, number: int | None = 3, expression: str | None = None) -> FailedDirectory:
    """An `os.add_dll_directory` that raised."""
    directory = AddedDirectory(path, PACKAGE + r"\loader.py", 5, expression)
    return FailedDirectory(directory=directory, number=number, text=f"[WinError {number}] {path}")


def case_of(machine: Machine, *loads: LoadRequest | ObservedLoad, **more: Any) -> Case:
    """The case of an import that asked for these loads. `more` is `Case`'s own, else `observe`'s."""
    own = {name: more.pop(name) for name in list(more) if name in Case.__dataclass_fields__ and name != "target"}
    observation = own.pop("observation", None) or observe(machine, *loads, **more)
    start = Process(
        executable=machine.python.base_executable if machine.python else "",
        current_directory=r"C:\work" if machine.system.name == "windows" else "/work",
        environment=machine.environment,
    )
    case = {
        "target": observation.target,
        "kind": observation.kind,
        "start": start,
        "loads": judged_loads(machine, observation),
        "describe_exit": describe_exit,
        **own,
    }
    return Case(machine=machine, observation=observation, **case)


def diagnose(machine: Machine, *loads: LoadRequest | ObservedLoad, **more: Any) -> Diagnosis:
    """The diagnosis of `case_of`."""
    return judge(case_of(machine, *loads, **more))


def codes(diagnosis: Diagnosis) -> list[str]:
    """The codes of the findings, in their order."""
    return [finding.code for finding in diagnosis.findings]


def of_kind(finding: Finding, kind: str) -> list[Evidence]:
    """A finding's evidence of one kind."""
    return [one for one in finding.evidence if one.kind == kind]


def data(finding: Finding, kind: str, key: str) -> list[object]:
    """One value of each evidence of a kind."""
    return [one.data.get(key) for one in of_kind(finding, kind)]


def told(finding: Finding) -> str:
    """All that a person reads of a finding."""
    return "\n".join((finding.title, finding.explanation, *(one.text for one in finding.evidence)))


def base_name(path: str) -> str:
    """The file's name in a path of either manner."""
    return posixpath.basename(path.replace("\\", "/"))
