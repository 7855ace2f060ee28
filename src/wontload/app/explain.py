"""`wontload explain`: what a finding means, how it is established, and what fixes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files

from wontload.app.targets import shown
from wontload.diagnosis.catalogue import CODES
from wontload.errors import UsageError


@dataclass(frozen=True, slots=True)
class Page:
    """The page of one finding: its code, what it says in one line, and the whole of it in Markdown."""

    code: str
    title: str
    text: str


def page(code: str) -> Page:
    """The page of a finding, by its code or the number in it. Raises `UsageError` for a code that does not exist."""
    code = f"WL{code}" if code.isascii() and code.isdigit() else code
    name = CODES.get(code.upper())
    if name is None:
        raise UsageError(f"there is no finding {shown(code)}.", f"These exist: {', '.join(CODES)}.")
    file = files("wontload.diagnosis") / "pages" / f"{code.lower()}_{name}.md"
    text = file.read_text(encoding="utf-8")
    return Page(code.upper(), text.splitlines()[0].partition(": ")[2], text)


def pages_of(codes: Iterable[str]) -> dict[str, Page]:
    """The pages of some findings, by code; a code without a page is left out."""
    return {code: page(code) for code in dict.fromkeys(codes) if code in CODES}


def pages() -> list[Page]:
    """The pages of all findings, by code."""
    return [page(code) for code in CODES]
