"""Commands that a sentence tells somebody to type, on the machine that it is about."""

from __future__ import annotations

import re
import shlex

from wontload.diagnosis.case import Case
from wontload.machine.redaction_words import PLAIN_TOKEN

_PLAIN = re.compile(r"[\w@%+=:,./-]+")
_PLAIN_ON_WINDOWS = re.compile(r"[\w@+=:./\\-]+")


def typed(text: str, *, windows: bool) -> str:
    """A word of a command that a person is shown, to be typed on this system; quotes only where they are needed.

    A name that a snapshot has replaced needs them where the name did, so that both say the same.

    Sources: POSIX, Shell Command Language, 2.2.2; Microsoft, cmd: within double quotes `& | < > ^ ( )` are plain.
    """
    if (_PLAIN_ON_WINDOWS if windows else _PLAIN).fullmatch(PLAIN_TOKEN.sub("name", text)):
        return text
    return f'"{text}"' if windows else shlex.quote(text)  # no file name of Windows holds a double quote


def python_of(case: Case) -> str:
    """The interpreter that a case is about, as the first word of a command."""
    python = case.machine.python
    return typed(python.executable, windows=case.windows) if python else "python"
