"""WL401: a refusal by glibc's level check, and crashes at an instruction that this CPU does not have."""

from __future__ import annotations

from dataclasses import replace

from tests.support.machines import (
    LINUX_PACKAGE,
    PACKAGE,
    codes,
    diagnose,
    dll,
    dlopen,
    import_load,
    linux,
    saw,
    so,
    told,
    windows,
)
from wontload.diagnosis import Severity
from wontload.knowledge.cpu import x86_64_levels
from wontload.machine import Machine, Outcome
from wontload.machine.inventory import Cpu, Inventory
from wontload.machine.observation import IllegalInstruction

MODULE = PACKAGE + r"\_c.pyd"
HASWELL = PACKAGE + r"\ggml-cpu-haswell.dll"
LIBRARY = LINUX_PACKAGE + "/libfoo.so"
ILLEGAL, SIGILL = 0xC000001D, 4


def with_cpu(machine: Machine, level: int | None) -> Machine:
    features = None if level is None else x86_64_levels()[level]
    cpu = Cpu(model="An old one", architecture="x86_64", features=features)
    return replace(machine, inventory=Inventory(cpu=cpu))


def crash(level: int | None, status: int = ILLEGAL, path: str = MODULE):
    machine = with_cpu(windows({path: dll()}), level)
    return diagnose(machine, saw(import_load(path), succeeded=None), outcome=Outcome.CRASHED, exit_status=status)


def test_a_crash_on_a_cpu_that_lacks_what_wheels_use():
    (first,) = crash(2).findings
    assert (first.code, first.severity, first.explains_error) == ("WL401", Severity.ERROR, True)
    assert first.title.startswith("the CPU lacks ")
    assert first.title.endswith("which _c.pyd seems to use")
    assert "not looked at" in first.explanation
    assert "x86-64-v2" in told(first)


def test_a_variant_for_other_processors():
    (first,) = crash(2, path=HASWELL).findings
    assert (first.code, first.subject) == ("WL401", "ggml-cpu-haswell.dll")
    assert "avx2" in first.title
    assert "seems" not in first.title


def test_sigill_on_linux():
    machine = with_cpu(linux({LIBRARY: so()}), 1)
    inside = saw(dlopen(LIBRARY), succeeded=None)
    assert codes(diagnose(machine, inside, outcome=Outcome.CRASHED, exit_status=-SIGILL)) == ["WL401"]


AVX2, UD2, MOV = "c5edfed990909090", "0f0b9090", "89c8c3"


def met(code: str, level: int | None, path: str | None = LIBRARY):
    """A crash on Linux at an instruction that was kept."""
    machine = with_cpu(linux({LIBRARY: so()}), level)
    kept = IllegalInstruction(code=code, path=path, offset=0x10FD if path else None)
    inside = saw(dlopen(LIBRARY), succeeded=None)
    return diagnose(machine, inside, outcome=Outcome.CRASHED, exit_status=-SIGILL, illegal=kept)


def test_the_instruction_decides():
    (first,) = met(AVX2, 2).findings
    assert (first.code, first.subject) == ("WL401", "libfoo.so")
    assert first.title == "the CPU lacks avx2, which libfoo.so uses"
    assert "libfoo.so at offset 0x10fd: c5 ed fe d9" in told(first)
    assert "is an instruction of avx2" in told(first)


def test_a_cpu_that_announces_it_and_one_that_is_not_known():
    (first,) = met(AVX2, 3).findings
    assert first.title == "libfoo.so uses avx2, which the CPU announces and the process was refused"
    assert "an emulator, a virtual machine or the operating system" in first.explanation
    (first,) = met(AVX2, None).findings
    assert first.title == "libfoo.so uses avx2, which the processor refused"
    assert "announces" not in told(first)


def test_code_that_is_in_no_file():
    (first,) = met(AVX2, 2, path=None).findings
    assert first.subject == "libfoo.so"
    assert "code that is in no file" in told(first)


def test_an_error_number_in_place_of_a_crash():
    """`[WinError -1073741795] Windows Error 0xc000001d`: of a DllMain, and of a function that ctypes calls."""
    machine = with_cpu(windows({MODULE: dll()}), 3)
    kept = IllegalInstruction(code=AVX2, path=MODULE, offset=0x10)
    number = ILLEGAL - (1 << 32)
    load = saw(import_load(MODULE), succeeded=False, number=number)
    (first,) = diagnose(machine, load, illegal=kept).findings
    assert (first.code, first.subject, first.load) == ("WL401", "_c.pyd", 0)
    assert "came of an exception of the processor: 0xC000001D" in told(first)
    assert codes(diagnose(machine, load)) == ["WL601"]
    assert codes(diagnose(with_cpu(windows({MODULE: dll()}), 2), load)) == ["WL401"]


def test_silent_about_a_trap_however_old_the_cpu():
    (first,) = met(UD2, 1).findings
    assert first.code == "WL605"
    assert "a trap (ud2)" in told(first)


def test_an_instruction_that_tells_nothing_is_no_evidence_against_the_file():
    (first,) = met(MOV, 2).findings
    assert (first.code, "seems to use" in first.title) == ("WL401", True)
    assert "is none that is known here" in first.explanation
    assert codes(met(MOV, 3)) == ["WL605"]
    assert codes(met("no code", 3)) == codes(met("", 3)) == ["WL605"]


def test_silent_where_the_cpu_has_it_or_nobody_knows_or_it_crashed_otherwise():
    assert codes(crash(4)) == codes(crash(3)) == codes(crash(None)) == ["WL605"]
    assert codes(crash(2, status=0xC0000005)) == ["WL605"]


def test_glibc_refuses_a_level():
    system = {"hwcaps": ("x86-64-v2",), "libc_version": "2.36"}
    answer = diagnose(linux({LIBRARY: so(isa_needed=4)}, system=system), dlopen(LIBRARY))
    first = answer.findings[0]
    assert (first.code, first.explains_error, first.subject) == ("WL401", True, "libfoo.so")
    assert "x86-64-v3" in told(first)
    fits = diagnose(linux({LIBRARY: so(isa_needed=2)}, system=system), dlopen(LIBRARY))
    assert codes(fits) == []
