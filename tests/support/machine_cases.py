"""What was asked of a machine, what was seen, and the diagnosis of it. See `tests/support/machines.py`."""

from __future__ import annotations

import ntpath
from collections.abc import Iterable, Sequence
from typing import Any

from tests.support.machine_values import BASE, LINUX_PACKAGE, LINUX_PYTHON, PACKAGE, SITE, SYSTEM32
from wontload.app.judging import judged_loads
from wontload.diagnosis import Case, Diagnosis, Evidence, Finding
from wontload.diagnosis import diagnose as judge
from wontload.loader import Verdict
from wontload.loader import load as simulate
from wontload.machine import (
    AddedDirectory,
    FailedDirectory,
    LoadRequest,
    Machine,
    Observation,
    ObservedError,
    ObservedLoad,
    Outcome,
    Process,
)
from wontload.probe import describe_exit


def ctypes_load(
    name: str,
    winmode: int | None = None,
    *,
    added: Iterable[str | AddedDirectory] = (),
    path: Iterable[str] = (SYSTEM32,),
    file: str | None = PACKAGE + r"\loader.py",
    line: int | None = 10,
    kind: str = "ctypes",
    **process: Any,
) -> LoadRequest:
    """`CDLL(name, winmode=winmode)` on Windows. `added` and `path` (PATH) are as they are at that moment."""
    default = 0x1100 if "\\" in name else 0x1000
    state = Process(
        executable=BASE + r"\python.exe",
        current_directory=r"C:\work",
        environment={"PATH": ";".join(path)},
        added_directories=tuple(AddedDirectory(one) if isinstance(one, str) else one for one in added),
        **process,
    )
    flags = default if winmode is None else winmode
    return LoadRequest(kind=kind, name=name, flags=flags, process=state, file=file, line=line)


def import_load(name: str, **more: Any) -> LoadRequest:
    """The import of an extension module on Windows."""
    return ctypes_load(name, 0x1100, kind="import", file=None, line=None, **more)


def dlopen(
    name: str,
    *,
    library_path: str = "",
    file: str | None = LINUX_PACKAGE + "/loader.py",
    line: int | None = 10,
    kind: str = "ctypes",
    **process: Any,
) -> LoadRequest:
    """`CDLL(name)` on Linux. `library_path`: LD_LIBRARY_PATH when the process started."""
    environment = {"LD_LIBRARY_PATH": library_path} if library_path else {}
    state = Process(executable=LINUX_PYTHON, current_directory="/work", environment=environment, **process)
    return LoadRequest(kind=kind, name=name, flags=2, process=state, file=file, line=line, caller=LINUX_PYTHON)


def saw(
    request: LoadRequest,
    *,
    succeeded: bool | None = True,
    number: int | None = None,
    text: str = "",
    mapped: Sequence[str] = (),
) -> ObservedLoad:
    """A load that was seen to end in a way of its own, whatever the model says. `None`: it never came back."""
    error = None if succeeded is not False else _raised(request, number, text or _text(request, number))
    return ObservedLoad(request=request, succeeded=succeeded, error=error, mapped=tuple(mapped))


def as_foreseen(machine: Machine, request: LoadRequest) -> ObservedLoad:
    """A load that was seen to end as the model says."""
    result = simulate(machine, request)
    if result.verdict is Verdict.LOADS:
        return saw(request, mapped=[one.path for one in result.modules if one.path and one.status.value == "loaded"])
    number = result.error if isinstance(result.error, int) else None
    return saw(request, succeeded=False, number=number, text=result.error if isinstance(result.error, str) else "")


def _text(request: LoadRequest, number: int | None) -> str:
    """What Python says of a load that Windows refused."""
    if request.kind == "import":
        module = ntpath.basename(request.name).partition(".")[0]
        return f"DLL load failed while importing {module}: error {number}."
    if number == 126:
        return f"Could not find module '{request.name}' (or one of its dependencies)."
    return f"[WinError {number}] in '{request.name}'"


def _raised(request: LoadRequest, number: int | None, text: str) -> ObservedError:
    exception = {"import": "ImportError"}.get(request.kind, "OSError")
    where = {"file": request.file, "line": request.line, "raised_by": "load", "name": request.name}
    return ObservedError(exception=exception, text=text, number=number, **where)  # type: ignore[arg-type]


def observe(
    machine: Machine,
    *loads: LoadRequest | ObservedLoad,
    survived: bool = False,
    target: str = "pkg",
    **fields: Any,
) -> Observation:
    """An import that asked for these loads. When the last one failed, it ended the import, unless it `survived`."""
    seen = tuple(as_foreseen(machine, one) if isinstance(one, LoadRequest) else one for one in loads)
    failed = bool(seen) and seen[-1].succeeded is False and not survived
    site = SITE + r"\pkg\__init__.py" if machine.system.name == "windows" else LINUX_PACKAGE + "/__init__.py"
    answer: dict[str, Any] = {
        "kind": "import",
        "outcome": Outcome.FAILS if failed else Outcome.LOADS,
        "error": seen[-1].error if failed else None,
        "origin": site,
        "seconds": 0.2,
        **fields,
    }
    return Observation(target=target, loads=seen, **answer)


def python_error(exception: str, text: str, **more: Any) -> ObservedError:
    """An exception that Python code raised."""
    return ObservedError(exception=exception, text=text, **more)


def failed_directory(path: str, *, number: int | None = 3, expression: str | None = None) -> FailedDirectory:
    """An `os.add_dll_directory` that raised."""
    directory = AddedDirectory(path, PACKAGE + r"\loader.py", 5, expression)
    return FailedDirectory(directory=directory, number=number, text=f"[WinError {number}] {path}")


def case_of(machine: Machine, *loads: LoadRequest | ObservedLoad, **more: Any) -> Case:
    """The case of an import that asked for these loads. `more` is `Case`'s own, else `observe`'s."""
    own = {name: more.pop(name) for name in list(more) if name in Case.__dataclass_fields__ and name != "target"}
    observation = own.pop("observation", None) or observe(machine, *loads, **more)
    start = Process(
        executable=machine.python.base_executable if machine.python else "",
        current_directory=r"C:\work" if machine.system.name == "windows" else "/work",
        environment=machine.environment,
    )
    case = {
        "target": observation.target,
        "kind": observation.kind,
        "start": start,
        "loads": judged_loads(machine, observation),
        "describe_exit": describe_exit,
        **own,
    }
    return Case(machine=machine, observation=observation, **case)


def diagnose(machine: Machine, *loads: LoadRequest | ObservedLoad, **more: Any) -> Diagnosis:
    """The diagnosis of `case_of`."""
    return judge(case_of(machine, *loads, **more))


def codes(diagnosis: Diagnosis) -> list[str]:
    """The codes of the findings, in their order."""
    return [finding.code for finding in diagnosis.findings]


def of_kind(finding: Finding, kind: str) -> list[Evidence]:
    """A finding's evidence of one kind."""
    return [one for one in finding.evidence if one.kind == kind]


def data(finding: Finding, kind: str, key: str) -> list[object]:
    """One value of each evidence of a kind."""
    return [one.data.get(key) for one in of_kind(finding, kind)]


def told(finding: Finding) -> str:
    """All that a person reads of a finding."""
    return "\n".join((finding.title, finding.explanation, *(one.text for one in finding.evidence)))
