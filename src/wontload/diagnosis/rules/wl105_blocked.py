"""WL105: the file is there and may not be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from wontload.binary import Defect
from wontload.diagnosis import evidence, records
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.messages import file_named, is_blocked, is_held, said
from wontload.diagnosis.refused import Refused, finding_of, refused

ERROR_ACCESS_DENIED = 5


def blocked(case: Case) -> Iterator[Finding]:
    """The loader met a file that the system will not let this user read, or map to be executed."""
    told = set()
    for one in refused(case):
        if _may_not_be_executed(case, one):
            told.add(one.load)
            yield _not_mapped(case, one)
        if is_held(case, one.load) and (one.defect is Defect.UNREADABLE or one.denied):
            told.add(one.load)
            yield _held(case, one)
        elif one.defect is Defect.UNREADABLE or one.denied:
            yield finding_of(
                case,
                one,
                code="WL105",
                title=_title(case, one),
                explanation="Its permissions, a policy or an antivirus program stand between the loader and the file.",
            )
    for index in range(len(case.loads)):
        if case.load_failed(index) and index not in told and (is_blocked(case, index) or is_held(case, index)):
            yield _by_policy(case, index)


def _title(case: Case, one: Refused) -> str:
    listing = case.machine.files.listing(case.path_module.dirname(one.path)) or ()
    if case.fold(one.name) in map(case.fold, listing):
        return f"{one.name} is there, and the system does not let this user read it"
    if records.of_file(case, one.path):
        return f"{one.name} is installed, and the system does not let this user look into its directory"
    return f"the system does not let this user look at {one.name}, or into its directory"


def _may_not_be_executed(case: Case, one: Refused) -> bool:
    """Whether the model refuses a sound file because of where it lies."""
    sound = not (one.defect or one.denied or one.foreign_format or one.foreign_architecture)
    return sound and case.machine.system.forbids_execution(case.machine.files.real(one.path))


IS_HELD = "is in use by another program, which shares it with nobody"
HELD_BY_ANOTHER = (
    "An antivirus program that is looking at it, an installer or an update that is writing it, a backup, or another "
    "program that keeps it for itself. Try again in a moment; if that does not help, close the programs that use this "
    "Python, or let the antivirus program pass over its folder. The file itself need not be installed again."
)


def _held(case: Case, one: Refused) -> Finding:
    return finding_of(case, one, code="WL105", title=f"{one.name} {IS_HELD}", explanation=HELD_BY_ANOTHER)


def _not_mapped(case: Case, one: Refused) -> Finding:
    finding = finding_of(
        case,
        one,
        code="WL105",
        title=f"{one.name} lies on a file system from which nothing may be executed (noexec)",
        explanation="The file can be read, and its code may not run: whoever mounted this file system said so, as "
        "hardened systems do with /tmp, /home or network drives. Put the environment, or the directory that the "
        "program unpacks into (TMPDIR), on another file system.",
    )
    real = case.machine.files.real(one.path)  # as glibc's and musl's models ask: links and `..` lead elsewhere
    points = [point for point, noexec in case.machine.system.mounts if noexec and f"{real}/".startswith(f"{point}/")]
    mounted = [Evidence("file", f"{point} is mounted noexec", {"mount": point}) for point in points]
    return replace(finding, evidence=(*finding.evidence, *sorted(mounted, key=lambda one: len(one.text))[-1:]))


def _by_policy(case: Case, index: int) -> Finding:
    """What the system said, of a file that the model finds sound: its message names it, or the request does."""
    text = said(case, index)
    named = file_named(text) if not case.windows else ""
    simulated, request = case.loads[index].simulated, case.loads[index].request
    modules = simulated.modules if simulated else ()
    module = next((one for one in modules if named and named in (one.path, one.name)), modules[0] if modules else None)
    name = case.path_module.basename(named if named.startswith("/") else request.name)
    held = is_held(case, index)
    below = " or a library below it" if case.windows else ""
    return Finding(
        code="WL105",
        severity=Severity.ERROR if case.is_fatal(index) else Severity.WARNING,
        title=f"{name}{below} {IS_HELD}" if held else f"the system does not let {name}{below} run",
        subject=name,
        chain=case.chain(index, module) if module is not None else (case.target, name),
        evidence=(evidence.of_request(case, index), *evidence.of_observation(case, index)),
        explanation=HELD_BY_ANOTHER
        if held
        else "An application control or a security policy, an antivirus program, or a file system that forbids "
        "execution stopped it; the words are the system's own. The file itself was found and looks sound.",
        explains_error=case.is_fatal(index),
        load=index,
    )
