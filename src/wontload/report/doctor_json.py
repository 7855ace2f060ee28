"""`wontload.doctor/1`: the inventory, and every package with native files."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from wontload._version import __version__
from wontload.app.checkup import CheckedFile, Standing
from wontload.app.doctor import CheckedPackage, Checkup
from wontload.report.as_json import load_to_json, machine_to_json, python_to_json

Object = dict[str, Any]


def doctor_to_json(checkup: Checkup) -> Object:
    """The object. Files that load are counted and not listed."""
    machine = checkup.machine
    packages = checkup.packages
    return {
        "schema": "wontload.doctor/1",
        "tool": __version__,
        "python": python_to_json(machine.python) if machine.python else None,
        "machine": machine_to_json(machine),
        "inventory": plain(machine.inventory, without=("distributions",)),
        "verdict": checkup.verdict,
        "packages": None if packages is None else [_package(one, machine.id) for one in packages],
    }


def plain(value: Any, without: tuple[str, ...] = ()) -> Any:
    """Values as JSON: dataclasses as objects, sets as sorted lists."""
    if is_dataclass(value):
        names = [one.name for one in fields(value) if one.name not in without]
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, frozenset):
        return sorted(value)
    return [plain(one) for one in value] if isinstance(value, tuple) else value


def _package(package: CheckedPackage, machine: str) -> Object:
    return {
        "name": package.name,
        "version": package.version,
        "location": package.location,
        "verdict": package.verdict,
        "files": len(package.files) + len(package.strange),
        "made_for": package.made_for or None,
        "strange": list(package.strange),
        "unmet": plain(package.unmet),
        "ailing": [
            _file(one, machine) for one in package.files if one.standing is not Standing.LOADS and not one.spared
        ],
    }


def _file(file: CheckedFile, machine: str) -> Object:
    return {
        "path": file.path,
        "standing": file.standing.value,
        "extension": file.extension,
        "known": file.known,
        "damaged": file.damaged,
        "elsewhere": list(file.elsewhere),
        "load": load_to_json(file.result, path=file.path, machine=machine, mode=file.mode),
    }
