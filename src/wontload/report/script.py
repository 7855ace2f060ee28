"""A fix as a script that a person can read and run: PowerShell for Windows, POSIX sh elsewhere.

Every value stands between single quotes, in which neither shell expands anything, so no text of a machine is executed.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator

from wontload.remedy.fix import Fix
from wontload.remedy.steps import (
    ByHand,
    InstallWheels,
    MoveFile,
    RemoveInstalled,
    ReplaceText,
    SetVariable,
    Step,
    WriteFile,
)
from wontload.report.text import clean


def render_script(fix: Fix, target: str, *, windows: bool) -> str:
    """The script of one fix, with a comment before each step."""
    lines = [*(() if windows else ("#!/bin/sh",)), f"# wontload: {clean(fix.title)}, for {clean(target)}"]
    lines += ["$ErrorActionPreference = 'Stop'"] if windows else ["set -eu"]
    for step in fix.steps:
        lines += ["", *(_powershell(step) if windows else _sh(step))]
    return "\n".join(lines) + "\n"


def _powershell(step: Step) -> Iterator[str]:
    if isinstance(step, WriteFile):
        yield "# a new file"
        yield f"$path = {_ps(step.path)}"
        yield 'if (Test-Path -LiteralPath $path) { throw "$path exists already" }'
        yield "$null = New-Item -ItemType Directory -Force -Path (Split-Path -Parent $path)"
        yield f"[IO.File]::WriteAllText($path, {_ps(step.content)}, (New-Object Text.UTF8Encoding $false))"
    elif isinstance(step, ReplaceText):
        yield "# an edit of a file that must be what it was"
        yield f"$path = {_ps(step.path)}"
        yield f'if ((Get-FileHash -LiteralPath $path).Hash -ne {_ps(step.sha256)}) {{ throw "$path has changed" }}'
        yield 'Copy-Item -LiteralPath $path -Destination "$path.before-wontload"'
        yield (
            f"[IO.File]::WriteAllText($path, [IO.File]::ReadAllText($path).Replace({_ps(step.before)}, "
            f"{_ps(step.after)}), (New-Object Text.UTF8Encoding $false))"
        )
    elif isinstance(step, MoveFile):
        yield f"Move-Item -LiteralPath {_ps(step.path)} -Destination {_ps(step.to)}"
    elif isinstance(step, SetVariable):
        yield "# a variable of yours, for programs that start from now on"
        yield f"$value = {_ps(step.value) if step.value is not None else '$null'}"
        if step.extends:
            yield f"$old = [Environment]::GetEnvironmentVariable({_ps(step.name)}, 'User')"
            yield "if ($old) { $value = $old.TrimEnd(';') + ';' + $value }"
        yield f"[Environment]::SetEnvironmentVariable({_ps(step.name)}, $value, 'User')"
    elif isinstance(step, InstallWheels):
        wheels = " ".join(map(_ps, step.wheels))
        yield f"& {_ps(step.python)} -m pip install --no-deps {wheels}"
    elif isinstance(step, RemoveInstalled) and step.name:
        yield f"& {_ps(step.python)} -m pip uninstall --yes {_ps(step.name)}"
    elif isinstance(step, RemoveInstalled):
        yield f"Remove-Item -LiteralPath {_ps(step.path)} -Recurse -Force"
    elif isinstance(step, ByHand):
        yield f"# by hand: {clean(step.text)} {clean(step.command)}".rstrip()


def _sh(step: Step) -> Iterator[str]:
    if isinstance(step, WriteFile):
        yield "# a new file"
        yield f"path={_quoted(step.path)}"
        yield '[ ! -e "$path" ] || { echo "$path exists already" >&2; exit 1; }'
        yield 'mkdir -p "$(dirname "$path")"'
        yield f'printf %s {_quoted(step.content)} > "$path"'
    elif isinstance(step, ReplaceText):
        yield "# an edit of a file that must be what it was"
        yield f"path={_quoted(step.path)}"
        yield f"echo {_quoted(step.sha256 + '  ' + step.path)} | sha256sum -c --status"
        yield 'cp -p "$path" "$path.before-wontload"'
        code = "import sys; p, a, b = sys.argv[1:]; t = open(p, 'rb').read(); "
        code += "open(p, 'wb').write(t.replace(a.encode(), b.encode()))"
        yield f'python3 -c {_quoted(code)} "$path" {_quoted(step.before)} {_quoted(step.after)}'
    elif isinstance(step, MoveFile):
        yield f"mv -n {_quoted(step.path)} {_quoted(step.to)}"
    elif isinstance(step, SetVariable):
        yield "# a variable of yours, for programs that start from the next login on"
        line = f"unset {step.name}" if step.value is None else f"export {step.name}={_quoted(step.value)}"
        yield f"printf '\\n%s\\n' {_quoted(line)} >> \"$HOME/.profile\""
    elif isinstance(step, InstallWheels):
        yield f"{_quoted(step.python)} -m pip install --no-deps {' '.join(map(_quoted, step.wheels))}"
    elif isinstance(step, RemoveInstalled) and step.name:
        yield f"{_quoted(step.python)} -m pip uninstall --yes {_quoted(step.name)}"
    elif isinstance(step, RemoveInstalled):
        yield f"rm -rf -- {_quoted(step.path)}"
    elif isinstance(step, ByHand):
        yield f"# by hand: {clean(step.text)} {clean(step.command)}".rstrip()


def _ps(text: str) -> str:
    """A PowerShell literal. What is not ASCII goes in Base64: Windows PowerShell 5 reads scripts in the ANSI code page.

    So do the typographic quotes that PowerShell takes for its own.
    """
    if not text.isascii():
        encoded = base64.b64encode(text.encode()).decode()
        return f"([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('{encoded}')))"
    return "'" + text.replace("'", "''") + "'"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\"'\"'") + "'"
