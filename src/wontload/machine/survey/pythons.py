"""Other Pythons of this computer, as far as they can be seen without running any of them.

Sources: PEP 514 (Windows' registry), PEP 405 (`pyvenv.cfg`), conda's `conda-meta`; CPython, PC/python_ver_rc.h (the
third number of a Python DLL's file version is a thousand times the micro version, and some), Include/patchlevel.h.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from wontload.machine.interpreters import interpreter_of, prefixes
from wontload.machine.inventory import FoundPython
from wontload.machine.survey.sources import Sources

ROOTS = (r"HKCU\SOFTWARE\Python", r"HKLM\SOFTWARE\Python", r"HKLM\SOFTWARE\WOW6432Node\Python")
MOST = 64
DLL = re.compile(r"(?i)python3\d\d?t?\.dll")


def pythons(sources: Sources) -> tuple[FoundPython, ...]:
    """Installations and environments, each once, the nearest first."""
    found: dict[str, FoundPython] = {}
    for prefix, source in _prefixes(sources):
        real = sources.real(prefix)
        if real not in found and len(found) < MOST and (one := _found(sources, prefix, source)):
            found[real] = one
    return tuple(found.values())


def _prefixes(sources: Sources) -> Iterator[tuple[str, str]]:
    for prefix in prefixes(sources.machine.environment, os.getcwd()):
        yield prefix, "seen"
    for root in ROOTS:
        for company in sources.registry.keys(root):
            for tag in sources.registry.keys(rf"{root}\{company}"):
                values = sources.registry.values(rf"{root}\{company}\{tag}\InstallPath") or {}
                if directory := str(values.get("", "")):
                    yield directory.rstrip("\\/"), "registry"


def _found(sources: Sources, prefix: str, source: str) -> FoundPython | None:
    executable = interpreter_of(prefix)
    if executable is None:
        return None
    config = sources.text(sources.path.join(prefix, "pyvenv.cfg"), 1 << 14)
    if config is not None:
        version, layout = parse_pyvenv(config), "venv"
    elif sources.is_directory(meta := sources.path.join(prefix, "conda-meta")):
        version, layout = _of_conda(sources.names(meta)), "conda"
    else:
        version, layout = _of_files(sources, prefix), "plain"
    return FoundPython(version=version, executable=executable, prefix=prefix, layout=layout, source=source)


def parse_pyvenv(text: str) -> str:
    """`version = 3.11.9` as venv writes it, `version_info = 3.11.9.final.0` as virtualenv and uv do."""
    found = re.search(r"^version(?:_info)?\s*=\s*(\d+\.\d+(?:\.\d+)?)", text, re.MULTILINE)
    return found[1] if found else ""


def _of_conda(names: list[str]) -> str:
    found = (re.fullmatch(r"python-(\d+\.\d+\.\d+)-[^-]+\.json", name) for name in names)
    return next((one[1] for one in found if one), "")


def _of_files(sources: Sources, prefix: str) -> str:
    """Windows: the DLL's version; elsewhere the header's, else the library directory's, which has two numbers."""
    if sources.system == "windows":
        images = (sources.image(path) for name, path in sources.children(prefix) if DLL.fullmatch(name))
        versions = [image.file_version for image in images if image and image.file_version]
        return f"{versions[0][0]}.{versions[0][1]}.{versions[0][2] // 1000}" if versions else ""
    names = sources.names(sources.path.join(prefix, "lib"))
    libraries = [name for name in names if re.fullmatch(r"python\d+\.\d+t?", name)]
    newest = max(libraries, key=lambda name: [int(part) for part in re.findall(r"\d+", name)], default="")
    header = sources.text(sources.path.join(prefix, "include", newest, "patchlevel.h"), 1 << 14) or ""
    found = re.search(r'#define PY_VERSION\s+"(\d+\.\d+\.\d+)', header)
    return found[1] if found else newest.removeprefix("python").rstrip("t")
