"""Where the wheel of a provider lays a library, and whether a load looks for it there."""

from __future__ import annotations

from wontload.diagnosis.case import Case
from wontload.diagnosis.missing import missing_of
from wontload.knowledge.providers import Provider


def place(case: Case, site: str, file: str, wheel: Provider) -> str:
    """The path of a file, where an installer lays that wheel out in `site`, a site-packages directory."""
    python = case.machine.python
    where = wheel.where.replace("{prefix}", python.prefix if python else "")
    return str(case.path_module.normpath(case.path_module.join(site, where, file)))


def is_sought(case: Case, file: str, wheel: Provider) -> bool:
    """Whether a load that lacks the file looks for it where that wheel would lay it."""
    python = case.machine.python
    places = {case.fold(place(case, site, file, wheel)) for site in (python.path if python else ())}
    tried = (one.path for lost in missing_of(case) if lost.file == file for one in lost.module.tried)
    return any(case.fold(case.path_module.normpath(path)) in places for path in tried)
