"""The line in which a program says that it failed, as compilers, linkers and build systems write it."""

from __future__ import annotations

import pytest

from wontload.build.first_error import first_error

NOISE = ["-- Performing Test HAVE_ERROR - Failed", "[3/9] Building CXX object src/error.cpp.o", "-- no error: fine"]
SAID = [
    "/tmp/wl-x/a b/base.c:7:24: error: 'odd' undeclared (first use in this function)",
    "src/odd.h:12:10: fatal error: zmq.h: No such file or directory",
    r"C:\t\wl-x\odd.cpp(12): error C2065: 'odd': undeclared identifier",
    r"C:\t\wl-x\odd.cpp(1): fatal error C1083: Cannot open include file: 'odd.h': No such file or directory",
    "LINK : fatal error LNK1181: cannot open input file 'odd.lib'",
    "odd.obj : error LNK2019: unresolved external symbol odd referenced in function main",
    '/usr/include/odd.h(44): error: identifier "odd" is undefined',
    "/usr/bin/ld: odd.o: in function `main': undefined reference to `odd'",
    "/usr/bin/ld: cannot find -lodd: No such file or directory",
    '../meson.build:12:0: ERROR: Dependency "odd" not found, tried pkgconfig and cmake',
    "error[E0432]: unresolved import `odd`",
]
LAST_WORDS = ["ModuleNotFoundError: No module named 'odd'", "error: command 'gcc' failed: No such file or directory"]


@pytest.mark.parametrize("said", [*SAID, *LAST_WORDS])
def test_it_is_found_among_what_only_looks_like_one(said):
    lines = [*NOISE, "  " + said, "ninja: build stopped: subcommand failed.", "error: subprocess-exited-with-error"]
    found = first_error("\n".join(lines))
    assert found is not None
    assert (found.line, found.text) == (len(NOISE) + 1, said)


@pytest.mark.parametrize("last", LAST_WORDS)
def test_what_a_compiler_said_counts_before_what_came_of_it(last):
    found = first_error("\n".join([last, SAID[0]]))
    assert found is not None
    assert (found.line, found.text) == (2, SAID[0])


def test_cmakes_sentence_stands_below():
    found = first_error("CMake Error at CMakeLists.txt:4 (message):\n  No odd.\n\n\n-- Configuring incomplete")
    assert found is not None
    assert found.text == "CMake Error at CMakeLists.txt:4 (message): No odd."


TRIALS = [
    "_configtest.c:1:10: fatal error: odd.h: No such file or directory",
    "/t/build/CMakeFiles/CMakeScratch/TryCompile-a/src.c:2:3: error: 'odd' undeclared",
    "/t/meson-private/tmpab12cd34/testfile.c:1:1: error: unknown type name 'odd'",
    "/tmp/tmpq3v_x1ab/test.cpp:3:2: error: #error odd",
    "conftest.c:9:10: fatal error: odd.h: No such file or directory",
]


@pytest.mark.parametrize("trial", TRIALS)
def test_what_a_configure_step_tries_is_no_error(trial):
    found = first_error("\n".join([trial, SAID[0]]))
    assert found is not None
    assert found.line == 2


@pytest.mark.parametrize("text", ["", "\n".join(NOISE)])
def test_a_log_without_one(text):
    assert first_error(text) is None


def test_a_line_without_end_costs_no_time():
    assert first_error("x" * 5_000_000 + ":" * 100_000) is None
