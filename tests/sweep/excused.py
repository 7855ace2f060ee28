"""Differences that are not ours to mend, each with the reason why our answer is right, or why it may differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Excuse:
    """One reason, and what it covers.

    Attributes:
        kind: one of `records.SUBJECTS`. file: pattern of `<distribution>/<path in the wheel>`.
        about: pattern of `<other parser> <part>`, of loaders `<mode> verdict` or `<mode> modules`.
        reason: a sentence or two for docs/conformance.md.
    """

    kind: str
    file: str
    about: str
    reason: str

    def covers(self, difference: Mapping[str, Any]) -> bool:
        """Whether this is the reason for a difference."""
        return fnmatchcase(difference["file"], self.file) and fnmatchcase(difference["about"], self.about)


EXCUSED = (
    Excuse(
        kind="parsers",
        file="*/libgcc_s-*.so.1",
        about="LIEF exports",
        reason="LIEF takes the whole of st_other for the visibility. On AArch64 its high bit says that a function has "
        "a calling convention of its own (STO_AARCH64_VARIANT_PCS, in Arm's ELF for the AArch64 architecture); the "
        "visibility is in the two lowest bits alone. pyelftools agrees with us.",
    ),
    Excuse(
        kind="windows",
        file="pywin32/pythonwin/scintilla.dll",
        about="* modules",
        reason="It registers window classes while it is initialised, and Wine maps uxtheme.dll when the first one is "
        "registered. A model of the loader does not run code.",
    ),
    Excuse(
        kind="imports-windows",
        file="pywin32/win32comext/axdebug/axdebug.pyd",
        about="* verdict",
        reason="It needs axscript.pyd, which lies in another directory of the wheel, and loads once that is imported, "
        "as `check` says that it assumes. Here it is imported alone.",
    ),
)


def without_excuse(kind: str, differences: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The differences that nothing above covers."""
    return [one for one in differences if reason_for(kind, one) is None]


def reason_for(kind: str, difference: Mapping[str, Any]) -> str | None:
    """Why a difference is none of ours; `None` when nothing says so."""
    return next((excuse.reason for excuse in EXCUSED if excuse.kind == kind and excuse.covers(difference)), None)
