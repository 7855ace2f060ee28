"""The handler of illegal instructions: what it writes, what it leaves alone, and what is made of its file."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.gcc import SharedObject
from wontload.machine import Outcome
from wontload.machine.observation import IllegalInstruction
from wontload.probe import observe, traps
from wontload.probe.child.traps import HANDLER
from wontload.probe.traps import HEAD, WINDOWS_RECORD, read_trap, read_windows_trap, with_file

linux = pytest.mark.skipif(sys.platform != "linux", reason="the handler is for Linux")
TRAP = '__attribute__((constructor)) static void f(void) { __asm__ volatile("nop; ud2; nop"); }'
RAISED = "#include <signal.h>\n__attribute__((constructor)) static void f(void) { raise(SIGILL); }"
CHILDS = """
#include <sys/wait.h>
#include <unistd.h>
#include <stdlib.h>
__attribute__((constructor)) static void f(void) {
    pid_t child = fork();
    if (child == 0) __asm__ volatile("ud2");
    waitpid(child, 0, 0);
    abort();
}
"""
OWN = """
#include <signal.h>
#include <setjmp.h>
static sigjmp_buf back;
static void caught(int number) { siglongjmp(back, 1); }
__attribute__((constructor)) static void f(void) {
    struct sigaction mine = {.sa_handler = caught}, before;
    sigaction(SIGILL, &mine, &before);
    if (sigsetjmp(back, 1) == 0) __asm__ volatile("ud2");
    sigaction(SIGILL, &before, 0);
}
"""


def windows_handler() -> bytes:
    """Out of its module, which only Windows can import."""
    text = (Path(traps.__file__).parent / "child" / "windows_traps.py").read_text()
    return bytes.fromhex("".join(re.findall(r'^    "([0-9a-f]+)"$', text, re.MULTILINE)))


@pytest.mark.oracle("gcc", "mingw")
@pytest.mark.parametrize(
    ("prefix", "source", "expected"),
    [
        ("", "trap_handler.S", HANDLER),
        ("x86_64-w64-mingw32-", "trap_handler_windows.S", windows_handler()),
    ],
)
def test_the_handler_is_its_source(prefix: str, source: str, expected: bytes, tmp_path: Path) -> None:
    made, flat = tmp_path / "x.o", tmp_path / "x.bin"
    subprocess.run([f"{prefix}as", str(Path(__file__).parent / source), "-o", str(made)], check=True)
    subprocess.run([f"{prefix}objcopy", "-O", "binary", "-j", ".text", str(made), str(flat)], check=True)
    assert flat.read_bytes() == expected


@linux
@pytest.mark.oracle("gcc")
def test_where_it_stands_and_what_it_is() -> None:
    path = SharedObject(source=TRAP).built().resolve()
    seen = observe(str(path), python=sys.executable).observation
    assert seen is not None
    assert (seen.outcome, seen.exit_status) == (Outcome.CRASHED, -signal.SIGILL), "it ends as it would have"
    assert seen.illegal is not None
    assert (seen.illegal.path, seen.illegal.code[:6]) == (str(path), "0f0b90")
    assert seen.illegal.offset is not None
    assert path.read_bytes()[seen.illegal.offset - 1 :][:4] == b"\x90\x0f\x0b\x90"


@linux
@pytest.mark.oracle("gcc")
@pytest.mark.parametrize(("source", "status"), [(RAISED, -signal.SIGILL), (CHILDS, -signal.SIGABRT)])
def test_what_is_not_of_an_instruction_of_this_process(source: str, status: int) -> None:
    """A signal that was sent ends the process all the same; a child's own end is none of ours."""
    seen = observe(str(SharedObject(source=source).built()), python=sys.executable).observation
    assert seen is not None
    assert (seen.outcome, seen.exit_status, seen.illegal) == (Outcome.CRASHED, status, None)


@linux
@pytest.mark.oracle("gcc")
def test_a_program_that_tries_out_instructions_goes_on() -> None:
    """As cryptographic libraries do on processors without CPUID."""
    seen = observe(str(SharedObject(source=OWN).built()), python=sys.executable).observation
    assert seen is not None
    assert (seen.outcome, seen.illegal) == (Outcome.LOADS, None)


MAPS = b"1000-3000 r-xp 00000400 08:01 7   /a b.so (deleted)\n3000-4000 r-xp 00000000 00:00 0 \n"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (0x1010, IllegalInstruction(code="0f0b", path="/a b.so (deleted)", offset=0x410)),
        (0x3000, IllegalInstruction(code="0f0b")),
        (0x9000, IllegalInstruction(code="0f0b")),
    ],
)
def test_the_map_tells_the_file(address: int, expected: IllegalInstruction) -> None:
    assert read_trap(HEAD.pack(address, 2, b"\x0f\x0b") + MAPS) == expected


@pytest.mark.parametrize("count", [0, -14, 17])
def test_code_that_could_not_be_read(count: int) -> None:
    assert read_trap(HEAD.pack(0x1010, count, b"") + MAPS) is None


@given(st.binary(max_size=200))
def test_any_file(data: bytes) -> None:
    for found in (read_trap(data), read_windows_trap(data * 8)):
        assert found is None or bytes.fromhex(found.code)


def record(address: int, path: str, count: int = 2) -> bytes:
    letters = path.encode("utf-16-le")
    return WINDOWS_RECORD.pack(address, count, b"\x0f\x0b", 0x180000000, len(letters), letters)


NT = r"\Device\HarddiskVolume3\Chat\X.dll"


def test_of_windows_records_the_last_counts() -> None:
    data = record(0x180009999, r"\Device\other.dll") + record(0x180001234, NT) + b"torn"
    assert read_windows_trap(data) == IllegalInstruction(code="0f0b", path=NT, offset=0x1234)
    assert read_windows_trap(record(0x1000, "")) == IllegalInstruction(code="0f0b")
    assert read_windows_trap(record(0x1000, NT, count=0)) is None


def test_the_kernels_path_and_ours(tmp_path: Path) -> None:
    found = IllegalInstruction(code="0f0b", path=NT, offset=0x1010)
    assert with_file(found, [r"D:\x.dll", r"C:\chat\x.dll", r"C:\at\x.dll"]).path == r"C:\chat\x.dll"
    assert with_file(found, [r"C:\chat\ax.dll", "X.dll", ""]) == IllegalInstruction(code="0f0b", path=NT)
