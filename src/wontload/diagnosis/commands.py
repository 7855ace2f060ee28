"""Commands that a sentence tells somebody to type, on the machine that it is about."""

from __future__ import annotations

import os
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


def typed_here(text: str) -> str:
    """A word of a command that the person before this computer types, whatever machine it is about."""
    return typed(text, windows=os.name == "nt")


def program(path: str, *, windows: bool) -> str:
    """A program's path as the first word of a command that is typed.

    Windows has two shells, and one spelling that both take: quotes behind the drive. PowerShell takes a word that
    begins with a quote for a text and not for a command, and one that has quotes further on for what they hold; cmd
    takes quotes anywhere.

    Sources: PowerShell, about_Parsing (modes by the first character), and its tokenizer, `ScanGenericToken`.
    """
    word = typed(path, windows=windows)
    if not windows or not word.startswith('"'):
        return word
    drive, rest = path[:3], path[3:]
    return f'{drive}"{rest}"' if drive[1:] == ":\\" else word


def python_of(case: Case) -> str:
    """The interpreter that a case is about, as the first word of a command."""
    python = case.machine.python
    return program(python.executable, windows=case.windows) if python else "python"


def installed_again(case: Case, name: str, version: str = "") -> str:
    """The command by which pip brings a distribution's own files again: those, and no copy from its cache."""
    wanted = f"{name}=={version}" if version else name
    return f"{python_of(case)} -m pip install --force-reinstall --no-deps --no-cache-dir {wanted}"


def installed_for_this_python(case: Case, name: str) -> str:
    """The same where all was installed for another Python: what it requires, too, and what the cache has may fit."""
    return f"{python_of(case)} -m pip install --force-reinstall {name}"
