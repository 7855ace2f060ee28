"""Whether a finding accounts for the error that was seen, when more than one thing is wrong with a load."""

from __future__ import annotations

import re
from collections.abc import Iterable

from wontload.diagnosis.case import Case
from wontload.diagnosis.messages import HELD_NUMBERS
from wontload.loader import LoadResult, Module

# Errors that Windows gives for what is wrong with files: 5 access denied, 126 and 127 not found, 182 ordinal, 193 no
# image. Which of them a broken dependency gives is believed and not known (docs/loaders.md), so one may stand for
# another. Source: Microsoft, "System Error Codes".
ABOUT_FILES = frozenset({5, 126, 127, 182, 193}) | HELD_NUMBERS


def explains(case: Case, index: int, modules: Iterable[Module]) -> bool:
    """Whether what is wrong with these modules of a load is what its error is about.

    The load must be one that ended the import. Windows' error is a number, so all modules that would give it are
    equally to blame; glibc names the first file that it stumbles over, and no other.
    """
    result = case.loads[index].simulated
    if result is None or not case.is_fatal(index):
        return False
    return any(_is_blamed(case, index, result, module) for module in modules)


def _is_blamed(case: Case, index: int, result: LoadResult, module: Module) -> bool:
    observed = case.loads[index].observed
    error = observed.error if observed else None
    if result.error is None:  # the model does not decide: what was seen must name the file
        return error is not None and names(error.text, module.name)
    if error is None:
        return module.error == result.error
    if not case.windows:
        return module.error == result.error and names(error.text, result.error)
    if error.number is None:
        return module.error == result.error
    if any(one.error == error.number for one in result.modules):
        return module.error == error.number
    return error.number in ABOUT_FILES and module.error == result.error


def names(text: str, foreseen: object) -> bool:
    """Whether a message of glibc's, in any language, is about the file that the foreseen one is about."""
    file = str(foreseen).partition(": ")[0].rpartition("/")[2]
    return re.search(rf"(?<![\w.+-]){re.escape(file)}(?![\w+-]|\.\w)", text) is not None
