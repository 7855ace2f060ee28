"""What the diagnoses made by hand are made of: two machines, load results, evidence as the rules fill it."""

from __future__ import annotations

from wontload.diagnosis import Evidence, JudgedLoad
from wontload.loader import LoadResult, Module, SearchedPlace, Status, Tried, Verdict
from wontload.machine import (
    AddedDirectory,
    Files,
    LoadRequest,
    Machine,
    ObservedError,
    ObservedLoad,
    Process,
    Python,
    System,
)
from wontload.machine.memory import MemoryFiles

SITE = r"C:\venvs\chat\Lib\site-packages"
LIB = SITE + r"\llama_cpp\lib"
LLAMA = LIB + r"\llama.dll"
CUDA = r"C:\Program Files\NVIDIA GPU Computing Toolkit\CUDA\v12.4\bin"
LOADER_PY = SITE + r"\llama_cpp\_ctypes_extensions.py"
SYSTEM32 = r"C:\Windows\System32"

NO_FILES: Files = MemoryFiles({})


def windows_machine(identity: str = "this", **facts: str) -> Machine:
    return Machine(
        id=identity,
        system=System(name="windows", version="10.0.22631"),
        files=NO_FILES,
        facts=facts,
        python=Python(
            executable=r"C:\venvs\chat\Scripts\python.exe",
            base_executable=r"C:\Python311\python.exe",
            version="3.11.9",
            prefix=r"C:\venvs\chat",
            base_prefix=r"C:\Python311",
            platform="win_amd64",
            layout="venv",
            path=(r"C:\Python311\python311.zip", r"C:\Python311\Lib", r"C:\Python311", SITE),
            extension_suffixes=(".cp311-win_amd64.pyd", ".pyd"),
        ),
    )


def linux_machine() -> Machine:
    return Machine(
        id="this",
        system=System(name="linux", version="Debian GNU/Linux 12", libc="glibc", libc_version="2.36"),
        files=MemoryFiles({}, windows=False),
        python=Python(
            executable="/home/ada/.venvs/vision/bin/python",
            base_executable="/usr/bin/python3.11",
            version="3.11.2",
            prefix="/home/ada/.venvs/vision",
            base_prefix="/usr",
            platform="linux_x86_64",
            layout="venv",
            path=("/usr/lib/python3.11", "/home/ada/.venvs/vision/lib/python3.11/site-packages"),
        ),
    )


WINDOWS = windows_machine()
LINUX = linux_machine()

PATH_DIRECTORIES = (
    LIB,
    SYSTEM32,
    r"C:\Windows",
    r"C:\Windows\System32\Wbem",
    r"C:\Program Files\Git\cmd",
    *(rf"C:\tools\number{number}" for number in range(10)),
)

STANDARD_ORDER = (
    SearchedPlace("application_directory", r"C:\Python311"),
    SearchedPlace("system32", SYSTEM32),
    SearchedPlace("system16", r"C:\Windows\System"),
    SearchedPlace("windows_directory", r"C:\Windows"),
    SearchedPlace("current_directory", r"C:\work"),
    *(SearchedPlace("path_variable", directory) for directory in PATH_DIRECTORIES),
)

FLAGGED_ORDER = (
    SearchedPlace("dll_load_directory", SITE + r"\bitsandbytes"),
    SearchedPlace("application_directory", r"C:\Python311"),
    SearchedPlace("system32", SYSTEM32),
)


def process() -> Process:
    return Process(
        executable=r"C:\Python311\python.exe",
        current_directory=r"C:\work",
        environment={"PATH": ";".join(PATH_DIRECTORIES)},
        added_directories=(AddedDirectory(CUDA, LOADER_PY, 52, "CUDA_PATH"),),
    )


def ctypes_request(
    name: str = LLAMA, flags: int = 0, file: str | None = LOADER_PY, line: int | None = 67
) -> LoadRequest:
    return LoadRequest(kind="ctypes", name=name, flags=flags, process=process(), file=file, line=line)


def loaded(name: str, path: str, needed_by: str | None, rule: str | None = None) -> Module:
    return Module(name=name, path=path, status=Status.LOADED, needed_by=needed_by, rule=rule)


def missing(name: str, needed_by: str, order: tuple[SearchedPlace, ...] = STANDARD_ORDER) -> Module:
    return Module(
        name=name,
        path=None,
        status=Status.MISSING,
        needed_by=needed_by,
        reason="in none of the directories searched",
        error=126,
        tried=tuple(Tried(place.rule, place.directory + "\\" + name, "absent") for place in order),
    )


def virtual(name: str, needed_by: str) -> Module:
    return Module(name=name, path=None, status=Status.VIRTUAL, needed_by=needed_by, rule="api_set")


def llama_modules(*lost: Module) -> tuple[Module, ...]:
    return (
        loaded("llama.dll", LLAMA, None, "explicit_path"),
        loaded("ggml.dll", LIB + r"\ggml.dll", LLAMA, "path_variable"),
        loaded("ggml-base.dll", LIB + r"\ggml-base.dll", LIB + r"\ggml.dll", "path_variable"),
        loaded("ggml-cuda.dll", LIB + r"\ggml-cuda.dll", LIB + r"\ggml.dll", "path_variable"),
        *lost,
        loaded("KERNEL32.dll", SYSTEM32 + r"\kernel32.dll", LLAMA, "known_dlls"),
        loaded("KERNELBASE.dll", SYSTEM32 + r"\KernelBase.dll", SYSTEM32 + r"\kernel32.dll", "known_dlls"),
        loaded("ntdll.dll", SYSTEM32 + r"\ntdll.dll", SYSTEM32 + r"\KernelBase.dll", "known_dlls"),
        Module(
            name="VCRUNTIME140.dll",
            path=r"C:\Python311\vcruntime140.dll",
            status=Status.ALREADY_LOADED,
            needed_by=LLAMA,
            rule="already_loaded",
        ),
        virtual("api-ms-win-crt-runtime-l1-1-0.dll", LLAMA),
        virtual("api-ms-win-crt-heap-l1-1-0.dll", LLAMA),
        Module(
            name="nvcuda.dll",
            path=SYSTEM32 + r"\nvcuda.dll",
            status=Status.DELAYED,
            needed_by=LIB + r"\ggml-cuda.dll",
            rule="system32",
        ),
    )


def failing(
    request: LoadRequest, modules: tuple[Module, ...], order: tuple[SearchedPlace, ...], error: int | str = 126
):
    return LoadResult(request=request, verdict=Verdict.FAILS, error=error, modules=modules, search_order=order)


def not_found_error(path: str, number: int | None = 126) -> ObservedError:
    return ObservedError(
        exception="FileNotFoundError",
        text=f"Could not find module '{path}' (or one of its dependencies). Try using the full path with constructor "
        "syntax.",
        number=number,
        file=LOADER_PY,
        line=67,
        raised_by="load",
        name=path,
    )


RAISED = ObservedError(
    exception="RuntimeError",
    text=f"Failed to load shared library '{LLAMA}': {not_found_error(LLAMA).text}",
    number=126,
    file=LOADER_PY,
    line=69,
    raised_by="load",
    chain=(f"FileNotFoundError: {not_found_error(LLAMA).text}",),
)


def judged(result: LoadResult, error: ObservedError | None = None, path: str | None = None) -> JudgedLoad:
    observed = ObservedLoad(request=result.request, succeeded=error is None, error=error, path=path)
    return JudgedLoad(request=result.request, observed=observed, simulated=result)


# Evidence, as diagnosis/evidence.py makes it.


def request_evidence(request: LoadRequest, index: int = 0) -> Evidence:
    data = {"load": index, "request_kind": request.kind, "name": request.name, "flags": request.flags}
    return Evidence(
        "request",
        f'CDLL("{request.name}", winmode={request.flags}), {request.file}:{request.line}',
        {**data, "file": request.file, "line": request.line},
    )


def observed_evidence(error: ObservedError) -> Evidence:
    return Evidence("observed", f"the real load failed: {error.text}", {"number": error.number, "text": error.text})


def searched_evidence(order: tuple[SearchedPlace, ...]) -> Evidence:
    places = [{"rule": place.rule, "directory": place.directory} for place in order]
    return Evidence("searched", f"searched {len(order)} directories, in this order", {"places": places})


def copy_evidence(directory: str, name: str, version: str = "", what: str = "CUDA toolkit") -> Evidence:
    path = f"{directory}\\{name}"
    told = f", version {version}" if version else ""
    data = {"path": path, "directory": directory, "what": what, "architecture": "x86_64", "version": version}
    return Evidence("copy", f"{path} ({what}{told})", data)


def unfit_evidence(path: str, why: str, architecture: str | None = None) -> Evidence:
    return Evidence("unfit", f"{path}: {why}", {"path": path, "architecture": architecture, "why": why})


def provider_evidence(file: str, component: str, package: str, where: str = "PyPI", command: str = "") -> Evidence:
    command = command or f"pip install {package}"
    one = {"kind": "wheel", "package": package, "where": where, "command": command}
    data = {"file": file, "component": component, "package": package, "providers": [one]}
    return Evidence("provider", f"{file} is part of {component}; {package} on {where} brings it", data)


def looked_evidence(names: str, directories: list[str]) -> Evidence:
    return Evidence(
        "looked",
        f"no file named {names} in any of {len(directories)} directories: those searched, PATH, site-packages and the "
        "usual places",
        {"directories": directories, "names": [names]},
    )
