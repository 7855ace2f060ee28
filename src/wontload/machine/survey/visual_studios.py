"""Instances of Visual Studio and its Build Tools: what vswhere says, else what its installer has written down.

Sources: Microsoft, vswhere's wiki ("Examples", JSON; `-include packages`), "Visual Studio workload and component IDs";
MSBuild\\Microsoft\\VC\\v170\\BuildCustomizations, where the CUDA installer puts `CUDA 12.4.props`. The installer's own
`_Instances\\*\\state.json` is not documented (believed: fields as Visual Studio 2017 to 2022 write them).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from wontload.machine.inventory import VisualStudio
from wontload.machine.survey.search import matching
from wontload.machine.survey.sources import Sources

VSWHERE_S = 1.2
QUESTION = ("-all", "-prerelease", "-products", "*", "-format", "json", "-utf8", "-include", "packages")
INSTANCES = r"Microsoft\VisualStudio\Packages\_Instances"
YEARS = {"15": "2017", "16": "2019", "17": "2022", "18": "2026"}
# Of hundreds of ids, those that a build of native Python code turns on.
RELEVANT = re.compile(r"(?i)^Microsoft\.VisualStudio\.(Workload\.|Component\.(VC\.|Windows\d+SDK|Nuget)|.*CMake)")


def visual_studios(sources: Sources) -> tuple[VisualStudio, ...]:
    """Every instance, the newest first; none on other systems."""
    if sources.system != "windows":
        return ()
    told = list(_by_vswhere(sources) or _by_files(sources))
    return tuple(sorted(told, key=lambda one: [int(part) for part in re.findall(r"\d+", one.version)], reverse=True))


def _by_vswhere(sources: Sources) -> list[VisualStudio]:
    installer = sources.path.join(
        sources.variable("ProgramFiles(x86)") or r"C:\Program Files (x86)", "Microsoft Visual Studio", "Installer"
    )
    program = sources.program("vswhere", installer)
    if program is None:
        sources.note("vswhere", "not installed")
        return []
    answer = sources.run([program, *QUESTION], timeout_s=VSWHERE_S)
    if answer is None:
        return []
    found = [_with_directories(sources, one, "vswhere") for one in parse_vswhere(answer.output)]
    if not found:
        sources.note("vswhere", "lists no instance")
    return found


def parse_vswhere(text: str) -> Iterator[VisualStudio]:
    """The instances in vswhere's JSON; what is no such list is none."""
    for one in _objects(text):
        catalog = one.get("catalog")
        yield VisualStudio(
            product=_text(one, "productId").rpartition(".")[2],
            year=_year(one, catalog if isinstance(catalog, dict) else {}),
            version=_text(one, "installationVersion"),
            directory=_text(one, "installationPath"),
            workloads=_ids(one.get("packages")),
        )


def _objects(text: str) -> Iterator[dict[str, Any]]:
    try:
        value = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict) and isinstance(one.get("installationPath"), str):
            yield one


def _text(values: dict[str, Any], name: str) -> str:
    found = values.get(name)
    return found if isinstance(found, str) else ""


def _year(instance: dict[str, Any], catalog: dict[str, Any]) -> str:
    """The year that people call it by; since 2026 the catalogue has the major version in its place."""
    named = re.search(r"\b(20\d\d)\b", _text(instance, "displayName"))
    line = _text(catalog, "productLineVersion")
    major = _text(instance, "installationVersion").partition(".")[0]
    return named[1] if named else line if len(line) == 4 else YEARS.get(major, "")


def _ids(packages: object) -> tuple[str, ...]:
    entries = packages if isinstance(packages, list) else []
    ids = (one.get("id") for one in entries if isinstance(one, dict))
    return tuple(sorted({one for one in ids if isinstance(one, str) and RELEVANT.match(one)}))


def _by_files(sources: Sources) -> Iterator[VisualStudio]:
    data = sources.variable("ProgramData") or r"C:\ProgramData"
    for _, directory in sources.children(sources.path.join(data, INSTANCES)):
        text = sources.text(sources.path.join(directory, "state.json"))
        for one in parse_state(text or ""):
            yield _with_directories(sources, one, "files")


def parse_state(text: str) -> Iterator[VisualStudio]:
    """The instance in an installer's `state.json`; what is no such file is none."""
    for one in _objects(text):
        product, catalog = one.get("product"), one.get("catalogInfo")
        yield VisualStudio(
            product=_text(product if isinstance(product, dict) else {}, "id").rpartition(".")[2],
            year=_year(one, catalog if isinstance(catalog, dict) else {}),
            version=_text(one, "installationVersion"),
            directory=_text(one, "installationPath"),
            workloads=_ids(one.get("selectedPackages")),
        )


def _with_directories(sources: Sources, told: VisualStudio, source: str) -> VisualStudio:
    """With what its directories show: toolsets of MSVC, and CUDA versions that its builds know of."""
    root = told.directory
    toolsets = [sources.path.basename(path) for path in matching(sources, root, "VC/Tools/MSVC/*")]
    props = matching(sources, root, "MSBuild/Microsoft/VC/v*/BuildCustomizations/CUDA *.props")
    versions = (re.search(r"(?i)CUDA (\d+\.\d+)\.props$", path) for path in props)
    return VisualStudio(
        product=told.product,
        year=told.year,
        version=told.version,
        directory=root,
        workloads=told.workloads,
        toolsets=tuple(name for name in toolsets if re.fullmatch(r"\d+(\.\d+)+", name)),
        cuda=tuple(dict.fromkeys(found[1] for found in versions if found)),
        source=source,
    )
