"""What the name, the version and the place of a missing symbol say."""

from __future__ import annotations

import pytest

from tests.support.logs import first, said, verdict

DLOPEN = "ImportError: dlopen(/Users/odd/env/lib/python3.11/site-packages/odd/_odd.cpython-311-darwin.so, 0x0002): "


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        # The version says which library was expected: a copy without it came first.
        ("ImportError: /lib/libodd.so.1: undefined symbol: odd_open, version ODD_2.1", ("fails", "WL206")),
        (
            "python3: symbol lookup error: /odd/libm.so.6: undefined symbol: __odd, version GLIBC_PRIVATE",
            ("fails", "WL206"),
        ),
        ("ImportError: /lib/libodd.so.1: undefined symbol: odd_open, version GLIBC_2.38", ("fails", "WL302")),
        ("ImportError: /odd/libodd.so.1: undefined symbol: odd_open", ("fails", "WL304")),
        # The system's and Python's own files were built with what lies beside them: a program's copy came first, or
        # half of an upgrade is missing.
        ("ImportError: /lib/libodd.so.1: undefined symbol: odd_open", ("undetermined", "WL304")),
        ("odd: symbol lookup error: /usr/lib64/libodd.so.1: undefined symbol: g_odd_new", ("undetermined", "WL206")),
        ("odd: symbol lookup error: /opt/odd/libodd.so.1: undefined symbol: g_odd_new", ("fails", "WL304")),
        ("ImportError: /usr/lib/python3/dist-packages/_odd.so: undefined symbol: g_odd_new", ("fails", "WL304")),
        (
            "ImportError: /opt/py/lib/python3.12/lib-dynload/pyodd.cpython-312-x86_64-linux-gnu.so: undefined symbol: "
            "ODD_New",
            ("undetermined", "WL206"),
        ),
        (
            "ImportError: /opt/py/lib/python3.12/lib-dynload/pyodd.cpython-312-x86_64-linux-gnu.so: undefined symbol: "
            "_PyOdd_New",
            ("fails", "WL501"),
        ),
        # torch's: it is imported first, or was another one when the extension was built.
        ("ImportError: /odd/_odd.so: undefined symbol: THPVariableClass", ("undetermined", "WL202")),
        ("ImportError: /odd/_odd.so: undefined symbol: _ZN2at19UndefinedTensorImpl3oddE", ("undetermined", "WL304")),
        (
            "undefined symbol: _ZN2at19UndefinedTensorImpl3oddE\nIt is gone when I import torch before it.",
            ("undetermined", "WL202"),
        ),
        ("ImportError: /odd/_odd.so: undefined symbol: _ZN3c105Error3oddE", ("fails", "WL304")),
        # A C function that no library of the process has: one of a well-known library was left out when linking, or
        # is there for another processor; one of a part of the package is missing from that part.
        (DLOPEN + "symbol not found in flat namespace '_mysql_odd'", ("undetermined", "WL205")),
        (DLOPEN + "Symbol not found: _PQodd\n  Expected in: flat namespace", ("undetermined", "WL205")),
        (DLOPEN + "symbol not found in flat namespace '_odd_connect'", ("undetermined", "WL304")),
        (DLOPEN + "Symbol not found: _odd_connect\n  Expected in: flat namespace", ("undetermined", "WL304")),
        (DLOPEN + "symbol not found in flat namespace '_CFOddCopy'", ("undetermined", "WL704")),
        (DLOPEN + "symbol not found in flat namespace '__ZN3odd4callEv'", ("fails", "WL304")),
        (DLOPEN + "symbol not found in flat namespace '_PyOdd_New'", ("fails", "WL501")),
        # What macOS has in one release, and what conda and Homebrew bring too.
        (DLOPEN + "Symbol not found: _odd_new\n  Expected in: <AB-1> /usr/lib/libSystem.B.dylib", ("fails", "WL307")),
        # What people shorten.
        ('"GLIBC_2.14 not found" error on this system', ("undetermined", "WL302")),
        ("kernel: Library Validation failed: Rejecting '/odd/odd.dylib' (Team ID: none)", ("fails", "WL105")),
        (
            'CODE SIGNING: process 7[odd]: rejecting invalid page at address 0x1000 in file "/odd/odd.dylib"',
            ("fails", "WL105"),
        ),
        ("The server is rejecting invalid pages of that file", ("undetermined", "WL903")),
        (DLOPEN + "Symbol not found: _clock_gettime\n  Expected in: flat namespace", ("fails", "WL307")),
        ("Symbol not found: (_utimensat)", ("fails", "WL307")),
        ("Symbol not found: (_utimensat_odd)", ("fails", "WL304")),
        (DLOPEN + "Symbol not found: __ZNSt3oddEv\n  Expected in: libc++.1.dylib", ("fails", "WL307")),
        (
            DLOPEN + "Symbol not found: _odd_new\n  Expected in: <AB-1> /usr/lib/libarchive.2.dylib",
            ("undetermined", "WL206"),
        ),
    ],
)
def test_whose_symbol_it_is(text, answer):
    assert verdict(text) == answer


def test_a_version_of_glibc_in_a_sentence_is_no_shortened_message():
    assert said("I have a GLIBC_2.14 not found anywhere else") == set()


@pytest.mark.parametrize(
    ("importer", "answer"),
    [
        ("/usr/local/lib/libother.dylib", ("undetermined", "WL206")),
        ("/Applications/Odd.app/lib/libother.dylib", ("fails", "WL304")),
        ("/Applications/Other.app/libother.dylib", ("undetermined", "WL206")),
    ],
)
def test_a_program_s_own_copy_is_not_for_the_files_of_others(importer, answer):
    text = f"dlopen(/odd/_odd.so, 6): Symbol not found: _odd_new\n  Referenced from: {importer}\n"
    assert verdict(text + "  Expected in: /Applications/Odd.app/lib/libodd.3.dylib") == answer
    assert verdict(text + "  Expected in: /opt/odd/lib/libodd.3.dylib") == ("fails", "WL304")


def test_the_library_of_macos_is_named():
    text = DLOPEN + "Symbol not found: _odd_new\n  Expected in: <AB-1> /usr/lib/libarchive.2.dylib"
    assert "libarchive.2.dylib" in first(text).title


def test_what_could_not_be_preloaded_comes_before_the_symbol_that_it_would_have_had():
    text = (
        "ERROR: ld.so: object '/tmp/libodd.so' from LD_PRELOAD cannot be preloaded (failed to map segment from shared "
        "object): ignored.\npython3: symbol lookup error: /odd/libother.so: undefined symbol: odd_open"
    )
    assert first(text).code == "WL105"


@pytest.mark.parametrize(
    ("symbol", "code"),
    [
        ("__register_atfork", "WL306"),
        ("backtrace_symbols_fd", "WL306"),
        ("__odd_chk", "WL306"),
        ("preadv64v2", "WL306"),
        ("copy_file_range", "WL307"),  # which musl has since 1.1.24
        ("odd_open", "WL304"),
    ],
)
def test_what_musl_does_not_have_is_glibcs(symbol, code):
    """By glibc's own exports, and by the names that grow with it; newer releases of musl have pwritev2."""
    assert first(f"ImportError: Error relocating /odd/libodd.so: {symbol}: symbol not found").code == code
    assert first("Error relocating /lib/libodd.so: pwritev2: symbol not found").code != "WL306"


@pytest.mark.parametrize(
    ("symbol", "answer"),
    [("modf", ("undetermined", "WL704")), ("log2f", ("undetermined", "WL704")), ("logodd", ("fails", "WL304"))],
)
def test_functions_of_libm_that_android_s_loader_does_not_find_were_not_linked(symbol, answer):
    assert verdict(f'dlopen failed: cannot locate symbol "{symbol}" referenced by "/data/_odd.so"...') == answer


NO_SYMBOL = "ImportError: dlopen(/Users/odd/_odd.so, 0x0002): Symbol not found: _odd\n"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("ImportError: /opt/_odd.so: undefined symbol: PyExc_ImportError", ("undetermined", "WL304")),
        ("Odd says: /opt/_odd.so: undefined symbol: PyExc_ImportError. (odd.cc:7)", ("undetermined", "WL304")),
        ("ImportError: /opt/_odd.so: undefined symbol: PyString_FromString", ("fails", "WL501")),
        ("ImportError: /opt/_odd.so: undefined symbol: PyBytes_AsString", ("undetermined", "WL501")),
        ("ImportError: /opt/_odd.so: undefined symbol: PyUnicode_FromObject", ("undetermined", "WL501")),
        (
            'ImportError: dlopen failed: cannot locate symbol "PyExc_ImportError" referenced by "/data/_odd.so"...',
            ("undetermined", "WL704"),
        ),
    ],
)
def test_what_every_python_has_is_not_missing_because_of_its_version(text, answer):
    assert verdict(text) == answer


@pytest.mark.parametrize(
    ("library", "answer"),
    [
        ("KERNEL32.dll", ("fails", "WL307")),
        ("C:\\Windows\\System32\\ucrtbase.dll", ("fails", "WL307")),
        ("C:\\odd\\ucrtbase.dll", ("undetermined", "WL206")),  # a copy that a program brought along
    ],
)
def test_a_function_that_a_dll_of_windows_lacks(library, answer):
    text = f"The procedure entry point Odd could not be located in the dynamic link library {library}"
    assert verdict(text) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (NO_SYMBOL, ("fails", "WL304")),
        (NO_SYMBOL + "DYLD_LIBRARY_PATH: /odd/lib", ("undetermined", "WL206")),
        (NO_SYMBOL + "DYLD_LIBRARY_PATH is not set here", ("fails", "WL304")),
        (NO_SYMBOL.replace("_odd\n", "_libiconv_open\n"), ("undetermined", "WL206")),
        (
            NO_SYMBOL + "  Referenced from: /usr/lib/libodd.dylib\n  Expected in: /opt/odd/libx.dylib",
            ("fails", "WL206"),
        ),
        (NO_SYMBOL + "  Referenced from: /opt/liby.dylib\n  Expected in: /opt/odd/libx.dylib", ("fails", "WL304")),
    ],
)
def test_whose_library_was_taken_on_a_mac(text, answer):
    assert verdict(text) == answer


MUSL_MISSES = "Error loading shared library libodd.so.6: No such file or directory (needed by /usr/bin/odd)\n"
MUSL_REFUSES = "Error loading shared library libodd.so.6: Exec format error (needed by /usr/bin/odd)\n"
MUSL_SYMBOL = "Error relocating /usr/bin/odd: _ZNSt3odd3newEv: symbol not found\n"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        # musl goes on after a library that it did not get, and lists what that would have brought.
        (MUSL_MISSES + MUSL_SYMBOL, ("undetermined", "WL201")),
        (MUSL_REFUSES + MUSL_SYMBOL, ("undetermined", "WL103")),
        (MUSL_MISSES + "Error relocating /usr/bin/odd: __odd_chk: symbol not found", ("fails", "WL306")),
        ("Error relocating /usr/bin/odd: odd_new: symbol not found", ("fails", "WL304")),
    ],
)
def test_symbols_of_a_library_that_musl_did_not_get_follow_from_that(text, answer):
    assert verdict(text) == answer


@pytest.mark.parametrize(
    ("symbol", "answer"),
    [
        ("_gfortran_st_write_done", ("undetermined", "WL205")),
        ("__svml_exp4", ("undetermined", "WL205")),
        ("__gxx_personality_v0", ("undetermined", "WL205")),
        ("_ZTVN10__cxxabiv120__si_class_type_infoE", ("undetermined", "WL205")),
        ("_ZdlPvm", ("fails", "WL304")),
        ("_ZdlPv, version GLIBCXX_3.4", ("fails", "WL303")),
    ],
)
def test_what_every_release_of_a_compiler_s_runtime_has_was_not_linked_in(symbol, answer):
    assert verdict(f"ImportError: /home/me/odd.so: undefined symbol: {symbol}") == answer
