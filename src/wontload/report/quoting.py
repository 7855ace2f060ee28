"""Text as one word of a shell, so that nothing in it is executed or expanded.

Sources: PowerShell, about_Quoting_Rules; POSIX, Shell Command Language, 2.2.2; Microsoft, cmd and set: within double
quotes `& | < > ^ ( )` are plain, `%` is not and is doubled in a batch file.
"""

from __future__ import annotations

import base64
import re

from wontload.errors import WontloadError

# A command of ours within a sentence that is about a Python or a machine; pages and journals are the same for all.
_COMMAND = re.compile(r"`(wontload (?!explain |undo |log )[^`\n]+)`")


class CannotQuote(WontloadError):
    """A shell has no way to write this text as one word. Exit status 4."""


def powershell(text: str) -> str:
    """A PowerShell literal. What is not ASCII goes in Base64: Windows PowerShell 5 reads scripts in the ANSI code page.

    So do the typographic quotes that PowerShell takes for its own, and control characters: a NUL ends a script early.
    """
    if not (text.isascii() and text.isprintable()):
        encoded = base64.b64encode(text.encode()).decode()
        return f"([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('{encoded}')))"
    return "'" + text.replace("'", "''") + "'"


def sh(text: str) -> str:
    """A word of a POSIX shell."""
    return "'" + text.replace("'", "'\"'\"'") + "'"


def cmd(text: str) -> str:
    """A word of a batch file in which delayed expansion is off.

    Raises:
        CannotQuote: it holds a double quote or a line break, which end a word whatever stands before them.
    """
    if any(char in text for char in '"\r\n\0'):
        raise CannotQuote(f"cmd cannot be given {text[:80]!r} as one word.", "Take --script ps1.")
    return '"' + text.replace("%", "%%") + '"'


def asked_again(sentence: str, about: str) -> str:
    """A sentence whose `wontload …` commands end in `about`, to be about the same Python or machine."""
    return _COMMAND.sub(lambda found: f"`{found[1]}{about}`", sentence)
