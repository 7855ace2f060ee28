"""NVIDIA's driver and GPUs, from answers of NVML, nvidia-smi and the driver's files.

Recorded on an H100 with driver 580.159.04 (nvidia-smi's CSV and header, the lines of `ask_nvidia`, /proc); the Windows
file version after NVIDIA's own numbering (31.0.15.5161 is 551.61).
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from tests.support.gcc import SharedObject
from tests.support.machines import SYSTEM32, dll, linux, so, windows
from tests.support.sources import RecordedSources
from wontload.machine.survey.nvidia import (
    SCRIPT,
    cuda_version,
    nvidia,
    parse_lines,
    parse_smi,
    parse_smi_header,
    understand,
    windows_driver_version,
)
from wontload.machine.survey.programs import Answer

USR_LIB = "/usr/lib/x86_64-linux-gnu"
NVML, LIBCUDA = f"{USR_LIB}/libnvidia-ml.so.1", f"{USR_LIB}/libcuda.so.1"
LINES = f"""\
{{"library": "{NVML}", "version": "580.159.04", "cuda": 13000}}
{{"gpu": {{"name": "NVIDIA H100 80GB HBM3", "compute_capability": [9, 0], "memory_bytes": 85520809984}}}}
{{"gpus": 1}}
{{"library": "{LIBCUDA}", "cuda": 13000}}
"""
HEADER = """\
+-----------------------------------------------------------------------------------------+
| NVIDIA-SMI 580.159.04             Driver Version: 580.159.04     CUDA Version: 13.0     |
+-----------------------------------------+------------------------+----------------------+
"""
H100 = "NVIDIA H100 80GB HBM3, 9.0, 81559, 580.159.04\n"
UNKNOWN_FIELD = 'Field "compute_cap" is not a valid field to query.\n\n'


def box(**fields: Any) -> RecordedSources:
    machine = linux({NVML: so(), LIBCUDA: so(), "/usr/bin/nvidia-smi": so()}, environment={"PATH": "/usr/bin"})
    return RecordedSources(machine, **fields)


def test_nvml_tells_all():
    found = nvidia(box(programs={"python": LINES}))
    assert found.driver is not None
    assert (found.driver.version, found.driver.cuda, found.driver.source) == ("580.159.04", (13, 0), "nvml")
    assert found.driver.library == LIBCUDA
    assert found.gpus is not None
    (gpu,) = found.gpus
    assert (gpu.vendor, gpu.name, gpu.compute_capability) == ("nvidia", "NVIDIA H100 80GB HBM3", (9, 0))
    assert gpu.memory_bytes == 85520809984


def test_several_gpus():
    names = ("NVIDIA GeForce RTX 4070 SUPER", "NVIDIA GeForce GTX 1080")
    lines = "".join(f'{{"gpu": {{"name": "{name}"}}}}\n' for name in names) + '{"gpus": 2}\n'
    found = understand(parse_lines(lines), None)
    assert found.gpus is not None
    assert tuple(one.name for one in found.gpus) == names
    assert {one.compute_capability for one in found.gpus} == {None}


def test_a_driver_without_gpus_is_not_an_unknown():
    lines = '{"version": "580.159.04", "cuda": 13000}\n{"gpus": 0}\n'
    assert understand(parse_lines(lines), None).gpus == ()


def test_a_child_that_ends_early_leaves_what_it_said():
    child = Answer(-11, '{"version": "580.159.04", "cuda": null}\nsome warning\n{"gpu": {"na')
    sources = box(programs={"python": child, "nvidia-smi --query": H100, "nvidia-smi": HEADER})
    found = nvidia(sources)
    assert found.driver is not None
    assert found.driver.source == "nvidia-smi"
    assert any("-11" in one.why for one in sources.unasked)


def test_nvml_that_does_not_match_the_kernel_module():
    failed = f'{{"library": "{NVML}", "failed": "Driver/library version mismatch (error 18)"}}\n'
    sources = box(programs={"python": failed, "nvidia-smi": Answer(9, "Failed to initialize NVML\n")})
    found = nvidia(sources)
    assert found.gpus is None
    assert "Driver/library version mismatch (error 18)" in {one.why for one in sources.unasked}


def test_nvidia_smi():
    found = nvidia(box(programs={"nvidia-smi --query": H100, "nvidia-smi": HEADER}))
    assert found.driver is not None
    assert (found.driver.version, found.driver.cuda, found.driver.source) == ("580.159.04", (13, 0), "nvidia-smi")
    assert found.gpus is not None
    assert found.gpus[0].compute_capability == (9, 0)


def test_an_old_nvidia_smi_does_not_know_compute_capabilities():
    programs: dict[str, str | Answer] = {
        "nvidia-smi --query-gpu=name,compute_cap": Answer(2, UNKNOWN_FIELD),
        "nvidia-smi --query-gpu=name,memory": "Tesla K80, 11441, 450.51.06\nTesla K80, 11441, 450.51.06\n",
        "nvidia-smi": HEADER.replace("13.0", "11.0"),
    }
    found = nvidia(box(programs=programs))
    assert found.gpus is not None
    assert [(one.name, one.compute_capability) for one in found.gpus] == [("Tesla K80", None)] * 2
    assert found.driver is not None
    assert (found.driver.version, found.driver.cuda) == ("450.51.06", (11, 0))


def test_what_smi_does_not_know():
    assert parse_smi("NVIDIA GB10, 12.1, [N/A], 580.95.05\n")[1][0].memory_bytes is None
    assert parse_smi("") == ("", ())
    assert parse_smi_header("No devices were found") is None


@pytest.mark.parametrize(
    ("number", "version"), [(12040, (12, 4)), (13000, (13, 0)), (11080, (11, 8)), (0, None), (None, None)]
)
def test_cuda_versions(number: object, version: tuple[int, int] | None):
    assert cuda_version(number) == version


@pytest.mark.parametrize(
    ("version", "driver"),
    [
        ("31.0.15.5161", "551.61"),
        ("32.0.15.6094", "560.94"),
        ("27.21.14.5671", "456.71"),
        ("", ""),
        ("10.0.1", ""),
    ],
)
def test_windows_driver_versions(version: str, driver: str):
    assert windows_driver_version(version) == driver


def test_the_files_of_a_linux_driver():
    real = f"{USR_LIB}/libcuda.so.535.129.03"
    machine = linux({real: so()}, links={LIBCUDA: real})
    found = nvidia(RecordedSources(machine))
    assert found.driver is not None
    assert (found.driver.version, found.driver.source) == ("535.129.03", "driver library")
    assert found.gpus is None


def test_the_kernel_module_alone():
    text = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.159.04  Release Build  (nixbld@)\n"
    found = nvidia(RecordedSources(linux(), texts={"/proc/driver/nvidia/version": text}))
    assert found.driver is not None
    assert (found.driver.version, found.driver.library) == ("580.159.04", None)


def test_wsl_keeps_the_driver_in_a_place_of_its_own():
    library = "/usr/lib/wsl/lib/libcuda.so.1"
    sources = RecordedSources(linux({library: so()}), programs={"python": '{"cuda": 12040}\n'})
    found = nvidia(sources)
    assert found.driver is not None
    assert (found.driver.library, found.driver.cuda) == (library, (12, 4))
    assert found.driver.source == "driver library"


def test_a_windows_driver_by_its_file():
    library = SYSTEM32 + r"\nvcuda.dll"
    found = nvidia(RecordedSources(windows({library: dll(file_version=(31, 0, 15, 5161))})))
    assert found.driver is not None
    assert (found.driver.version, found.driver.library) == ("551.61", library)
    assert found.driver.cuda == (12, 4), "as its branch is listed"


def test_a_driver_of_a_branch_that_no_table_has():
    text = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  999.10.04  Release Build  (nixbld@)\n"
    found = nvidia(RecordedSources(linux(), texts={"/proc/driver/nvidia/version": text}))
    assert found.driver is not None
    assert found.driver.cuda is None


def test_nothing_of_nvidias():
    found = nvidia(RecordedSources(linux()))
    assert (found.driver, found.gpus) == (None, None)


FAKE_NVML = r"""
#include <string.h>
int nvmlInit_v2(void) { return STATUS; }
const char *nvmlErrorString(int status) { return "Driver/library version mismatch"; }
int nvmlSystemGetDriverVersion(char *text, unsigned size) { strncpy(text, "551.61", size); return 0; }
int nvmlSystemGetCudaDriverVersion_v2(int *version) { *version = 12040; return 0; }
int nvmlDeviceGetCount_v2(unsigned *count) { *count = 2; return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device) { *device = (void *)(long)(index + 1); return 0; }
int nvmlDeviceGetName(void *device, char *text, unsigned size) {
  strncpy(text, device == (void *)1 ? "A" : "B", size);
  return 0;
}
int nvmlDeviceGetCudaComputeCapability(void *device, int *major, int *minor) {
  *major = 8;
  *minor = 9;
  return device == (void *)2;
}
struct memory { unsigned long long total, free, used; };
int nvmlDeviceGetMemoryInfo(void *device, struct memory *memory) { memory->total = 1ull << 33; return 0; }
"""


@pytest.mark.oracle("gcc")
@pytest.mark.parametrize("status", [0, 18])
def test_the_child_asks_a_library_in_c(status: int):
    """The calls themselves: types and order, against a library with NVML's prototypes."""
    library = SharedObject(source=FAKE_NVML.replace("STATUS", str(status)), needed=("libc.so.6",)).built()
    command = [sys.executable, "-I", "-S", SCRIPT, str(library), "/nowhere/libcuda.so.1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    found = understand(parse_lines(done.stdout), None)
    if status:
        assert "version mismatch (error 18)" in done.stdout
        assert (found.driver, found.gpus) == (None, None)
        return
    assert found.driver is not None
    assert (found.driver.version, found.driver.cuda) == ("551.61", (12, 4))
    assert found.gpus is not None
    assert [(one.name, one.compute_capability) for one in found.gpus] == [("A", (8, 9)), ("B", None)]
    assert found.gpus[0].memory_bytes == 1 << 33
