"""A plan as a script that a person can read and run by hand: PowerShell, cmd or POSIX sh, with the reason of each line.

Every value is one quoted word (`quoting`); what stands in comments is stripped of control characters, on one line.
"""

from __future__ import annotations

import ntpath
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from wontload.app.build import BuildAnswer
from wontload.build.account import account
from wontload.build.plan import BuildPlan
from wontload.build.studio import Studio
from wontload.build.toolchain import CudaToolchain
from wontload.build.vcvars import vcvars_arguments
from wontload.build.wishes import joined_cmake_args
from wontload.diagnosis.finding import Severity
from wontload.knowledge.builds import left_out
from wontload.knowledge.packages import import_name_for
from wontload.report.build import takes
from wontload.report.quoting import cmd, powershell, sh
from wontload.report.text import clean

SHELLS = ("ps1", "cmd", "sh")
FOLDER = "wontload-build"
OPTIONS = "--no-cache-dir --no-deps --no-binary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What every shell writes in its own way."""

    python: str
    source: str
    import_name: str
    vcvars: tuple[str, str] | None
    needed: tuple[tuple[str, str], ...]
    unset: tuple[str, ...]
    variables: tuple[tuple[str, str, str], ...]
    first_on_path: str


def render_build_script(answer: BuildAnswer, shell: str, *, source: str | None = None) -> str:
    """The script.

    Args:
        shell: one of `SHELLS`. source: a directory or source distribution on that machine; `None`: from the index.

    Raises:
        CannotQuote: a value cannot be written in that shell.
    """
    recipe = _recipe(answer, source)
    head = ["# ", ""] if shell != "cmd" else ["rem ", ""]
    comments = [_comment(head[0], line) for line in _head(answer)]
    body = {"ps1": _powershell, "cmd": _cmd, "sh": _sh}[shell](recipe)
    first = {"ps1": [], "cmd": ["@echo off"], "sh": ["#!/bin/sh"]}[shell]
    return "\n".join([*first, *comments, "", *body]) + "\n"


def _comment(mark: str, text: str) -> str:
    """One line, whatever is in the text; cmd would still expand `%name%` in a comment's line."""
    line = " ".join(clean(text).split())
    if mark.startswith("rem"):
        line = re.sub(r"[&|<>^]", " ", line).replace("%", "%%")
    return f"{mark}{line}".rstrip()


def _head(answer: BuildAnswer) -> Iterator[str]:
    plan = answer.plan
    yield f"wontload: build {plan.package} {plan.version or '(the newest version)'} for the machine {answer.machine.id}"
    yield f"It takes {takes(plan)}."
    if plan.backend.name:
        yield f"Backend {plan.backend.name}: {plan.backend.why}."
    if isinstance(plan.studio, Studio):
        yield f"Compiler: {plan.studio.name}: {plan.studio.why}."
    for one in plan.findings:
        mark = "MUST BE SETTLED FIRST" if one.severity is Severity.ERROR else "mind"
        yield f"{mark}: {one.code}: {one.title}. {one.explanation}"
        for step in one.evidence:
            if step.kind == "step":
                yield f"  {step.text}: {step.data.get('command', '')}"
    lines = account(plan, answer.machine)
    if lines:
        yield ""
        yield "The usual recipe, line by line:"
    for line in lines:
        yield f"  {line.verdict}: {line.said}: {line.why}."


def _recipe(answer: BuildAnswer, source: str | None) -> Recipe:
    plan, machine = answer.plan, answer.machine
    windows = machine.system.name == "windows"
    python = machine.python.executable if machine.python else "python"
    cuda = plan.cuda if isinstance(plan.cuda, CudaToolchain) else None
    studio = plan.studio if isinstance(plan.studio, Studio) else None
    given = {one.name for one in plan.variables}
    needed = [(python, "the Python that it is for")]
    needed += [(cuda.nvcc.path, f"nvcc of CUDA {cuda.nvcc.version}")] if cuda else []
    needed += [(studio.vcvars, f"the prompt of {studio.name}")] if studio else []
    return Recipe(
        python=python,
        source=source or (f"{plan.package}=={plan.version}" if plan.version else plan.package),
        import_name=import_name_for(plan.package) or plan.package.replace("-", "_"),
        vcvars=(studio.vcvars, " ".join(vcvars_arguments(studio))) if studio else None,
        needed=tuple(needed),
        unset=tuple(name for one in left_out() for name in one.names if name not in given and _is_of(name, windows)),
        variables=(*((one.name, one.value, one.why) for one in plan.variables), *_cmake_args(plan)),
        first_on_path=(ntpath if windows else posixpath).dirname(cuda.nvcc.path) if cuda else "",
    )


def _is_of(name: str, windows: bool) -> bool:
    return windows or name not in ("CL", "_CL_", "LINK", "_LINK_")


def _cmake_args(plan: BuildPlan) -> Iterator[tuple[str, str, str]]:
    defines = {**{one.name: one.value for one in plan.defines}, **plan.flags.kept}
    why = "; ".join(f"{one.name}: {one.why}" for one in plan.defines)
    yield (
        "CMAKE_ARGS",
        joined_cmake_args(defines, plan.flags.others),
        why or "nothing beyond the package's own defaults",
    )


def _powershell(recipe: Recipe) -> Iterator[str]:
    yield "$ErrorActionPreference = 'Stop'"
    for path, what in recipe.needed:
        lacks = powershell(f"not here: {what} ({path})")
        yield f"if (-not (Test-Path -LiteralPath {powershell(path)})) {{ throw {lacks} }}"
    yield f"$python = {powershell(recipe.python)}"
    if recipe.vcvars:
        yield _comment("# ", "the variables of Visual Studio's own prompt, in this script alone")
        yield f"$env:WONTLOAD_VCVARS = {powershell(recipe.vcvars[0])}"
        yield f"cmd /d /s /c 'call \"%WONTLOAD_VCVARS%\" {recipe.vcvars[1]} >nul && set' | ForEach-Object {{"
        yield "  if ($_ -match '^([^=]+)=(.*)$') { [Environment]::SetEnvironmentVariable($Matches[1], $Matches[2]) }"
        yield "}"
        yield "if ($LASTEXITCODE -ne 0) { throw 'vcvarsall.bat failed' }"
    yield _comment("# ", "what would steer the build unasked")
    for name in recipe.unset:
        yield f"Remove-Item -LiteralPath {powershell('Env:' + name)} -ErrorAction SilentlyContinue"
    if recipe.first_on_path:
        yield f"$env:PATH = {powershell(recipe.first_on_path)} + ';' + $env:PATH"
    for name, value, why in recipe.variables:
        yield _comment("# ", why)
        yield f"[Environment]::SetEnvironmentVariable({powershell(name)}, {powershell(value)})"
    yield _comment("# ", "compile, whatever a cache holds; the wheel is left in a folder of its own")
    yield f"$wheels = Join-Path (Get-Location) {powershell(FOLDER)}"
    binary, source = powershell(_binary(recipe)), powershell(recipe.source)
    yield f"& $python -m pip wheel -v {OPTIONS} {binary} --wheel-dir $wheels {source}"
    yield "if ($LASTEXITCODE -ne 0) { throw 'the build failed: save its output and run `wontload log FILE`' }"
    yield "$wheel = Get-ChildItem -LiteralPath $wheels -Filter '*.whl' | Sort-Object LastWriteTime"
    yield "$wheel = $wheel | Select-Object -Last 1"
    for again in ("--force-reinstall --no-deps ", ""):
        yield f"& $python -m pip install {again}$wheel.FullName"
        yield "if ($LASTEXITCODE -ne 0) { throw 'the wheel was not installed' }"
    yield f"& $python -c {powershell(f'import {recipe.import_name}')}"
    yield "if ($LASTEXITCODE -ne 0) { throw 'it was built and does not import: wontload tells why' }"


# In place of `||`, which Wine's cmd follows after a success too. A crash has a negative number, so no `if errorlevel`.
STOP_IF_IT_FAILED = "if not %ERRORLEVEL%==0 exit /b 1"


def _cmd(recipe: Recipe) -> Iterator[str]:
    yield "setlocal DisableDelayedExpansion"
    yield "chcp 65001 >nul"
    for path, what in recipe.needed:
        yield f"if not exist {cmd(path)} (echo not here: {_echoed(what)}& exit /b 1)"
    if recipe.vcvars:
        yield _comment("rem ", "the variables of Visual Studio's own prompt, in this script alone")
        yield f"call {cmd(recipe.vcvars[0])} {recipe.vcvars[1]}"
        yield STOP_IF_IT_FAILED
    yield _comment("rem ", "what would steer the build unasked")
    for name in recipe.unset:
        yield f'set "{name}="'
    if recipe.first_on_path:
        yield f'set "PATH={cmd(recipe.first_on_path)[1:-1]};%PATH%"'
    for name, value, why in recipe.variables:
        yield _comment("rem ", why)
        yield "set " + cmd(f"{name}={value}")
    yield _comment("rem ", "compile, whatever a cache holds; the wheel is left in a folder of its own")
    python, binary, source = cmd(recipe.python), cmd(_binary(recipe)), cmd(recipe.source)
    yield f"{python} -m pip wheel -v {OPTIONS} {binary} --wheel-dir {FOLDER} {source}"
    yield STOP_IF_IT_FAILED
    yield f'for /f "delims=" %%w in (\'dir /b /od {FOLDER}\\*.whl\') do set "WHEEL={FOLDER}\\%%w"'
    for again in ("--force-reinstall --no-deps ", ""):
        yield f'{python} -m pip install {again}"%WHEEL%"'
        yield STOP_IF_IT_FAILED
    yield f"{python} -c {cmd(f'import {recipe.import_name}')}"


def _echoed(text: str) -> str:
    """Letters and figures only: `echo` has no quotes."""
    return "".join(char if char.isalnum() or char in " .-" else " " for char in text)


def _sh(recipe: Recipe) -> Iterator[str]:
    yield "set -eu"
    for path, what in recipe.needed:
        yield f"[ -e {sh(path)} ] || {{ echo {sh(f'not here: {what} ({path})')} >&2; exit 1; }}"
    yield f"python={sh(recipe.python)}"
    yield _comment("# ", "what would steer the build unasked")
    yield f"unset {' '.join(recipe.unset)}"
    if recipe.first_on_path:
        yield f'export PATH={sh(recipe.first_on_path)}:"$PATH"'
    for name, value, why in recipe.variables:
        yield _comment("# ", why)
        yield f"export {name}={sh(value)}"
    yield _comment("# ", "compile, whatever a cache holds; the wheel is left in a folder of its own")
    yield f'"$python" -m pip wheel -v {OPTIONS} {sh(_binary(recipe))} --wheel-dir {FOLDER} {sh(recipe.source)}'
    yield f'wheel="$(ls -t {FOLDER}/*.whl | head -n 1)"'
    yield '"$python" -m pip install --force-reinstall --no-deps "$wheel"'
    yield '"$python" -m pip install "$wheel"'
    yield f'"$python" -c {sh(f"import {recipe.import_name}")}'


def _binary(recipe: Recipe) -> str:
    """What pip is not to take as a wheel: the package itself, by its name."""
    return recipe.source.partition("==")[0] if "/" not in recipe.source and "\\" not in recipe.source else ":none:"
