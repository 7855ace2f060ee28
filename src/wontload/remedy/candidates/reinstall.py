"""`reinstall`: a package whose own file is gone, damaged or for another machine gets it from its wheel again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from wontload.diagnosis import half_installed
from wontload.machine.memory import Content
from wontload.remedy.candidates.by_manager import by_hand_again, of_manager
from wontload.remedy.change import Change
from wontload.remedy.fix import Fix, Reach
from wontload.remedy.proof import Proof, prove
from wontload.remedy.steps import InstallWheels, RemoveInstalled, Step

if TYPE_CHECKING:
    from wontload.diagnosis import Finding
    from wontload.machine.inventory import Distribution
    from wontload.remedy.candidates import Question

# Findings about a file that the package itself should have brought; WL504 says so of one that is gone, WL202 and WL203
# of one that is gone from its place and is here in another.
CODES = frozenset({"WL101", "WL102", "WL103", "WL104", "WL202", "WL203", "WL205", "WL501", "WL502", "WL504"})


def reinstall(question: Question) -> Iterator[Fix]:
    """The very version that is installed, or was to be, where what is broken lies in the package or should."""
    owners = question.case.observation.distributions if question.case.observation else ()
    blamed = [one for one in question.diagnosis.findings if one.explains_error and one.code in CODES]
    found = half_installed.half(question.case)
    own = found is None and len(owners) == 1 and any(_is_own(question, one) for one in blamed)
    name, version = (found.name, found.version) if found else owners[0] if own else ("", "")
    if name and not may_replace(question, name):
        yield by_hand_again(question, name, version)
    elif found is not None and name:
        leftovers = tuple(_removal(question, one.path) for one in found.leftovers)
        yield _fix(question, name, version, leftovers)
    elif name:
        yield _fix(question, name, version, ())


def removal_of(question: Question, one: Distribution) -> RemoveInstalled:
    """The step that removes an installed distribution with every file that its RECORD lists."""
    case, environment = question.case, question.environment
    return RemoveInstalled(
        path=case.path_module.dirname(one.record),
        within=tuple(dict.fromkeys(filter(None, (environment.prefix, one.location)))),
        name=one.name,
        python=environment.python,
    )


def may_replace(question: Question, name: str) -> bool:
    """Whether an installer of wheels may replace that distribution here."""
    environment = question.environment
    installed = question.case.machine.inventory.distributions or ()
    of_conda = any(one.name == name and one.installer == "conda" for one in installed)
    return environment.installer not in ("", "unpack") and not of_conda


def _fix(question: Question, name: str, version: str, first: tuple[Step, ...]) -> Fix:
    said = (
        f"{name} {version} again, whole" if version else f"{name} again, in the newest version: which was here is lost"
    )
    return Fix(
        id="reinstall",
        kind="reinstall",
        title=f"install {said}",
        steps=first,
        change=Change(),
        proof=Proof(before=(), after=()),
        requirements=(f"{name}=={version}" if version else name,),
        download_bytes=None,
        minutes=None,
        reach=Reach.PACKAGE,
        caveat=of_manager(question.environment),
    )


def _removal(question: Question, path: str) -> RemoveInstalled:
    """Of what an installer would stumble over: pip refuses to replace metadata without a RECORD."""
    environment = question.environment
    return RemoveInstalled(
        path=path, within=(question.case.path_module.dirname(path),), name="", python=environment.python
    )


def _is_own(question: Question, finding: Finding) -> bool:
    """Whether the file that is blamed lies where the package's own files lie; the installation itself is always its."""
    if finding.code in ("WL501", "WL502", "WL504"):
        return True
    if finding.code in ("WL202", "WL203"):
        return any(one.kind == "record" for one in finding.evidence)
    case = question.case
    paths = [str(one.data["path"]) for one in finding.evidence if isinstance(one.data.get("path"), str)]
    roots = [case.fold(case.path_module.dirname(one)) for one in case.package_directories]
    return any(case.fold(path).startswith(root + case.path_module.sep) for path in paths for root in roots)


def complete(fix: Fix, question: Question, wheels: Sequence[str], images: Mapping[str, Content]) -> Fix:
    """The fix with its last step, proven on the files that the wheel really holds."""
    environment, case = question.environment, question.case
    step = InstallWheels(
        python=environment.python,
        wheels=tuple(wheels),
        places=environment.places,
        installer=environment.installer,
        pip=environment.pip,
        again=True,
    )
    brought = {case.fold(path) for path in images}
    removed = tuple(path for path in fix.change.removed if case.fold(path) not in brought)
    change = Change(files=images, removed=removed)
    return replace(fix, steps=(*fix.steps, step), change=change, proof=prove(case, change))
