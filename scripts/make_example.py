"""Make `examples/rtx4070super.json`: the machine of the case, with import tables of real DLLs.

    python scripts/make_example.py [FILE]

What is real in it: of llama.dll, ggml.dll, ggml-base.dll, ggml-cpu.dll and mtmd.dll (the wheel kinako-llama-cpp
0.3.24.post8) the import tables, and of their export tables what the others take; the table of ggml-cuda.dll (that wheel
lacks it: libbitsandbytes_cuda124.dll's of bitsandbytes 0.50.2, a real CUDA 12 DLL); and the lines of Python that ask.
ggml.dll got ggml-cuda.dll added to its imports, as a CUDA build has it. Composed by hand, after the report that started
this project: the directories, PATH, and what is where.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support.downloads import wheel  # noqa: E402

from wontload.binary import Image, Import, read_image  # noqa: E402
from wontload.machine import (  # noqa: E402
    AddedDirectory,
    LoadRequest,
    Observation,
    ObservedError,
    ObservedLoad,
    Outcome,
    Process,
    Python,
    Record,
    System,
)
from wontload.machine.inventory import (  # noqa: E402
    Cpu,
    Distribution,
    Driver,
    FoundPython,
    Gpu,
    Inventory,
    RecordedFile,
    Tool,
    Toolkit,
    Variable,
    VcRuntime,
    VisualStudio,
)
from wontload.machine.snapshot import dump  # noqa: E402
from wontload.machine.snapshot_values import SavedFiles, SavedImage, SavedMachine, saved_image  # noqa: E402

BASE = r"C:\Python311"
VENV = r"C:\venvs\chat"
SITE = rf"{VENV}\Lib\site-packages"
LIB = rf"{SITE}\llama_cpp\lib"
CUDA = r"C:\Program Files\NVIDIA GPU Computing Toolkit\CUDA\v12.4"
SYSTEM32 = r"C:\Windows\System32"
PATH = (
    rf"{VENV}\Scripts",
    r"C:\Windows\system32",
    r"C:\Windows",
    r"C:\Windows\System32\Wbem",
    r"C:\Windows\System32\WindowsPowerShell\v1.0",
    r"C:\Windows\System32\OpenSSH",
    r"C:\Program Files (x86)\NVIDIA Corporation\PhysX\Common",
    r"C:\Program Files\NVIDIA Corporation\NVIDIA app\NvDLISR",
    rf"{BASE}\Scripts",
    BASE,
    r"C:\Program Files\Git\cmd",
    r"C:\Program Files\CMake\bin",
    r"C:\Program Files\dotnet",
    r"C:\Users\me\AppData\Local\Microsoft\WindowsApps",
)
OWN_DLLS = ("llama.dll", "ggml.dll", "ggml-base.dll", "ggml-cpu.dll", "ggml-cuda.dll", "mtmd.dll")
# What AMD's processors of that generation have, as far as builds of native code ask.
ZEN_3 = frozenset("sse2 pni ssse3 sse4_1 sse4_2 popcnt avx avx2 fma f16c bmi1 bmi2 abm movbe aes sha_ni vaes".split())
VC_RUNTIME = ("msvcp140.dll", "vcruntime140.dll", "vcruntime140_1.dll", "vcomp140.dll", "concrt140.dll")
MISSING_TEXT = (
    f"Could not find module '{LIB}\\llama.dll' (or one of its dependencies). "
    "Try using the full path with constructor syntax."
)


def main(target: str = str(ROOT / "examples" / "rtx4070super.json")) -> None:
    """Write the file."""
    images, lines = real_tables()
    environment = {
        "PATH": ";".join(PATH),
        "CUDA_PATH": CUDA,
        "CUDA_PATH_V12_4": CUDA,
        "ProgramFiles": r"C:\Program Files",
        "SystemRoot": r"C:\Windows",
    }
    machine = SavedMachine(
        id="rtx4070super",
        system=System(name="windows", version="10.0.22631", architecture="x86_64"),
        python=python(),
        environment=environment,
        facts={},
        inventory=inventory(environment),
        files=files(images),
    )
    made = dump(machine, (record(environment, lines),))
    Path(target).write_text(readable(made), encoding="ascii")


def inventory(environment: dict[str, str]) -> Inventory:
    """What the report tells of the machine, and what a computer of that kind has."""
    studio = r"C:\Program Files (x86)\Microsoft Visual Studio\2022\BuildTools"
    toolset = "14.38.33130"
    return Inventory(
        cpu=Cpu(model="AMD Ryzen 7 5800X 8-Core Processor", architecture="x86_64", features=ZEN_3, cores=16),
        gpus=(
            Gpu(
                vendor="nvidia",
                name="NVIDIA GeForce RTX 4070 SUPER",
                compute_capability=(8, 9),
                memory_bytes=12282 << 20,
            ),
        ),
        drivers=(
            Driver(vendor="nvidia", version="551.61", cuda=(12, 4), library=rf"{SYSTEM32}\nvcuda.dll", source="nvml"),
        ),
        toolkits=(
            Toolkit(kind="cuda", version="12.4", directory=CUDA, libraries=(rf"{CUDA}\bin",), source="CUDA_PATH"),
        ),
        vc_runtimes=(
            VcRuntime(architecture="x86_64", version="14.38.33135.00", source="registry"),
            VcRuntime(architecture="x86_64", version="14.38.33135.0", path=rf"{SYSTEM32}\msvcp140.dll", source="file"),
        ),
        visual_studios=(
            VisualStudio(
                product="BuildTools",
                year="2022",
                version="17.8.34330.188",
                directory=studio,
                workloads=("Microsoft.VisualStudio.Workload.VCTools",),
                toolsets=(toolset,),
                cuda=("12.4",),
                source="vswhere",
            ),
            VisualStudio(
                product="Community",
                year="2022",
                version="17.8.34330.188",
                directory=r"C:\Program Files\Microsoft Visual Studio\2022\Community",
                source="vswhere",
            ),
        ),
        tools=(
            Tool(name="cmake", version="3.28.1", path=r"C:\Program Files\CMake\bin\cmake.exe"),
            Tool(name="nvcc", version="12.4.99", path=rf"{CUDA}\bin\nvcc.exe"),
            Tool(name="git", version="2.43.0", path=r"C:\Program Files\Git\cmd\git.exe"),
            Tool(name="cl", version=toolset, path=rf"{studio}\VC\Tools\MSVC\{toolset}\bin\Hostx64\x64\cl.exe"),
        ),
        pythons=(
            FoundPython(version="3.11.9", executable=rf"{VENV}\Scripts\python.exe", prefix=VENV, layout="venv"),
            FoundPython(version="3.11.9", executable=rf"{BASE}\python.exe", prefix=BASE, source="registry"),
        ),
        distributions=(
            Distribution(
                name="llama_cpp_python",
                version="0.3.16",
                location=SITE,
                installer="pip",
                tags=("py3-none-win_amd64",),
                modules=("llama_cpp",),
                files=tuple(RecordedFile(path=rf"{LIB}\{name}") for name in OWN_DLLS),
            ),
        ),
        variables=tuple(
            Variable(name=name, value=value, origin="machine")
            for name, value in environment.items()
            if name.startswith("CUDA")
        ),
        container="",
    )


def readable(made: dict[str, Any]) -> str:
    """As JSON with a line for each member, and one for each list of plain values."""
    plain = json.dumps(made, indent=1)
    text = re.sub(r"\[\n *([^][{}]*?)\n *\]", lambda found: "[" + re.sub(r"\n *", " ", found[1]) + "]", plain)
    assert json.loads(text) == json.loads(plain)
    return text + "\n"


def real_tables() -> tuple[dict[str, Image], dict[str, int]]:
    """The DLLs of the real wheels by the name they have in the example, and the lines of the loader that matter."""
    images: dict[str, Image] = {}
    with tempfile.TemporaryDirectory() as directory:
        with zipfile.ZipFile(wheel("kinako-llama-cpp")) as archive:
            for name in ("llama.dll", "ggml.dll", "ggml-base.dll", "ggml-cpu.dll", "mtmd.dll"):
                images[name] = frozen(archive.extract(f"llama_cpp/lib/{name}", directory))
            source = archive.read("llama_cpp/_ctypes_extensions.py").decode().splitlines()
        with zipfile.ZipFile(wheel("bitsandbytes")) as archive:
            images["ggml-cuda.dll"] = frozen(archive.extract("bitsandbytes/libbitsandbytes_cuda124.dll", directory))
    images["ggml-cuda.dll"] = with_imports(images["ggml-cuda.dll"], Import("ggml-base.dll"))
    images["ggml.dll"] = with_imports(images["ggml.dll"], Import("ggml-cuda.dll"))
    images = {name: with_exports(image, asked_for(images)) for name, image in images.items()}
    lines = {
        "lib": line_of(source, "os.add_dll_directory(str(base_path))"),
        "lib again": line_of(source, "os.add_dll_directory(str(base_path))", 1),
        "bin": line_of(source, 'os.environ["CUDA_PATH"], "bin"'),
        "cuda lib": line_of(source, 'os.environ["CUDA_PATH"], "lib"'),
        "CDLL": line_of(source, "return ctypes.CDLL("),
    }
    return images, lines


def frozen(path: str) -> Image:
    """An image whose tables need the file no more."""
    image = read_image(path)
    exports, manifest = image.exports, image.manifest
    return replace(
        image,
        needed=image.imports,
        read_imports=None,
        read_exports=lambda: exports,
        read_manifest=manifest and (lambda: manifest),
        read_assembly_manifest=None,
    )


def asked_for(images: dict[str, Image]) -> set[str | None]:
    """The procedures that one of them takes from another."""
    return {symbol.name for image in images.values() for one in image.needed for symbol in one.symbols}


def with_exports(image: Image, names: set[str | None]) -> Image:
    """`image` without the exports that nobody here asks for: llama.dll alone has four thousand."""
    kept = tuple(export for export in image.exports if export.name in names)
    return replace(image, read_exports=lambda: kept)


def with_imports(image: Image, added: Import) -> Image:
    """`image` with one more library named, in front, as the linker writes own libraries before the system's."""
    return replace(image, needed=(added, *image.needed))


def line_of(source: list[str], text: str, which: int = 0) -> int:
    """Line number of the `which`-th line with `text`."""
    return [number for number, line in enumerate(source, 1) if text in line][which]


def python() -> Python:
    """CPython 3.11 in a virtual environment."""
    return Python(
        executable=rf"{VENV}\Scripts\python.exe",
        base_executable=rf"{BASE}\python.exe",
        version="3.11.9",
        platform="win_amd64",
        prefix=VENV,
        base_prefix=BASE,
        layout="venv",
        path=("", rf"{BASE}\python311.zip", rf"{BASE}\DLLs", rf"{BASE}\Lib", BASE, VENV, SITE),
        extension_suffixes=(".cp311-win_amd64.pyd", ".pyd"),
    )


def files(images: dict[str, Image]) -> SavedFiles:
    """What is where."""
    own = {"format": "pe", "architecture": "x86_64", "bits": 64, "opaque": True}
    there = {rf"{LIB}\{name}": saved_image(image) for name, image in images.items()}
    there |= {
        rf"{SYSTEM32}\{name}": SavedImage(image={**own, "file_version": [14, 38, 33135, 0]}) for name in VC_RUNTIME
    }
    there[rf"{SYSTEM32}\nvcuda.dll"] = SavedImage(image={**own, "file_version": [31, 0, 15, 5161]})
    for name in ("cudart64_12.dll", "cublas64_12.dll", "cublasLt64_12.dll", "cusparse64_12.dll", "nvrtc64_120_0.dll"):
        there[rf"{CUDA}\bin\{name}"] = SavedImage(image=own)
    base = ("python.exe", "python311.dll", "python3.dll", "vcruntime140.dll", "vcruntime140_1.dll")
    for name in (*base, r"DLLs\_ctypes.pyd", r"DLLs\libffi-8.dll"):
        there[rf"{BASE}\{name}"] = SavedImage(image=own)
    directories = (LIB, rf"{CUDA}\bin", rf"{CUDA}\lib", rf"{CUDA}\lib\x64", SITE, rf"{SITE}\llama_cpp", r"C:\work")
    complete = (*directories, *PATH, BASE, rf"{BASE}\DLLs", r"C:\Windows\System", r"C:\Program Files", "C:\\")
    return SavedFiles(
        images=there,
        directories=(*directories, *PATH, r"C:\Windows\System"),
        complete=complete,
        links={},
        base="windows-11",
        source={
            "llama.dll and its siblings": "tables of the wheel kinako-llama-cpp 0.3.24.post8 (win_amd64)",
            "ggml.dll": "that wheel's table, with ggml-cuda.dll added to it as a CUDA build has it",
            "ggml-cuda.dll": "that wheel has none: the table of libbitsandbytes_cuda124.dll, bitsandbytes 0.50.2",
            "everything else": "composed after abetlen/llama-cpp-python#1150",
        },
    )


def record(environment: dict[str, str], lines: dict[str, int]) -> Record:
    """What `import llama_cpp` did there."""
    source = rf"{SITE}\llama_cpp\_ctypes_extensions.py"

    def added(path: str, line: str, expression: str | None = None) -> AddedDirectory:
        return AddedDirectory(path=path, file=source, line=lines[line], expression=expression)

    mapped = (
        rf"{BASE}\python.exe",
        *(rf"{SYSTEM32}\{name}" for name in ("ntdll.dll", "kernel32.dll", "KernelBase.dll", "ucrtbase.dll")),
        rf"{BASE}\python311.dll",
        rf"{BASE}\VCRUNTIME140.dll",
        *(rf"{SYSTEM32}\{name}" for name in ("version.dll", "ws2_32.dll", "advapi32.dll", "msvcrt.dll")),
        *(rf"{SYSTEM32}\{name}" for name in ("ole32.dll", "oleaut32.dll", "user32.dll")),
        rf"{BASE}\DLLs\_ctypes.pyd",
        rf"{BASE}\DLLs\libffi-8.dll",
    )
    start = Process(
        executable=rf"{BASE}\python.exe", current_directory=r"C:\work", environment=environment, modules=mapped
    )
    at_load = replace(
        start,
        environment={**environment, "PATH": f"{LIB};{environment['PATH']}"},
        added_directories=(
            added(LIB, "lib"),
            added(LIB, "lib again"),
            added(rf"{CUDA}\bin", "bin", "CUDA_PATH"),
            added(rf"{CUDA}\lib", "cuda lib", "CUDA_PATH"),
        ),
    )
    request = LoadRequest(
        kind="ctypes", name=rf"{LIB}\llama.dll", flags=0, process=at_load, file=source, line=lines["CDLL"]
    )
    failure = ObservedError(
        exception="FileNotFoundError",
        text=MISSING_TEXT,
        number=126,
        file=source,
        line=lines["CDLL"],
        raised_by="load",
        name=rf"{LIB}\llama.dll",
    )
    text = f"Failed to load shared library '{LIB}\\llama.dll': {MISSING_TEXT}"
    final = replace(failure, exception="RuntimeError", text=text, chain=(f"FileNotFoundError: {MISSING_TEXT}",))
    observation = Observation(
        target="llama_cpp",
        kind="import",
        outcome=Outcome.FAILS,
        error=final,
        origin=rf"{SITE}\llama_cpp\__init__.py",
        loads=(ObservedLoad(request=request, succeeded=False, error=failure),),
        modules=mapped,
        distributions=(("llama-cpp-python", "0.3.16"),),
    )
    return Record(start=start, observation=observation, names=("llama-cpp-python", "llama_cpp_python"))


if __name__ == "__main__":
    main(*sys.argv[1:2])
