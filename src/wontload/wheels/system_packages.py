"""What of a system brings a library that no wheel does: its package manager, or an installer's page."""

from __future__ import annotations

from wontload.knowledge.providers import Provider, providers_of
from wontload.machine import Machine

NOT_BY_WHEELS = ("apt", "dnf", "zypper", "pacman", "apk", "brew", "installer")


def system_package(name: str, machine: Machine) -> Provider | None:
    """The first that brings a library on this machine's distribution or system; `None` where nobody is known to.

    Args:
        name: of a library, as its importer spells it.
    """
    system = machine.system
    found = providers_of(
        name,
        system=system.name,
        architecture=system.architecture,
        distribution=(system.version or None) if system.name == "linux" else None,
    )
    return next((one for one in found if one.kind in NOT_BY_WHEELS and (one.command or one.where)), None)
