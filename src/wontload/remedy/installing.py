"""Installing wheels so that it can be taken back: what they bring is known before, what they replace is kept.

The environment's own installer does the work; an undo goes by content and does not ask it, so it also works where the
installer was killed halfway, and brings back the very files that were there.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from wontload.knowledge.packages import normalised
from wontload.remedy.bytecode import compiled_of
from wontload.remedy.file_steps import remove_empty, sha256_of
from wontload.remedy.journal import Journal
from wontload.remedy.records import content, recorded
from wontload.remedy.refused import Refused, StepFailed, changed_since
from wontload.remedy.replacing import remove_leftover
from wontload.remedy.steps import InstallWheels
from wontload.remedy.wheel_members import WRITTEN_BY_INSTALLERS, WheelFiles, unpack, wheel_files

Undo = Mapping[str, Any]
PATIENCE_S = 3600.0
MOST_SAID = 600  # characters of the installer's own words in an error


def prepare(step: InstallWheels, journal: Journal) -> Undo:
    """What the wheels bring, and copies of all that they replace. Raises `Refused` and `CannotWrite`."""
    wheels = [wheel_files(path, step.places) for path in step.wheels]
    sites = sorted({step.places["purelib"], step.places["platlib"]})
    replaced = [one for wheel in wheels for site in sites for one in _installed(wheel.name, site)]
    brought = {placed.path: (placed.sha256, placed.size_bytes) for wheel in wheels for placed in wheel.files}
    if step.installer != "unpack":
        brought |= {path: ("", None) for wheel in wheels for path in wheel.scripts}
    keep = dict.fromkeys(path for info in replaced for path in _files_of(info))
    keep |= dict.fromkeys(path for path in brought if os.path.isfile(path))
    links = [[path, os.readlink(path)] for path in brought if os.path.islink(path)]
    there = [path for path in keep if os.path.isfile(path) and not os.path.islink(path)]
    digests = journal.keep_all(content(path) for path in there)
    return {
        "kind": "installed",
        "brought": [[path, *told] for path, told in brought.items()],
        "infos": [wheel.dist_info for wheel in wheels],
        "kept": [
            [path, digest, stat.S_IMODE(os.stat(path).st_mode)] for path, digest in zip(there, digests, strict=True)
        ],
        "links": links,
        "directories": list(_directories_made(wheels)),
        "lock": _lock_made(step),
        "around": (around := sorted(_around([*brought, *keep], sites))),
        "leftovers": [path for directory in around for path in _set_aside(directory)],
    }


def install(step: InstallWheels) -> None:
    """Run the installer. Raises `StepFailed` with what it said.

    Symbolic links go first where the wheels' files are to be: pip would look at where one leads to, and gives up at one
    that leads to itself.
    """
    for path in (placed.path for wheel in step.wheels for placed in wheel_files(wheel, step.places).files):
        if os.path.islink(path):
            os.remove(path)
    if step.installer == "unpack":
        for path in step.wheels:
            unpack(path, step.places)
        return
    wheels = [wheel_files(path, step.places) for path in step.wheels]
    wanted = [f"{wheel.name}=={wheel.version}" for wheel in wheels]
    sources = [f"--find-links={directory}" for directory in dict.fromkeys(map(os.path.dirname, step.wheels))]
    command = [*_installer(step), "--no-index", "--no-deps", *sources, *wanted]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE_S, env=_environment(), check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise StepFailed(f"{step.installer} could not be run: {error}.") from error
    if done.returncode:
        said = (done.stderr or done.stdout).decode("utf-8", "backslashreplace").strip()[-MOST_SAID:]
        raise StepFailed(f"{step.installer} did not install {', '.join(wanted)}: {said}")


def _installer(step: InstallWheels) -> list[str]:
    if step.installer == "uv":
        uv = shutil.which("uv")
        if uv is None:
            raise StepFailed("uv is not on PATH any more.")
        return [uv, "pip", "install", "--python", step.python, *(("--reinstall",) if step.again else ())]
    # Said outright: where it may not write, pip would else install for the user, which is not what was written down.
    where = "--user" if step.installer == "pip --user" else "--no-user"
    quiet = ("--disable-pip-version-check", "--no-input", "--no-warn-script-location", where)
    pip = step.pip or (step.python, "-m", "pip")
    return [*pip, "install", *quiet, *(("--force-reinstall",) if step.again else ())]


def _environment() -> dict[str, str]:
    """Ours, without settings that would install elsewhere than the plan says."""
    redirecting = {"PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_DRY_RUN", "PIP_REPORT", "PIP_CONSTRAINT"}
    return {name: value for name, value in os.environ.items() if name.upper() not in redirecting}


def take_back(undo: Undo, journal: Journal) -> Iterator[str]:
    """Remove what the wheels brought and put back what they replaced; what was changed since stays, and is named."""
    kept = {path: (digest, mode) for path, digest, mode in undo["kept"]}
    # Installers write in place: one that was killed may have left a file half-written.
    promised = {} if undo["taken"] else {path: size for path, _, size in undo["brought"]}
    links = dict(undo.get("links", ()))
    for path, digest, _ in undo["brought"]:
        if path not in kept and not os.path.islink(path):
            yield from _remove(path, digest, promised.get(path))
    for path in (path for info in undo["infos"] for path in _written_by_installers(info)):
        if path not in kept:
            os.remove(path)
    brought = {path: digest for path, digest, _ in undo["brought"]}
    changed = []
    for path, (digest, mode) in kept.items():
        remove_leftover(path)
        found = sha256_of(path)
        of_installer = os.path.dirname(path) in undo["infos"] or path.endswith(".pyc")
        of_installer = of_installer or brought.get(path) == "" or _is_part(path, promised.get(path))
        if found not in (None, digest, brought.get(path)) and not of_installer:
            yield changed_since(path)
        elif found != digest:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            changed.append((path, digest, mode))
        elif stat.S_IMODE(os.stat(path).st_mode) != mode:  # the wheel brought the same content with other rights
            os.chmod(path, mode)
    journal.put_back(changed)
    _tidy(undo)
    for path, target in links.items():
        if not os.path.lexists(path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            os.symlink(target, path)


def _is_part(path: str, size: int | None) -> bool:
    """Whether there is less in a file than was promised of it."""
    return size is not None and os.path.isfile(path) and os.path.getsize(path) < size


def _remove(path: str, digest: str, size: int | None) -> Iterator[str]:
    """Remove one file that a wheel brought, with the bytecode made of it."""
    found = sha256_of(path)
    if found is not None and digest and found != digest and not _is_part(path, size):
        yield changed_since(path)
        return
    if found is not None:
        os.remove(path)
    for compiled in compiled_of(path):
        os.remove(compiled)


def _written_by_installers(info: str) -> Iterator[str]:
    """Files that installers add to a wheel's metadata, also under the name that each has until it is whole.

    Source: pip, `adjacent_tmp_file`: the name, letters drawn at random, `.tmp`.
    """
    for name in _names(info):
        if name in WRITTEN_BY_INSTALLERS or (name.endswith(".tmp") and name.startswith(WRITTEN_BY_INSTALLERS)):
            yield os.path.join(info, name)


def _tidy(undo: Undo) -> None:
    """Empty directories that were made, and what pip sets aside (`~name`) while it replaces a distribution."""
    made = undo["directories"]
    remove_empty([os.path.join(directory, "__pycache__") for directory in made])
    remove_empty(made)
    lock = undo.get("lock")
    if lock and os.path.isfile(lock) and not os.path.getsize(lock):
        os.remove(lock)
    for directory in undo["around"]:
        for path in set(_set_aside(directory)).difference(undo["leftovers"]):
            shutil.rmtree(path, ignore_errors=True)


def _lock_made(step: InstallWheels) -> str:
    """The empty file by which uv locks an environment, where there is none yet; else nothing. Seen with uv 0.13.9."""
    path = os.path.join(step.places.get("data", ""), ".lock")
    return path if step.installer == "uv" and not os.path.exists(path) else ""


def _around(paths: Iterable[str], sites: Iterable[str]) -> set[str]:
    """Directories in which pip may set something aside: the sites, and those below them that hold the files."""
    found = set(sites)
    for path in paths:
        directory = os.path.dirname(path)
        passed = []
        while directory not in found and directory != os.path.dirname(directory):
            passed.append(directory)
            directory = os.path.dirname(directory)
        if directory in found:
            found.update(passed)
    return found


def _set_aside(directory: str) -> list[str]:
    """Source: pip, `AdjacentTempDirectory`: the name with its first letters exchanged, a tilde in front."""
    return [os.path.join(directory, name) for name in _names(directory) if name.startswith("~")]


def _names(directory: str) -> list[str]:
    try:
        return sorted(os.listdir(directory))
    except OSError:
        return []


def _directories_made(wheels: Iterable[WheelFiles]) -> Iterator[str]:
    """Directories that will be made for the wheels' files, the deepest first."""
    made: set[str] = set()
    for wheel in wheels:
        for placed in wheel.files:
            directory = os.path.dirname(placed.path)
            while directory and directory not in made and not os.path.isdir(directory):
                made.add(directory)
                directory = os.path.dirname(directory)
    return iter(sorted(made, key=lambda path: (-path.count(os.sep), path)))


def _installed(name: str, site: str) -> Iterator[str]:
    """`.dist-info` directories of a distribution in one site-packages."""
    for entry in _names(site):
        if entry.endswith(".dist-info") and normalised(entry.partition("-")[0]) == normalised(name):
            yield os.path.join(site, entry)


def _files_of(info: str) -> Iterator[str]:
    """Every file that an installed distribution lists, its metadata included."""
    listed = recorded(info)
    if listed is None:
        raise Refused(
            f"{info} has no RECORD that can be read, so replacing it could not be taken back.",
            "Uninstall it first, or make a new environment.",
        )
    yield from listed
    yield from (os.path.join(info, name) for name in _names(info))
