"""A fix as a script that a person can read and run: PowerShell for Windows, POSIX sh elsewhere.

Every value stands between single quotes, in which neither shell expands anything, so no text of a machine is executed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from wontload.remedy.fix import Fix
from wontload.remedy.steps import (
    ByHand,
    InstallWheels,
    MoveFile,
    RemoveInstalled,
    ReplaceText,
    SetMode,
    SetVariable,
    Step,
    WriteFile,
)
from wontload.report.quoting import powershell, sh
from wontload.report.text import clean

# What a program ends with is no error to $ErrorActionPreference.
STOP_IF_PIP_FAILED = "if ($LASTEXITCODE -ne 0) { throw 'pip failed' }"


def render_script(fix: Fix, target: str, *, windows: bool, python: str) -> str:
    """The script of one fix, with a comment before each step.

    Args:
        windows: for PowerShell, else for sh. python: interpreter of the environment, whose pip fetches what is needed.
    """
    lines = [*(() if windows else ("#!/bin/sh",)), f"# wontload: {clean(fix.title)}, for {clean(target)}"]
    lines += ["$ErrorActionPreference = 'Stop'"] if windows else ["set -eu"]
    for step in fix.steps:
        lines += ["", *(_powershell(step) if windows else _sh(step))]
    if fix.requirements and not any(isinstance(step, InstallWheels) for step in fix.steps):
        lines += ["", *_fetching(fix, powershell if windows else sh, python, windows=windows)]
    return "\n".join(lines) + "\n"


def _fetching(fix: Fix, quoted: Callable[[str], str], python: str, *, windows: bool) -> Iterator[str]:
    """What is installed as it is fetched: what the wheels hold, and so what else is needed, is not known yet."""
    index = f" --index-url {quoted(fix.index)}" if fix.index else ""
    again = " --force-reinstall" if fix.kind != "runtime-wheels" else ""
    options = f"--no-deps {quoted('--only-binary=:all:')}{again}{index}"  # a colon means something to PowerShell
    yield "# from the index, without what it depends on"
    yield f"{'& ' * windows}{quoted(python)} -m pip install {options} {' '.join(map(quoted, fix.requirements))}"
    if windows:
        yield STOP_IF_PIP_FAILED
    if fix.kind == "runtime-wheels":
        yield "# then `wontload fix` finds the files, and lets the package find them"


def _powershell(step: Step) -> Iterator[str]:
    if isinstance(step, WriteFile):
        yield "# a new file"
        yield f"$path = {powershell(step.path)}"
        yield 'if (Test-Path -LiteralPath $path) { throw "$path exists already" }'
        yield "$null = New-Item -ItemType Directory -Force -Path (Split-Path -Parent $path)"
        yield f"[IO.File]::WriteAllText($path, {powershell(step.content)}, (New-Object Text.UTF8Encoding $false))"
    elif isinstance(step, ReplaceText):
        yield "# an edit of a file that must be what it was"
        yield f"$path = {powershell(step.path)}"
        digest = powershell(step.sha256)
        yield f'if ((Get-FileHash -LiteralPath $path).Hash -ne {digest}) {{ throw "$path has changed" }}'
        yield 'Copy-Item -LiteralPath $path -Destination "$path.before-wontload"'
        yield (
            f"[IO.File]::WriteAllText($path, [IO.File]::ReadAllText($path).Replace({powershell(step.before)}, "
            f"{powershell(step.after)}), (New-Object Text.UTF8Encoding $false))"
        )
    elif isinstance(step, MoveFile):
        yield f"Move-Item -LiteralPath {powershell(step.path)} -Destination {powershell(step.to)}"
    elif isinstance(step, SetVariable):
        yield from _powershell_variable(step)
    elif isinstance(step, InstallWheels):
        wheels = " ".join(map(powershell, step.wheels))
        yield f"& {powershell(step.python)} -m pip install --no-deps {wheels}"
        yield STOP_IF_PIP_FAILED
    elif isinstance(step, RemoveInstalled) and step.name:
        yield f"& {powershell(step.python)} -m pip uninstall --yes {powershell(step.name)}"
        yield STOP_IF_PIP_FAILED
    elif isinstance(step, RemoveInstalled):
        yield f"Remove-Item -LiteralPath {powershell(step.path)} -Recurse -Force"
    elif isinstance(step, ByHand):
        yield f"# by hand: {clean(step.text)} {clean(step.command)}".rstrip()


def _powershell_variable(step: SetVariable) -> Iterator[str]:
    """By the registry: `GetEnvironmentVariable` would put values in the place of the `%NAME%` in a PATH for good.

    Source: Microsoft, .NET, RegistryKey.GetValue (RegistryValueOptions), Environment.SetEnvironmentVariable, which
    tells other programs of a change; taking a variable away that is not there does that alone.
    """
    name = powershell(step.name)
    yield "# a variable of yours, for programs that start from now on"
    yield "$key = [Microsoft.Win32.Registry]::CurrentUser.OpenSubKey('Environment', $true)"
    if step.value is None:
        yield f"$key.DeleteValue({name}, $false)"
    else:
        yield f"$value = {powershell(step.value)}"
        yield f"$old = $key.GetValue({name}, $null, 'DoNotExpandEnvironmentNames')"
        if step.extends:
            yield "if ($old) { $value = $old.TrimEnd(';') + ';' + $value }"
        yield f"$kind = if ($old) {{ $key.GetValueKind({name}) }} else {{ 'String' }}"
        yield f"$key.SetValue({name}, $value, $kind)"
    yield "[Environment]::SetEnvironmentVariable('wontload_has_changed_one', $null, 'User')"


def _sh(step: Step) -> Iterator[str]:
    if isinstance(step, WriteFile):
        yield "# a new file"
        yield f"path={sh(step.path)}"
        yield '[ ! -e "$path" ] || { echo "$path exists already" >&2; exit 1; }'
        yield 'mkdir -p "$(dirname "$path")"'
        yield f'printf %s {sh(step.content)} > "$path"'
    elif isinstance(step, ReplaceText):
        yield "# an edit of a file that must be what it was"
        yield f"path={sh(step.path)}"
        yield f"echo {sh(step.sha256 + '  ' + step.path)} | sha256sum -c --status"
        yield 'cp -p "$path" "$path.before-wontload"'
        code = "import sys; p, a, b = sys.argv[1:]; t = open(p, 'rb').read(); "
        code += "open(p, 'wb').write(t.replace(a.encode(), b.encode()))"
        yield f'python3 -c {sh(code)} "$path" {sh(step.before)} {sh(step.after)}'
    elif isinstance(step, MoveFile):
        yield f"mv -n {sh(step.path)} {sh(step.to)}"
    elif isinstance(step, SetVariable):
        yield "# a variable of yours, for programs that start from the next login on"
        line = f"unset {step.name}" if step.value is None else f"export {step.name}={sh(step.value)}"
        yield f"printf '\\n%s\\n' {sh(line)} >> \"$HOME/.profile\""
    elif isinstance(step, InstallWheels):
        yield f"{sh(step.python)} -m pip install --no-deps {' '.join(map(sh, step.wheels))}"
    elif isinstance(step, SetMode):
        yield f"chmod {step.mode:04o} {sh(step.path)}"
    elif isinstance(step, RemoveInstalled) and step.name:
        yield f"{sh(step.python)} -m pip uninstall --yes {sh(step.name)}"
    elif isinstance(step, RemoveInstalled):
        yield f"rm -rf -- {sh(step.path)}"
    elif isinstance(step, ByHand):
        yield f"# by hand: {clean(step.text)} {clean(step.command)}".rstrip()
