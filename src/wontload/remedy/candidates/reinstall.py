"""`reinstall`: a package whose own file is gone, damaged or for another machine gets it from its wheel again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from wontload.machine.memory import Content
from wontload.remedy.change import Change
from wontload.remedy.fix import Fix, Reach
from wontload.remedy.proof import Proof, prove
from wontload.remedy.steps import InstallWheels

if TYPE_CHECKING:
    from wontload.diagnosis import Finding
    from wontload.remedy.candidates import Question

# Findings about a file that the package itself should have brought; WL504 says so of one that is gone.
CODES = frozenset({"WL101", "WL102", "WL103", "WL104", "WL205", "WL501", "WL502", "WL504"})


def reinstall(question: Question) -> Iterator[Fix]:
    """The very version that is installed, where what is broken lies in the package or should."""
    case, environment = question.case, question.environment
    owners = case.observation.distributions if case.observation else ()
    blamed = [one for one in question.diagnosis.findings if one.explains_error and one.code in CODES]
    if not environment.installer or len(owners) != 1 or not any(_is_own(question, one) for one in blamed):
        return
    name, version = owners[0]
    yield Fix(
        id="reinstall",
        kind="reinstall",
        title=f"install {name} {version} again, whole",
        steps=(),
        change=Change(),
        proof=Proof(before=(), after=()),
        requirements=(f"{name}=={version}",),
        download_bytes=None,
        minutes=None,
        reach=Reach.PACKAGE,
        caveat=f"{environment.managed_by} forbids pip here" if environment.managed_by else "",
    )


def _is_own(question: Question, finding: Finding) -> bool:
    """Whether the file that is blamed lies where the package's own files lie; the installation itself is always its."""
    if finding.code in ("WL501", "WL502", "WL504"):
        return True
    case = question.case
    paths = [str(one.data["path"]) for one in finding.evidence if isinstance(one.data.get("path"), str)]
    roots = [case.fold(case.path_module.dirname(one)) for one in case.package_directories]
    return any(case.fold(path).startswith(root + case.path_module.sep) for path in paths for root in roots)


def complete(fix: Fix, question: Question, wheels: Sequence[str], images: Mapping[str, Content]) -> Fix:
    """The fix with its step, proven on the files that the wheel really holds."""
    environment = question.environment
    step = InstallWheels(
        python=environment.python,
        wheels=tuple(wheels),
        places=environment.places,
        installer=environment.installer,
        again=True,
    )
    change = Change(files=images)
    return replace(fix, steps=(step,), change=change, proof=prove(question.case, change))
