"""NVIDIA's driver and GPUs: what NVML says, else nvidia-smi, else what the files of the driver are called.

Sources: `ask_nvidia` for NVML; nvidia-smi --help-query-gpu (CSV without header and units), and its own header line for
the CUDA version; Linux driver README, "the /proc interface"; NVIDIA's numbering of Windows drivers: the last five
digits of 31.0.15.5161 are driver 551.61.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from wontload.knowledge.cuda import cuda_of_driver
from wontload.machine.inventory import Driver, Gpu
from wontload.machine.survey.sources import Sources

SCRIPT = str(Path(__file__).with_name("ask_nvidia.py"))
CHILD_S = 2.0  # persistence mode off: the first question wakes the GPU, which takes a second
SMI_S = 2.0
WSL_DIRECTORY = "/usr/lib/wsl/lib"  # Microsoft, "CUDA on WSL": the driver's libraries are mounted there
NVML = {"windows": "nvml.dll", "linux": "libnvidia-ml.so.1"}
CUDA = {"windows": "nvcuda.dll", "linux": "libcuda.so.1"}
MEBIBYTE = 1 << 20
QUERY = "--query-gpu=name,compute_cap,memory.total,driver_version"
OLD_QUERY = "--query-gpu=name,memory.total,driver_version"  # drivers before 2021 do not know `compute_cap`


@dataclass(frozen=True, slots=True)
class Found:
    """What one source says: `gpus` is `None` where it could not list them."""

    driver: Driver | None = None
    gpus: tuple[Gpu, ...] | None = None


def nvidia(sources: Sources) -> Found:
    """The driver and its GPUs; no driver and `None` for the GPUs where nothing of NVIDIA's is installed.

    Which CUDA a driver takes, its branch tells where neither NVML, the driver nor nvidia-smi could be asked.
    """
    if sources.system not in NVML:
        return Found()
    found = _asked(sources)
    if found.driver is None or found.driver.cuda is not None:
        return found
    return replace(found, driver=replace(found.driver, cuda=cuda_of_driver(found.driver.version)))


def _asked(sources: Sources) -> Found:
    nvml = sources.library(NVML[sources.system], *_nvml_places(sources))
    cuda = sources.library(CUDA[sources.system], *_places(sources))
    by_nvml = _ask_libraries(sources, nvml, cuda)
    if by_nvml.gpus is not None:
        return by_nvml
    by_smi = _ask_smi(sources, cuda, by_nvml.driver)
    if by_smi.driver is not None:
        return by_smi
    return Found(by_nvml.driver or _by_files(sources, cuda), None)


def _places(sources: Sources) -> tuple[str, ...]:
    """Directories of the driver that no cache or default names."""
    return (WSL_DIRECTORY,) if sources.system == "linux" else ()


def _nvml_places(sources: Sources) -> tuple[str, ...]:
    if sources.system != "windows":
        return _places(sources)
    return (sources.path.join(_program_files(sources), "NVIDIA Corporation", "NVSMI"),)  # drivers before 2019


def _program_files(sources: Sources) -> str:
    return sources.variable("ProgramW6432") or sources.variable("ProgramFiles") or r"C:\Program Files"


def _ask_libraries(sources: Sources, nvml: str | None, cuda: str | None) -> Found:
    """Both libraries, in a child of this tool's own interpreter."""
    libraries = [path for path in (nvml, cuda) if path]
    if not libraries:
        return Found()
    answer = sources.run([sources.own_python, "-I", "-S", SCRIPT, *libraries], timeout_s=CHILD_S)
    if answer is None:
        return Found()
    if answer.status:
        sources.note("nvml", f"the child that asked it ended with status {answer.status}")
    lines = list(parse_lines(answer.output))
    for line in lines:
        if isinstance(line.get("failed"), str):
            name = "nvml" if line.get("library") == nvml else "CUDA driver"
            sources.note(name, line["failed"])
    return understand(lines, cuda)


def parse_lines(text: str) -> Iterable[dict[str, Any]]:
    """The JSON objects among the lines: a driver may print lines of its own."""
    for line in text.splitlines():
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            yield value


def understand(lines: Iterable[dict[str, Any]], library: str | None) -> Found:
    """The child's answers as values. NVML's word on CUDA stands before the driver library's."""
    version, cuda, source, gpus, counted = "", None, "", [], False
    for line in lines:
        if isinstance(line.get("version"), str):
            version, source = line["version"], "nvml"
        cuda = cuda or cuda_version(line.get("cuda"))
        counted = counted or "gpus" in line
        if isinstance(gpu := line.get("gpu"), dict):
            gpus.append(_gpu(gpu))
    driver = None
    if version or cuda:
        driver = Driver(vendor="nvidia", version=version, cuda=cuda, library=library, source=source or "driver library")
    return Found(driver, tuple(gpus) if counted else None)


def _gpu(told: dict[str, Any]) -> Gpu:
    capability, memory, name = told.get("compute_capability"), told.get("memory_bytes"), told.get("name")
    whole = isinstance(capability, list) and len(capability) == 2 and all(type(one) is int for one in capability)
    return Gpu(
        vendor="nvidia",
        name=name if isinstance(name, str) else "",
        compute_capability=(capability[0], capability[1]) if whole and isinstance(capability, list) else None,
        memory_bytes=memory if isinstance(memory, int) else None,
    )


def cuda_version(number: object) -> tuple[int, int] | None:
    """12040 is CUDA 12.4 (CUDA Driver API, cuDriverGetVersion: 1000 times the major, 10 times the minor)."""
    return (number // 1000, number % 1000 // 10) if isinstance(number, int) and number >= 1000 else None


def _ask_smi(sources: Sources, library: str | None, known: Driver | None) -> Found:
    system32 = sources.path.join(sources.machine.system.windows_directory, "System32")
    program = sources.program("nvidia-smi", *(_nvml_places(sources)), system32)
    if program is None:
        sources.note("nvidia-smi", "not installed")
        return Found()
    told = _query_smi(sources, program)
    if told is None:
        return Found()
    version, gpus = told
    header = sources.run([program], timeout_s=SMI_S)
    cuda = parse_smi_header(header.output) if header else None
    if known:
        cuda = cuda or known.cuda
    driver = Driver(vendor="nvidia", version=version, cuda=cuda, library=library, source="nvidia-smi")
    return Found(driver, gpus)


def _query_smi(sources: Sources, program: str) -> tuple[str, tuple[Gpu, ...]] | None:
    said = ""
    for query in (QUERY, OLD_QUERY):
        answer = sources.run([program, query, "--format=csv,noheader,nounits"], timeout_s=SMI_S)
        if answer is None:
            return None
        if answer.status == 0:
            return parse_smi(answer.output)
        said = " ".join(answer.output.split())[:200] or f"ended with status {answer.status}"
    sources.note("nvidia-smi", said)
    return None


def parse_smi(text: str) -> tuple[str, tuple[Gpu, ...]]:
    """Driver version and GPUs of `QUERY` or `OLD_QUERY`, one GPU a line; `[N/A]` and its like are unknown."""
    version, gpus = "", []
    for line in text.splitlines():
        fields = [field.strip() for field in line.split(",")]
        if len(fields) < 3:
            continue
        capability = re.fullmatch(r"(\d+)\.(\d+)", fields[1]) if len(fields) > 3 else None
        memory, version = fields[-2], fields[-1]
        gpus.append(
            Gpu(
                vendor="nvidia",
                name=fields[0],
                compute_capability=(int(capability[1]), int(capability[2])) if capability else None,
                memory_bytes=int(memory) * MEBIBYTE if memory.isdecimal() else None,
            )
        )
    return version, tuple(gpus)


def parse_smi_header(text: str) -> tuple[int, int] | None:
    """The newest CUDA that the driver takes, which the table's head calls `CUDA Version`."""
    found = re.search(r"CUDA Version\s*:\s*(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else None


def _by_files(sources: Sources, library: str | None) -> Driver | None:
    """What the driver's files are called; without its library the kernel module alone, which says as much."""
    version = ""
    if sources.system == "windows":
        version = windows_driver_version(sources.file_version(library)) if library else ""
    else:
        told = sources.text("/proc/driver/nvidia/version", 4096) or ""
        kernel = re.search(r"\b(\d{3,}\.\d+(?:\.\d+)?)\b", told)
        named = re.search(r"\.so\.(\d{3,}\.\d+(?:\.\d+)?)$", sources.real(library)) if library else None
        version = named[1] if named else kernel[1] if kernel else ""
    if not (library or version):
        return None
    return Driver(vendor="nvidia", version=version, library=library, source="driver library")


def windows_driver_version(version: str) -> str:
    """NVIDIA's own number of a Windows driver: `31.0.15.5161` is 551.61; empty when it is not of that form."""
    parts = version.split(".")
    digits = "".join(part.zfill(4) if number else part for number, part in enumerate(parts[-2:]))
    if len(parts) != 4 or not digits.isdecimal() or len(digits) < 5:
        return ""
    return f"{digits[-5:-2].lstrip('0')}.{digits[-2:]}"
