"""How a variable is taken away, or a directory out of it, by who may: a user's own is ours to change, a machine's not.

Source: Microsoft, "Environment Variables": a process gets the machine's, then the user's over them; PATH is both.
"""

from __future__ import annotations

from typing import NamedTuple

from wontload.diagnosis import Case
from wontload.remedy.steps import ByHand, SetVariable, Step

MACHINE_KEY = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment"


class Way(NamedTuple):
    """The step, and the rights that it takes."""

    step: Step
    rights: str = "none"


def unset(case: Case, name: str) -> Way:
    """A variable taken away. What is set for all users of a Windows is not a user's to take away."""
    if case.windows and _of(case, name, "machine") and not _of(case, name, "user"):
        text = f"{name} is set for all users: an administrator takes it away."
        return Way(ByHand(text=text, command=f'reg delete "{MACHINE_KEY}" /v {name} /f'), "administrator")
    return Way(SetVariable(name=name, value=None))


def without_directory(case: Case, directory: str) -> Way:
    """A directory taken out of the search variable (PATH, LD_LIBRARY_PATH), wherever it was put into it."""
    name = case.search_variable
    if not case.windows:
        return Way(SetVariable(name=name, value=rest_of(case, _value(case, name), directory)))
    own = _of(case, name, "user")
    if own and (rest := rest_of(case, own, directory)) != own.rstrip(";"):
        return Way(SetVariable(name=name, value=rest))
    by_all = _of(case, name, "machine")
    if by_all and rest_of(case, by_all, directory) != by_all.rstrip(";"):
        text = f"The PATH of all users has {directory}: an administrator takes it out."
        return Way(ByHand(text=text, command="rundll32 sysdm.cpl,EditEnvironmentVariables"), "administrator")
    return Way(ByHand(text=f"Take {directory} out of PATH where the program, or what starts it, puts it there."))


def rest_of(case: Case, value: str, directory: str) -> str | None:
    """The value without a directory; `None` where nothing is left."""
    gone = case.fold(directory)
    separator = ";" if case.windows else ":"
    kept = [one for one in value.split(separator) if not one or case.fold(_expanded(case, one.strip('"'))) != gone]
    return separator.join(kept).rstrip(";") or None


def _expanded(case: Case, entry: str) -> str:
    """With the variables of Windows in it (`%CUDA_PATH%\\bin`)."""
    if case.windows:
        for name, value in case.machine.environment.items():
            entry = entry.replace(f"%{name}%", value)
    return entry


def _of(case: Case, name: str, origin: str) -> str:
    """The value that the registry has of a variable, of the user or the machine; empty where it has none."""
    found = case.machine.inventory.variables or ()
    return next((one.value for one in found if one.name.upper() == name.upper() and one.origin == origin), "")


def _value(case: Case, name: str) -> str:
    environment = case.start.environment if case.start else case.machine.environment
    return environment.get(name, "")
