"""Wheels that were built here, kept for every environment: each with a note of what it was built from and for."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from contextlib import suppress
from typing import Any

from wontload.build.plan import BuildPlan
from wontload.errors import WontloadError
from wontload.machine import Machine

SCHEMA = "wontload.built/1"
CHUNK_BYTES = 1 << 20
NOTE = ".build.json"
LEAST_BYTES = 64 << 10  # hardly a wheel with compiled code is smaller


class CannotKeep(WontloadError):
    """The wheel cannot be laid where it should lie. Exit status 4."""


def key_of(plan: BuildPlan, machine: Machine) -> str:
    """One text for everything that decides what comes out: source, options, toolchain, interpreter, processor."""
    python, cpu = machine.python, machine.inventory.cpu
    features = sorted(cpu.features or ()) if cpu else []
    told = {
        "source": source_digest(plan.source.directory) if plan.source else "",
        "defines": sorted((one.name, one.value) for one in plan.defines),
        "asked": sorted(plan.flags.kept.items()),
        "others": list(plan.flags.others),
        "variables": sorted((one.name, one.value) for one in plan.variables if one.name not in NOT_IN_THE_WHEEL),
        "compilers": sorted((one.name, one.version) for one in machine.inventory.tools or ()),
        "python": [python.version.split(".")[:2], python.platform] if python else [],
        "processor": features,
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=list).encode()).hexdigest()


NOT_IN_THE_WHEEL = ("CMAKE_BUILD_PARALLEL_LEVEL", "MAX_JOBS")


def source_digest(directory: str) -> str:
    """One number for a source tree: names and contents of all files, without what Git keeps for itself."""
    digest = hashlib.sha256()
    for root, directories, names in os.walk(directory):
        directories[:] = sorted(one for one in directories if one != ".git")
        for name in sorted(names):
            path = os.path.join(root, name)
            digest.update(os.path.relpath(path, directory).encode("utf-8", "surrogateescape") + b"\0")
            if os.path.islink(path):
                digest.update(os.readlink(path).encode("utf-8", "surrogateescape"))
                continue
            with open(path, "rb") as file:
                while data := file.read(CHUNK_BYTES):
                    digest.update(data)
    return digest.hexdigest()


def built_before(directory: str, key: str) -> str | None:
    """The wheel that was built from and for exactly this, if it still lies there as it was."""
    try:
        names = sorted(os.listdir(directory))
    except OSError:
        return None
    for name in names:
        if not name.endswith(NOTE):
            continue
        note = _note(os.path.join(directory, name))
        wheel = os.path.join(directory, name.removesuffix(NOTE))
        if note.get("schema") == SCHEMA and note.get("key") == key and _sha256(wheel) == note.get("sha256"):
            return wheel
    return None


def refuse_unwritable(directory: str) -> None:
    """See to it that a wheel can be laid into a directory, before an hour goes into building it. Nothing stays of that.

    Raises:
        CannotKeep: it cannot be made, or nothing can be written there.
    """
    made, place = [], os.path.abspath(directory)
    while not os.path.lexists(place) and os.path.dirname(place) != place:
        made.append(place)
        place = os.path.dirname(place)
    try:
        os.makedirs(directory, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory) as file:
            file.write(bytes(LEAST_BYTES))
    except OSError as error:
        raise CannotKeep(
            f"nothing can be written to {directory}: {error.strerror or error}.", "Name another place with -o DIR."
        ) from error
    finally:
        for place in made:  # the deepest first
            with suppress(OSError):
                os.rmdir(place)


def rescue(wheel: str) -> str:
    """Move a wheel that could not be kept out of the build's directory, which will be gone; its path there."""
    target = os.path.join(tempfile.mkdtemp(prefix="wontload-wheel-"), os.path.basename(wheel))
    return shutil.move(wheel, target)  # on the same disk: takes no room


def keep(wheel: str, directory: str, key: str) -> str:
    """Lay a wheel into a directory, in one go, with its note; its path there.

    Raises:
        CannotKeep: no room, no permission.
    """
    target = os.path.join(directory, os.path.basename(wheel))
    partial = f"{target}.{os.getpid()}.part"
    try:
        os.makedirs(directory, exist_ok=True)
        try:
            shutil.copyfile(wheel, partial)
            os.replace(partial, target)
            note = {"schema": SCHEMA, "key": key, "sha256": _sha256(target)}
            with open(partial, "w", encoding="ascii") as file:
                json.dump(note, file)
            os.replace(partial, target + NOTE)
        finally:
            if os.path.exists(partial):
                os.remove(partial)
    except OSError as error:
        raise CannotKeep(
            f"{target} cannot be written: {error.strerror or error}.", "Name another place with -o DIR."
        ) from error
    return target


def _note(path: str) -> dict[str, Any]:
    try:
        with open(path, encoding="utf-8") as file:
            found = json.loads(file.read(1 << 16))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _sha256(path: str) -> str | None:
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while data := file.read(CHUNK_BYTES):
                digest.update(data)
    except OSError:
        return None
    return digest.hexdigest()
