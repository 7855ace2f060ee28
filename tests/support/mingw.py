"""Real DLLs to any import table, made by mingw and cheap enough for generated tests.

One compiler run (0.1 s) makes a *template* for each shape: how many libraries are needed, which symbols are taken, what
is exported. It is kept under `.cache/mingw`. The names of the needed libraries are placeholders of fixed length in it,
so a DLL of that shape costs one copy with the names written in.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from tests.support.locks import CACHE, locked

RECIPE = "9"  # part of every template's key: raise it when what is compiled changes
POOL = CACHE / "mingw"
NAME_LENGTH = 63  # of a needed library's name, in bytes
GCC, DLLTOOL, WINDRES = "x86_64-w64-mingw32-gcc", "x86_64-w64-mingw32-dlltool", "x86_64-w64-mingw32-windres"
NM = "x86_64-w64-mingw32-nm"
MANIFEST_BYTES = 4096  # of a template's manifest, into which another is written
MANIFEST_MARK = b"<!-- wl-manifest"
IMAGE_BASE_OFFSET = 24 + 24  # of ImageBase behind "PE\0\0" in PE32+
DIRECTORIES_OFFSET = 24 + 112  # of the data directories behind "PE\0\0" in PE32+
DELAY_IMPORT, LOAD_CONFIG = 13, 10
MACHINES = {"x86": 0x14C, "arm": 0x1C4, "x86_64": 0x8664, "aarch64": 0xAA64}
CONFIG_MARK, DELAY_MARK = "wl-load-config--", "wl-delay-import-"  # 16 bytes each, before the table in the data
ANSWER = "wl"  # every DLL exports this function, and takes it from what it needs unless told otherwise

Need = str | tuple[str, Sequence[str | int]]  # a library; or with the names or ordinals that are taken from it


@dataclass(frozen=True)
class _Shape:
    """What decides a template: `needs` holds, for each needed library, what is taken from it."""

    needs: tuple[tuple[str | int, ...], ...]
    delayed: int
    exports: tuple[str, ...]
    forwards: tuple[tuple[str, str], ...]
    init_fails: bool
    manifest_number: int = 0


def dll(
    path: Path,
    needs: Sequence[Need] = (),
    exports: Sequence[str] = (),
    delay: Sequence[str] = (),
    *,
    forwards: Mapping[str, str] | None = None,
    init_fails: bool = False,
    dependent_load_flags: int = 0,
    machine: str = "x86_64",
    manifest: str = "",
    manifest_number: int = 2,
) -> Path:
    """Write a DLL to `path`, whose directory must exist.

    Args:
        needs: libraries of its import directory, in that order.
        exports: functions beside `wl`, which every DLL exports as ordinal 1; these are 2 and up.
        delay: libraries of its delay-import directory.
        forwards: exported name to `library.name`, as an export forwarder spells it.
        init_fails: DllMain returns FALSE.
        dependent_load_flags: of its load configuration.
        manifest: a resource of type RT_MANIFEST with that number; empty for none.
        machine: another one than `x86_64` makes a file that this process's loader must refuse.
    """
    pairs = [(need, (ANSWER,)) if isinstance(need, str) else need for need in needs]
    shape = _Shape(
        needs=tuple(tuple(symbols) for _, symbols in pairs),
        delayed=len(delay),
        exports=tuple(exports),
        forwards=tuple(sorted((forwards or {}).items())),
        init_fails=init_fails,
        manifest_number=manifest_number if manifest else 0,
    )
    data = bytearray(_template(shape))
    if manifest:
        at = data.index(MANIFEST_MARK)
        data[at : at + MANIFEST_BYTES] = manifest.encode().ljust(MANIFEST_BYTES)
    names = [(_placeholder("need", i), library) for i, (library, _) in enumerate(pairs)]
    names += [(_placeholder("late", i), library) for i, library in enumerate(delay)]
    for placeholder, library in names:
        at = data.index(placeholder.encode() + b"\0")
        data[at : at + NAME_LENGTH] = library.encode().ljust(NAME_LENGTH, b"\0")
    if dependent_load_flags:
        # IMAGE_LOAD_CONFIG_DIRECTORY64.DependentLoadFlags; behind its mark.
        struct.pack_into("<H", data, data.index(CONFIG_MARK.encode()) + len(CONFIG_MARK) + 0x4E, dependent_load_flags)
    else:
        _set_directory(data, LOAD_CONFIG, 0, 0)
    path.write_bytes(_pe32(machine) if machine == "x86" else _with_machine(data, machine))
    return path


def with_delay_helper(directory: Path, source: str, library: str) -> Path:
    """Compile C into `work.pyd` in a directory: it delay-loads `wl` of a library, by the helper of mingw-w64.

    That raises what Microsoft's does where the library is not found (mingw-w64, `delayimp.c`: VcppException).
    """
    (directory / "work.c").write_text(source)
    (directory / "later.def").write_text(f"LIBRARY {library}\nEXPORTS\n{ANSWER}\n")
    made = directory / "work.pyd"
    _run([DLLTOOL, "-d", "later.def", "--output-delaylib", "later.a"], directory)
    _run([GCC, "-shared", "-w", "-o", made.name, "work.c", "later.a", "-ldelayimp"], directory)
    listed = subprocess.run([NM, made], capture_output=True, text=True, check=True).stdout
    address = next(line.split()[0] for line in listed.splitlines() if "__DELAY_IMPORT_DESCRIPTOR" in line)
    data = bytearray(made.read_bytes())
    (base,) = struct.unpack_from("<Q", data, _pe(data) + IMAGE_BASE_OFFSET)
    _set_directory(data, DELAY_IMPORT, int(address, 16) - base, 64)  # GNU ld leaves it empty
    made.write_bytes(data)
    return made


def _forward_placeholder(index: int, target: str) -> str:
    """What GNU ld is told in place of a forwarder: it takes neither ordinals nor names with odd characters."""
    return f"forward{index:02}".ljust(len(target.encode()) - 2, "_") + ".f"


def _placeholder(kind: str, index: int) -> str:
    return f"{kind}{index:02}".ljust(NAME_LENGTH - 4, "_") + ".dll"


@cache
def _template(shape: _Shape) -> bytes:
    key = hashlib.sha256(json.dumps([RECIPE, asdict(shape)]).encode()).hexdigest()[:20]
    path = POOL / f"{key}.dll"
    if not path.is_file():
        with locked(POOL / ".lock"):
            if not path.is_file():
                with tempfile.TemporaryDirectory(dir=POOL) as directory:
                    os.replace(_link(shape, Path(directory)), path)
    return path.read_bytes()


def _link(shape: _Shape, directory: Path) -> Path:
    (directory / "x.c").write_text(_source(shape))
    targets = {_forward_placeholder(i, target): target for i, (_, target) in enumerate(shape.forwards)}
    forwarders = [f"{name} = {stands}" for (name, _), stands in zip(shape.forwards, targets, strict=True)]
    exports = [ANSWER, *shape.exports, *forwarders]
    lines = [f" {what} @{i}" for i, what in enumerate(exports, 1)]
    (directory / "x.def").write_text("\n".join(["LIBRARY x.dll", "EXPORTS", *lines]) + "\n")
    libraries = [_import_library(i, symbols, directory) for i, symbols in enumerate(shape.needs)]
    if shape.manifest_number:
        libraries.append(_resource(shape.manifest_number, directory))
    command = [GCC, "-shared", "-nostdlib", "-nostartfiles", "-e", "DllMain", "-O1", "-s", "-w", "-o", "x.dll"]
    _run([*command, "x.c", "x.def", *libraries], directory)
    data = bytearray((directory / "x.dll").read_bytes())
    for stands, target in targets.items():
        room = len(stands.encode()) + 1
        data = bytearray(data.replace(stands.encode() + b"\0", target.encode().ljust(room, b"\0")))
    # This GNU ld fills in neither of these two directories.
    _set_directory(data, LOAD_CONFIG, _rva_behind(data, CONFIG_MARK), 0x94)
    if shape.delayed:
        _set_directory(data, DELAY_IMPORT, _rva_behind(data, DELAY_MARK), 32 * (shape.delayed + 1))
    (directory / "x.dll").write_bytes(data)
    return directory / "x.dll"


def _resource(number: int, directory: Path) -> str:
    """An object file with a manifest as resource, in which `dll` puts the real one."""
    (directory / "m.xml").write_bytes(MANIFEST_MARK.ljust(MANIFEST_BYTES))
    (directory / "m.rc").write_text(f'{number} 24 "m.xml"\n')
    _run([WINDRES, "m.rc", "m.o"], directory)
    return "m.o"


def _import_library(index: int, symbols: tuple[str | int, ...], directory: Path) -> str:
    lines = [f"LIBRARY {_placeholder('need', index)}", "EXPORTS"]
    for i, symbol in enumerate(symbols):
        taken = f" == {symbol}" if isinstance(symbol, str) else f" @{symbol} NONAME"
        lines.append(f" take_{index}_{i}{taken}")
    (directory / f"{index}.def").write_text("\n".join(lines) + "\n")
    # GNU ld puts import descriptors in the order of their object files' names, which begin with this prefix.
    _run([DLLTOOL, "-d", f"{index}.def", "-l", f"lib{index}.a", "--temp-prefix", f"n{index:02}"], directory)
    return f"lib{index}.a"


def _source(shape: _Shape) -> str:
    takes = [f"take_{i}_{j}" for i, symbols in enumerate(shape.needs) for j in range(len(symbols))]
    functions = [ANSWER, *shape.exports]
    lines = [f"__declspec(dllimport) int {take}(void);" for take in takes]
    lines += [f"int {name}(void) {{ return {i + 7}; }}" for i, name in enumerate(functions)]
    lines.append(f"int wl_use(void) {{ return 0 {' '.join(f'+ {take}()' for take in takes)}; }}")
    lines.append(
        f"int __stdcall DllMain(void *d, unsigned long r, void *x) {{ return r == 1 ? {1 - shape.init_fails} : 1; }}"
    )
    # Behind its mark an IMAGE_LOAD_CONFIG_DIRECTORY64, empty but for its size.
    config = [".data", ".balign 16", f'.ascii "{CONFIG_MARK}"', ".long 0x94", ".zero 0x90", ".text"]
    lines.append(f"__asm__({json.dumps(chr(10).join(config))});")
    lines.append(f"__asm__({json.dumps(_delay_table(shape.delayed))});")
    return "\n".join(lines) + "\n"


def _delay_table(count: int) -> str:
    """IMAGE_DELAYLOAD_DESCRIPTORs (attributes 1: RVAs), each taking `wl`, and the empty one that closes them."""
    lines = [".data", ".balign 16", f'.ascii "{DELAY_MARK}"']
    for i in range(count):
        lines += [".long 1", f".rva late_name{i}", f".rva late_handle{i}", f".rva late_iat{i}", f".rva late_int{i}"]
        lines += [".long 0", ".long 0", ".long 0"]
    lines += [".zero 32", ".balign 8"]
    for i in range(count):
        lines += [f"late_handle{i}: .quad 0", f"late_iat{i}: .quad wl", ".quad 0"]
        lines += [f"late_int{i}: .rva late_symbol{i}", ".long 0", ".quad 0"]
        lines += [f'late_name{i}: .asciz "{_placeholder("late", i)}"', ".balign 8"]
        lines += [f"late_symbol{i}: .short 0", '.asciz "wl"', ".balign 8"]
    lines.append(".text")
    return "\n".join(lines) + "\n"


def _run(command: list[str], directory: Path) -> None:
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr[-2000:]}")


def _pe(data: bytes | bytearray) -> int:
    return int(struct.unpack_from("<I", data, 0x3C)[0])


def _set_directory(data: bytearray, index: int, rva: int, size: int) -> None:
    struct.pack_into("<II", data, _pe(data) + DIRECTORIES_OFFSET + 8 * index, rva, size)


def _rva_behind(data: bytearray, mark: str) -> int:
    offset = data.index(mark.encode()) + len(mark)
    sections, optional_size = struct.unpack_from("<H12xH", data, _pe(data) + 6)
    first = _pe(data) + 24 + optional_size
    for at in range(first, first + 40 * sections, 40):
        start, size, raw = struct.unpack_from("<III", data, at + 12)
        if raw <= offset < raw + size:
            return int(start + offset - raw)
    raise ValueError(f"no section holds {mark}")


def _with_machine(data: bytearray, machine: str) -> bytes:
    struct.pack_into("<H", data, _pe(data) + 4, MACHINES[machine])
    return bytes(data)


def _pe32(machine: str) -> bytes:
    """The least that is a sound 32-bit DLL: headers and one section of code without imports or exports."""
    dos = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x40)
    coff = struct.pack("<4sHHIIIHH", b"PE\0\0", MACHINES[machine], 1, 0, 0, 0, 0xE0, 0x2102)
    optional = struct.pack("<HBBIIIIII", 0x10B, 2, 40, 0x200, 0, 0, 0x1000, 0x1000, 0x2000)
    optional += struct.pack(
        "<IIIHHHHHHIIIIHHIIIIII",
        0x10000000,
        0x1000,
        0x200,
        4,
        0,
        0,
        0,
        4,
        0,
        0,
        0x2000,
        0x200,
        0,
        2,
        0,
        0x100000,
        0x1000,
        0x100000,
        0x1000,
        0,
        16,
    )
    optional += bytes(128)
    section = struct.pack("<8sIIIIIIHHI", b".text", 6, 0x1000, 0x200, 0x200, 0, 0, 0, 0, 0x60000020)
    code = b"\xb8\x01\x00\x00\x00\xc2\x0c\x00"  # mov eax, 1; ret 12
    return (dos + coff + optional + section).ljust(0x200, b"\0") + code.ljust(0x200, b"\0")
