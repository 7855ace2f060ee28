"""Checkups as values: what `doctor` answers for a few machines, judged by the real model."""

from __future__ import annotations

from dataclasses import replace

from tests.support.machines import CUDA, SITE, dll, linux, so, windows
from wontload.app.doctor import Checkup, doctor
from wontload.machine import Inventory, Machine
from wontload.machine.inventory import (
    Cpu,
    Distribution,
    Driver,
    FoundPython,
    Gpu,
    RecordedFile,
    Tool,
    Toolkit,
    Unasked,
    Variable,
    VcRuntime,
    VisualStudio,
)

TOOLKIT = CUDA.removesuffix(r"\bin")
LLAMA = SITE + r"\llama_cpp\lib\llama.dll"
PLUGINS = tuple(SITE + rf"\qt\plugins\plugin{number}.dll" for number in range(6))
CORE = SITE + r"\numpy\core.cp311-win_amd64.pyd"
NEEDS_CUDA = SITE + r"\kernels\kernels.pyd"

INVENTORY = Inventory(
    cpu=Cpu(model="AMD Ryzen 7 5800X", architecture="x86_64", features=frozenset({"avx", "avx2", "fma"}), cores=16),
    gpus=(
        Gpu(vendor="nvidia", name="NVIDIA GeForce RTX 4070 SUPER", compute_capability=(8, 9), memory_bytes=12878610432),
    ),
    drivers=(
        Driver(
            vendor="nvidia",
            version="551.61",
            cuda=(12, 4),
            library=r"C:\Windows\System32\nvcuda.dll",
            source="nvml",
        ),
    ),
    toolkits=(
        Toolkit(kind="cuda", version="12.4.1", directory=TOOLKIT, libraries=(CUDA,), source="CUDA_PATH"),
        Toolkit(kind="cudnn", version="9.1.0.70", directory=SITE, source="wheel"),
    ),
    vc_runtimes=(
        VcRuntime(architecture="x86_64", version="14.38.33135.00", source="registry"),
        VcRuntime(architecture="x86_64", version="14.38.33135.0", path=r"C:\Windows\System32", source="file"),
    ),
    visual_studios=(
        VisualStudio(
            product="BuildTools", year="2022", version="17.9.34728", toolsets=("14.39.33519",), cuda=("12.4",)
        ),
        VisualStudio(product="Community", year="2022", version="17.9.34728"),
    ),
    tools=(Tool(name="cmake", version="3.28.1", path=r"C:\cmake.exe"), Tool(name="cl", version="14.39", path="")),
    pythons=(FoundPython(version="3.11.9", executable="", prefix=r"C:\Python311"),),
    variables=(
        Variable(name="CUDA_PATH", value=TOOLKIT, origin="machine"),
        Variable(name="PATH", value=r"C:\Windows", origin="process"),
        Variable(name="CUDA_VISIBLE_DEVICES", value="0", origin="process"),
    ),
    container="",
    unasked=(Unasked(source="vswhere", why="no answer within 1.2 s"),),
)


def _distribution(name: str, version: str, *paths: str) -> Distribution:
    files = tuple(RecordedFile(path=path) for path in paths)
    return Distribution(name=name, version=version, location=SITE, files=files)


def _ailing() -> Checkup:
    distributions = (
        _distribution("numpy", "1.26.4", CORE),
        _distribution("kernels", "0.1", NEEDS_CUDA),
        _distribution("qt", "6.7", *PLUGINS),
        _distribution("llama_cpp_python", "0.3.16", LLAMA),
    )
    files = {
        CORE: dll(),
        LLAMA: dll("cudart64_12.dll", "cublas64_12.dll"),
        NEEDS_CUDA: dll("cudart64_12.dll"),
        **{path: dll("libEGL.dll") for path in PLUGINS},
        **{rf"{CUDA}\{name}64_12.dll": dll() for name in ("cudart", "cublas")},
    }
    machine = windows(files, environment={"CUDA_PATH": TOOLKIT})
    return doctor(machine=replace(machine, inventory=replace(INVENTORY, distributions=distributions)))


def _well() -> Checkup:
    machine: Machine = linux({"/usr/lib/python3.11/site/x.abi3.so": so("libc.so.6")})
    files = (RecordedFile(path="/usr/lib/python3.11/site/x.abi3.so"),)
    one = Distribution(name="x", version="1", location="/usr/lib/python3.11/site", files=files)
    known = Inventory(
        cpu=Cpu(model="Intel(R) Xeon(R) Processor", architecture="x86_64", features=frozenset({"sse2"})),
        gpus=(),
        drivers=(),
        toolkits=(),
        tools=(),
        distributions=(one,),
        container="docker",
        libstdcxx="3.4.30",
    )
    return doctor(machine=replace(machine, inventory=known))


def _unknown() -> Checkup:
    return doctor(machine=replace(linux(), id="somebodys-box"))


CHECKUPS = {"ailing": _ailing(), "well": _well(), "unknown": _unknown()}
