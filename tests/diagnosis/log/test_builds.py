"""What compilers, CMake and setup.py files say when a build lacks something: which finding each line speaks for."""

from __future__ import annotations

import pytest

from tests.support.logs import codes, verdict


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        # A compiler without its own system's files, as against a library's files that are missing.
        ("odd.c:1:10: fatal error: stdlib.h: No such file or directory", ("fails", "WL701")),
        (
            "odd.c(1): fatal error C1083: Cannot open include file: 'io.h': No such file or directory",
            ("fails", "WL701"),
        ),
        ("odd.cpp:3:10: fatal error: 'cstddef' file not found", ("fails", "WL701")),
        ("LINK : fatal error LNK1104: cannot open file 'kernel32.lib'", ("fails", "WL701")),
        ("LINK : fatal error LNK1158: cannot run 'rc.exe'", ("fails", "WL701")),
        ("gcc: fatal error: cannot execute 'cc1plus': execvp: No such file or directory", ("fails", "WL701")),
        ("odd.c:1:10: fatal error: 'oddlib.h' file not found", ("undetermined", "WL505")),
        ("odd.c:1:10: fatal error: odd/oddlib.h: No such file or directory", ("undetermined", "WL505")),
        # Development files that a setup.py or Meson looks for.
        ("Could not run odd: [Errno 2] No such file or directory: 'gdal-config'", ("undetermined", "WL505")),
        ("/bin/sh: 1: mysql_config: not found", ("undetermined", "WL505")),
        (
            'meson.build:3:0: ERROR: Dependency "openodd" not found, tried pkgconfig and cmake',
            ("undetermined", "WL505"),
        ),
        ("The C/C++ header for freetype2 (ft2build.h) could not be found.", ("undetermined", "WL505")),
        # Cython, whose own errors no compiler has seen yet.
        ("Error compiling Cython file:\n---\nodd.pyx:8:4: 'even' is not a type", ("undetermined", "WL505")),
        ("odd/_odd.pyx:3:8: 'even/even.pxd' not found", ("undetermined", "WL505")),
        ("'odd.pxd' was found", ("undetermined", "WL903")),
        # A CUDA for the build, another for torch.
        (
            "RuntimeError: The detected CUDA version (12.4) mismatches the version that was used to compile PyTorch "
            "(11.8).",
            ("fails", "WL706"),
        ),
        (
            "RuntimeError: Cuda extensions are being compiled with a version of Cuda that does not match the version "
            "used to compile Pytorch binaries.  Pytorch binaries were compiled with Cuda 11.8.",
            ("fails", "WL706"),
        ),
        # Tools of the wrong age.
        ("CMake Error: CMake 3.21 or higher is required.  You are running version 3.10.2", ("undetermined", "WL701")),
        ("  Compatibility with CMake < 3.5 has been removed from CMake.", ("fails", "WL706")),
        ("error: odd v1.0 requires Rust >= 1.83", ("undetermined", "WL701")),
        ("c++: error: unrecognized command line option '-std=c++17'", ("undetermined", "WL706")),
        ("Cargo metadata failed. Do you have cargo in your PATH?", ("fails", "WL701")),
        # A source of before this Python.
        (
            "odd.c:9: error: 'PyThreadState' {aka 'struct _ts'} has no member named 'use_tracing'",
            ("undetermined", "WL505"),
        ),
        ("odd.c:9: error: too few arguments to function '_PyLong_AsByteArray'", ("undetermined", "WL505")),
        (
            "RuntimeError: Cannot install on Python version 3.14.0; only versions >=3.9,<3.13 are supported.",
            ("fails", "WL505"),
        ),
        # No compiler, or one that makes no program that runs.
        ("CMake Error: Could not create named generator Visual Studio 18 2026", ("undetermined", "WL706")),
        ("running build_rust\nerror: Can not find Rust compiler", ("fails", "WL701")),
        (
            'CMake Error: CMake was unable to find a build program corresponding to "NMake Makefiles".',
            ("fails", "WL701"),
        ),
        ("You must use Visual Studio to build a python extension on windows.", ("fails", "WL701")),
        ("error: command 'gcc' failed: None", ("fails", "WL701")),
        ("ValueError: Unknown MS Compiler version 1999", ("fails", "WL706")),
        ("RuntimeError: Broken toolchain: cannot link a simple C program", ("undetermined", "WL701")),
        ("meson.build:1:0: ERROR: Compiler odd-cc cannot compile programs.", ("undetermined", "WL706")),
        ("RuntimeError: Ninja is required to load C++ extensions", ("fails", "WL701")),
        # A library that a build looks for by itself.
        ("Could NOT find Boost (missing: Boost_INCLUDE_DIR)", ("undetermined", "WL505")),
        (
            "OSError: PortAudio library not found\nERROR: Failed building wheel for odd",
            ("undetermined", "WL505"),
        ),
        # The other kind of processor.
        (
            "ld: ignoring file 'libodd.dylib': found architecture 'x86_64', required architecture 'arm64'",
            ("undetermined", "WL205"),
        ),
        ("ld: symbol(s) not found for architecture arm64", ("undetermined", "WL706")),
        # CUDA.
        ("MissingCUDAException: CUDA_HOME does not exist, unable to compile CUDA op(s)", ("fails", "WL702")),
        ("nvcc fatal   : Cannot find compiler 'g++' in PATH", ("fails", "WL701")),
        ("odd.h:2: error: #error -- unsupported \nGNU version! gcc 9 and up are not supported!", ("fails", "WL703")),
        ("ERROR: failed to find headers for libodd: update includes_dir", ("undetermined", "WL701")),
        # Memory.
        ("cc1plus: out of memory allocating 140 bytes after a total of 310 bytes", ("fails", "WL707")),
        ("g++: internal compiler error: Processus arrêté (program cc1plus)", ("fails", "WL707")),
        ("g++: internal compiler error: Segmentation fault (program cc1plus)", ("undetermined", "WL605")),
        ("Collecting odd\n  Downloading odd-1.tar.gz (29 MB)\nKilled\n", ("undetermined", "WL707")),
        ("Collecting odd\nThe job was Killed by hand.", ("undetermined", "WL903")),
    ],
)
def test_what_a_build_lacks(text, answer):
    assert verdict(text) == answer


def test_an_oldsource_is_no_missing_member_of_a_package_s_own_structure():
    assert codes("odd.c:9: error: 'struct odd' has no member named 'use'") == ["WL903"]
