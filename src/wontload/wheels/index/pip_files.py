"""pip's configuration files and variables, in pip's order.

Source: pip, "Configuration", and `Configuration.iter_config_files`: system-wide files, then the user's (not where
`PIP_CONFIG_FILE` names one that is there), the environment's, the named one, then variables; the command's own section
over `global`. `PIP_CONFIG_FILE` as os.devnull turns all files off.
"""

from __future__ import annotations

import configparser
import os
import sys
from collections.abc import Iterator, Mapping

SECTIONS = ("global", "install")
LARGEST_FILE_BYTES = 1 << 20


def pip_values(prefix: str, environment: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Values by option name (`index-url`), and the files and variables that gave any."""
    by_section: dict[str, dict[str, str]] = {section: {} for section in SECTIONS}
    sources: list[str] = []
    for path in configuration_files(prefix, environment):
        sections = _read(path)
        if any(sections.get(section) for section in SECTIONS):
            sources.append(path)
        for section in SECTIONS:
            by_section[section].update(sections.get(section, {}))
    values = {**by_section["global"], **by_section["install"]}
    for name, value in environment.items():
        if name.upper().startswith("PIP_") and value and name.upper() not in ("PIP_CONFIG_FILE", "PIP_VERSION"):
            option = name[4:].lower().replace("_", "-")
            values[option.removeprefix("default-") if option == "default-timeout" else option] = value
            sources.append(name)
    return values, tuple(sources)


def configuration_files(prefix: str, environment: Mapping[str, str]) -> Iterator[str]:
    """Paths in the order in which a later one wins."""
    named = environment.get("PIP_CONFIG_FILE", "")
    if named == os.devnull:
        return
    name = "pip.ini" if sys.platform == "win32" else "pip.conf"
    yield from (os.path.join(directory, name) for directory in _system_directories(environment))
    if not (named and os.path.exists(named)):  # pip: the named file stands in for the user's
        yield from (os.path.join(directory, name) for directory in _user_directories(environment))
    yield os.path.join(prefix, name)
    if named:
        yield named


def _system_directories(environment: Mapping[str, str]) -> Iterator[str]:
    if sys.platform == "win32":
        yield os.path.join(environment.get("PROGRAMDATA", r"C:\ProgramData"), "pip")
    elif sys.platform == "darwin":
        yield "/Library/Application Support/pip"
    else:
        for directory in (environment.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(os.pathsep):
            if directory:
                yield os.path.join(directory, "pip")
        yield "/etc"


def _user_directories(environment: Mapping[str, str]) -> Iterator[str]:
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        yield os.path.join(home, "pip")
        yield os.path.join(environment.get("APPDATA", os.path.join(home, "AppData", "Roaming")), "pip")
        return
    yield os.path.join(home, ".pip")
    own = os.path.join(home, "Library", "Application Support", "pip")
    if sys.platform == "darwin" and os.path.isdir(own):
        yield own
    else:
        yield os.path.join(environment.get("XDG_CONFIG_HOME") or os.path.join(home, ".config"), "pip")


def _read(path: str) -> dict[str, dict[str, str]]:
    """The sections of one file; none of a file that is not there or not to be read."""
    parser = configparser.RawConfigParser()
    try:
        with open(path, encoding="utf-8-sig", errors="replace") as file:
            parser.read_string(file.read(LARGEST_FILE_BYTES), path)
    except (OSError, configparser.Error):
        return {}
    return {
        section: {_option(name): value for name, value in parser.items(section) if value}
        for section in parser.sections()
    }


def _option(name: str) -> str:
    return name.lower().replace("_", "-").removeprefix("--")
