"""Which Python is meant, and which other environments there are. Looks at files and variables; runs nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping

from wontload.errors import UsageError

WINDOWS = os.name == "nt"
EXECUTABLE = "python.exe" if WINDOWS else "python"


def chosen(
    explicit: str | None = None, *, as_module: bool, environment: Mapping[str, str] | None = None
) -> tuple[str, str]:
    """The interpreter that a question is about, and why it: (path, reason).

    Args:
        explicit: what `--python` says: a path, or a command on PATH.
        as_module: the tool was started as `python -m wontload`.
        environment: variables; this process's by default.
    """
    environment = os.environ if environment is None else environment
    if explicit is not None:
        return _explicit(explicit, environment), "named with --python"
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        executable = interpreter_of(environment.get(variable, ""))
        if executable:
            return executable, f"the active environment ({variable})"
    if as_module or has_other_packages(_own_site_packages()):
        return sys.executable, "the running interpreter"
    found = next(on_path(environment), None)
    return (found, "the first python on PATH") if found else (sys.executable, "the running interpreter")


def _explicit(name: str, environment: Mapping[str, str]) -> str:
    """A directory stands for the environment in it; a bare command is looked for on PATH; else it is a path."""
    if not name:
        raise UsageError(
            "There is no interpreter without a name.", "Give the path of a python executable with --python."
        )
    if os.path.isdir(name):
        return interpreter_of(name) or name
    if os.path.dirname(name):
        return os.path.abspath(name)
    from shutil import which

    return which(name, path=environment.get("PATH")) or name


def interpreter_of(prefix: str) -> str | None:
    """The interpreter of a virtual or conda environment at `prefix`; `None` when there is none."""
    if not prefix:
        return None
    below = ("Scripts/python.exe", "python.exe") if WINDOWS else ("bin/python", "bin/python3")
    candidates = (os.path.normpath(os.path.join(prefix, path)) for path in below)
    return next((path for path in candidates if os.path.isfile(path)), None)


def on_path(environment: Mapping[str, str]) -> Iterator[str]:
    """Interpreters on PATH, in order, without the Store's aliases: those are empty files that open a shop."""
    names = ("python.exe",) if WINDOWS else ("python", "python3")
    for directory in environment.get("PATH", "").split(os.pathsep):
        for name in names:
            path = os.path.join(directory.strip('"'), name)
            if directory and os.path.isfile(path) and not is_store_alias(path):
                yield path


def is_store_alias(path: str) -> bool:
    r"""Whether `path` is an app execution alias under `…\Microsoft\WindowsApps`: a reparse point of size 0."""
    if "windowsapps" not in path.lower():
        return False
    try:
        return os.lstat(path).st_size == 0
    except OSError:  # WinError 1920: the alias cannot be opened
        return True


def has_other_packages(site_packages: Iterable[str]) -> bool:
    """Whether an environment has distributions beyond this tool, what it needs, and the installers."""
    from wontload.knowledge.packages import normalised
    from wontload.machine.dist_info import installed

    own = _own_distributions()
    return any(normalised(one.name) not in own for one in installed(list(site_packages)))


def _own_site_packages() -> list[str]:
    return [path for path in sys.path if os.path.basename(path) in ("site-packages", "dist-packages")]


def _own_distributions() -> set[str]:
    """This tool and all that it requires, by its metadata; and the installers that every environment has."""
    from wontload.knowledge.packages import normalised
    from wontload.machine.dist_info import installed, required

    here = {normalised(one.name): one for one in installed(sys.path)}
    found, queue = {"pip", "setuptools", "wheel", "uv", "zlib-ng"}, ["wontload"]  # zlib-ng: of wontload[fast]
    while queue:
        name = queue.pop()
        if name in found:
            continue
        found.add(name)
        if name in here:
            queue += required(here[name].read("METADATA", "PKG-INFO"), extras=False)
    return found


def prefixes(environment: Mapping[str, str], current_directory: str) -> Iterator[str]:
    """Environments and installations that can be seen from here without running anything, the nearest first."""
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        if environment.get(variable):
            yield environment[variable]
    for name in (".venv", "venv", "env"):
        yield os.path.join(current_directory, name)
    yield sys.prefix
    yield sys.base_prefix
    for executable in on_path(environment):
        directory = os.path.dirname(os.path.realpath(executable))
        yield directory if WINDOWS else os.path.dirname(directory)
    home = os.path.expanduser("~")
    for parent in _collections(home, environment):
        try:
            yield from (entry.path for entry in sorted(os.scandir(parent), key=lambda entry: entry.name))
        except OSError:
            continue
    yield from _conda_environments(home)


def _collections(home: str, environment: Mapping[str, str]) -> Iterator[str]:
    """Directories whose subdirectories are installations or environments."""
    yield os.path.join(environment.get("PYENV_ROOT") or os.path.join(home, ".pyenv"), "versions")
    for name in ("miniconda3", "anaconda3", "miniforge3"):
        yield os.path.join(home, name, "envs")
    if WINDOWS:
        yield os.path.join(environment.get("LOCALAPPDATA", home), "Programs", "Python")
        yield os.path.join(home, ".pyenv", "pyenv-win", "versions")


def _conda_environments(home: str) -> Iterator[str]:
    """The list that conda keeps of every environment it has made."""
    try:
        with open(os.path.join(home, ".conda", "environments.txt"), encoding="utf-8", errors="replace") as lines:
            yield from (line.strip() for line in lines if line.strip())
    except OSError:
        return


def site_directories(prefix: str) -> Iterator[str]:
    """The site-packages of an installation or environment."""
    windows = os.path.join(prefix, "Lib", "site-packages")
    if WINDOWS:
        yield windows
        return
    for library in ("lib", "lib64", "local/lib"):
        parent = os.path.join(prefix, library)
        try:
            pythons = sorted(name for name in os.listdir(parent) if name.startswith("python"))
        except OSError:
            continue
        for name in pythons:
            yield from (os.path.join(parent, name, site) for site in ("site-packages", "dist-packages"))


def installed_elsewhere(
    name: str, environment: Mapping[str, str], current_directory: str, *, except_prefix: str
) -> Iterator[tuple[str, str]]:
    """Environments that have `name` (a module or a distribution): (environment, where it is), each once."""
    seen = {os.path.realpath(except_prefix)}
    for prefix in prefixes(environment, current_directory):
        real = os.path.realpath(prefix)
        if real in seen or not os.path.isdir(real):
            continue
        seen.add(real)
        for site in site_directories(prefix):
            location = _in_site(name, site)
            if location:
                yield prefix, location
                break


def _in_site(name: str, site: str) -> str | None:
    from wontload.knowledge.packages import normalised

    try:
        entries = os.listdir(site)
    except OSError:
        return None
    for entry in entries:
        stem = entry.split(".", 1)[0]
        is_module = stem == name and (
            entry.endswith((".py", ".so", ".pyd")) or (entry == name and os.path.isdir(os.path.join(site, entry)))
        )
        is_metadata = entry.endswith((".dist-info", ".egg-info")) and normalised(
            entry.rsplit(".", 1)[0].split("-", 1)[0]
        ) == normalised(name)
        if is_module or is_metadata:
            return os.path.join(site, entry)
    return None
