"""Whether it was PATH or LD_LIBRARY_PATH that led a load to a file."""

from __future__ import annotations

from wontload.diagnosis.case import Case

RULES = frozenset({"path_variable", "ld_library_path"})


def led_by_variable(case: Case, load: int | None, path: str, rule: object) -> bool:
    """Whether the search variable of that load's process names the file's directory, and its rule found the file there.

    Args:
        load: index of the load. rule: of the loader, by which the file was taken; none is told of one that was refused.
    """
    if rule is not None:
        return rule in RULES
    environment = {} if load is None else case.loads[load].request.process.environment
    named = {case.fold(one) for one in case.entries(environment)}
    return case.fold(case.path_module.dirname(path)) in named
