"""WL603: a stack that can be executed is asked for, and refused by glibc 2.41 or by the kernel's policy."""

from __future__ import annotations

import pytest

from tests.support.machines import LINUX_PACKAGE, codes, diagnose, dlopen, linux, saw, so, told
from wontload.diagnosis import Severity

LIBRARY, HELPER = LINUX_PACKAGE + "/_c.so", LINUX_PACKAGE + "/libhelper.so"
NEW = {"libc_version": "2.41"}


@pytest.mark.parametrize(("mark", "words"), [(True, "PF_X"), (None, "no PT_GNU_STACK")])
def test_glibc_2_41_refuses(mark, words):
    answer = diagnose(linux({LIBRARY: so(executable_stack=mark)}, system=NEW), dlopen(LIBRARY))
    (first,) = answer.findings
    assert (first.code, first.severity, first.explains_error) == ("WL603", Severity.ERROR, True)
    assert first.title == "_c.so asks for an executable stack, and that is refused here"
    assert (first.subject, first.chain) == ("_c.so", ("pkg", "_c.so"))
    assert words in told(first)
    assert "glibc 2.41" in told(first)


def test_a_dependency_that_asks_for_it():
    files = {LIBRARY: so("libhelper.so", runpath=("$ORIGIN",), executable_stack=False)}
    files[HELPER] = so(executable_stack=True)
    (first,) = diagnose(linux(files, system=NEW), dlopen(LIBRARY)).findings
    assert (first.code, first.subject, first.chain) == ("WL603", "libhelper.so", ("pkg", "_c.so", "libhelper.so"))


def test_the_kernel_forbids_it_where_glibc_would_grant_it():
    text = f"{LIBRARY}: cannot enable executable stack as shared object requires: Permission denied"
    answer = diagnose(linux({LIBRARY: so(executable_stack=True)}), saw(dlopen(LIBRARY), succeeded=False, text=text))
    (first,) = answer.findings
    assert (first.code, first.explains_error) == ("WL603", True)
    assert "policy forbids it" in first.explanation


def test_is_silent_on_an_older_glibc():
    assert codes(diagnose(linux({LIBRARY: so(executable_stack=True)}), dlopen(LIBRARY))) == []


def test_is_silent_where_nothing_asks_for_it():
    machine = linux({LIBRARY: so("libgone.so.1", executable_stack=False)}, system=NEW)
    assert codes(diagnose(machine, dlopen(LIBRARY))) == ["WL201"]
