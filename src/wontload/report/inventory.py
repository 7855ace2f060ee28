"""What a machine has, in words: one line a subject, for `doctor`, for the header of a saved machine, for JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wontload.knowledge.variables import subject_of
from wontload.machine import Inventory, Machine
from wontload.machine.inventory import Cpu, Driver, Gpu, Toolkit, VisualStudio

GIGABYTE = 1 << 30  # as makers of GPUs count
VENDORS = {"nvidia": "NVIDIA", "amd": "AMD", "intel": "Intel", "apple": "Apple"}
KINDS = {
    "cuda": "CUDA", "cudnn": "cuDNN", "tensorrt": "TensorRT", "hip": "HIP", "rocm": "ROCm", "vulkan": "Vulkan",
    "oneapi": "oneAPI",
}  # fmt: skip
# Instruction sets that builds of native code are told apart by, as /proc/cpuinfo spells them and as people do.
TOLD_APART = {
    "avx": "AVX", "avx2": "AVX2", "fma": "FMA", "f16c": "F16C", "avx512f": "AVX-512", "avx512_vnni": "AVX-512 VNNI",
    "amx_tile": "AMX", "asimd": "NEON", "asimddp": "DotProd", "i8mm": "I8MM", "sve": "SVE",
}  # fmt: skip
PRODUCTS = {"BuildTools": "Build Tools"}
SHOWN_VARIABLES = ("gpu", "loader", "python", "threads")
NOT_KNOWN = "not known"
NONE = "none found"


def facts_of(machine: Machine) -> dict[str, str]:
    """What the report of a saved machine says of it in one breath; what its file says besides stands behind."""
    inventory = machine.inventory
    lines = {
        "GPU": ", ".join(map(_gpu, inventory.gpus or ())),
        "driver": ", ".join(_driver(one, full=len(inventory.drivers or ()) > 1) for one in inventory.drivers or ()),
        "CUDA toolkit": ", ".join(_toolkit(one) for one in _of_kind(inventory, "cuda") if one.source != "wheel"),
        "VC++ runtime": ", ".join(_vc_runtimes(inventory)),
        "Visual Studio": " and ".join(_short(one) for one in inventory.visual_studios or ()),
    }
    found = {label: text for label, text in lines.items() if text}
    return {**found, **{label: text for label, text in machine.facts.items() if label not in found}}


def overview(machine: Machine) -> Iterator[tuple[str, list[str]]]:
    """Label and items of every line of `doctor`; an item says so where nothing is known, or nothing is there."""
    inventory, system = machine.inventory, machine.system.name
    yield "processor", [_cpu(inventory.cpu)] if inventory.cpu else [NOT_KNOWN]
    yield "GPU", _listed(None if inventory.gpus is None else map(_gpu, inventory.gpus))
    drivers = inventory.drivers
    yield "GPU driver", _listed(None if drivers is None else (_driver(one, full=True) for one in drivers))
    yield "CUDA", _listed(None if inventory.toolkits is None else map(_toolkit, _of_kind(inventory, "cuda")))
    for kind in KINDS:
        if kind != "cuda" and (found := _of_kind(inventory, kind)):
            yield KINDS[kind], [_toolkit(one) for one in found]
    if system == "windows":
        known = inventory.vc_runtimes is not None
        yield "VC++ runtime", _listed(_vc_runtimes(inventory) if known else None)
        studios = inventory.visual_studios
        yield "Visual Studio", _listed(None if studios is None else map(_studio, studios))
    if inventory.libstdcxx:
        yield "libstdc++", [f"up to GLIBCXX_{inventory.libstdcxx}"]
    tools = inventory.tools
    named = (f"{one.name} {one.version or '(version not told)'}" for one in tools or ())
    yield "build tools", _listed(None if tools is None else dict.fromkeys(named))
    if inventory.pythons:
        yield "Pythons", [f"{one.version or '?'} in {one.prefix}" for one in inventory.pythons]
    yield from _variables(inventory)
    if inventory.unasked:
        yield "no answer", [f"{one.source}: {one.why}" for one in inventory.unasked]


def _listed(items: Iterable[str] | None) -> list[str]:
    return [NOT_KNOWN] if items is None else list(items) or [NONE]


def _of_kind(inventory: Inventory, kind: str) -> list[Toolkit]:
    return [one for one in inventory.toolkits or () if one.kind == kind]


def _cpu(cpu: Cpu) -> str:
    sets = [word for name, word in TOLD_APART.items() if name in (cpu.features or ())]
    known = ", ".join(sets) or "no AVX" if cpu.features is not None else "instruction sets not known"
    cores = f"{cpu.cores} logical processors" if cpu.cores else ""
    return ", ".join(filter(None, (cpu.model or cpu.architecture, cores, known)))


def _gpu(gpu: Gpu) -> str:
    capability = f"compute capability {'.'.join(map(str, gpu.compute_capability))}" if gpu.compute_capability else ""
    return ", ".join(filter(None, (gpu.name, capability, gpu.gfx or "", _memory(gpu.memory_bytes))))


def _memory(size_bytes: int | None) -> str:
    if size_bytes is None:
        return ""
    size = round(size_bytes / GIGABYTE, 1)
    return f"{size:.0f} GB" if size == int(size) else f"{size} GB"


def _driver(driver: Driver, *, full: bool) -> str:
    vendor = VENDORS.get(driver.vendor, driver.vendor) if full else ""
    name = f"{vendor} {driver.version or '(version not known)'}".strip()
    return f"{name}, takes CUDA up to {'.'.join(map(str, driver.cuda))}" if driver.cuda else name


def _toolkit(toolkit: Toolkit) -> str:
    version = toolkit.version or "(version not known)"
    return f"{version} in {toolkit.directory}" + {"wheel": " (wheels)", "conda": " (conda)"}.get(toolkit.source, "")


def _vc_runtimes(inventory: Inventory) -> list[str]:
    """Each architecture's, the file's version where it is known: that is what a loader meets."""
    found: dict[str, str] = {}
    for one in sorted(inventory.vc_runtimes or (), key=lambda one: one.source != "registry"):
        found[one.architecture] = one.version
    return [f"{version} ({architecture})" for architecture, version in found.items()]


def _short(studio: VisualStudio) -> str:
    return f"{studio.year or studio.version} {PRODUCTS.get(studio.product, studio.product)}".strip()


def _studio(studio: VisualStudio) -> str:
    toolsets = f"MSVC {' and '.join(studio.toolsets)}" if studio.toolsets else "no C++ tools"
    cuda = f"knows CUDA {' and '.join(studio.cuda)}" if studio.cuda else "knows no CUDA"
    return f"{_short(studio)} ({toolsets}, {cuda})"


def _variables(inventory: Inventory) -> Iterator[tuple[str, list[str]]]:
    """Those that decide what is found or seen. PATH is in every process, and long."""
    told = [one for one in inventory.variables or () if subject_of(one.name) in SHOWN_VARIABLES]
    shown = [one for one in told if one.name.upper() != "PATH"]
    if shown:
        origins = {"user": " (set for the user)", "machine": " (set for the machine)"}
        yield "variables", [f"{one.name}={one.value}{origins.get(one.origin, '')}" for one in shown]
