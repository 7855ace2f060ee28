"""WL401 for real: a Python on an older processor (Debian's qemu-user) imports what uses newer instructions."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli import python311, why
from tests.support.gcc import SharedObject

pytestmark = pytest.mark.oracle("gcc", "qemu")

WESTMERE = "qemu-x86_64 -cpu Westmere"  # of 2010: SSE4.2 and AES, and nothing of AVX


def uses(*instructions: str) -> bytes:
    """A library that executes these when it is loaded."""
    body = "; ".join(instructions)
    return SharedObject(
        source=f'__attribute__((constructor)) static void start(void) {{ __asm__ volatile("{body}"); }}'
    ).bytes()


@pytest.fixture
def old(tmp_path: Path) -> str:
    """The real Python, its processor an older one."""
    path = tmp_path / "bin" / "python"
    path.parent.mkdir()
    path.write_text(f'#!/bin/sh\nexec {WESTMERE} {python311()} "$@"\n')
    path.chmod(0o755)
    return str(path)


def module(tmp_path: Path, content: bytes) -> dict[str, str]:
    """An extension module `quick`, as variables for the child."""
    (tmp_path / "quick.cpython-311-x86_64-linux-gnu.so").write_bytes(content)
    return {"PYTHONPATH": str(tmp_path)}


@pytest.mark.parametrize(
    ("instruction", "flag"),
    [
        ("vpaddd %ymm1, %ymm2, %ymm3", "avx2"),
        ("vaddps %xmm1, %xmm2, %xmm3", "avx"),
        ("vfmadd231ps %ymm1, %ymm2, %ymm3", "fma"),
        ("shlx %rax, %rcx, %rdx", "bmi2"),
        ("vaddps %zmm1, %zmm2, %zmm3", "avx512f"),
    ],
)
def test_an_extension_that_uses_what_the_processor_lacks(old: str, tmp_path: Path, instruction: str, flag: str) -> None:
    content = uses("nop", instruction)
    status, answer = why("quick", "--python", old, **module(tmp_path, content))
    (first,) = [one for one in answer["findings"] if one["explains_error"]]
    assert (status, first["code"], first["subject"]) == (1, "WL401", "quick.cpython-311-x86_64-linux-gnu.so")
    assert flag in first["title"]
    (told,) = [one for one in first["evidence"] if "code" in one]
    assert told["flags"] == [flag]
    code = bytes.fromhex(told["code"])
    assert content[told["offset"] : told["offset"] + len(code)] == code, "it stands where it is said to stand"
    assert content[told["offset"] - 1] == 0x90


def test_a_build_on_that_machine_is_offered_for_the_distribution_whose_file_it_is(old: str, tmp_path: Path) -> None:
    """Not for the one that was imported, which only asks for the other."""
    for name, file in (("asking", "asking.py"), ("quick", "quick.cpython-311-x86_64-linux-gnu.so")):
        info = tmp_path / f"{name}-1.5.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.5\n")
        (info / "RECORD").write_text(f"{file},,\n{info.name}/METADATA,,\n{info.name}/RECORD,,\n")
    (tmp_path / "asking.py").write_text("import quick\n")
    _, answer = why("asking", "--python", old, **module(tmp_path, uses("vzeroupper")))
    (fix,) = [one for one in answer["fixes"] if one["id"] == "build"]
    assert fix["title"] == "build quick 1.5 from source for this machine"
    assert (fix["minutes"], fix["caveat"]) == (None, "if its source is published")


def test_a_dependency_is_told_and_not_the_module(old: str, tmp_path: Path) -> None:
    (tmp_path / "libfast.so").write_bytes(
        SharedObject(
            soname="libfast.so",
            source='__attribute__((constructor)) static void f(void) { __asm__ volatile("vzeroupper"); }',
        ).bytes()
    )
    content = SharedObject(needed=("libfast.so",), rpath="$ORIGIN").bytes()
    _, answer = why("quick", "--python", old, **module(tmp_path, content))
    assert (answer["findings"][0]["code"], answer["findings"][0]["subject"]) == ("WL401", "libfast.so")


def test_what_the_processor_has_and_what_is_a_trap(old: str, tmp_path: Path) -> None:
    """SSE4.2 runs there; a trap ends the process the same way, and is not put down to the processor."""
    status, answer = why("quick", "--python", old, **module(tmp_path, uses("pcmpgtq %xmm1, %xmm2", "ud2")))
    first = answer["findings"][0]
    assert (status, first["code"]) == (1, "WL605")
    assert any("is a trap (ud2)" in one["text"] for one in first["evidence"])
    assert "WL401" not in [one["code"] for one in answer["findings"]]


@pytest.mark.parametrize("level", ["x86-64-v3", "x86-64-v4"])
def test_a_file_that_demands_a_level(old: str, tmp_path: Path, level: str) -> None:
    """Glibc reads the note and refuses the file before anything runs; the name is the file's that has the note."""
    demanding = SharedObject(soname="libdemanding.so", options=("-z", level))
    (tmp_path / "libdemanding.so").write_bytes(demanding.bytes())
    content = SharedObject(needed=(demanding,), rpath="$ORIGIN").bytes()
    status, answer = why("quick", "--python", old, **module(tmp_path, content))
    assert (status, [one["code"] for one in answer["findings"]]) == (1, ["WL401"])
    assert answer["findings"][0]["subject"] == "libdemanding.so"
    assert answer["error"]["text"].endswith("CPU ISA level is lower than required")


def test_a_level_that_the_processor_has(old: str, tmp_path: Path) -> None:
    source = "void *PyInit_quick(void) { return 0; }"
    content = SharedObject(options=("-z", "x86-64-v2"), source=source).bytes()
    _, answer = why("quick", "--python", old, **module(tmp_path, content))
    assert "WL401" not in [one["code"] for one in answer["findings"]]
