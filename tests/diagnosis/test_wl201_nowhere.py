"""WL201: a dependency is nowhere. In an unsearched place it is WL202, of another major version WL204."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.machines import (
    BASE,
    CUDA,
    LINUX_PACKAGE,
    PACKAGE,
    SYSTEM32,
    broken,
    codes,
    ctypes_load,
    data,
    diagnose,
    dll,
    dlopen,
    import_load,
    linux,
    of_kind,
    saw,
    so,
    told,
    windows,
)
from wontload.binary import Assembly, Defect, Manifest
from wontload.diagnosis import Severity

LLAMA = PACKAGE + r"\llama.dll"
CUDA_DLL = PACKAGE + r"\ggml-cuda.dll"
CUDA_NAMES = ("cudart64_12.dll", "cublas64_12.dll", "cublasLt64_12.dll", "cufft64_11.dll")
LIBRARY = LINUX_PACKAGE + "/libfoo.so"


def test_several_cuda_dlls_are_one_finding():
    machine = windows({LLAMA: dll("ggml-cuda.dll"), CUDA_DLL: dll(*CUDA_NAMES)})
    answer = diagnose(machine, ctypes_load(LLAMA))
    (first,) = answer.findings
    assert (first.code, first.severity, first.explains_error) == ("WL201", Severity.ERROR, True)
    assert (first.subject, *first.also) == CUDA_NAMES
    assert (first.component, first.load) == ("cuda-runtime 12", 0)
    assert first.chain == ("pkg", "llama.dll", "ggml-cuda.dll", "cudart64_12.dll")
    assert first.title.endswith("are nowhere on this machine")
    assert first.explanation.startswith("ggml-cuda.dll cannot be loaded without them.")
    assert answer.verdict == "fails"


def test_its_evidence():
    machine = windows({CUDA_DLL: dll(*CUDA_NAMES)})
    (first,) = diagnose(machine, ctypes_load(CUDA_DLL)).findings
    assert [one.kind for one in first.evidence] == ["request", "observed", "searched", "looked", *["provider"] * 4]
    (request,) = of_kind(first, "request")
    assert (request.data["flags"], request.data["line"]) == (0x1100, 10)
    places = [(place["rule"], place["directory"]) for place in of_kind(first, "searched")[0].data["places"]]
    assert places == [("dll_load_directory", PACKAGE), ("application_directory", BASE), ("system32", SYSTEM32)]
    looked = of_kind(first, "looked")[0].data
    assert looked["names"] == list(CUDA_NAMES)
    assert {PACKAGE, SYSTEM32, BASE} <= set(looked["directories"])
    providers = {one.data["file"]: (one.data["component"], one.data["package"]) for one in of_kind(first, "provider")}
    assert providers == {
        "cudart64_12.dll": ("cuda-runtime 12", "nvidia-cuda-runtime-cu12"),
        "cublas64_12.dll": ("cublas 12", "nvidia-cublas-cu12"),
        "cublasLt64_12.dll": ("cublas 12", "nvidia-cublas-cu12"),
        "cufft64_11.dll": ("cufft 11", "nvidia-cufft-cu12"),
    }


def test_two_unrelated_libraries_are_two_findings():
    machine = linux({LIBRARY: so("libGL.so.1", "libportaudio.so.2")})
    first, second = diagnose(machine, dlopen(LIBRARY)).findings
    assert [(one.code, one.subject, one.also) for one in (first, second)] == [
        ("WL201", "libGL.so.1", ()),
        ("WL201", "libportaudio.so.2", ()),
    ]
    assert (first.explains_error, second.explains_error) == (True, False)  # glibc names the first, and only that
    assert {first.severity, second.severity} == {Severity.ERROR}


def test_two_libraries_that_nobody_knows_are_two_findings_where_distributions_pack_them():
    machine = linux({LIBRARY: so("libquux.so.3", "libfrob.so.1")})
    assert [one.subject for one in diagnose(machine, dlopen(LIBRARY)).findings] == ["libquux.so.3", "libfrob.so.1"]


def test_two_of_the_package_s_own_are_one():
    machine = linux({LIBRARY: so("libggml.so", "libggml-base.so")})
    (first,) = diagnose(machine, dlopen(LIBRARY)).findings
    assert (first.subject, first.also) == ("libggml.so", ("libggml-base.so",))


def test_two_cuda_toolkits_are_two_findings():
    files = {LLAMA: dll("old.dll", "new.dll"), PACKAGE + r"\old.dll": dll("cudart64_110.dll", "cufft64_10.dll")}
    files[PACKAGE + r"\new.dll"] = dll("cudart64_12.dll", "cufft64_11.dll")
    first, second = diagnose(windows(files), ctypes_load(LLAMA)).findings
    assert (first.subject, *first.also) == ("cudart64_110.dll", "cufft64_10.dll")
    assert (second.subject, *second.also) == ("cudart64_12.dll", "cufft64_11.dll")


def test_the_driver_s_dll_stands_with_the_toolkit_s_and_says_who_brings_it():
    """Issue 3: one WL201 names every CUDA DLL. Each has its own component and provider."""
    machine = windows({CUDA_DLL: dll("cudart64_110.dll", "cublas64_11.dll", "nvcuda.dll")})
    (first,) = diagnose(machine, ctypes_load(CUDA_DLL)).findings
    assert (first.subject, first.also) == ("cudart64_110.dll", ("cublas64_11.dll", "nvcuda.dll"))
    assert data(first, "provider", "component") == ["cuda-runtime 11", "cublas 11", "nvidia-driver"]


def test_bare_names_that_one_line_tries_in_turn_are_one_finding():
    names = ["libmpi.so", "libmpi.so.12"]
    first, second = map(dlopen, names)
    text = "; ".join(f"{name}: cannot open shared object file: No such file or directory" for name in names)
    answer = diagnose(linux(), first, second, error=saw(second, succeeded=False, text=text).error)
    (finding,) = answer.findings
    assert (finding.code, finding.subject, finding.also) == ("WL201", "libmpi.so", ("libmpi.so.12",))
    assert finding.explanation == "The program tried these names in turn and gave up; none of them is here."
    assert finding.explains_error
    assert set(data(finding, "provider", "alternative")) == {True}


@pytest.mark.parametrize(("runpath", "sought"), [(("$ORIGIN/../nvidia/cudnn/lib",), True), ((), False)])
def test_whether_this_load_looks_where_the_provider_s_wheel_lays_it(runpath: tuple[str, ...], sought: bool):
    library = LINUX_PACKAGE + "/_c.so"
    (finding,) = diagnose(linux({library: so("libcudnn.so.9", runpath=runpath)}), dlopen(library)).findings
    assert data(finding, "provider", "sought") == [sought]


def test_optional_names_asked_for_on_one_line_may_be_anything():
    """A helper asks for all libraries on one line of its own; nobody said that any of them would do."""
    answer = diagnose(linux(), dlopen("libpng16.so.16"), dlopen("libtiff.so.6"), survived=True)
    (finding,) = answer.findings
    assert finding.severity is Severity.WARNING
    assert "would have done" not in finding.explanation
    assert answer.verdict == "loads"


def test_names_without_a_line_are_not_thrown_together():
    requests = [dlopen(name, file=None, line=None) for name in ("libpng16.so.16", "libtiff.so.6")]
    assert codes(diagnose(linux(), *requests, survived=True)) == ["WL201", "WL201"]


def test_a_bare_name():
    (first,) = diagnose(windows(), ctypes_load("libzbar-64.dll")).findings
    assert (first.code, first.subject, first.chain) == ("WL201", "libzbar-64.dll", ("pkg", "libzbar-64.dll"))
    assert first.explanation == "The program asked for it by this name, and the loader searched for it in vain."


@pytest.mark.parametrize(
    ("copy", "why"),
    [
        (dll(architecture="x86"), "built for x86, and this process is x86_64"),
        (broken(Defect.EMPTY, what="it is empty"), "it is empty"),
        (so(), "it is a library of another system"),
    ],
)
def test_a_copy_that_would_not_do_is_told_and_it_is_not_called_absent(copy: object, why: str):
    unfit = CUDA + r"\cudart64_12.dll"
    (first,) = diagnose(windows({CUDA_DLL: dll("cudart64_12.dll"), unfit: copy}), ctypes_load(CUDA_DLL)).findings
    assert (first.code, first.subject) == ("WL201", "cudart64_12.dll")
    assert data(first, "unfit", "path") == [unfit]
    assert why in of_kind(first, "unfit")[0].text
    assert "nowhere" not in told(first)
    assert "no file named" not in told(first)


def test_a_link_that_leads_nowhere_is_told():
    machine = linux({LIBRARY: so("libGL.so.1")}, links={"/usr/lib/libGL.so.1": "libGL.so.1.7.0"})
    (first,) = diagnose(machine, dlopen(LIBRARY)).findings
    assert of_kind(first, "unfit")[0].text == "/usr/lib/libGL.so.1: it is a link that leads nowhere"
    assert (first.code, first.title) == ("WL201", "libGL.so.1 is here only as a link that leads nowhere")
    assert "What the link leads to was removed" in first.explanation


def test_a_dead_link_beside_another_unfit_copy_is_no_whole_story():
    files = {LIBRARY: so("libGL.so.1"), "/opt/gl/libGL.so.1": so(architecture="aarch64")}
    machine = linux(files, links={"/usr/lib/libGL.so.1": "libGL.so.1.7.0"})
    (first,) = diagnose(machine, dlopen(LIBRARY, library_path="/opt/gl")).findings
    assert "link" not in first.title


def test_a_directory_of_that_name_is_no_copy():
    machine = linux({LIBRARY: so("libGL.so.1")}, links={"/home/ada/venv/lib/libGL.so.1": "/work"})
    (first,) = diagnose(machine, dlopen(LIBRARY)).findings
    assert (first.code, of_kind(first, "unfit"), of_kind(first, "copy")) == ("WL201", [], [])


def test_what_is_not_known_is_not_called_missing():
    """A saved machine that does not say whether one file exists, and another one that is surely missing."""
    machine = windows(
        {LLAMA: dll("unknown.dll"), PACKAGE + r"\b.dll": dll("gone.dll")},
        complete=[PACKAGE, BASE, r"C:\Windows"],
        path=[],
    )
    requests = ctypes_load(LLAMA, added=[r"D:\never\looked\at"]), ctypes_load(PACKAGE + r"\b.dll")
    failed = saw(requests[0], succeeded=False, number=126)
    answer = diagnose(machine, saw(requests[1], succeeded=False, number=126), failed)
    assert "unknown.dll" not in [one.subject for one in answer.findings if one.code == "WL201"]


def test_a_survived_failure_is_a_warning():
    (first,) = diagnose(windows({LLAMA: dll("gone.dll")}), ctypes_load(LLAMA), survived=True).findings
    assert (first.code, first.severity, first.explains_error) == ("WL201", Severity.WARNING, False)


def test_is_silent_where_a_copy_lies_in_an_unsearched_place():
    machine = windows({CUDA_DLL: dll("cudart64_12.dll"), CUDA + r"\cudart64_12.dll": dll()})
    assert codes(diagnose(machine, ctypes_load(CUDA_DLL))) == ["WL202"]


def test_is_silent_where_it_loads():
    assert codes(diagnose(windows({LLAMA: dll("ggml.dll"), PACKAGE + r"\ggml.dll": dll()}), import_load(LLAMA))) == []


def test_a_bare_name_without_its_extension_is_sought_with_it():
    """LoadLibraryExW adds `.dll`: "no file named cublas64_12" would be no answer."""
    (first,) = diagnose(windows(), ctypes_load("cublas64_12", winmode=0)).findings
    assert (first.code, first.subject, first.chain) == ("WL201", "cublas64_12.dll", ("pkg", "cublas64_12.dll"))
    assert (first.component, of_kind(first, "looked")[0].data["names"]) == ("cublas 12", ["cublas64_12.dll"])
    there = windows({CUDA + r"\cublas64_12.dll": dll()})
    assert codes(diagnose(there, ctypes_load("cublas64_12", winmode=0))) == ["WL202"]


def test_what_none_of_the_names_is_called():
    machine = windows({LLAMA: dll("a.dll", "b.dll")})
    (first,) = diagnose(machine, ctypes_load(LLAMA)).findings
    assert of_kind(first, "looked")[0].text.startswith("no file named a.dll or b.dll in any of ")


def test_a_side_by_side_assembly_that_is_not_installed():
    asked = Manifest(dependencies=(Assembly("Microsoft.VC90.CRT", "9.0.21022.8", "amd64"),))
    store = r"C:\Windows\WinSxS\amd64_microsoft.windows.gdiplus_6595b64144ccf1df_1.1.1.1_none_a\gdiplus.dll"
    machine = windows({LLAMA: dll(read_manifest=lambda: asked), store: dll()})
    (first,) = diagnose(machine, ctypes_load(LLAMA)).findings
    assert (first.code, first.subject, first.explains_error) == ("WL201", "Microsoft.VC90.CRT", True)
    assert first.title == "the side-by-side assembly Microsoft.VC90.CRT is not installed"
    assert "Microsoft.VC90.CRT 9.0.21022.8 amd64 is neither in WinSxS nor beside the file" in told(first)
    assert "redistributable" in first.explanation


@pytest.mark.parametrize(("version", "manager"), [("fedora 42", "dnf"), ("debian 12", "apt"), ("arch", "pacman")])
def test_the_packages_named_are_those_of_the_distribution_that_is_here(version: str, manager: str):
    machine = linux({LINUX_PACKAGE + "/libfoo.so": so("libGL.so.1")})
    machine = replace(machine, system=replace(machine.system, version=version))
    (first,) = diagnose(machine, dlopen(LINUX_PACKAGE + "/libfoo.so")).findings
    (provider,) = of_kind(first, "provider")
    kinds = {one["kind"] for one in provider.data["providers"]}
    assert kinds & {"apt", "dnf", "pacman", "apk"} == {manager}


@pytest.mark.parametrize(
    ("module", "layout", "own"),
    [
        (BASE + r"\DLLs\_ssl.pyd", "plain", True),
        (BASE + r"\DLLs\_ssl.pyd", "venv", True),
        (BASE + r"\_ssl.pyd", "embeddable", True),
        (BASE + r"\DLLs\_ssl.pyd", "conda", False),  # where openssl is a package of its own
        (PACKAGE + r"\_ssl.pyd", "plain", False),
    ],
)
def test_what_pythons_own_modules_need_comes_with_python(module: str, layout: str, own: bool):
    machine = windows({module: dll("libcrypto-3.dll")})
    assert machine.python is not None
    machine = replace(machine, python=replace(machine.python, layout=layout))
    (first,) = diagnose(machine, import_load(module)).findings
    assert (first.code, first.subject) == ("WL201", "libcrypto-3.dll")
    assert ("Repair that Python" in first.explanation) is own
    assert bool(of_kind(first, "provider")) is not own
