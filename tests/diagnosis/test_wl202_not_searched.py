"""WL202: it is here, where this load does not look. Where the program itself added the place it is WL203."""

from __future__ import annotations

import pytest

from tests.support.machines import (
    BASE,
    CUDA,
    LINUX_PACKAGE,
    LINUX_SITE,
    PACKAGE,
    SITE,
    SYSTEM32,
    codes,
    ctypes_load,
    data,
    diagnose,
    dll,
    dlopen,
    import_load,
    linux,
    of_kind,
    recorded,
    so,
    told,
    windows,
)
from wontload.diagnosis import Severity

MODULE = PACKAGE + r"\_c.pyd"
LLAMA = PACKAGE + r"\llama.dll"
CUDART = CUDA + r"\cudart64_12.dll"
LIBRARY = LINUX_PACKAGE + "/libfoo.so"


def test_a_directory_on_path_does_not_count_for_an_import():
    files = {MODULE: dll("cudart64_12.dll"), CUDART: dll(file_version=(12, 4, 99, 0))}
    machine = windows(files, environment={"PATH": f"{SYSTEM32};{CUDA}"})
    answer = diagnose(machine, import_load(MODULE, path=[SYSTEM32, CUDA]))
    (first,) = answer.findings
    assert (first.code, first.severity, first.explains_error) == ("WL202", Severity.ERROR, True)
    assert (first.subject, first.component, first.load) == ("cudart64_12.dll", "cuda-runtime 12", 0)
    assert first.chain == ("pkg", "_c.pyd", "cudart64_12.dll")
    kinds = ["request", "observed", "searched", "copy", "variable", "provider"]
    assert [one.kind for one in first.evidence] == kinds
    (copy,) = of_kind(first, "copy")
    assert (copy.data["path"], copy.data["directory"], copy.data["version"]) == (CUDART, CUDA, "12.4.99.0")
    assert of_kind(first, "variable")[0].data == {"name": "PATH"}
    assert CUDA not in [place["directory"] for place in of_kind(first, "searched")[0].data["places"]]
    assert data(first, "provider", "package") == [None]  # it is here: nobody need provide it
    assert "PATH and the current directory do not count in it" in first.explanation
    assert answer.verdict == "fails"


def test_winmode_0_and_a_toolkit_that_is_not_on_path():
    names = ("cudart64_12.dll", "cublas64_12.dll")
    machine = windows({LLAMA: dll(*names), **{CUDA + "\\" + name: dll() for name in names}})
    (first,) = diagnose(machine, ctypes_load(LLAMA, winmode=0)).findings
    assert (first.code, first.subject, first.also) == ("WL202", "cudart64_12.dll", ("cublas64_12.dll",))
    assert first.explanation.startswith("winmode=0 asks for Windows' standard search order")
    assert data(first, "copy", "path") == [CUDA + "\\" + name for name in names]
    assert of_kind(first, "variable") == []


def test_winmode_0_and_a_dll_beside_the_file():
    machine = windows({LLAMA: dll("ggml.dll"), PACKAGE + r"\ggml.dll": dll()})
    (first,) = diagnose(machine, ctypes_load(LLAMA, winmode=0)).findings
    assert (first.code, first.subject) == ("WL202", "ggml.dll")
    assert "neither does the file's own directory" in first.explanation


def test_nvidia_s_wheels_are_looked_into():
    wheel = SITE + r"\nvidia\cuda_runtime\bin\cudart64_12.dll"
    (first,) = diagnose(windows({MODULE: dll("cudart64_12.dll"), wheel: dll()}), import_load(MODULE)).findings
    assert (first.code, data(first, "copy", "path")) == ("WL202", [wheel])


def test_linux_says_how_linux_searches():
    copy = LINUX_SITE + "/nvidia/cuda_runtime/lib/libcudart.so.12"
    machine = linux({LIBRARY: so("libcudart.so.12"), copy: so(soname="libcudart.so.12")})
    (first,) = diagnose(machine, dlopen(LIBRARY)).findings
    assert (first.code, first.subject, first.component) == ("WL202", "libcudart.so.12", "cuda-runtime 12")
    assert data(first, "copy", "path") == [copy]
    assert "RUNPATH" in first.explanation
    assert not [word for word in ("PATH and", "winmode", "add_dll_directory", "System32") if word in told(first)]


def test_it_was_installed_in_another_place():
    own, moved = LINUX_SITE + "/pkg.libs/libown-1f2e.so", LINUX_SITE + "/away/libown-1f2e.so"
    machine = linux({LIBRARY: so("libown-1f2e.so", runpath=("$ORIGIN/../pkg.libs",)), moved: so()})
    (first,) = diagnose(recorded(machine, pkg=[LIBRARY, own]), dlopen(LIBRARY)).findings
    assert (first.code, data(first, "copy", "path"), data(first, "record", "path")) == ("WL202", [moved], [own])
    (unrecorded,) = diagnose(machine, dlopen(LIBRARY)).findings
    assert (unrecorded.code, of_kind(unrecorded, "record")) == ("WL202", [])


def test_a_path_in_dt_needed_is_not_searched_for():
    machine = linux({LIBRARY: so("/build/libown.so"), LINUX_PACKAGE + "/libown.so": so()})
    (first,) = diagnose(machine, dlopen(LIBRARY)).findings
    assert (first.code, data(first, "copy", "path")) == ("WL202", [LINUX_PACKAGE + "/libown.so"])
    assert first.explanation == "The file that needs the library names it by a path, and a path is not searched for."


def test_two_places_are_two_causes():
    files = {
        LIBRARY: so("libalpha.so", "libbeta.so"),
        "/usr/local/lib/libalpha.so": so(),
        "/opt/cuda/lib64/libbeta.so": so(),
    }
    first, second = diagnose(linux(files), dlopen(LIBRARY)).findings
    assert [(one.code, one.subject, one.also) for one in (first, second)] == [
        ("WL202", "libalpha.so", ()),
        ("WL202", "libbeta.so", ()),
    ]


@pytest.mark.parametrize(
    ("flags", "process", "says", "never"),
    [
        (
            0x1000,
            {},
            "This load searches the interpreter's directory, the directories added",
            "the file's own directory",
        ),
        (0x800, {}, "This load searches System32. Directories added", "the interpreter's"),
        (0x8, {}, "the current directory and PATH", "winmode=0"),
        (0, {"default_dll_directories": 0x1000}, "SetDefaultDllDirectories was called", "winmode=0"),
        (0, {"dll_directory": ""}, "SetDllDirectory's and PATH", "the current directory and PATH"),
    ],
)
def test_the_explanation_fits_the_flags(flags: int, process: dict, says: str, never: str):
    machine = windows({CUDART: dll(), LLAMA: dll("cudart64_12.dll")})
    name = "cudart64_12.dll" if flags == 0x1000 else LLAMA
    (first,) = diagnose(machine, ctypes_load(name, flags, **process)).findings
    assert first.code == "WL202"
    assert says in first.explanation
    assert never not in first.explanation


def test_a_module_that_asks_with_flags_of_its_own():
    """Linked with /DEPENDENTLOADFLAG:0x800, it gets System32 alone, whatever the load's flags are."""
    own = {LLAMA: dll("ggml.dll", dependent_load_flags=0x800), PACKAGE + r"\ggml.dll": dll()}
    (first,) = diagnose(windows(own), ctypes_load(LLAMA)).findings
    assert (first.code, first.subject) == ("WL202", "ggml.dll")
    assert "llama.dll was linked with /DEPENDENTLOADFLAG:0x800" in first.explanation
    assert [place["directory"] for place in of_kind(first, "searched")[0].data["places"]] == [SYSTEM32]


def test_a_copy_that_a_saved_machine_only_lists_may_do():
    machine = windows({MODULE: dll("cudart64_12.dll"), CUDART: None})
    (first,) = diagnose(machine, import_load(MODULE)).findings
    assert (first.code, first.subject) == ("WL202", "cudart64_12.dll")
    assert "nothing is known of its contents" in of_kind(first, "copy")[0].text


def test_code_that_an_emulating_process_takes_fits():
    files = {MODULE: dll("foo.dll"), r"C:\tools\foo.dll": dll(architecture="arm64x")}
    machine = windows(files, environment={"PATH": r"C:\tools"})
    (first,) = diagnose(machine, import_load(MODULE, path=[r"C:\tools"])).findings
    assert first.code == "WL202"


def test_is_silent_where_the_directory_is_searched():
    machine = windows({LLAMA: dll("cudart64_12.dll"), CUDART: dll()})
    assert codes(diagnose(machine, ctypes_load(LLAMA, winmode=0, path=[CUDA]))) == []


def test_is_silent_where_the_program_added_it():
    machine = windows({LLAMA: dll("cudart64_12.dll"), CUDART: dll()})
    assert codes(diagnose(machine, ctypes_load(LLAMA, winmode=0, added=[CUDA]))) == ["WL203"]


def test_is_silent_where_the_copy_is_another_processor_s():
    machine = windows({LLAMA: dll("cudart64_12.dll"), BASE + r"\cudart64_12.dll": dll(architecture="x86")})
    assert codes(diagnose(machine, ctypes_load(LLAMA))) == ["WL205"]


def test_a_runpath_is_not_handed_down():
    """`a.so` names the directory and does not need the file; `libb.so` needs it and names no directory."""
    deep = "/opt/thing/deep"
    files = {
        "/opt/thing/a.so": so("libb.so", runpath=("$ORIGIN", "$ORIGIN/deep")),
        "/opt/thing/libb.so": so("libc_x.so"),
        f"{deep}/libc_x.so": so(),
    }
    (first,) = diagnose(linux(files), dlopen("/opt/thing/a.so")).findings
    assert (first.code, first.subject, data(first, "copy", "path")) == ("WL202", "libc_x.so", [f"{deep}/libc_x.so"])
