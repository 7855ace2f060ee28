"""`runtime-wheels`: redistributable wheels that hold what is nowhere here, and the scoped path that makes it found.

What a wheel's libraries need by themselves is known only once the wheel is here. So the fix is offered with an open
proof, and `complete` closes it on the wheels' own files after they were fetched and before anything is installed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from wontload.diagnosis import Case, records
from wontload.diagnosis.cuda_major import cuda_for, driver_takes
from wontload.diagnosis.delayed import ended_by_a_call, missing_when_called
from wontload.diagnosis.evidence import providers_here
from wontload.diagnosis.grouping import NUMBERED_LIKE_CUDA
from wontload.diagnosis.missing import missing_of
from wontload.diagnosis.wheel_places import is_sought, place
from wontload.knowledge.components import component_of
from wontload.knowledge.providers import Provider, requirement_for
from wontload.machine.memory import Content
from wontload.remedy.candidates.by_manager import of_manager
from wontload.remedy.candidates.copies_here import directories_that_help, lacking
from wontload.remedy.candidates.scoped_path import shim_site, shim_steps
from wontload.remedy.change import Change, changed_machine, together
from wontload.remedy.fix import Environment, Fix, Reach
from wontload.remedy.proof import Proof, must_load, prove
from wontload.remedy.steps import InstallWheels

if TYPE_CHECKING:
    from wontload.remedy.candidates import Question

MOST_WHEELS = 12


def runtime_wheels(question: Question) -> Iterator[Fix]:
    """Where every library that is nowhere here comes in a wheel for this system; one fix for each that will do."""
    if shim_site(question) is None or question.package is None or not question.environment.installer:
        return
    number = 0
    for lost in _choices(question.case):
        for fix in _fix(question, question.package, lost):
            number += 1
            yield fix if number == 1 else replace(fix, id=f"{fix.id}-{number}", order=number)


def _fix(question: Question, package: str, lost: Collection[str]) -> Iterator[Fix]:
    case, environment = question.case, question.environment
    found = {file: wheel for file in lost if (wheel := _wheel_of(case, file)) is not None}
    requirements = tuple(dict.fromkeys(_requirement(question, file, wheel) for file, wheel in found.items()))
    if not lost or any(file not in found for file in lost) or len(requirements) > MOST_WHEELS:
        return
    site = environment.places.get("platlib", environment.site or "")
    change = Change(files={place(case, site, file, wheel): None for file, wheel in found.items()})
    sought = all(is_sought(case, file, wheel) for file, wheel in found.items())
    is_gone = any(True for file in found for _ in records.gone(case, file))  # `reinstall` comes before it then
    how = "unpack" if environment.installer == "unpack" else "pip install"
    names = " ".join(re.split("[<=>,]", requirement)[0] for requirement in requirements)
    yield Fix(
        id="runtime-wheels",
        kind="runtime-wheels",
        title=f"{how} {names}, {f'where {package} looks' if sought else f'and let {package} find what they bring'}",
        steps=(),
        change=change,
        proof=_open(prove(case, change)),
        requirements=requirements,
        download_bytes=None,
        minutes=None,
        reach=Reach.PACKAGE if sought and not is_gone else Reach.ENVIRONMENT,  # it is the package that looks there
        caveat=_caveat(case, environment, found),
    )


def _choices(case: Case) -> Iterator[list[str]]:
    """Libraries that must be there, at once or when they are called, and are nowhere here in a copy that would do.

    Of names that Python code tries one after the other for one library, each alone will do: a choice for each.
    """
    lost = [one for one in missing_of(case) if one.load in must_load(case) and not one.fit]
    called = [module.name for _, module in missing_when_called(case)] if ended_by_a_call(case) else []
    needed = [name for name in called if not any(copy.fits for copy in case.copies.named(name))]
    alternatives = [one for one in lost if one.module.needed_by is None and len(case.alternatives(one.load)) > 1]
    needed = [one.file for one in lost if one not in alternatives] + needed
    yield from ([*needed, one.file] for one in alternatives)
    if not alternatives:
        yield needed


def _open(proof: Proof) -> Proof:
    """What the wheels alone do not mend the scoped path may, once it is known what they hold."""
    return proof if proof.works or proof.spoilt else Proof(before=(), after=())


def complete(fix: Fix, question: Question, wheels: Sequence[str], images: Mapping[str, Content]) -> Fix:
    """The fix with its steps, proven on what the wheels really hold; its proof says `False` where they are not enough.

    Args:
        fix: as `runtime_wheels` offered it. wheels: paths of the fetched ones.
        images: their native files, by the path at which they will lie.
    """
    case, environment = question.case, question.environment
    installed = Change(files=images)
    install = InstallWheels(
        python=environment.python,
        wheels=tuple(wheels),
        places=environment.places,
        installer=environment.installer,
        pip=environment.pip,
        again=any(True for path in images for _ in records.gone(case, path)),
    )
    alone, after = prove(case, installed), _afterwards(case, installed)
    builds = () if alone.works else ("add", "preload")  # some wheels lay their libraries where the loader looks anyhow
    found = next((one for build in builds if (one := directories_that_help(after, build))), None)
    if found is None:
        return replace(fix, steps=(install,), change=installed, proof=alone)
    change, proof = found
    steps = (install, *shim_steps(question, change))
    return replace(fix, steps=steps, change=together(installed, change), proof=proof)


def what_they_need(fix: Fix, question: Question) -> tuple[str, ...]:
    """Wheels that bring what the fetched ones still lack; none where no wheel is known for one of them."""
    case = question.case
    names = lacking(_afterwards(case, fix.change), "preload")
    found = {name: wheel for name in names if (wheel := _wheel_of(case, name)) is not None}
    if len(found) < len(names):
        return ()
    return tuple(dict.fromkeys(_requirement(question, name, wheel) for name, wheel in found.items()))


def _afterwards(case: Case, installed: Change) -> Case:
    """The case with what was installed on its machine, wherever that lies."""
    laid = dict.fromkeys(case.path_module.dirname(path) for path in installed.files)
    return replace(
        case,
        machine=changed_machine(case.machine, installed),
        extra_directories=(*case.extra_directories, *laid),
    )


def _caveat(case: Case, environment: Environment, files: Collection[str]) -> str:
    chosen = dict.fromkeys(one for file in files if (one := cuda_for(case, file)))
    clauses = [*(f"of CUDA {one.major}, as {one.because}" for one in chosen)]
    clauses += [_of_driver(case, files), _of_environment(environment)]
    return "; ".join(filter(None, clauses))


def _of_driver(case: Case, files: Iterable[str]) -> str:
    """What a driver does with a major version that is newer than the one it was made for: it loads, and no more."""
    takes, components = driver_takes(case.machine), [one for file in files if (one := component_of(file))]
    majors = [one.major.partition(".")[0] for one in components if one.family in NUMBERED_LIKE_CUDA]
    newer = next((one for one in majors if takes and one.isdecimal() and int(one) > takes[0]), None)
    if newer is None or takes is None:
        return ""
    most = f"the driver takes CUDA {takes[0]}.{takes[1]} at most"
    return f"{most}: it will load, and not use the GPU before the driver is updated"


def _of_environment(environment: Environment) -> str:
    if environment.installer == "unpack":
        return f"{environment.managed_by} forbids pip here: they are laid beside the journal, for this package alone"
    return of_manager(environment)


def _wheel_of(case: Case, file: str) -> Provider | None:
    return next((one for one in providers_here(case, file) if one.kind == "wheel"), None)


def _requirement(question: Question, file: str, wheel: Provider) -> str:
    """For the wheel that brings a file, in the versions that do.

    Where what is installed asks for certain versions, those; else of CUDA's own none that the driver does not take.
    """
    if asked := question.versions_asked(wheel.package):
        return f"{wheel.package}{asked}"
    component = component_of(file)
    requirement = requirement_for(component, wheel.package) if component else wheel.package
    takes = driver_takes(question.case.machine)
    if component is None or takes is None or component.family not in NUMBERED_LIKE_CUDA:
        return requirement
    major, minor = takes
    if component.major.partition(".")[0] != str(major):
        return requirement
    return f"{requirement}{',' if requirement != wheel.package else ''}<{major}.{minor + 1}"
