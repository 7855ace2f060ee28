"""GPUs that are in the machine and cannot be reached: files in /dev that are not there, or may not be opened.

Sources: NVIDIA Container Toolkit, user guide, "Environment variables (OCI spec)": `void`, empty or unset exposes
nothing, `none` the driver's libraries and no GPU; in CDI mode the toolkit itself sets `void` after it has passed GPUs
in, so that the variable says nothing while their files are there. AMD, ROCm, "Running ROCm Docker containers"
(/dev/kfd, /dev/dri) and "Configuring permissions for GPU access". NVIDIA, CUDA on WSL User Guide (no Linux driver may
be installed inside WSL 2: the libraries of Windows' driver are put into /usr/lib/wsl/lib).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from wontload.diagnosis import gpu
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.words import listed
from wontload.machine.inventory import DeviceFile

# What a program must be able to open: one of the cards, and what all of them share.
CARDS = {"nvidia": re.compile(r"/dev/nvidia\d+"), "amd": re.compile(r"/dev/dri/renderD\d+")}
SHARED = {"nvidia": ("/dev/nvidiactl", "/dev/nvidia-uvm"), "amd": ("/dev/kfd",)}
PASS_IN = {"nvidia": "--gpus all, or --device nvidia.com/gpu=all", "amd": "--device /dev/kfd --device /dev/dri"}
WSL_DEVICE, WSL_LIBRARY = "/dev/dxg", "/usr/lib/wsl/lib/libcuda.so.1"
VISIBLE = "NVIDIA_VISIBLE_DEVICES"
NOTHING = ("void", "none")


def hidden(case: Case, *, uses: Callable[[str], bool]) -> Iterator[Finding]:
    """What keeps a vendor's GPUs from a target that `uses` them; nothing where /dev was not looked at."""
    devices = case.machine.inventory.device_files
    if devices is None or case.machine.system.name != "linux":
        return
    container = case.machine.inventory.container
    if container and container.startswith("wsl"):
        if uses("nvidia"):
            yield from _wsl(case, devices)
        return
    for vendor in CARDS:
        if not _is_here(case, vendor) or not uses(vendor):
            continue
        cards = [one for one in devices if CARDS[vendor].fullmatch(one.path)]
        shared = [one for one in devices if one.path in SHARED[vendor]]
        if container and not cards and (vendor == "nvidia" or not shared):
            yield _not_passed_in(case, vendor, container)
        elif refused := _refused(cards, shared):
            yield _no_rights(case, refused)


def _is_here(case: Case, vendor: str) -> bool:
    """Whether a GPU of that vendor is in the machine: by the system's list, or by a driver's library that is here."""
    told = gpu.driver(case, vendor)
    return bool(gpu.gpus(case, vendor)) or (told is not None and told.library is not None)


def _refused(cards: list[DeviceFile], shared: list[DeviceFile]) -> list[DeviceFile]:
    """Files that the user may not open, if without them no card can be used; none where a right is not known."""
    closed = [one for one in shared if one.usable is False]
    if cards and all(one.usable is False for one in cards):
        closed = [*cards, *closed]
    return closed


def _not_passed_in(case: Case, vendor: str, container: str) -> Finding:
    missing = "/dev/nvidia0 and the like" if vendor == "nvidia" else "/dev/kfd and /dev/dri/renderD*"
    value = case.machine.environment.get(VISIBLE) if vendor == "nvidia" else None
    seen = [gpu.described(one) for one in gpu.gpus(case, vendor)]
    shown = [Evidence("file", f"a container ({container}), without {missing}", {"container": container})]
    if seen:
        shown.append(Evidence("file", f"in the machine: {listed(seen)}"))
    if value in NOTHING:
        shown.append(Evidence("variable", f"{VISIBLE} is {value}", {"name": VISIBLE, "value": value}))
    return _finding(
        case,
        subject="/dev/nvidia0" if vendor == "nvidia" else "/dev/kfd",
        title=f"no GPU is passed into this container ({container})",
        shown=shown,
        severity=Severity.NOTE,
        why="A container sees the GPUs of its machine only if it is started with them: "
        f"{PASS_IN[vendor]}. Nothing that is installed inside brings them.",
    )


def _no_rights(case: Case, files: list[DeviceFile]) -> Finding:
    groups = list(dict.fromkeys(one.group for one in files if one.group and "rw" in one.mode[3:6]))
    to_whom = f" Its owner and group may: {listed(groups)} is the group." if groups else ""
    return _finding(
        case,
        subject=files[0].path,
        title=f"{listed([one.path for one in files])} may not be opened by this user",
        shown=[
            Evidence("file", f"{one.path} is {one.mode}, of group {one.group}", {"path": one.path, "group": one.group})
            for one in files
        ],
        severity=Severity.WARNING,
        why=f"Without it no program of this user reaches the GPU.{to_whom}",
    )


def _wsl(case: Case, devices: tuple[DeviceFile, ...]) -> Iterator[Finding]:
    there = case.machine.files.kind(WSL_LIBRARY).value == "file"
    if not any(one.path == WSL_DEVICE for one in devices):
        yield _finding(
            case,
            subject=WSL_DEVICE,
            title="this WSL has no GPU: /dev/dxg is not there",
            shown=[Evidence("file", f"{case.machine.inventory.container}, without {WSL_DEVICE}")],
            severity=Severity.NOTE,
            why="WSL 2 reaches the GPU through /dev/dxg, which its kernel makes where Windows' own driver supports it.",
        )
        return
    for path in gpu.files(case) if there else ():
        real = case.machine.files.real(path)
        if case.path_module.basename(path).startswith("libcuda.so") and not real.startswith("/usr/lib/wsl/"):
            yield _finding(
                case,
                subject=path,
                title=f"{path} is taken, and is not the one of WSL's driver",
                shown=[Evidence("file", f"taken: {real}"), Evidence("file", f"of Windows' driver: {WSL_LIBRARY}")],
                severity=Severity.WARNING,
                why="Inside WSL 2 the GPU belongs to Windows' driver, whose libraries lie in /usr/lib/wsl/lib. Any "
                "other finds no GPU there: take the Linux driver out.",
            )
            return


def _finding(case: Case, *, subject: str, title: str, shown: list[Evidence], severity: Severity, why: str) -> Finding:
    return Finding(
        code="WL406",
        severity=severity,
        title=title,
        subject=subject,
        chain=(case.target, subject),
        evidence=tuple(shown),
        explanation=why,
    )
