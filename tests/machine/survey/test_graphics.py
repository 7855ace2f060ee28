"""GPUs of every vendor as the system lists them: sysfs, the kernel's topology of compute nodes, Windows' registry."""

from __future__ import annotations

import pytest

from tests.support.machines import SYSTEM32, dll, linux, windows
from tests.support.sources import RecordedSources
from wontload.machine.survey.graphics import gfx_name, graphics, pci_name

PCI = "/sys/bus/pci/devices"
KFD = "/sys/class/kfd/kfd/topology/nodes"
CLASS = r"HKLM\SYSTEM\CurrentControlSet\Control\Class\{4d36e968-e325-11ce-bfc1-08002be10318}"
PCI_IDS = """\
# Syntax:
1002  Advanced Micro Devices, Inc. [AMD/ATI]
\t744c  Navi 31 [Radeon RX 7900 XT/7900 XTX]
\t\t1002 0e3b  RX 7900 GRE [Radeon]
\t7550  Navi 48
10de  NVIDIA Corporation
\t2330  GH100 [H100 SXM5 80GB]
8086  Intel Corporation
\t56a0  DG2 [Arc A770]
"""


def device(slot: str, kind: str, vendor: str, number: str) -> dict[str, str]:
    return {
        f"{PCI}/{slot}/class": f"{kind}\n",
        f"{PCI}/{slot}/vendor": f"{vendor}\n",
        f"{PCI}/{slot}/device": f"{number}\n",
    }


def box(*devices: dict[str, str], **more: str) -> RecordedSources:
    texts = {path: text for one in devices for path, text in one.items()}
    places = [PCI, *(path.rsplit("/", 1)[0] for path in texts), *more.pop("modules", "").split()]
    texts |= more
    return RecordedSources(linux(directories=places), texts=texts)


def test_an_nvidia_gpu_without_its_driver():
    """What an H100 shows in sysfs, on a computer on which nobody installed a driver."""
    found = graphics(
        box(device("0000:00:06.0", "0x030200", "0x10de", "0x2330"), **{"/usr/share/misc/pci.ids": PCI_IDS})
    )
    assert found.gpus is not None
    assert [(one.vendor, one.name) for one in found.gpus] == [("nvidia", "GH100 [H100 SXM5 80GB]")]
    assert found.drivers == ()


def test_amd_with_its_compute_target():
    texts = {
        f"{PCI}/0000:03:00.0/mem_info_vram_total": "25753026560\n",
        "/sys/module/amdgpu/version": "6.7.0\n",
        "/usr/share/hwdata/pci.ids": PCI_IDS,
        f"{KFD}/1/properties": "simd_count 192\ngfx_target_version 110000\nlocation_id 768\ndomain 0\n",
        f"{KFD}/0/properties": "simd_count 0\ngfx_target_version 0\nlocation_id 0\ndomain 0\n",
    }
    sources = box(
        device("0000:03:00.0", "0x030000", "0x1002", "0x744c"),
        device("0000:04:00.0", "0x0c0330", "0x1002", "0x7446"),  # its USB controller
        modules=f"/sys/module/amdgpu {KFD}/0 {KFD}/1",
        **texts,
    )
    found = graphics(sources)
    assert found.gpus is not None
    (gpu,) = found.gpus
    assert (gpu.vendor, gpu.name, gpu.gfx) == ("amd", "Navi 31 [Radeon RX 7900 XT/7900 XTX]", "gfx1100")
    assert gpu.memory_bytes == 25753026560
    assert found.drivers is not None
    assert [(one.vendor, one.version, one.source) for one in found.drivers] == [("amd", "6.7.0", "sysfs")]


def test_a_name_that_no_list_has():
    found = graphics(box(device("0000:00:02.0", "0x030000", "0x8086", "0x46a6")))
    assert found.gpus is not None
    assert found.gpus[0].name == "Intel GPU 8086:46a6"


def test_screens_of_servers_and_virtual_machines_are_no_gpus():
    found = graphics(box(device("0000:00:01.0", "0x030000", "0x1af4", "0x1050")))
    assert found.gpus == ()


def test_a_system_that_does_not_list_its_devices():
    sources = RecordedSources(linux())
    assert graphics(sources).gpus is None
    assert PCI in {one.source for one in sources.unasked}


@pytest.mark.parametrize(
    ("number", "name"), [(110000, "gfx1100"), (110003, "gfx1103"), (90010, "gfx90a"), (90402, "gfx942"), (0, "")]
)
def test_gfx_names(number: int, name: str):
    assert gfx_name(number) == name


def test_the_list_of_pci_ids():
    assert pci_name(PCI_IDS, 0x1002, 0x7550) == "Navi 48"
    assert pci_name(PCI_IDS, 0x10DE, 0x744C) == ""
    assert pci_name(PCI_IDS, 0x1234, 0x744C) == ""
    assert pci_name("", 0x1002, 0x744C) == ""


RTX = {
    "DriverDesc": "NVIDIA GeForce RTX 4070 SUPER",
    "DriverVersion": "31.0.15.5161",
    "ProviderName": "NVIDIA",
    "MatchingDeviceId": r"pci\ven_10de&dev_2783&subsys_88e1",
    "HardwareInformation.qwMemorySize": 12878610432,
}
RADEON = {
    "DriverDesc": "AMD Radeon RX 580",
    "DriverVersion": "31.0.21921.1000",
    "MatchingDeviceId": r"PCI\VEN_1002&DEV_67DF&REV_E7",
    "HardwareInformation.MemorySize": (1 << 31).to_bytes(4, "little"),
}


def test_windows_by_its_registry():
    registry = {rf"{CLASS}\0000": RTX, rf"{CLASS}\0001": RADEON, rf"{CLASS}\Properties": {"x": 1}}
    library = SYSTEM32 + r"\nvcuda.dll"
    found = graphics(RecordedSources(windows({library: dll()}), registry=registry))
    assert found.gpus is not None
    assert [(one.vendor, one.name, one.memory_bytes) for one in found.gpus] == [
        ("nvidia", "NVIDIA GeForce RTX 4070 SUPER", 12878610432),
        ("amd", "AMD Radeon RX 580", 1 << 31),
    ]
    assert found.drivers is not None
    versions = {one.vendor: (one.version, one.library) for one in found.drivers}
    assert versions["amd"] == ("31.0.21921.1000", None)
    assert versions["nvidia"] == ("551.61", library)


def test_a_card_that_was_taken_out_is_not_there():
    registry = {rf"{CLASS}\0000": RTX, rf"{CLASS}\0001": RADEON}
    displays = (r"PCI\VEN_10DE&DEV_2783&SUBSYS_88E11043&REV_A1\4&2C3D",)
    found = graphics(RecordedSources(windows(), registry=registry, displays=displays))
    assert found.gpus is not None
    assert [one.vendor for one in found.gpus] == ["nvidia"]
