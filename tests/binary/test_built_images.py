"""The files that tests make on the spot are sound: other parsers and, where it is here, the real loader take them."""

from __future__ import annotations

import ctypes
import platform
import sys
from pathlib import Path

import lief
import pytest
from benchmarks.parse_contenders import ELF_WITH_EXPORTS, PE, comparable

from tests.support.images import ELF_MACHINE, PE_MACHINE, SHARED, elf, fat, macho, pe
from wontload.binary import parse_image

BUILT_PE = {
    "imports and exports": pe(
        needs=["a.dll", ("b.dll", ["f", 7, "g"])],
        exports=["q", ("forwarded", "NTDLL.RtlX"), 9, "b", ("byNumber", "NTDLL.#7")],
        name="me.dll",
        file_version=(10, 1, 22621, 7),
        dotnet=1,
    ),
    "delays": pe(needs=["a.dll"], delays=["late.dll", ("later.dll", ["z", 9])]),
    "nothing": pe(exports=()),
}
BUILT_ELF = {
    "versions": {
        "needed": ["libc.so.6", "libm.so.6"],
        "undefined": ["plain", ("printf", "libc.so.6", "GLIBC_2.2.5"), ("sin", "libm.so.6", "GLIBC_2.29")],
        "exports": ["mine", ("other", "V_2")],
        "versions_defined": ["libme.so", "V_1"],
        "soname": "libme.so",
        "rpath": "/a:/b",
    },
    "plain": {"needed": ["x.so"], "undefined": ["u"], "exports": ["e"], "runpath": "$ORIGIN:$ORIGIN/../lib"},
}


@pytest.mark.parametrize("contender", ["LIEF", "pefile"])
@pytest.mark.parametrize("name", BUILT_PE)
def test_other_parsers_read_a_built_dll(name: str, contender: str, tmp_path: Path) -> None:
    path = tmp_path / "built.dll"
    path.write_bytes(BUILT_PE[name])
    ours, theirs = (comparable(PE[one](str(path))) for one in ("wontload", contender))
    if contender == "LIEF":  # it makes less of a forwarder that nothing but an ordinal leads to, and of ordinals in it
        ours, theirs = (comparable((imports, [one[:2] for one in exports])) for imports, exports in (ours, theirs))
    assert ours == theirs


@pytest.mark.parametrize("machine", PE_MACHINE)
def test_a_built_dll_is_for_its_machine(machine: str) -> None:
    image = parse_image(pe(needs=["a.dll"], machine=machine), "x.dll")
    assert image.architecture == machine
    assert image.imports[0].symbols[0].name == SHARED


# LIEF and pyelftools look for symbols in section headers where there are no hash tables; built files have DT_HASH.
@pytest.mark.parametrize("machine", ELF_MACHINE)
@pytest.mark.parametrize("name", BUILT_ELF)
def test_lief_reads_a_built_shared_object(name: str, machine: str, tmp_path: Path) -> None:
    path = tmp_path / "built.so"
    path.write_bytes(elf(machine=machine, **BUILT_ELF[name]))
    assert comparable(ELF_WITH_EXPORTS["wontload"](str(path))) == comparable(ELF_WITH_EXPORTS["LIEF"](str(path)))


@pytest.mark.skipif(sys.platform != "linux" or platform.machine() != "x86_64", reason="needs the loader of its system")
def test_the_real_loader_takes_a_built_shared_object(tmp_path: Path) -> None:
    path = tmp_path / "built.so"
    path.write_bytes(elf(needed=["libc.so.6"], undefined=["puts"], exports=["mine"], versions_defined=["me", "V_1"]))
    assert ctypes.CDLL(str(path)).mine
    path.with_name("lacking.so").write_bytes(elf(needed=["libc.so.6"], undefined=["no_such_symbol"]))
    with pytest.raises(OSError, match="undefined symbol: no_such_symbol"):
        ctypes.CDLL(str(path.with_name("lacking.so")), mode=ctypes.RTLD_GLOBAL)


def test_lief_reads_a_built_dylib(tmp_path: Path) -> None:
    path = tmp_path / "built.dylib"
    path.write_bytes(fat(macho(machine="x86_64", name="a"), macho(dylibs=[(0xC, "@rpath/b")], rpaths=["@loader_path"])))
    binaries = lief.MachO.parse(str(path))
    assert binaries is not None
    assert [one.path for one in binaries.at(1).rpaths] == ["@loader_path"]
    assert [one.name for one in binaries.at(1).libraries] == ["@rpath/b"]
