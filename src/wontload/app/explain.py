"""`wontload explain`: what a finding means, how it is established, and what fixes it."""

from __future__ import annotations

from importlib.resources import files

from wontload.diagnosis.catalogue import CODES
from wontload.errors import UsageError


def page(code: str) -> str:
    """The Markdown page of a finding. Raises `UsageError` for a code that does not exist."""
    name = CODES.get(code.upper())
    if name is None:
        known = ", ".join(CODES)
        raise UsageError(f"there is no finding {code!r}.", f"These exist: {known}.")
    return _read(f"{code.lower()}_{name}.md")


def pages() -> str:
    """A Markdown list of all findings with what each says."""
    titles = (_read(f"{code.lower()}_{name}.md").splitlines()[0].lstrip("# ") for code, name in CODES.items())
    return "# Findings\n\n" + "\n".join(f"- {title}" for title in titles) + "\n"


def _read(name: str) -> str:
    return (files("wontload.diagnosis") / "pages" / name).read_text(encoding="utf-8")
