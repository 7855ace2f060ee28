"""What build systems and compilers beside pip, CMake and nvcc say."""

from __future__ import annotations

import pytest

from tests.support.logs import codes, first, verdict


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("error: extension 'odd._odd' has Fortran sources but no Fortran compiler found", ("fails", "WL701")),
        ("No CMAKE_Fortran_COMPILER could be found.", ("fails", "WL701")),
        ("InvalidCxxCompiler: No working C++ compiler found in odd.cpp", ("undetermined", "WL701")),
        ("/bin/sh: 1: autoreconf: not found", ("undetermined", "WL701")),
        ("zsh: command not found: cmake", ("undetermined", "WL701")),
        (
            'odd.c(3): fatal error C1083: Datei (Include) kann nicht geöffnet werden: "odd.h": N',
            ("undetermined", "WL505"),
        ),
        ("odd.c(3): fatal error C1083: 无法打开包括文件: “odd.h”: N", ("undetermined", "WL505")),
        ("odd.c(3): fatal error C1083: 无法打开编译器中间文件: “odd.obj”: N", ("undetermined", "WL903")),
        ("Odd version 4.1 is installed, but even requires at least version 4.9.0.", ("undetermined", "WL706")),
        ("Odd version 0.0.0 is installed, but even requires at least version 4.9.0.", ("undetermined", "WL505")),
        ("Odd version 4.1 is installed, and even requires nothing.", ("undetermined", "WL903")),
        ("odd.c:3:17: error: odd/odd.h: No such file or directory", ("undetermined", "WL505")),
        ("In terror: odd.txt: No such file or directory", ("undetermined", "WL903")),
        (
            "error: can't copy 'build/lib.linux-x86_64-3.4/_odd.so': doesn't exist or not a regular file",
            ("undetermined", "WL505"),
        ),
        ("error: can't copy 'odd.txt': doesn't exist or not a regular file", ("undetermined", "WL903")),
        ("zsh: command not found: odd", ("undetermined", "WL903")),
        ("pyenv: cmake: command not found", ("fails", "WL701")),
        ("meson.build:9:0: ERROR: Program 'odd-scan' not found or not executable", ("undetermined", "WL701")),
        ("configure.ac:7: error: possibly undefined macro: AC_ODD_TOOL", ("undetermined", "WL701")),
        ("../meson.build:3:8: ERROR: C shared or static library 'odd' not found", ("undetermined", "WL505")),
        ("../meson.build:3:9: ERROR: Dependency 'odd-2.0' is required but not found.", ("undetermined", "WL505")),
        ("-- LAPACK libraries not found", ("undetermined", "WL505")),
        ("CMake Error: variables are used, but they are set to NOTFOUND.", ("undetermined", "WL505")),
        (
            "CMake Error: The source directory\n  /tmp/odd/third\n  does not contain a CMakeLists.txt file.",
            ("undetermined", "WL505"),
        ),
        (
            "The system library `odd-2` required by crate `odd-sys` was not found.\n"
            "error: failed to run custom build command for `odd-sys v1.0`",
            ("undetermined", "WL505"),
        ),
        ("""Unable to find libclang: "couldn't find any valid shared libraries""", ("undetermined", "WL701")),
        ("error: the MSVC toolchain requires link.exe", ("fails", "WL701")),
        ("error: no Python 3.x interpreter found", ("undetermined", "WL505")),
        ("LINK : fatal error LNK1104: cannot open file 'python399.lib'", ("undetermined", "WL701")),
        ("odd.obj : error LNK2038: mismatch detected for 'RuntimeLibrary'", ("undetermined", "WL706")),
        ('xcrun: error: SDK "macosx" cannot be located', ("undetermined", "WL701")),
        ("clang: error: unknown argument: '-fodd-flag'", ("undetermined", "WL706")),
        ("error: inlining failed: target specific option mismatch", ("undetermined", "WL704")),
        ("ld: libodd.a(odd.o): recompile with -fPIC", ("undetermined", "WL706")),
        ("odd.cpp:2: error: 'jthread' is not a member of 'std'", ("undetermined", "WL706")),
        ("RuntimeError: Building odd requires LLVM 99.x, got '98.0'.", ("undetermined", "WL505")),
        ("Please install libodd-dev and try again", ("undetermined", "WL505")),
        ("gyp ERR! stack Error: not found: make", ("fails", "WL701")),
        ("LLVM ERROR: out of memory", ("fails", "WL707")),
    ],
)
def test_which_finding_it_speaks_for(text, answer):
    assert verdict(text) == answer


def test_what_a_crate_lacks_has_a_package():
    text = "The system library `dbus-1` required by crate `libdbus-sys` was not found."
    assert "libdbus-1-dev" in [one.data.get("package") for one in first(text).evidence]


@pytest.mark.parametrize(
    "text",
    [
        "checking for odd.h... yes",
        "-- Performing Test HAVE_ODD - Success",
        "-- Found BLAS: /usr/lib/libodd.so",
        "Installing odd-dev into the cache",
        "cc -O2 -march=native -c odd.c -o odd.o",
        "The odd library could be found in /opt/odd",
        "odd supports Windows, Linux and macOS",
    ],
)
def test_what_is_no_error_is_none(text):
    assert codes(text) == ["WL903"]


@pytest.mark.parametrize("lines", [1, 99_998, 100_000, 100_003, 250_000])
def test_a_message_is_found_wherever_a_long_log_is_cut(lines):
    said = "error: extension 'odd' has Fortran sources but no Fortran compiler found"
    assert verdict("compiling\n" * lines + said + "\ncompiling" * 9) == ("fails", "WL701")
