"""`matching-wheel`: another build of the package, one that fits this machine, from wherever it is published.

Which one is found out when the fix is applied: `app.matching` asks the indexes as `wontload pick` does. The wheel is
then here before anything is installed, so `complete` proves the fix on its own files where the loads that ended the
import are loads of its files; where the other build has other files, only the import tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from wontload.diagnosis import Case, Finding
from wontload.knowledge.indexes import indexes_of
from wontload.knowledge.packages import distribution_for, normalised
from wontload.machine.files import NATIVE_SUFFIX
from wontload.machine.memory import Content
from wontload.remedy.candidates.blamed import distribution_blamed
from wontload.remedy.candidates.copies_here import directories_that_help
from wontload.remedy.candidates.scoped_path import shim_steps
from wontload.remedy.change import Change, changed_machine, together
from wontload.remedy.file_steps import sha256_of
from wontload.remedy.fix import Environment, Fix, Reach
from wontload.remedy.proof import Proof, must_load, prove
from wontload.remedy.refused import StepFailed
from wontload.remedy.steps import InstallWheels
from wontload.remedy.wheel_members import wheel_files

if TYPE_CHECKING:
    from wontload.remedy.candidates import Question

# Findings that say: this build was made for another machine, or for other packages.
MADE_FOR_ANOTHER = frozenset({"WL103", "WL302", "WL303", "WL304", "WL306", "WL307", "WL401", "WL403", "WL404", "WL501"})
# Findings that another build may do without, where builds for several CUDA versions or none are published: what it
# needs in place of a library that is hidden from this load (WL202, WL203) may be in sight.
LACKS = frozenset({"WL201", "WL202", "WL203", "WL204", "WL301", "WL402"})


def matching_wheel(question: Question) -> Iterator[Fix]:
    """Where the package is one that is published in several builds, or this build is for another machine."""
    environment = question.environment
    name = next(filter(None, (_blamed(question.case, one) for one in question.diagnosis.findings)), None)
    if name is None or not environment.installer or environment.site is None:
        return
    yield Fix(
        id="matching-wheel",
        kind="matching-wheel",
        title=f"install a build of {name} that fits this machine, in place of this one (wontload pick tells which)",
        steps=(),
        change=Change(),
        proof=Proof(before=(), after=()),
        requirements=(name,),
        download_bytes=None,
        minutes=None,
        reach=Reach.PACKAGE,
        caveat=f"{environment.managed_by} forbids pip here" if environment.managed_by else "",
        order=1,  # behind the very version that was there, installed again
    )


def _blamed(case: Case, finding: Finding) -> str | None:
    """The distribution of which another build may help: whose file is blamed, be it a dependency of the target."""
    if not finding.explains_error or finding.code not in MADE_FOR_ANOTHER | LACKS:
        return None
    owners = case.observation.distributions if case.observation else ()
    found = distribution_blamed(case, finding)
    name = distribution_for(case.target) if len(owners) != 1 else None
    if found:  # in the target's own spelling, where it is the target's
        name = next((one for one, _ in owners if normalised(one) == normalised(found[0])), found[0])
    return name if name and (finding.code in MADE_FOR_ANOTHER or indexes_of(name)) else None


def complete(fix: Fix, question: Question, wheels: Sequence[str], images: Mapping[str, Content]) -> Fix:
    """The fix with its steps; its proof says `False` where the wheel's own files are refuted, and is open elsewhere.

    Raises:
        StepFailed: the wheel is the build that is installed already. Refused: it cannot be read.
    """
    case, environment = question.case, question.environment
    if _is_installed(wheels, environment):
        raise StepFailed(f"the build that fits this machine best is the one that is installed, {fix.requirements[0]}.")
    install = InstallWheels(
        python=environment.python,
        wheels=tuple(wheels),
        places=environment.places,
        installer=environment.installer,
        again=True,
    )
    installed = Change(files=images, removed=_gone(case, fix.requirements[0], images))
    if not _tells(case, images):
        return replace(fix, steps=(install,), change=installed, proof=Proof(before=(), after=()))
    alone = prove(case, installed)
    if alone.works or question.package is None or environment.site is None:
        return replace(fix, steps=(install,), change=installed, proof=alone)
    after = replace(case, machine=changed_machine(case.machine, installed))
    found = next((one for build in ("add", "preload") if (one := directories_that_help(after, build))), None)
    if found is None:
        return replace(fix, steps=(install,), change=installed, proof=alone)
    change, proof = found
    steps = (install, *shim_steps(question, change))
    return replace(fix, steps=steps, change=together(installed, change), proof=proof)


def _is_installed(wheels: Sequence[str], environment: Environment) -> bool:
    """Whether all native files of the wheels lie where they would be installed, byte for byte."""
    placed = [one for wheel in wheels for one in wheel_files(wheel, environment.places).files]
    native = [one for one in placed if NATIVE_SUFFIX.search(one.path)]
    return bool(native) and all(one.sha256 and sha256_of(one.path) == one.sha256 for one in native)


def _gone(case: Case, name: str, images: Mapping[str, Content]) -> tuple[str, ...]:
    """Native files of the installed build that the other does not have: an installer removes them."""
    brought = {case.fold(path) for path in images}
    installed = [one for one in case.machine.inventory.distributions or () if normalised(one.name) == normalised(name)]
    files = [file.path for one in installed for file in one.files]
    return tuple(path for path in files if case.fold(path) not in brought)


def _tells(case: Case, images: Mapping[str, Content]) -> bool:
    """Whether what must load is among the wheel's files: else its own code will ask for others."""
    brought = {case.fold(path) for path in images}
    return all(case.fold(case.loads[index].request.name) in brought for index in must_load(case))
