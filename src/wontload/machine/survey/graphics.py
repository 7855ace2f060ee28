"""GPUs of every vendor, and their drivers.

Sources: Linux, Documentation/PCI/sysfs-pci.rst (class 0x03 is a display controller), the PCI ID list for names,
/sys/class/kfd/kfd/topology (amdkfd: `gfx_target_version` 110003 is gfx1103); Windows, the display class in the registry
(Microsoft, "System-Defined Device Setup Classes", {4d36e968-…}; its `HardwareInformation.qwMemorySize`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from wontload.machine.inventory import Driver, Gpu
from wontload.machine.survey.nvidia import nvidia, windows_driver_version
from wontload.machine.survey.registry import Value
from wontload.machine.survey.sources import Sources

VENDORS = {0x10DE: "nvidia", 0x1002: "amd", 0x8086: "intel"}
DISPLAY = "0x03"  # the class of VGA (00), 3D (02) and other display controllers
PCI_DEVICES, KFD_NODES = "/sys/bus/pci/devices", "/sys/class/kfd/kfd/topology/nodes"
PCI_IDS = ("/usr/share/hwdata/pci.ids", "/usr/share/misc/pci.ids", "/usr/share/pci.ids")
DISPLAY_CLASS = r"HKLM\SYSTEM\CurrentControlSet\Control\Class\{4d36e968-e325-11ce-bfc1-08002be10318}"
HIP = ("amdhip64_7.dll", "amdhip64_6.dll", "amdhip64.dll")


@dataclass(frozen=True, slots=True)
class Graphics:
    """What there is: `gpus` is `None` where nothing could list them."""

    gpus: tuple[Gpu, ...] | None
    drivers: tuple[Driver, ...] | None


@dataclass(frozen=True, slots=True)
class Adapter:
    """One adapter as the system lists it, with the driver that serves it."""

    gpu: Gpu
    driver: Driver | None = None


def graphics(sources: Sources) -> Graphics:
    """All GPUs; of NVIDIA's the driver's own list, which knows more than the system's."""
    adapters = {"linux": _linux, "windows": _windows, "macos": _macos}[sources.system](sources)
    told = nvidia(sources)
    if adapters is None and told.gpus is None:
        return Graphics(None, (told.driver,) if told.driver else None)
    gpus = [*(told.gpus or ()), *(one.gpu for one in adapters or () if told.gpus is None or one.gpu.vendor != "nvidia")]
    own = [told.driver] if told.driver else []
    return Graphics(tuple(gpus), tuple(_drivers(own, [one.driver for one in adapters or () if one.driver])))


def _drivers(told: list[Driver], listed: list[Driver]) -> Iterator[Driver]:
    """One a vendor: what the driver told of itself, its version from the system's list where it told none."""
    found = {one.vendor: one for one in reversed(listed)}
    for driver in told:
        version = driver.version or (found[driver.vendor].version if driver.vendor in found else "")
        found[driver.vendor] = replace(driver, version=version)
    for vendor in VENDORS.values():
        if vendor in found:
            yield found[vendor]


def _linux(sources: Sources) -> list[Adapter] | None:
    if not sources.is_directory(PCI_DEVICES):
        sources.note(PCI_DEVICES, "not there")
        return None
    targets = dict(_gfx_targets(sources))
    found = []
    for slot, place in sources.children(PCI_DEVICES):
        if not (_line(sources, f"{place}/class") or "").startswith(DISPLAY):
            continue
        vendor_id, device = _hexadecimal(sources, f"{place}/vendor"), _hexadecimal(sources, f"{place}/device")
        vendor = VENDORS.get(vendor_id, "")
        if not vendor:  # a virtual machine's or a server's own screen
            continue
        memory = _line(sources, f"{place}/mem_info_vram_total") or ""
        name = _line(sources, f"{place}/product_name") or _pci_name(sources, vendor_id, device)
        gpu = Gpu(
            vendor=vendor,
            name=name or f"{vendor.upper() if vendor == 'amd' else vendor.title()} GPU {vendor_id:04x}:{device:04x}",
            gfx=targets.get(slot),
            memory_bytes=int(memory) if memory.isdecimal() else None,
        )
        found.append(Adapter(gpu, _kernel_driver(sources, vendor)))
    return found


def _line(sources: Sources, path: str) -> str | None:
    text = sources.text(path, 4096)
    return None if text is None else text.strip()


def _hexadecimal(sources: Sources, path: str) -> int:
    try:
        return int(_line(sources, path) or "0", 16)
    except ValueError:
        return 0


def _kernel_driver(sources: Sources, vendor: str) -> Driver | None:
    """AMD's and Intel's: part of the kernel, or a module with a version of its own (amdgpu-dkms)."""
    for module in {"amd": ("amdgpu",), "intel": ("xe", "i915")}.get(vendor, ()):
        if sources.is_directory(f"/sys/module/{module}"):
            version = _line(sources, f"/sys/module/{module}/version")
            kernel = _line(sources, "/proc/sys/kernel/osrelease") or ""
            return Driver(vendor=vendor, version=version or f"{module} of Linux {kernel}".strip(), source="sysfs")
    return None


def _gfx_targets(sources: Sources) -> Iterator[tuple[str, str]]:
    """PCI slot to gfx target, for AMD's GPUs that the compute driver serves."""
    for _, place in sources.children(KFD_NODES):
        properties = dict(
            line.split()[:2]
            for line in (sources.text(f"{place}/properties", 1 << 16) or "").splitlines()
            if " " in line
        )
        numbers = [properties.get(name, "") for name in ("gfx_target_version", "location_id", "domain")]
        if all(number.isdecimal() for number in numbers) and (target := gfx_name(int(numbers[0]))):
            location, domain = int(numbers[1]), int(numbers[2])
            yield f"{domain:04x}:{location >> 8 & 0xFF:02x}:{location >> 3 & 0x1F:02x}.{location & 7}", target


def gfx_name(number: int) -> str:
    """110003 is `gfx1103`, 90010 is `gfx90a`: major, minor and stepping, the last two as hexadecimal digits."""
    major, minor, stepping = number // 10000, number // 100 % 100, number % 100
    return f"gfx{major}{minor:x}{stepping:x}" if number else ""


def _pci_name(sources: Sources, vendor: int, device: int) -> str:
    for path in PCI_IDS:
        if text := sources.text(path):
            return pci_name(text, vendor, device)
    return ""


def pci_name(text: str, vendor: int, device: int) -> str:
    """A device's name in the PCI ID list: a vendor's line, and its devices below it, one tabulator in."""
    section = re.search(rf"^{vendor:04x}  .*\n((?:[\t#].*\n|\n)*)", text, re.MULTILINE)
    found = section and re.search(rf"^\t{device:04x}  (.+)$", section[1], re.MULTILINE)
    return found[1].strip() if found else ""


def _windows(sources: Sources) -> list[Adapter] | None:
    entries = [name for name in sources.registry.keys(DISPLAY_CLASS) if name.isdecimal()]
    present = sources.display_devices()
    found = []
    for entry in entries:
        values = sources.registry.values(rf"{DISPLAY_CLASS}\{entry}") or {}
        identity = str(values.get("MatchingDeviceId", "")).lower()
        vendor_id = re.search(r"ven_([0-9a-f]{4})", identity)
        vendor = VENDORS.get(int(vendor_id[1], 16), "") if vendor_id else ""
        if not vendor or (present is not None and not _is_present(identity, present)):
            continue
        gpu = Gpu(vendor=vendor, name=str(values.get("DriverDesc", "")), memory_bytes=_registry_memory(values))
        found.append(Adapter(gpu, _registry_driver(sources, vendor, values)))
    return found


def _is_present(identity: str, present: tuple[str, ...]) -> bool:
    """Whether an adapter of that vendor and device is in the machine: the registry keeps those that once were."""
    wanted = re.search(r"ven_[0-9a-f]{4}&dev_[0-9a-f]{4}", identity)
    return wanted is None or any(wanted[0] in one.lower() for one in present)


def _registry_memory(values: Mapping[str, Value]) -> int | None:
    size = values.get("HardwareInformation.qwMemorySize", values.get("HardwareInformation.MemorySize"))
    if isinstance(size, bytes):
        size = int.from_bytes(size[:8], "little")
    return size if isinstance(size, int) and size > 0 else None


def _registry_driver(sources: Sources, vendor: str, values: Mapping[str, Value]) -> Driver:
    version = str(values.get("DriverVersion", ""))
    library = None
    if vendor == "nvidia":
        version = windows_driver_version(version) or version
        library = sources.library("nvcuda.dll")
    elif vendor == "amd":
        version = str(values.get("RadeonSoftwareVersion") or version)
        library = next(filter(None, map(sources.library, HIP)), None)
    return Driver(vendor=vendor, version=version, library=library, source="registry")


def _macos(sources: Sources) -> list[Adapter] | None:
    answer = sources.run(["/usr/sbin/sysctl", "-n", "hw.optional.arm64", "machdep.cpu.brand_string"])
    if answer is None:
        return None
    lines = answer.output.splitlines()
    if lines[:1] != ["1"]:
        sources.note("GPUs", "of a Mac with an Intel processor they are not asked")
        return None
    return [Adapter(Gpu(vendor="apple", name=" ".join(lines[1:2])))]
