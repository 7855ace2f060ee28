"""Diagnoses made by hand, as real as they can be, for the tests of what is shown.

What a rule finds is tested with the rules.
"""

from __future__ import annotations

from tests.support.judged import (
    CUDA,
    FLAGGED_ORDER,
    LIB,
    LINUX,
    LLAMA,
    LOADER_PY,
    RAISED,
    SITE,
    STANDARD_ORDER,
    WINDOWS,
    copy_evidence,
    ctypes_request,
    failing,
    judged,
    llama_modules,
    loaded,
    looked_evidence,
    missing,
    not_found_error,
    observed_evidence,
    provider_evidence,
    request_evidence,
    searched_evidence,
    unfit_evidence,
    windows_machine,
)
from wontload.diagnosis import Diagnosis, Evidence, Finding, JudgedLoad, Severity
from wontload.loader import LoadResult, Module, SearchedPlace, Status, Tried, Verdict
from wontload.machine import LoadRequest, Machine, ObservedError, ObservedLoad, Process

HOW_WINMODE_0 = (
    "winmode=0 asks for Windows' standard search order: the interpreter's directory, the system's, the current "
    "directory and PATH. Directories added with os.add_dll_directory do not count in it, and neither does the file's "
    "own directory. So the directory that the program added helps only loads that do not pass winmode=0."
)


def the_case(machine: Machine = WINDOWS, import_s: float | None = 0.31) -> Diagnosis:
    """CASE.md: CUDA 12.4 is here and was added, and winmode=0 does not look there."""
    request = ctypes_request()
    ran = import_s is not None
    gone = [missing(name, LIB + r"\ggml-cuda.dll") for name in ("cudart64_12.dll", "cublas64_12.dll")]
    result = failing(request, llama_modules(*gone), STANDARD_ORDER)
    finding = Finding(
        code="WL203",
        severity=Severity.ERROR,
        title="cudart64_12.dll and cublas64_12.dll are here; their directory was added, in a way that this load "
        "ignores",
        subject="cudart64_12.dll",
        also=("cublas64_12.dll",),
        component="cuda-runtime 12",
        chain=("llama_cpp", "llama.dll", "ggml.dll", "ggml-cuda.dll", "cudart64_12.dll"),
        evidence=(
            request_evidence(request),
            *([observed_evidence(not_found_error(LLAMA))] if ran else []),
            searched_evidence(STANDARD_ORDER),
            copy_evidence(CUDA, "cudart64_12.dll", "12.4.99"),
            copy_evidence(CUDA, "cublas64_12.dll", "12.4.99"),
            Evidence(
                "added",
                f"{CUDA} was added with os.add_dll_directory (from CUDA_PATH) at {LOADER_PY}:52",
                {"directory": CUDA, "file": LOADER_PY, "line": 52, "expression": "CUDA_PATH"},
            ),
        ),
        explanation=HOW_WINMODE_0,
        explains_error=True,
        load=0,
    )
    return Diagnosis(
        target="llama_cpp",
        machine=machine,
        verdict="fails",
        error=RAISED if ran else None,
        findings=(finding,),
        loads=(judged(result, not_found_error(LLAMA)) if ran else JudgedLoad(request=request, simulated=result),),
        import_s=import_s,
    )


def the_case_on_a_saved_machine() -> Diagnosis:
    """The same from a file, with nothing run."""
    machine = windows_machine(
        "rtx4070super",
        GPU="NVIDIA GeForce RTX 4070 SUPER (12 GB)",
        driver="551.61",
        toolkit="CUDA 12.4",
    )
    return the_case(machine, None)


def nowhere() -> Diagnosis:
    """Four CUDA files in no place we know; the VC++ runtime older than it might be, besides."""
    dll = SITE + r"\bitsandbytes\libbitsandbytes_cuda124.dll"
    request = ctypes_request(dll, 0x1100, None, None)
    names = ("cudart64_12.dll", "cublas64_12.dll", "cublasLt64_12.dll", "cusparse64_12.dll")
    modules = (loaded(dll, dll, None, "explicit_path"), *(missing(name, dll, FLAGGED_ORDER) for name in names))
    error = not_found_error(dll)
    finding = Finding(
        code="WL201",
        severity=Severity.ERROR,
        title="cudart64_12.dll, cublas64_12.dll, cublasLt64_12.dll and cusparse64_12.dll are nowhere on this machine",
        subject=names[0],
        also=names[1:],
        component="cuda-runtime 12",
        chain=("libbitsandbytes_cuda124.dll", names[0]),
        evidence=(
            request_evidence(request),
            observed_evidence(error),
            searched_evidence(FLAGGED_ORDER),
            looked_evidence(
                "cudart64_12.dll, cublas64_12.dll, cublasLt64_12.dll and 1 more", [f"D{n}" for n in range(47)]
            ),
            unfit_evidence(
                r"C:\old\CUDA\v10.2\bin32\cudart64_12.dll", "built for x86, and this process is x86_64", "x86"
            ),
            provider_evidence(names[0], "cuda-runtime 12", "nvidia-cuda-runtime-cu12"),
            provider_evidence(names[1], "cublas 12", "nvidia-cublas-cu12"),
            provider_evidence(names[2], "cublas 12", "nvidia-cublas-cu12"),
            provider_evidence(names[3], "cusparse 12", "nvidia-cusparse-cu12"),
        ),
        explanation="libbitsandbytes_cuda124.dll cannot be loaded without them. The error message names the file that "
        "was asked for, not what it lacks.",
        explains_error=True,
        load=0,
    )
    disagreement = Finding(
        code="WL901",
        severity=Severity.NOTE,
        title="simulation and observation disagree on vcruntime140.dll",
        subject="vcruntime140.dll",
        evidence=(
            Evidence("observed", r"it was mapped from C:\Python311\vcruntime140.dll"),
            Evidence("simulated", r"the model takes it from C:\Windows\System32\vcruntime140.dll"),
        ),
        explanation="One of the two is wrong; the observation is what happened.",
    )
    return Diagnosis(
        target=dll,
        machine=WINDOWS,
        verdict="fails",
        error=error,
        findings=(finding, disagreement),
        loads=(judged(failing(request, modules, FLAGGED_ORDER), error),),
        import_s=0.02,
    )


def other_architecture() -> Diagnosis:
    """WL205: the dependency that was found is a 32-bit one."""
    request, path = ctypes_request(), LIB + r"\ggml-base.dll"
    gone = Module(
        name="ggml-base.dll",
        path=None,
        status=Status.MISSING,
        needed_by=LLAMA,
        reason="the copy found is built for x86",
        tried=(Tried("path_variable", path, "passed over"),),
    )
    modules = (loaded("llama.dll", LLAMA, None, "explicit_path"), gone)
    finding = Finding(
        code="WL205",
        severity=Severity.ERROR,
        title="the ggml-base.dll that was found is built for x86, and this Python is x86_64",
        subject="ggml-base.dll",
        chain=("llama_cpp", "llama.dll", "ggml-base.dll"),
        evidence=(
            request_evidence(request),
            observed_evidence(not_found_error(LLAMA)),
            unfit_evidence(path, "built for x86, and this process is x86_64", "x86"),
            searched_evidence(STANDARD_ORDER),
        ),
        explanation="The loader passes over a library of another machine type and goes on searching. It found no "
        "other, and so it says that the file cannot be found, though it is there.",
        explains_error=True,
        load=0,
    )
    return Diagnosis(
        target="llama_cpp",
        machine=WINDOWS,
        verdict="fails",
        error=RAISED,
        findings=(finding,),
        loads=(judged(failing(request, modules, STANDARD_ORDER), not_found_error(LLAMA)),),
        import_s=0.30,
    )


def cut_off() -> Diagnosis:
    """WL102: a truncated dependency."""
    request, path = ctypes_request(), LIB + r"\ggml-cuda.dll"
    what = "its headers promise 541278208 bytes and the file has 104857600"
    bad = Module(name="ggml-cuda.dll", path=path, status=Status.REFUSED, needed_by=LLAMA, reason="cut off", error=193)
    modules = (loaded("llama.dll", LLAMA, None, "explicit_path"), bad)
    error = ObservedError(
        exception="OSError", text="[WinError 193] %1 is not a valid Win32 application", number=193, raised_by="load"
    )
    finding = Finding(
        code="WL102",
        severity=Severity.ERROR,
        title="ggml-cuda.dll is cut off",
        subject="ggml-cuda.dll",
        chain=("llama_cpp", "llama.dll", "ggml-cuda.dll"),
        evidence=(
            request_evidence(request),
            observed_evidence(error),
            Evidence("file", f"{path}: {what}", {"path": path, "what": what}),
        ),
        explanation=f"The loader found this file and could not take it: {what}. The download or the copy was probably "
        "cut short; installing the package again with pip's --no-cache-dir brings a whole one.",
        explains_error=True,
        load=0,
    )
    return Diagnosis(
        target="llama-cpp-python",
        machine=WINDOWS,
        verdict="fails",
        error=error,
        findings=(finding,),
        loads=(judged(failing(request, modules, STANDARD_ORDER, 193), error),),
        notes=("llama-cpp-python is a distribution; its module llama_cpp was tried",),
        import_s=0.28,
    )


def points_at_nothing() -> Diagnosis:
    """WL208: CUDA_PATH names a directory that is not there, and the package adds it unasked."""
    expression = r"""os.add_dll_directory(os.path.join(os.environ["CUDA_PATH"], "bin"))"""
    error = ObservedError(
        exception="FileNotFoundError",
        text=r"[WinError 3] The system cannot find the path specified: 'C:\\nowhere\\bin'",
        number=3,
        file=LOADER_PY,
        line=52,
        raised_by="add_dll_directory",
    )
    finding = Finding(
        code="WL208",
        severity=Severity.ERROR,
        title=r"CUDA_PATH names C:\nowhere, which does not exist",
        subject="CUDA_PATH",
        chain=("llama_cpp", "CUDA_PATH"),
        evidence=(
            Evidence("request", expression, {"expression": expression, "file": LOADER_PY, "line": 52}),
            Evidence("observed", f"it raised {error.text}", {"number": 3, "text": error.text}),
            Evidence("variable", "no such directory", {"name": "CUDA_PATH", "value": r"C:\nowhere"}),
        ),
        explanation="The package adds that directory before it loads anything, and adding one that does not exist "
        "raises. No library was asked for yet.",
        explains_error=True,
    )
    return Diagnosis(
        target="llama_cpp", machine=WINDOWS, verdict="fails", error=error, findings=(finding,), import_s=0.11
    )


def sound() -> Diagnosis:
    """It loads."""
    request = ctypes_request()
    result = LoadResult(request=request, verdict=Verdict.LOADS, error=0, modules=llama_modules())
    return Diagnosis(
        target="llama_cpp",
        machine=WINDOWS,
        verdict="loads",
        loads=(judged(result, path=LLAMA),),
        import_s=0.4172,
    )


def undetermined() -> Diagnosis:
    """A saved machine without an observation, whose package nobody knows."""
    finding = Finding(
        code="WL902",
        severity=Severity.NOTE,
        title="the load could not be observed",
        subject="some_package",
        evidence=(Evidence("record", "the machine's file holds no observation of some_package"),),
        explanation="What follows is judged from its extension modules and from what is known of the package.",
    )
    return Diagnosis(
        target="some_package",
        machine=windows_machine("office-pc"),
        verdict="undetermined",
        findings=(finding,),
        would_settle=(
            "Run `wontload some_package` on that machine.",
            "The file holds nothing of D:\\libraries, which is on PATH: a listing of it would tell whether zlib1.dll "
            "is there.",
        ),
    )


def crash() -> Diagnosis:
    """WL605: the child died inside a load."""
    request = ctypes_request(flags=0x1100)
    observed = ObservedLoad(request=request, succeeded=None)
    simulated = LoadResult(request=request, verdict=Verdict.LOADS, error=0, modules=llama_modules())
    finding = Finding(
        code="WL605",
        severity=Severity.ERROR,
        title="the process crashed while llama.dll was being loaded (access violation)",
        subject="llama.dll",
        chain=("llama_cpp", "llama.dll"),
        evidence=(
            request_evidence(request),
            Evidence(
                "observed", "the child ended with status 0xC0000005, STATUS_ACCESS_VIOLATION", {"status": 3221225477}
            ),
            Evidence("simulated", "every module that it asks for is found"),
        ),
        explanation="Code that runs while the library is loaded (DllMain, constructors of C++ objects) reached memory "
        "that is not there. Nothing is missing; something does not fit.",
        explains_error=True,
        load=0,
    )
    return Diagnosis(
        target="llama_cpp",
        machine=WINDOWS,
        verdict="fails",
        findings=(finding,),
        loads=(JudgedLoad(request=request, observed=observed, simulated=simulated),),
        import_s=None,
    )


def not_installed() -> Diagnosis:
    """WL506: the package is in another environment."""
    error = ObservedError(exception="ModuleNotFoundError", text="No module named 'llama_cpp'", name="llama_cpp")
    elsewhere = {
        r"C:\venvs\llm": r"C:\venvs\llm\Lib\site-packages\llama_cpp",
        r"C:\Python312": r"C:\Python312\Lib\site-packages\llama_cpp",
    }
    command = r"C:\venvs\chat\Scripts\python.exe -m pip install llama-cpp-python"
    finding = Finding(
        code="WL506",
        severity=Severity.ERROR,
        title=r"llama_cpp is not installed for C:\venvs\chat\Scripts\python.exe",
        subject="llama_cpp",
        chain=("llama_cpp",),
        evidence=(
            Evidence("looked", "no llama_cpp in the 5 entries of sys.path", {"directories": [SITE] * 5}),
            *(
                Evidence("copy", f"{home} has it: {path}", {"path": path, "environment": home})
                for home, path in elsewhere.items()
            ),
            Evidence(
                "provider",
                f"llama_cpp comes with the distribution llama-cpp-python: {command}",
                {"package": "llama-cpp-python", "file": "llama_cpp", "component": None},
            ),
        ),
        explanation="Each interpreter and each virtual environment has packages of its own. This one does not have it; "
        "another one here does.",
        explains_error=True,
    )
    return Diagnosis(target="llama_cpp", machine=WINDOWS, verdict="fails", error=error, findings=(finding,))


LINUX_SITE = "/home/ada/.venvs/vision/lib/python3.11/site-packages"
CV2 = LINUX_SITE + "/cv2/cv2.abi3.so"
LINUX_ORDER = (
    SearchedPlace("runpath", LINUX_SITE + "/opencv_python.libs"),
    SearchedPlace("default_directories", "/lib/x86_64-linux-gnu"),
    SearchedPlace("default_directories", "/usr/lib/x86_64-linux-gnu"),
    SearchedPlace("default_directories", "/lib"),
    SearchedPlace("default_directories", "/usr/lib"),
)


def linux_libgl() -> Diagnosis:
    """OpenCV on a server: libGL.so.1 and its thread library are not there."""
    text = "libGL.so.1: cannot open shared object file: No such file or directory"
    request = LoadRequest(
        kind="import",
        name=CV2,
        flags=2,
        process=Process(executable="/usr/bin/python3.11", current_directory="/home/ada"),
        file=LINUX_SITE + "/cv2/__init__.py",
        line=153,
    )
    names = ("libGL.so.1", "libgthread-2.0.so.0")
    lost = tuple(
        Module(
            name=name, path=None, status=Status.MISSING, needed_by=CV2, reason="in no directory searched", error=text
        )
        for name in names
    )
    result = failing(request, (loaded(CV2, CV2, None, "explicit_path"), *lost), LINUX_ORDER, text)
    error = ObservedError(exception="ImportError", text=text, raised_by="load", file=request.file, line=153)
    finding = Finding(
        code="WL201",
        severity=Severity.ERROR,
        title="libGL.so.1 and libgthread-2.0.so.0 are nowhere on this machine",
        subject=names[0],
        also=names[1:],
        component="libglvnd",
        chain=("cv2", "cv2.abi3.so", "libGL.so.1"),
        evidence=(
            request_evidence(request),
            observed_evidence(error),
            searched_evidence(LINUX_ORDER),
            looked_evidence("libGL.so.1 and libgthread-2.0.so.0", [f"/d{n}" for n in range(31)]),
            provider_evidence("libGL.so.1", "libglvnd", "libgl1", "Debian, Ubuntu", "apt install libgl1"),
            provider_evidence(
                "libgthread-2.0.so.0", "glib 2", "libglib2.0-0", "Debian, Ubuntu", "apt install libglib2.0-0"
            ),
        ),
        explanation="cv2.abi3.so cannot be loaded without them. The error message names the first of them only.",
        explains_error=True,
        load=0,
    )
    return Diagnosis(
        target="cv2",
        machine=LINUX,
        verdict="fails",
        error=error,
        findings=(finding,),
        loads=(judged(result, error),),
        import_s=0.09,
    )


EVIL = "a\x1b[2J\x1b]0;owned\x07\u202egnp.exe\u2069\r\nInjected: line\x9b31m" + "ж" * 700 + ".dll"


def hostile() -> Diagnosis:
    """Names that a terminal would obey, that are far too long, and that no code page holds."""
    path = r"C:\Users\Zoë\データ\编译\Ω" + "\\" + EVIL
    request = ctypes_request(path, 0, r"C:\Users\Zoë\データ\загрузка.py", 3)
    many = tuple(f"библиотека{number}\x1b[31m.dll" for number in range(40))
    modules = (loaded(EVIL, path, None), *(missing(name, path) for name in many))
    finding = Finding(
        code="WL201",
        severity=Severity.ERROR,
        title=f"{EVIL} and \x1b[5mmore are nowhere",
        subject=many[0],
        also=many[1:],
        component="evil\x1b[0m\u2066 12",
        chain=(EVIL, EVIL, many[0]),
        evidence=(
            request_evidence(request),
            Evidence(
                "searched", "x\x1by", {"places": [{"rule": "path_variable", "directory": path}, "no mapping", None]}
            ),
            Evidence("copy", "c\x07", {"path": path + "\\" + many[0], "version": "\x1b[1m1.0"}),
            Evidence("unheard_of\x1b", "a kind\x00 of the future, with \u202e in it", {"nested": [{"a": (1, 2)}]}),
            Evidence("provider", "nobody \x1b provides it"),
            Evidence("looked", "nowhere", {"directories": 7}),
            Evidence("variable", "v", {"name": "P\x1bATH", "value": path}),
            Evidence("unfit", "u", {"path": path}),
        ),
        explanation=f"Because {EVIL}.",
        load=0,
    )
    return Diagnosis(
        target=EVIL,
        machine=windows_machine("id\x1b[31m", gpu="\u202eUPG"),
        verdict="fails",
        error=ObservedError(exception="OS\x1bError", text=EVIL),
        findings=(finding, finding),
        loads=(JudgedLoad(request=request, simulated=failing(request, modules, STANDARD_ORDER)),),
        would_settle=(f"Ask \x1b[31m{EVIL}.",),
        notes=("note\x1b[2J",),
    )


DIAGNOSES = {
    "wl203": the_case(),
    "wl203_saved": the_case_on_a_saved_machine(),
    "wl201": nowhere(),
    "wl205": other_architecture(),
    "wl102": cut_off(),
    "wl208": points_at_nothing(),
    "wl506": not_installed(),
    "wl605": crash(),
    "wl201_linux": linux_libgl(),
    "loads": sound(),
    "undetermined": undetermined(),
    "hostile": hostile(),
}
