"""`reinstall`: a package whose own file is gone, damaged or for another machine gets it from its wheel again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from wontload.diagnosis import half_installed, records
from wontload.diagnosis.installed import own_distributions
from wontload.diagnosis.recorded_twice import names_of, own_twice, twice
from wontload.diagnosis.shadow import shadow
from wontload.diagnosis.shadowed_dependency import shadowed_dependencies
from wontload.knowledge.packages import normalised
from wontload.machine.memory import Content
from wontload.remedy.candidates.blamed import distribution_blamed
from wontload.remedy.candidates.by_manager import by_hand_again, of_manager
from wontload.remedy.change import Change
from wontload.remedy.fix import Fix, Reach
from wontload.remedy.proof import Proof, prove
from wontload.remedy.steps import InstallWheels, RemoveInstalled, Step

if TYPE_CHECKING:
    from wontload.diagnosis import Case, Finding
    from wontload.machine.inventory import Distribution
    from wontload.remedy.candidates import Question

# Findings about a file that the package itself should have brought; WL504 says so of one that is gone, WL202 and WL203
# of one that is gone from its place and is here in another.
CODES = frozenset({"WL101", "WL102", "WL103", "WL104", "WL202", "WL203", "WL205", "WL501", "WL502", "WL504"})


class Again(NamedTuple):
    """What is to be installed again.

    Attributes:
        name, version: of the distribution; no version where nothing tells it.
        first: steps before that. gone: native files that these remove.
    """

    name: str
    version: str
    first: tuple[Step, ...] = ()
    gone: tuple[str, ...] = ()


def reinstall(question: Question) -> Iterator[Fix]:
    """The very version that is installed, or was to be, where what is broken lies in the package or should."""
    if shadow(question.case) is not None:
        return  # what was imported is another copy, and the installed one was not reached
    if question.case.editable_project:
        return
    found = half_installed.half(question.case)
    again = _left(question, found) if found else _installed(question)
    if again is not None and again.name:
        by_hand = not may_replace(question, again.name)
        yield by_hand_again(question, again.name, again.version) if by_hand else _fix(question, again)


def _left(question: Question, found: half_installed.Half) -> Again:
    """What an interrupted installation was to be, in place of what it left."""
    return Again(found.name, found.version, tuple(_removal(question, one.path) for one in found.leftovers))


def _installed(question: Question) -> Again | None:
    """The installed distribution that has lost or brings what is blamed; other versions that are recorded go first."""
    case = question.case
    explaining = [one for one in question.diagnosis.findings if one.explains_error]
    blamed = [one for one in explaining if one.code in CODES and _is_own(question, one)]
    if (explaining and not blamed) or any(_is_of_shadow(case, one) for one in blamed):
        return None
    lost = next(filter(None, (_that_lost(case, one) for one in blamed)), None)
    found = twice(case, lost) if lost else own_twice(case)
    if found is not None:
        stays, *others = found.records
        gone = tuple(file.path for one in others for file in one.files)
        return Again(stays.name, stays.version, tuple(removal_of(question, one) for one in others if one.record), gone)
    if lost is not None:
        return Again(lost.name, lost.version)
    return _owner_of_blamed(case, blamed[0]) if blamed else None


def _is_of_shadow(case: Case, finding: Finding) -> bool:
    """Whether a file that is blamed lies where another copy of a dependency was imported from."""
    roots = [case.fold(case.path_module.dirname(one.taken)) for one in shadowed_dependencies(case)]
    paths = [str(one.data.get("path", "")) for one in finding.evidence if one.kind == "file"]
    return any(case.fold(path).startswith(root + case.path_module.sep) for path in paths for root in roots)


def _that_lost(case: Case, finding: Finding) -> Distribution | None:
    """The distribution of which WL504 says that a file is gone: it may be another package's than the target."""
    for one in finding.evidence if finding.code == "WL504" else ():
        lines = records.of_file(case, str(one.data.get("path", ""))) if one.kind == "record" else ()
        if lines and len(records.owners(lines)) == 1:
            return lines[0].distribution
    return None


def _owner_of_blamed(case: Case, finding: Finding) -> Again | None:
    """Whose file is blamed: the target's own distribution, or one that it depends on."""
    found, owners = distribution_blamed(case, finding), case.observation.distributions if case.observation else ()
    if found is None or normalised(found[0]) in names_of(owners):
        return _owner(case)
    return Again(*found)


def _owner(case: Case) -> Again | None:
    """The one distribution that owns the target; of one that several directories have, what was imported."""
    owners = case.observation.distributions if case.observation else ()
    if len(names_of(owners)) != 1:
        return None
    origin = case.fold(case.observation.origin or "") if case.observation else ""
    for one in own_distributions(case):
        if origin.startswith(case.fold(one.location) + case.path_module.sep):
            return Again(one.name, one.version)
    return Again(*owners[0])


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


def _fix(question: Question, again: Again) -> Fix:
    name, version = again.name, again.version
    said = (
        f"{name} {version} again, whole" if version else f"{name} again, in the newest version: which was here is lost"
    )
    return Fix(
        id="reinstall",
        kind="reinstall",
        title=f"install {said}",
        steps=again.first,
        change=Change(removed=again.gone),
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
    if any(case.fold(path).startswith(root + case.path_module.sep) for path in paths for root in roots):
        return True
    own = own_distributions(case)  # a module that is a single file (`_cffi_backend`) has no directory, and an owner
    return any(line.distribution in own for path in paths for line in records.of_file(case, path))


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
