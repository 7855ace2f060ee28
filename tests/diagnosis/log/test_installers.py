"""What pip, uv, conda, configure, linkers, Cargo and CMake say, and which finding each text speaks for."""

from __future__ import annotations

import pytest

from tests.support.logs import first, verdict


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("configure: error: no acceptable C compiler found in $PATH", ("fails", "WL701")),
        ("configure: error: libodd not found", ("undetermined", "WL505")),
        ("configure: error: cannot find OddSSL's <evp.h>", ("undetermined", "WL505")),
        ("/usr/bin/ld: skipping incompatible /usr/lib/libodd.so when searching for -lodd", ("undetermined", "WL205")),
        ('Undefined symbols for architecture x86_64: "_PyOdd_Create"', ("undetermined", "WL706")),
        ("error LNK2019: unresolved external symbol __imp_PyOdd", ("undetermined", "WL706")),
        ("Error: You have not agreed to the Xcode license agreements", ("undetermined", "WL701")),
        ("odd.c:1:10: fatal error: 'Python.h' file not found", ("fails", "WL701")),
        ("error: incompatible function pointer types passing 'int (*)(void)'", ("undetermined", "WL706")),
        ("odd.c:3: error: 'tp_print' undeclared", ("undetermined", "WL505")),
        ("error: [Errno 13] Permission denied: '/usr/lib/odd'", ("undetermined", "WL105")),
        ("ReadTimeoutError: HTTPSConnectionPool(host='odd', port=443): Read timed out.", ("undetermined", "WL707")),
        ("BackendUnavailable: Cannot import 'setuptools.build_meta'", ("undetermined", "WL505")),
        ("ERROR: ResolutionImpossible: for help visit", ("undetermined", "WL505")),
        ("CondaVerificationError: The package for odd appears to be corrupted.", ("undetermined", "WL102")),
        ("ClobberError: This transaction has incompatible packages.", ("undetermined", "WL502")),
        ('Could not find a package configuration file provided by "odd11" with any of', ("undetermined", "WL505")),
        ("Could NOT find Python3 (missing: Python3_INCLUDE_DIRS)", ("undetermined", "WL701")),
        ("Could NOT find Vulkan (missing: Vulkan_LIBRARY glslc)", ("undetermined", "WL701")),
        ("nvcc fatal : Value 'c++17' is not defined for option 'std'", ("fails", "WL706")),
        ("RuntimeError: Error building extension 'odd'", ("undetermined", "WL505")),
        ("error: failed to run custom build command for `openssl-sys v0.9`", ("undetermined", "WL505")),
        ("error: could not compile `odd-rust`", ("undetermined", "WL505")),
        ("error: rustup could not choose a version of cargo to run", ("fails", "WL701")),
        ("/bin/sh: mpicc: command not found", ("undetermined", "WL701")),
        ("The build backend returned an error", ("undetermined", "WL505")),
    ],
)
def test_which_finding_it_speaks_for(text, answer):
    assert verdict(text) == answer


def test_what_configure_names_has_a_package():
    offered = [one.data["package"] for one in first("configure: error: libffi not found").evidence[1:]]
    assert offered == ["libffi-dev", "libffi"]


def test_headers_of_python_on_a_mac_are_not_a_library_s():
    assert "Python" in first("odd.c:1:10: fatal error: 'Python.h' file not found").title
