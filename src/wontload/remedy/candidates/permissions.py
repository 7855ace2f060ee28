"""`permissions`: a file of one's own that its owner may not read is made readable; another's is an administrator's."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

from wontload.diagnosis.messages import is_held
from wontload.remedy.change import Change
from wontload.remedy.fix import Fix, Reach
from wontload.remedy.proof import Proof
from wontload.remedy.steps import ByHand, SetMode, Step

if TYPE_CHECKING:
    from wontload.diagnosis import Finding
    from wontload.remedy.candidates import Question, Rights

# <sys/stat.h>: a directory is searched with x, and listed with r. A library is only read: no loader asks for its x.
READ, READ_AND_SEARCH = 0o400, 0o500


def permissions(question: Question) -> Iterator[Fix]:
    """For WL105, where the file, or a directory on the way to it, is shut by bits and by no other program."""
    found: dict[str, Step] = {}
    for finding in question.diagnosis.findings:
        held = finding.load is not None and is_held(question.case, finding.load)
        if finding.code == "WL105" and finding.explains_error and not held:
            for path in _refused(finding):
                found.update(_steps(question, path))
    if not found:
        return
    steps = tuple(found.values())
    by_hand = any(isinstance(step, ByHand) for step in steps)
    yield Fix(
        id="permissions",
        kind="permissions",
        title=f"let {'this user' if by_hand else 'yourself'} read {', '.join(found)}",
        steps=steps,
        change=Change(),
        proof=Proof(before=(), after=()),  # what is in a file that cannot be read is not known
        rights="administrator" if by_hand and not question.case.windows else "none",
        reach=Reach.PACKAGE,
        caveat="what nobody could read may have been shut on purpose" if by_hand else "",
    )


def _refused(finding: Finding) -> Iterator[str]:
    for one in finding.evidence:
        path = one.data.get("path")
        if one.kind == "file" and isinstance(path, str) and "mount" not in one.data:
            yield path


def _steps(question: Question, path: str) -> Iterator[tuple[str, Step]]:
    """What opens the first part of the path that is shut; what lies behind a shut directory nobody knows yet."""
    if question.case.windows:
        command = f'icacls "{path}" /grant "%USERNAME%:RX"'
        yield path, ByHand(text="Its owner, or an administrator, grants it.", command=command)
        return
    for part in _parts(path):
        rights = question.rights(part)
        if rights is None:
            return
        if not rights.allowed:
            yield part, _opened(part, rights)
            return


def _opened(path: str, rights: Rights) -> Step:
    wanted = READ_AND_SEARCH if rights.directory else READ
    if rights.own:
        return SetMode(path=path, was=rights.mode, mode=rights.mode | wanted)
    command = f"sudo chmod a+{'rx' if rights.directory else 'r'} {shlex.quote(path)}"
    return ByHand(text="It is another user's: an administrator opens it.", command=command)


def _parts(path: str) -> Iterator[str]:
    """The directories that lead to a file, the topmost first, and the file."""
    names = path.split("/")
    for count in range(2, len(names) + 1):
        yield "/".join(names[:count])
