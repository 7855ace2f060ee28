"""A package of which a folder is left: its import succeeds, executes nothing, and gives nothing.

Source: Python documentation, "The import system", namespace packages: a directory without `__init__.py` is one. pip
removes the files that a RECORD lists and leaves the directory where anything else lies in it, `__pycache__` say.
"""

from __future__ import annotations

from wontload.diagnosis.case import Case, remembered
from wontload.diagnosis.installed import is_gone, own_distributions
from wontload.diagnosis.records import Entry, of_file
from wontload.machine import Outcome


@remembered
def hollow(case: Case) -> tuple[Entry, ...]:
    """The lines about the target's native files, where they are gone and what was imported is a folder without code.

    Those that lie in the folder itself decide, if there are any: further down, plugins and data may be left.
    """
    observation = case.observation
    if observation is None or observation.outcome is not Outcome.LOADS or observation.origin is not None:
        return ()
    if case.kind != "import" or "." in case.target:
        return ()
    path = case.path_module
    folders = {case.fold(path.join(one, case.target)) for one in case.directories_of_module(case.target)}
    files = [file.path for one in own_distributions(case) for file in one.files]
    files = [one for one in files if any(case.fold(one).startswith(folder + path.sep) for folder in folders)]
    right_in_it = [one for one in files if case.fold(path.dirname(one)) in folders]
    lines = tuple(line for one in right_in_it or files for line in of_file(case, one)[:1])
    return lines if lines and all(is_gone(case, line.file) for line in lines) else ()
