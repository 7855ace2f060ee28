"""What installers, build tools and compilers say: which finding each line speaks for.

Of each row: a text in which it speaks, what is answered, and a text that resembles it in which it does not.
"""

from __future__ import annotations

from tests.support.logs import Row

ROWS: list[Row] = [
    (
        "pip-memory",
        'Installing odd using pip fails with "MemoryError"',
        ("undetermined", "WL707"),
        "MemoryError: the odd array is too large",
    ),
    (
        "pip-conflict",
        "ERROR: Cannot install odd and even because these package versions have conflicting dependencies.",
        ("undetermined", "WL505"),
        "these dependencies are in conflict with taste",
    ),
    (
        "uv-tags",
        (
            "hint: You're using CPython 3.13 (`cp313`), but `odd` (v1.0) only has wheels with the "
            "following Python ABI tag: `cp312`"
        ),
        ("fails", "WL505"),
        "odd only has wheels of steel",
    ),
    (
        "python-range",
        "Because odd depends on Python and the requested Python version (>=3.8) does not satisfy Python>=3.9",
        ("undetermined", "WL505"),
        "this does not satisfy Python users",
    ),
    (
        "no-environment",
        "bash: pip: command not found",
        ("undetermined", "WL506"),
        "bash: pipe: command not found",
    ),
    (
        "setuptools-and-source",
        "ImportError: cannot import name 'Feature' from 'setuptools'",
        ("undetermined", "WL505"),
        "ImportError: cannot import name 'Odd' from 'setuptools'",
    ),
    (
        "not-a-project",
        "ERROR: Directory '.' is not installable. Neither 'setup.py' nor 'pyproject.toml' found.",
        ("undetermined", "WL505"),
        "neither was the directory nor the file",
    ),
    (
        "leftover-distribution",
        "WARNING: Ignoring invalid distribution ~orch (c:\\odd\\lib\\site-packages)",
        ("undetermined", "WL504"),
        "Ignoring the invalid distribution of power",
    ),
    (
        "git-network",
        "error: RPC failed; curl 56 GnuTLS recv error (-54)",
        ("undetermined", "WL707"),
        "RPC went well",
    ),
    (
        "file-in-use",
        ("Caused by: The process cannot access the file because it is being used by another process. (os error 32)"),
        ("undetermined", "WL105"),
        "this process is used by another",
    ),
    (
        "conda-damaged",
        "SafetyError: The package for odd located at /odd appears to be corrupted.",
        ("undetermined", "WL102"),
        "the safety of the package",
    ),
    (
        "conda-ssl",
        "CondaSSLError: OpenSSL appears to be unavailable on this machine.",
        ("undetermined", "WL202"),
        "OpenSSL is available",
    ),
    (
        "metadata-status",
        "Preparing metadata (pyproject.toml): finished with status 'error'",
        ("undetermined", "WL505"),
        "it finished with status 'done'",
    ),
    (
        "msvc-damaged-input",
        "libodd.a : fatal error LNK1107: invalid or corrupt file: cannot read at 0x2D8",
        ("undetermined", "WL706"),
        "the file was recognized",
    ),
    (
        "linker-crashed",
        "odd.cpp(3): fatal error C1001: Internal compiler error.",
        ("undetermined", "WL706"),
        "C1001 was a train",
    ),
    (
        "linker-defined-twice",
        "odd.obj : error LNK2005: _odd already defined in even.obj",
        ("undetermined", "WL706"),
        "LNK2005 was a train",
    ),
    (
        "msvc-limits",
        ("odd.cpp : fatal error C1128: number of sections exceeded object file format limit: compile with /bigobj"),
        ("undetermined", "WL707"),
        "number of sections of the book",
    ),
    (
        "msvc-standard",
        "odd.cpp(3): error C7555: use of designated initializers requires at least '/std:c++20'",
        ("undetermined", "WL706"),
        "this requires at least a car",
    ),
    (
        "msvc-refused",
        "odd.h(9): fatal error C1189: #error:  Building with this compiler is odd",
        ("undetermined", "WL505"),
        "C1189: nothing",
    ),
    (
        "source-not-there",
        "c1 : fatal error C1083: Cannot open source file: 'odd.c': No such file or directory",
        ("undetermined", "WL505"),
        "cannot open the source",
    ),
    (
        "msbuild-summary",
        'error MSB6006: "CL.exe" exited with code 2.',
        ("undetermined", "WL505"),
        "MSB6006 is a number",
    ),
    (
        "msbuild-parts",
        "error MSB8041: MFC libraries are required for this project.",
        ("undetermined", "WL701"),
        "MSB8041 is a number",
    ),
    (
        "linker-not-found",
        "clang: error: invalid linker name in argument '-fuse-ld=lld'",
        ("undetermined", "WL701"),
        "the linker has an invalid name",
    ),
    (
        "type-not-declared",
        "odd.h:4:3: error: 'uint8_t' was not declared in this scope",
        ("undetermined", "WL706"),
        "the size of 'uint8_t' is one",
    ),
    (
        "c-stricter",
        "odd.c:1:2: error: implicit declaration of function 'odd' is invalid in C99",
        ("undetermined", "WL706"),
        "the declaration was implicit",
    ),
    (
        "python-c-api",
        "odd.c:1: error: dereferencing pointer to incomplete type 'PyThreadState'",
        ("undetermined", "WL505"),
        "'PyThreadState' is a type",
    ),
    (
        "cross-executable",
        "configure: error: cannot run C compiled programs.",
        ("undetermined", "WL706"),
        "the sanity of the check",
    ),
    (
        "ninja-files",
        "ninja: error: loading 'build.ninja': No such file or directory",
        ("undetermined", "WL505"),
        "the ninja is loading",
    ),
    (
        "ninja-summary",
        "ninja: build stopped: subcommand failed.",
        ("undetermined", "WL505"),
        "the build stopped at noon",
    ),
    (
        "fork-limit",
        "ninja: fatal: posix_spawn: Resource temporarily unavailable",
        ("fails", "WL707"),
        "the resource is temporarily unavailable",
    ),
    (
        "meson-version",
        "meson.build:1:0: ERROR: Meson version is 0.56.0 but project requires >= 0.64.0",
        ("undetermined", "WL706"),
        "the version of Meson is new",
    ),
    (
        "meson-others",
        "../meson.build:10:0: ERROR: C header 'odd.h' not found",
        ("undetermined", "WL505"),
        "the header was found",
    ),
    (
        "swig-not-there",
        "error: Could not find 'swig'",
        ("undetermined", "WL701"),
        "swigged it all",
    ),
    (
        "qt-tools",
        "sipbuild.pyproject.PyProjectOptionException",
        ("undetermined", "WL701"),
        "a working project",
    ),
    (
        "pkg-config-not-there",
        "pkg-config is required for building PyAV",
        ("undetermined", "WL701"),
        "pkg-config is a program",
    ),
    (
        "pkg-config-not-there",
        "      running build_ext\n      'pkg-config' not found.\n      Command ['pkg-config', '--exists', 'odd']",
        ("undetermined", "WL701"),
        "'pkg-config' found",
    ),
    (
        "pkg-config-libraries",
        "pkg-config could not find libraries ['avformat', 'avcodec']",
        ("undetermined", "WL505"),
        "pkg-config found it",
    ),
    (
        "deepspeed-operators",
        "[WARNING]  async_io requires the dev libaio .so object and headers but these were not found.",
        ("undetermined", "WL505"),
        "the operators were compiled",
    ),
    (
        "torch-compiler-check",
        ("UserWarning: Error checking compiler version for cl: [WinError 2] The system cannot find the file specified"),
        ("undetermined", "WL701"),
        "the compiler was checked",
    ),
    (
        "cmake-compiler-unknown",
        "-- The CXX compiler identification is unknown",
        ("undetermined", "WL701"),
        "-- The CXX compiler identification is GNU 9",
    ),
    (
        "cmake-named-compiler",
        "Could not find compiler set in environment variable CC:\n\n  odd-9.",
        ("fails", "WL701"),
        "the compiler set in the variable",
    ),
    (
        "cmake-nvcc-named",
        "Could not find `nvcc` executable in path specified by environment variable CUDAToolkit_ROOT=/odd",
        ("fails", "WL702"),
        "could find `nvcc`",
    ),
    (
        "cmake-cache-elsewhere",
        (
            "CMake Error: The current CMakeCache.txt directory /odd/CMakeCache.txt is different than "
            "the directory /even where CMakeCache.txt was created."
        ),
        ("undetermined", "WL706"),
        "CMakeCache.txt was created",
    ),
    (
        "cmake-target-missing",
        'Target "odd" links to target "ZLIB::ZLIB" but the target was not found.',
        ("undetermined", "WL505"),
        "the target was not found at dawn",
    ),
    (
        "cmake-cudnn",
        "Could NOT find CUDNN (missing: CUDNN_LIBRARY_PATH CUDNN_INCLUDE_PATH)",
        ("undetermined", "WL702"),
        "-- Found CUDNN: /odd",
    ),
    (
        "cmake-download-step",
        "CMake Error: Build step for odd failed: 2",
        ("undetermined", "WL505"),
        "the step for odd was long",
    ),
    (
        "ptxas-version",
        "ptxas fatal   : Unsupported .version 8.4; current version is '8.2'",
        ("undetermined", "WL706"),
        "ptxas application ptx input, line 9; fatal   : Unsupported .version 8.4",
    ),
    (
        "nvcc-environment",
        "nvcc fatal   : Could not set up the environment for Microsoft Visual Studio using 'odd'",
        ("undetermined", "WL701"),
        "nvcc was set up",
    ),
    (
        "nvcc-options",
        "nvcc fatal   : Unknown option '-fopenmp'",
        ("undetermined", "WL706"),
        "nvcc knows that option",
    ),
    (
        "cuda-header-parts",
        "odd.cu:3:10: fatal error: thrust/complex.h: No such file or directory",
        ("undetermined", "WL702"),
        "#include <thrust/complex.h>",
    ),
    (
        "torch-headers",
        "odd.cpp:1:10: error: ATen/ATen.h: No such file or directory",
        ("undetermined", "WL706"),
        "#include <ATen/ATen.h>",
    ),
    (
        "link-cuda-parts",
        "/usr/bin/ld: cannot find -lcudnn",
        ("undetermined", "WL702"),
        "/usr/bin/ld: found -lcudnn",
    ),
    (
        "host-builtins",
        'error: identifier "__builtin_dynamic_object_size" is undefined',
        ("undetermined", "WL703"),
        'the identifier "odd" is undefined',
    ),
    (
        "rust-link-failed",
        "error: linking with `cc` failed: exit status: 1",
        ("undetermined", "WL701"),
        "linking with `cc` went well",
    ),
    (
        "rust-lockfile",
        "This package requires Rust and Cargo to compile extensions.",
        ("undetermined", "WL701"),
        "the lock file has a version",
    ),
    (
        "maturin-failed",
        "maturin failed\n  Caused by: Failed to build a native library through cargo",
        ("undetermined", "WL505"),
        "maturin failed the exam",
    ),
    (
        "library-function-check",
        "Could not find function xmlCheckVersion in library libxml2. Is libxml2 installed?",
        ("undetermined", "WL505"),
        "the function is in the library",
    ),
    (
        "geos-config",
        "RuntimeError: Unable to find the GEOS library geos-config",
        ("undetermined", "WL505"),
        "the GEOS library is large",
    ),
    (
        "cuda-unsupported-toolchain",
        "ptxas application ptx input, line 9; fatal   : Unsupported .version 8.4; current version is '8.2'",
        ("fails", "WL403"),
        "ptxas fatal   : Unsupported .version 8.4; current version is '8.2'",
    ),
    (
        "interpreter-for-maturin",
        "Couldn't find a python interpreter from 'python3.99'",
        ("undetermined", "WL505"),
        "found a python interpreter",
    ),
    (
        "dyld-symbol-of-dyld3",
        (
            "dlopen(/odd/libodd.dylib, 0x0009): symbol '_odd_init' not found, expected in flat "
            "namespace by '/odd/libodd.dylib'"
        ),
        ("undetermined", "WL304"),
        "the symbol 'odd' was expected in Paris",
    ),
    (
        "host-compiler-version",
        "nvcc fatal   : The version ('80100') of the host compiler ('Apple clang') is not supported",
        ("fails", "WL703"),
        "the version of the host compiler",
    ),
    (
        "error-in-torch-headers",
        "/odd/torch/include/ATen/odd.h:68:61: error: invalid static_cast",
        ("undetermined", "WL706"),
        "#include </odd/torch/include/odd.h>",
    ),
    (
        "error-in-standard-headers",
        "/usr/include/c++/6/tuple:484:1: error: body of constexpr function is odd",
        ("undetermined", "WL706"),
        "/usr/include/c++/6/tuple:484:1: note: odd",
    ),
    (
        "cargo-metadata",
        "Caused by: Cargo metadata failed. Does your crate compile with `cargo build`?",
        ("undetermined", "WL505"),
        "the metadata of the crate",
    ),
    (
        "solaris-symbol",
        (
            "ImportError: ld.so.1: python: fatal: relocation error: file /odd/odd.so: symbol odd_add: "
            "referenced symbol not found"
        ),
        ("undetermined", "WL304"),
        "the referenced symbol was found",
    ),
    (
        "solaris-no-file",
        "ld.so.1: odd: fatal: libodd.so.1: open failed: No such file or directory",
        ("undetermined", "WL201"),
        "odd: open failed: No such file or directory",
    ),
    (
        "bsd-no-file",
        'Shared object "libodd.so.5" not found, required by "odd.so"',
        ("undetermined", "WL201"),
        "the object was not found, required by law",
    ),
    (
        "bsd-symbol",
        'ImportError: /usr/local/lib/odd.so: Undefined symbol "odd_init"',
        ("undetermined", "WL304"),
        "an undefined symbol of hope",
    ),
    (
        "aix-no-module",
        "0509-022 Cannot load module /odd/libodd.so.",
        ("undetermined", "WL201"),
        "module 0509 was closed",
    ),
    (
        "torch-cuda-mismatch",
        (
            "RuntimeError: ('The detected CUDA version (%s) mismatches the version that was used to "
            "compilePyTorch (%s). Please', '12.6', '13.0')"
        ),
        ("fails", "WL706"),
        "the version that was used to compile odd",
    ),
    (
        "cmake-target-missing",
        '  Target "odd" links to target "Eigen3::Eigen" but the target\n  was not found.',
        ("undetermined", "WL505"),
        "the target was hit",
    ),
    (
        "rustc-too-old",
        "error: Rust 1.41.1 does not match extension requirement >=1.45.0",
        ("undetermined", "WL701"),
        "Rust is an extension",
    ),
    (
        "function-not-in-library",
        "AttributeError: No symbol PQodd found in library /usr/lib/libpq.so",
        ("undetermined", "WL301"),
        "No symbol was found in the library",
    ),
    (
        "cargo-not-run",
        "Cargo metadata failed. Do you have cargo in your PATH?",
        ("fails", "WL701"),
        "Cargo metadata failed. Does your crate compile",
    ),
    (
        "too-many-dll-directories",
        'File "C:\\odd\\os.py", line 9, in add_dll_directory\n    cookie = nt._add_dll_directory(path)\n'
        "FileNotFoundError: [WinError 206] The filename or extension is too long: 'C:\\odd\\lib'",
        ("undetermined", "WL203"),
        "os.add_dll_directory(path)\nFileNotFoundError: [WinError 3] The system cannot find the path: 'C:\\odd\\lib'",
    ),
    (
        "windows-error-206",
        "FileNotFoundError: [WinError 206] Der Dateiname oder die Erweiterung ist zu lang",
        ("undetermined", "WL707"),
        "Could not install packages due to an OSError: [WinError 206] The filename or extension is too long: 'C:\\odd'",
    ),
    (
        "build-path-too-long",
        "Could not install packages due to an OSError: [WinError 206] The filename or extension is too long: 'C:\\odd'",
        ("fails", "WL707"),
        "FileNotFoundError: [WinError 206] The filename or extension is too long",
    ),
    (
        "installed-path-too-long",
        "Could not install packages due to an OSError: [Errno 2] No such file or directory: 'C:"
        + "\\\\odd" * 50
        + "\\\\odd.js'",
        ("undetermined", "WL707"),
        "Could not install packages due to an OSError: [Errno 2] No such file or directory: 'C:\\\\odd\\\\odd.js'",
    ),
    (
        "cmake-named-compiler",
        "Could not find the compiler specified in the environment variable CXX:\n\n  /odd/c++.",
        ("fails", "WL701"),
        "the environment variable CXX is set",
    ),
    (
        "cmake-download-step",
        "CMake step for odd failed: 1",
        ("undetermined", "WL505"),
        "the next step for odd",
    ),
    (
        "no-permission-to-install",
        "error: could not create '/odd/lib': Permission denied",
        ("undetermined", "WL105"),
        "error: could not create 'odd'",
    ),
    (
        "compiler-not-found-at-all",
        "odd needs a working C compiler",
        ("undetermined", "WL701"),
        "a working compiler",
    ),
    (
        "compiler-takes-no-flag",
        "clang: error: unsupported argument 'odd' to option '-march='",
        ("undetermined", "WL706"),
        "unsupported argument 'odd' in a letter",
    ),
    (
        "cuda-compiler-broken",
        "Failed to detect a default CUDA architecture.",
        ("undetermined", "WL703"),
        "a default CUDA architecture was found",
    ),
    (
        "torch-headers",
        "odd.cpp:1:10: fatal error: ATen/cuda/odd.h: No such file or directory",
        ("undetermined", "WL706"),
        "ATen/cuda/odd.h was read",
    ),
    (
        "swig-not-there",
        "Could not find swig, which odd needs",
        ("undetermined", "WL701"),
        "swig was found",
    ),
    (
        "compiler-memory",
        "clang++: error: unable to execute command: Killed",
        ("fails", "WL707"),
        "the command was executed",
    ),
    (
        "compiler-killed",
        "gcc: internal compiler error: Killed (program cc1)",
        ("fails", "WL707"),
        "the program cc1 went on",
    ),
    (
        "flags-taken-for-files",
        "gcc: error: .2-a+odd: No such file or directory",
        ("undetermined", "WL704"),
        "gcc: error: odd.c: No such file or directory",
    ),
    (
        "archive-without-cmakelists",
        'CMake Error: The source directory "/tmp/pip-install-a1/odd_b2" does not appear to contain CMakeLists.txt.',
        ("undetermined", "WL504"),
        'CMake Error: The source directory "/home/u/odd" does not appear to contain CMakeLists.txt.',
    ),
    (
        "no-bdist-wheel",
        "error: invalid command 'bdist_wheel'",
        ("undetermined", "WL701"),
        "error: invalid command 'bdist'",
    ),
    (
        "no-nvcc",
        "unable to execute '/opt/odd:/opt/odd/bin/nvcc': No such file or directory",
        ("fails", "WL702"),
        "unable to execute '/opt/odd/bin/cc'",
    ),
    (
        "linked-with-a-bundle",
        "ld: unsupported mach-o filetype (only MH_OBJECT and MH_DYLIB can be linked) in 'odd.cpython-313-darwin.so'",
        ("undetermined", "WL704"),
        "ld: the mach-o filetype is one that can be linked",
    ),
    (
        "nmake-no-rule",
        "NMAKE : fatal error U1073: don't know how to make 'D:\\odd\\lib\\odd.lib'",
        ("undetermined", "WL704"),
        "I don't know how to make this odd thing",
    ),
    (
        "msvc-limits",
        "LINK : fatal error LNK1318: Unexpected PDB error; OK (0) ''",
        ("undetermined", "WL707"),
        "LNK1319 is another one",
    ),
    (
        "msvc-parts-differ",
        "fatal error C1900: Il mismatch between 'P1' version '20240319' and 'P2' version '20230904'",
        ("undetermined", "WL706"),
        "C1900 is the number of a train",
    ),
    (
        "msvc-standard",
        "odd.cpp(3): error C7555: use of designated initializers requires at least '/std:c++20'",
        ("undetermined", "WL706"),
        "odd.cpp(3): warning C5051: attribute 'fallthrough' requires at least '/std:c++17'; ignored",
    ),
    (
        "link-library-of-unix",
        "LINK : fatal error LNK1181: cannot open input file 'm.lib'",
        ("undetermined", "WL704"),
        "LINK : fatal error LNK1181: cannot open input file 'odd_m.lib'",
    ),
    (
        "source-without-setup-py",
        "IOError: [Errno 2] No such file or directory: '/tmp/pip-install-x1/odd/setup.py'",
        ("undetermined", "WL505"),
        "IOError: [Errno 2] No such file or directory: '/home/me/odd/setup.py'",
    ),
    (
        "no-wheel-said",
        "The release has no musllinux wheels yet",
        ("undetermined", "WL505"),
        "The car has no spare wheels",
    ),
    (
        "wheel-file-name",
        "ERROR: odd-2.whl is not a valid wheel filename.",
        ("undetermined", "WL501"),
        "The wheel has no file name",
    ),
    (
        "archive-damaged",
        "ChecksumMismatchError: Conda detected a mismatch between the expected content and downloaded content",
        ("undetermined", "WL102"),
        "a checksum was computed",
    ),
    (
        "git-network",
        "ERROR: HTTP error 503 while getting https://odd.example/odd-1.tar.gz",
        ("undetermined", "WL707"),
        "an error while getting up",
    ),
]
