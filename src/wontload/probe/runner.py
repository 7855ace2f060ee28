"""Starts the probe in an interpreter, and makes one value of what it and its record say."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from wontload.errors import UsageError, WontloadError
from wontload.machine import Observation, Outcome
from wontload.machine.files import NATIVE_SUFFIX
from wontload.machine.observation import IllegalInstruction
from wontload.probe.child_process import Ended, run
from wontload.probe.exit_status import describe_exit, is_crash, was_refused
from wontload.probe.fields import read_python, text, texts
from wontload.probe.reader import Reading, read_record
from wontload.probe.report import Report
from wontload.probe.traps import LARGEST_BYTES, SUFFIX, read_trap, read_windows_trap, with_file

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "script.py")
# One line without double quotes, so that a wrapper script can pass it on; also valid in Python 2, which says so itself.
BOOTSTRAP = (
    "import sys; sys.version_info >= (3, 8) or "
    r"(open(sys.argv[2], 'a').write('too old %d.%d\n' % sys.version_info[:2]), sys.exit(3)); "
    "exec(compile(open(sys.argv[1], 'rb').read(), sys.argv[1], 'exec'), {'__name__': '_wontload_probe'})"
)
RECORD_LIMIT = 33 * 1024 * 1024  # bytes; a little more than the child's own limit
IMPORTABLE_NAME = re.compile(r"(?i)(\.pyd|\.(cpython-|pypy|graalpy)[^./\\]*\.so|\.abi3\.so)$")
_STORE_ALIAS_WITHOUT_PYTHON = 9009  # what cmd calls "not recognized"; the alias ends with it when nothing is installed


class NoPython(UsageError):
    """The file named as the interpreter is absent, is no Python, or is too old. Exit status 2."""


class PythonDoesNotStart(WontloadError):
    """It is a Python, and broken: it ends before it executes anything. Exit status 4."""


def observe(
    target: str,
    *,
    python: str,
    kind: str = "auto",
    flags: int | None = None,
    bare: bool = False,
    timeout_s: float = 60.0,
    environment: Mapping[str, str] | None = None,
    cwd: str | None = None,
    meanwhile: Callable[[], object] = lambda: None,
) -> Report:
    """Try `target` in a child of `python`, and tell what happened.

    Args:
        target: an import name, a file, or a distribution's name (then `Report.modules_of_distribution` has the names
            to try, and nothing is executed).
        python: path of the interpreter, or a name to be found on PATH.
        kind: `import`, `file`, or `auto`: a file if it has a path separator or a native suffix.
        flags: for a file: of `LoadLibraryExW` or `dlopen`; `None`: as an import or `ctypes` would load it.
        bare: for a file: `target` is a bare name, which the loader is to search.
        timeout_s: seconds that the child may take, its start included.
        environment: of the child; `None`: this process's.
        cwd: the child's current directory; `None`: this process's.
        meanwhile: called once the child runs.

    Raises:
        NoPython, PythonDoesNotStart: see there. What the target does is never an exception here.
    """
    if kind == "auto":
        kind = "file" if is_file_target(target) else "import"
    if kind == "file" and not bare:
        target = os.path.abspath(os.path.join(cwd or "", target))
    chosen = default_flags(target) if flags is None else flags
    record, ended = _run_probe(python, (kind, target, str(chosen)), timeout_s, environment, cwd, meanwhile)
    return _report(record, ended, target, kind, cwd, timeout_s)


def ask(
    python: str,
    *,
    timeout_s: float = 60.0,
    environment: Mapping[str, str] | None = None,
    cwd: str | None = None,
    meanwhile: Callable[[], object] = lambda: None,
) -> Report:
    """Ask an interpreter about itself and its system; nothing is imported for it. Raises as `observe` does.

    `meanwhile` is called while the interpreter starts, which takes it some thirty milliseconds.
    """
    record, ended = _run_probe(python, ("none", "", "0"), timeout_s, environment, cwd, meanwhile)
    return _report(record, ended, "", "none", cwd, timeout_s)


def is_file_target(target: str) -> bool:
    """Whether a target is a file: it has a path separator or a native suffix."""
    separators = "/\\" if sys.platform == "win32" else "/"
    return any(letter in separators for letter in target) or NATIVE_SUFFIX.search(target) is not None


def default_flags(path: str) -> int:
    """How an import (for a name that an import could find) or `ctypes` would load the file at `path`.

    On Windows both use LOAD_LIBRARY_SEARCH_DEFAULT_DIRS | LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR for a path (CPython 3.8+,
    Python/dynload_win.c and Lib/ctypes/__init__.py).
    """
    if sys.platform == "win32":
        return 0x1100
    return sys.getdlopenflags() if IMPORTABLE_NAME.search(path) else os.RTLD_NOW | os.RTLD_LOCAL


def _run_probe(
    python: str,
    request: Sequence[str],
    timeout_s: float,
    environment: Mapping[str, str] | None,
    cwd: str | None,
    meanwhile: Callable[[], object] = lambda: None,
) -> tuple[Reading, Ended]:
    executable = find_python(python, environment)
    with tempfile.TemporaryDirectory(prefix="wontload-", ignore_cleanup_errors=True) as private:
        channel = os.path.join(private, "record")
        os.close(os.open(channel, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        command = [executable, "-c", BOOTSTRAP, SCRIPT, channel, *request]
        try:
            ended = run(command, timeout_s=timeout_s, environment=environment, directory=cwd, meanwhile=meanwhile)
        except (OSError, ValueError) as error:
            raise _not_started(executable, cwd, error) from error
        with open(channel, "rb") as file:
            lines = file.read(RECORD_LIMIT).splitlines()
        trap = _trap(channel + SUFFIX)
    record = read_record(lines)
    record.trap = trap
    if record.process is None:
        home = (os.environ if environment is None else environment).get("PYTHONHOME", "")
        raise _explain_silence(executable, lines, ended, timeout_s, home)
    return record, ended


def _trap(path: str) -> IllegalInstruction | None:
    try:
        with open(path, "rb") as file:
            return (read_windows_trap if sys.platform == "win32" else read_trap)(file.read(LARGEST_BYTES))
    except OSError:  # it met none
        return None


def _illegal(found: IllegalInstruction | None, observation: Observation) -> IllegalInstruction | None:
    if found is None or sys.platform != "win32":
        return found
    loads = observation.loads
    return with_file(
        found,
        (*(one.request.name for one in loads), *(path for one in loads for path in one.mapped), *observation.modules),
    )


def find_python(python: str, environment: Mapping[str, str] | None = None) -> str:
    """The interpreter's path. Raises `NoPython` when there is no such file."""
    if os.path.isdir(python):
        raise NoPython(f"{python} is a directory, not an interpreter.", "Give the path of its python executable.")
    named = os.path.dirname(python)
    path = None if environment is None else environment.get("PATH")
    found = os.path.abspath(python) if named else shutil.which(python, path=path)
    if found is None or not os.path.lexists(found):
        raise NoPython(f"There is no interpreter {python}.", "Give the path of a python executable with --python.")
    return found


def _not_started(executable: str, cwd: str | None, error: Exception) -> WontloadError:
    if cwd is not None and not os.path.isdir(cwd):
        return UsageError(f"There is no directory {cwd} to start the interpreter in.")
    reason = getattr(error, "strerror", None) or str(error)
    if _is_store_alias(executable):
        return _empty_alias(executable)
    return NoPython(f"{executable} cannot be started: {reason}.", "Give the path of a python executable with --python.")


def _is_store_alias(executable: str) -> bool:
    return "\\microsoft\\windowsapps\\" in executable.lower()


def _empty_alias(executable: str) -> NoPython:
    return NoPython(
        f"{executable} is a Microsoft Store alias with no Python behind it.",
        "Give the path of an installed python.exe with --python, or turn the alias off in Windows' settings.",
    )


def _explain_silence(
    executable: str, lines: Sequence[bytes], ended: Ended, timeout_s: float, home: str = ""
) -> WontloadError:
    """Why a child said nothing of itself. `home`: its PYTHONHOME, where every Python takes its own library from."""
    for line in lines:
        if old := re.match(rb"too old (\d+\.\d+)", line):
            return NoPython(
                f"{executable} is Python {old[1].decode()}, which is too old to be examined.",
                "wontload needs Python 3.8 or newer there, and 3.10 or newer for itself.",
            )
    if _is_store_alias(executable) and ended.status == _STORE_ALIAS_WITHOUT_PYTHON:
        return _empty_alias(executable)
    if ended.status is None:
        return PythonDoesNotStart(
            f"{executable} did not start within {timeout_s:g} seconds.", "Try a longer time limit, or another --python."
        )
    said = _what_it_said(ended.output_tail)
    if sys.platform == "win32" and _LACKS_CTYPES.search(ended.output_tail):
        return WontloadError(
            f"{executable} cannot load its own _ctypes, without which its loads cannot be watched ({said}).",
            "Repair or reinstall that Python, or give another with --python.",
        )
    how = f"it ended with {describe_exit(ended.status)}" + (f" and said: {said}" if said else "")
    if is_crash(ended.status) or "python" in ended.output_tail.lower():
        advice = "Repair it, or give another with --python."
        if home:
            advice = f"PYTHONHOME is {home}: every Python looks for its own library there. Take that variable away."
        return PythonDoesNotStart(f"{executable} does not start: {how}.", advice)
    return NoPython(f"{executable} is not a Python that works: {how}.", "Give the path of a python executable.")


# Words of the line that says what is wrong: pyenv's shims give advice behind it, CPython its threads' stacks.
_COMPLAINT = re.compile(r"(?i)error|not found|no such|cannot|failed")


_LACKS_CTYPES = re.compile(r"(?m)^(ImportError|ModuleNotFoundError): .*\b_ctypes\b")

PRINTED_LINES, PRINTED_CHARACTERS = 12, 400


def _what_it_said(output: str) -> str:
    """The first line that complains of something, else the last; indented ones quote code."""
    lines = [line.rstrip() for line in output.splitlines() if line.strip()]
    told = next(
        (line for line in lines if not line[0].isspace() and _COMPLAINT.search(line)), lines[-1] if lines else ""
    )
    return told.strip()[:200].rstrip(".")


def _last_lines(output: str) -> tuple[str, ...]:
    """What a child printed before it ended, for a person to read: few lines, and none of them long."""
    return tuple(line[:PRINTED_CHARACTERS] for line in output.splitlines() if line.strip())[-PRINTED_LINES:]


def _report(record: Reading, ended: Ended, target: str, kind: str, cwd: str | None, timeout_s: float) -> Report:
    python, process = read_python(record.facts), record.process
    assert process is not None
    if kind == "none":
        return Report(python=python, process=process, facts=record.facts, output_tail=ended.output_tail)
    owners: tuple[tuple[str, str], ...] = ()
    modules: tuple[str, ...] = ()
    source: str | None = None
    if kind == "import":
        from wontload.machine import dist_info

        places = [os.path.join(cwd or "", place) for place in python.path]
        known = list(dist_info.installed(places))
        top, origin = target.partition(".")[0], text(record.target.get("origin")) or None
        own = dist_info.owners(known, top, origin)
        owners = tuple((one.name, one.version) for one in own)
        source = next(filter(None, (one.source() for one in own)), None)
        modules = dist_info.modules_of(known, target)
    observation = replace(record.observation(target, kind, ended.status, owners), source=source)
    if observation.outcome is Outcome.TIMED_OUT:
        observation = replace(observation, seconds=timeout_s)
    if was_refused(observation):  # else a child of its own met one, or it was caught
        observation = replace(observation, illegal=_illegal(record.trap, observation))
    if observation.outcome in (Outcome.CRASHED, Outcome.EXITED, Outcome.TIMED_OUT):
        observation = replace(observation, printed=_last_lines(ended.output_tail))
    return Report(
        python=python,
        process=process,
        facts=record.facts,
        observation=observation,
        found=record.target.get("found") is True and observation.outcome is not Outcome.NOT_FOUND,
        namespace=record.target.get("namespace") is True,
        locations=texts(record.target.get("locations")),
        modules_of_distribution=modules,
        output_tail=ended.output_tail,
    )
