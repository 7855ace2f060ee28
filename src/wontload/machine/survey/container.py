"""Whether the process runs in a container.

Sources: systemd, "The Container Interface" (/run/systemd/container); Docker's and Podman's marker files; Microsoft, WSL
(the kernel's release names it).
"""

from __future__ import annotations

import re

from wontload.machine.survey.sources import Sources


def container(sources: Sources) -> str | None:
    """`docker`, `podman`, `wsl2` … ; empty for none; `None` where nothing tells."""
    if sources.system != "linux":
        return ""
    for path, name in (("/.dockerenv", "docker"), ("/run/.containerenv", "podman")):
        if sources.is_file(path):
            return name
    if name := (sources.text("/run/systemd/container", 64) or "").strip():
        return name
    if sources.variable("KUBERNETES_SERVICE_HOST"):
        return "kubernetes"
    release = sources.text("/proc/sys/kernel/osrelease", 256)
    if release is None:
        return None
    if "microsoft" in release.lower():
        return "wsl2" if "wsl2" in release.lower() else "wsl1"
    return _by_control_group(sources.text("/proc/1/cgroup", 4096) or "")


def _by_control_group(text: str) -> str:
    """Older engines leave their name in the path of the first process's control group."""
    found = re.search(r"/(docker|kubepods|lxc|libpod)", text)
    return {"kubepods": "kubernetes", "libpod": "podman"}.get(found[1], found[1]) if found else ""
