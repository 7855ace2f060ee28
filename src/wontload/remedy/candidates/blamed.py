"""Which distribution brought the file that a finding blames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wontload.diagnosis.sites import owner_of

if TYPE_CHECKING:
    from wontload.diagnosis import Case, Finding


def distribution_blamed(case: Case, finding: Finding) -> tuple[str, str] | None:
    """Name and version of the distribution whose file it is about; `None` for a file that is nobody's.

    Of a symbol that one file takes and another lacks, the user's. A file in the package's own directory that no RECORD
    lists counts as the package's, and so does a finding that names no file.
    """
    files = _files(case, finding)
    for path in files:
        if found := owner_of(case, path):
            return found
    owners = case.observation.distributions if case.observation else ()
    own = not files or any(_in_package(case, path) for path in files)
    return owners[0] if own and len(owners) == 1 else None


def _files(case: Case, finding: Finding) -> tuple[str, ...]:
    told = [one.data.get(key) for key in ("user", "path") for one in finding.evidence]
    asked = [case.loads[finding.load].request.name] if finding.load is not None else []
    return tuple(one for one in (*told, *asked) if isinstance(one, str) and case.path_module.isabs(one))


def _in_package(case: Case, path: str) -> bool:
    roots = [case.fold(one) + case.path_module.sep for one in case.package_directories]
    return any(case.fold(path).startswith(root) for root in roots)
