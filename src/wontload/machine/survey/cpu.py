"""The processor and its instruction sets.

Sources: Linux, Documentation/filesystems/proc.rst (`cpuinfo`); Windows: CPUID (`cpuid`); macOS: `sysctl machdep.cpu`
(Intel) and `hw.optional.arm` (Apple, "Determining instruction set characteristics").

Not IsProcessorFeaturePresent: it has no number for FMA, F16C or most of AVX-512, and says no to every number that is
younger than the Windows asked. A list of what it affirms would be read as a list of all there is.
"""

from __future__ import annotations

from collections.abc import Iterable

from wontload.machine.inventory import Cpu
from wontload.machine.survey.sources import Sources

FIRST_PROCESSOR_BYTES = 1 << 13  # of cpuinfo; 256 processors take the kernel 100 ms to describe
PROCESSOR_KEY = r"HKLM\HARDWARE\DESCRIPTION\System\CentralProcessor"
ARCHITECTURES = {"amd64": "x86_64", "arm64": "aarch64", "i386": "x86", "i686": "x86", "x86": "x86", "armv7l": "arm"}

# sysctl's spelling to that of /proc/cpuinfo, where they are not the same in lower case.
MACOS_NAMES = {
    "sse3": "pni", "sse4.1": "sse4_1", "sse4.2": "sse4_2", "avx1.0": "avx", "lzcnt": "abm", "pclmulqdq": "pclmulqdq",
    "lahf": "lahf_lm", "avx512vnni": "avx512_vnni", "avx512bitalg": "avx512_bitalg", "avx512vbmi2": "avx512_vbmi2",
    "avx512vpopcntdq": "avx512_vpopcntdq", "sha": "sha_ni",
}  # fmt: skip
MACOS_ARM = {
    "FEAT_DotProd": "asimddp", "FEAT_I8MM": "i8mm", "FEAT_BF16": "bf16", "FEAT_FP16": "asimdhp", "FEAT_LSE": "atomics",
    "FEAT_AES": "aes", "FEAT_SHA3": "sha3", "FEAT_SME": "sme", "FEAT_SME2": "sme2", "AdvSIMD": "asimd",
}  # fmt: skip


def cpu(sources: Sources) -> Cpu | None:
    """The processor; `None` where nothing tells of it."""
    return {"linux": _linux, "windows": _windows, "macos": _macos}[sources.system](sources)


def _linux(sources: Sources) -> Cpu | None:
    text = sources.text("/proc/cpuinfo", FIRST_PROCESSOR_BYTES)
    if text is None:
        sources.note("/proc/cpuinfo", "cannot be read")
        return None
    model, features = parse_cpuinfo(text)
    kernel = (sources.text("/proc/sys/kernel/arch") or "").strip()  # since Linux 6.1
    return Cpu(
        model=model,
        architecture=ARCHITECTURES.get(kernel, kernel) or sources.machine.system.architecture,
        features=features,
        cores=count_processors(sources.text("/sys/devices/system/cpu/online") or ""),
    )


def parse_cpuinfo(text: str) -> tuple[str, frozenset[str] | None]:
    """Model and features of the first processor: `flags` on x86, `Features` on ARM."""
    lines: dict[str, str] = {}
    for line in text.split("\n\n")[0].splitlines():
        name, _, value = line.partition(":")
        lines.setdefault(name.strip(), value.strip())
    flags = lines.get("flags") or lines.get("Features")
    model = lines.get("model name") or lines.get("Model") or lines.get("cpu") or lines.get("Processor") or ""
    return model, frozenset(flags.split()) if flags else None


def count_processors(text: str) -> int | None:
    """Processors in a list of the kernel's, such as `0-3,6`; `None` for what is no list."""
    total = 0
    for part in text.strip().split(","):
        first, _, last = part.partition("-")
        if not first.isdecimal() or not (last or first).isdecimal():
            return None
        total += int(last or first) - int(first) + 1
    return total


def _windows(sources: Sources) -> Cpu | None:
    processors = sources.registry.keys(PROCESSOR_KEY)
    first = sources.registry.values(PROCESSOR_KEY + r"\0") or {}
    native = sources.variable("PROCESSOR_ARCHITEW6432") or sources.variable("PROCESSOR_ARCHITECTURE")
    architecture = ARCHITECTURES.get(native.lower(), native.lower())
    features = sources.windows_features()
    if features is None:
        sources.note("CPUID", "this process cannot ask it")
    return Cpu(
        model=" ".join(str(first.get("ProcessorNameString", "")).split()),
        architecture=architecture or sources.machine.system.architecture,
        features=features,
        cores=len(processors) or None,
    )


def _macos(sources: Sources) -> Cpu | None:
    answer = sources.run(["/usr/sbin/sysctl", "machdep.cpu", "hw.optional", "hw.logicalcpu"])
    if answer is None:
        return None
    values = parse_sysctl(answer.output)
    arm = values.get("hw.optional.arm64") == "1"
    cores = values.get("hw.logicalcpu", "")
    return Cpu(
        model=values.get("machdep.cpu.brand_string", ""),
        architecture="aarch64" if arm else "x86_64",
        features=frozenset(_arm_features(values) if arm else _intel_features(values)) or None,
        cores=int(cores) if cores.isdecimal() else None,
    )


def parse_sysctl(text: str) -> dict[str, str]:
    """`name: value` a line."""
    pairs = (line.partition(":") for line in text.splitlines())
    return {name.strip(): value.strip() for name, colon, value in pairs if colon}


def _intel_features(values: dict[str, str]) -> Iterable[str]:
    words = " ".join(values.get(f"machdep.cpu.{name}", "") for name in ("features", "leaf7_features", "extfeatures"))
    for word in words.lower().split():
        yield MACOS_NAMES.get(word, word)


def _arm_features(values: dict[str, str]) -> Iterable[str]:
    for name, ours in MACOS_ARM.items():
        if "1" in (values.get(f"hw.optional.arm.{name}"), values.get(f"hw.optional.{name}")):
            yield ours
