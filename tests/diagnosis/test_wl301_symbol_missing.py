"""WL301: a symbol is not in the library that should have it, and no better copy and no better reason is known."""

from __future__ import annotations

import pytest

from tests.support.machines import (
    BASE,
    LINUX_PACKAGE,
    PACKAGE,
    USR_LIB,
    codes,
    ctypes_load,
    data,
    diagnose,
    dll,
    dlopen,
    linux,
    of_kind,
    saw,
    so,
    told,
    windows,
)
from wontload.diagnosis import Severity
from wontload.diagnosis.mangled import readable

LLAMA, FOO = PACKAGE + r"\llama.dll", PACKAGE + r"\foo.dll"
LIBRARY = LINUX_PACKAGE + "/libfoo.so"


def test_a_name_is_127():
    files = {LLAMA: dll(("foo.dll", ["init", "run"])), FOO: dll(exports=["run"], file_version=(1, 2, 3, 4))}
    (first,) = diagnose(windows(files), ctypes_load(LLAMA)).findings
    assert (first.code, first.severity, first.explains_error) == ("WL301", Severity.ERROR, True)
    assert (first.subject, first.chain) == ("init", ("pkg", "llama.dll", "init"))
    assert first.title == "init is missing from foo.dll, and llama.dll needs it"
    assert data(first, "observed", "number") == [127]
    assert data(first, "file", "version") == ["1.2.3.4"]
    assert "error 127" in first.explanation


def test_an_ordinal_is_182():
    files = {LLAMA: dll(("foo.dll", [7])), FOO: dll(exports=["run"])}
    (first,) = diagnose(windows(files), ctypes_load(LLAMA)).findings
    assert (first.code, first.subject) == ("WL301", "ordinal 7")
    assert data(first, "observed", "number") == [182]
    assert "error 182" in first.explanation


def test_a_symbol_version_of_a_library_of_no_package():
    files = {
        LIBRARY: so("libssl.so.3", needs_versions=[("libssl.so.3", "OPENSSL_3.2.0")]),
        USR_LIB + "/libssl.so.3": so(soname="libssl.so.3", versions=["libssl.so.3", "OPENSSL_3.0.0"]),
    }
    (first,) = diagnose(linux(files), dlopen(LIBRARY)).findings
    assert (first.code, first.subject, first.explains_error) == ("WL301", "OPENSSL_3.2.0", True)
    assert first.title == "OPENSSL_3.2.0 is missing from libssl.so.3, and libfoo.so needs it"
    assert data(first, "simulated", "provider") == [USR_LIB + "/libssl.so.3"]


def test_an_elf_symbol_that_nothing_defines():
    files = {LIBRARY: so("libbar.so", takes=["bar_new"]), USR_LIB + "/libbar.so": so(exports=["bar_old"])}
    (first,) = diagnose(linux(files), dlopen(LIBRARY)).findings
    assert (first.code, first.subject) == ("WL301", "bar_new")
    assert first.title == "bar_new is defined by nothing that is loaded, and libfoo.so needs it"


def test_symbols_of_one_library_are_one_cause():
    other = PACKAGE + r"\other.dll"
    files = {LLAMA: dll("other.dll", ("foo.dll", ["init"])), other: dll(("foo.dll", ["run"])), FOO: dll()}
    (first,) = diagnose(windows(files), ctypes_load(LLAMA)).findings
    assert {first.subject, *first.also} == {"init", "run"}
    assert "llama.dll" in told(first)
    assert "other.dll" in told(first)


def test_wine_loads_all_the_same_so_the_model_of_documented_windows_decides():
    """On Wine the quirk lets it load; without the quirk the same machine gives 127."""
    files = {LLAMA: dll(("foo.dll", ["init"])), FOO: dll()}
    wine = windows(files, system={"quirks": frozenset({"wine-missing-symbols-load"})})
    assert codes(diagnose(wine, ctypes_load(LLAMA))) == []
    assert codes(diagnose(windows(files), ctypes_load(LLAMA))) == ["WL301"]


def test_a_survived_failure_is_a_warning():
    files = {LLAMA: dll(("foo.dll", ["init"])), FOO: dll()}
    (first,) = diagnose(windows(files), ctypes_load(LLAMA), survived=True).findings
    assert (first.severity, first.explains_error) == (Severity.WARNING, False)


def test_is_silent_where_another_copy_has_it():
    files = {LLAMA: dll(("foo.dll", ["init"])), FOO: dll(), BASE + r"\foo.dll": dll(exports=["init"])}
    assert codes(diagnose(windows(files), ctypes_load(LLAMA))) == ["WL206"]


def test_is_silent_where_a_file_is_missing_besides():
    """The walk goes on behind the missing file; that one is what the error is about."""
    files = {LLAMA: dll("gone.dll", ("foo.dll", ["init"])), FOO: dll(exports=["init"])}
    assert codes(diagnose(windows(files), saw(ctypes_load(LLAMA), succeeded=False, number=126))) == ["WL201"]


def test_is_silent_where_it_is_there():
    files = {LLAMA: dll(("foo.dll", ["init"])), FOO: dll(exports=["init"])}
    assert codes(diagnose(windows(files), ctypes_load(LLAMA))) == []


def test_an_observed_load_without_a_symbol_has_no_such_evidence():
    files = {LLAMA: dll(("foo.dll", ["init"])), FOO: dll()}
    (first,) = diagnose(windows(files), ctypes_load(LLAMA)).findings
    assert [one.kind for one in first.evidence] == ["request", "observed", "simulated", "file"]
    assert of_kind(first, "simulated")[0].data["library"] == "foo.dll"


@pytest.mark.parametrize(
    ("text", "code", "subject"),
    [
        (f"{LIBRARY}: undefined symbol: bar_new", "WL301", "bar_new"),
        (f"{LIBRARY}: undefined symbol: __isoc23_strtol", "WL302", "__isoc23_strtol"),
        (f"/lib/libc.so.6: version `GLIBC_2.39' not found (required by {LIBRARY})", "WL302", "GLIBC_2.39"),
    ],
)
def test_what_the_real_loader_named_counts_where_the_model_knows_too_little(text, code, subject):
    """A saved machine that has the file, and of its tables nothing."""
    machine = linux({LIBRARY: so("libc.so.6", opaque=True)})
    answer = diagnose(machine, saw(dlopen(LIBRARY), succeeded=False, text=text))
    first = answer.findings[0]
    assert (first.code, first.subject, first.explains_error) == (code, subject, True)
    assert first.chain == ("pkg", "libfoo.so", subject)


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("_ZN3c105ErrorC1ENS_14SourceLocationE", "c10::Error::Error"),
        ("_ZN2at4_ops3add4callERKNS_6TensorE", "at::_ops::add::call"),
        ("_ZNSt6thread4joinEv", "std::thread::join"),
        ("__ZN5torch3jit5GraphD1Ev", "torch::jit::Graph::~Graph"),
        ("??0Error@c10@@QEAA@XZ", "c10::Error::Error"),
        ("?call@add@_ops@at@@SA?AVTensor@4@XZ", "at::_ops::add::call"),
        ("cudaMalloc", "cudaMalloc"),
        ("_ZN999999999999zzz", "zzz"),
        ("_ZN3", "_ZN3"),
        ("_ZN", "_ZN"),
        ("ordinal 7", "ordinal 7"),
    ],
)
def test_names_that_a_person_can_read(symbol, name):
    assert readable(symbol) == name
