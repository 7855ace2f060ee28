"""Lines made of styled pieces, wrapped to a terminal's width."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from wontload.report.screen import Terminal
from wontload.report.text import cells, clean, cut, shorten

LABEL = 14  # columns of the labels at the left of the evidence, with the two blanks behind them
NARROW = 72  # below it, text returns under its label instead of beside it
LONGEST_NAME = 160  # characters of one name or path: two lines; the JSON report has it whole
LONGEST_WITHIN = 40  # columns of a command that stands within a sentence
_BACKTICKS = re.compile(r"`([^`\n]+)`")
_PARTS = re.compile(r"[^\\/]*[\\/]+|[^\\/]+")
_SMALLER_PARTS = re.compile(r"[^ (\[,]*[ (\[,]+|[^ (\[,]+")


class Span(NamedTuple):
    """A piece that stays on one line if a line can hold it; `glue` stands before it unless it begins a line.

    A `whole` one does so in any case. One that is `alone` has a line to itself.
    """

    text: str
    style: str = ""
    glue: str = " "
    whole: bool = False
    alone: bool = False


Line = list[Span]


def span(text: str, style: str = "", glue: str = " ") -> Span:
    """A span of any text, made fit for a terminal."""
    return Span(shorten(clean(text), LONGEST_NAME + 2), style, glue)


def to_type(text: str, style: str = "code") -> Span:
    """A command that a person may copy: whole, on one line of ours however long it is.

    A terminal wraps such a line so that it is copied without its own ends.
    """
    return Span(clean(text), style, whole=True)


def words(text: str, style: str = "") -> list[Span]:
    """Prose: it may break at every blank."""
    return [span(word, style) for word in clean(text).split()]


def prose(text: str, style: str = "") -> list[Span]:
    """Prose with commands between backticks, none of which breaks: a long one has a line to itself, and is bare."""
    atoms: list[Span] = []
    glue = " "
    for said, kind, *_ in commands_in(clean(text)):
        after_one = bool(atoms) and atoms[-1].alone
        if not kind:
            between = words(said.lstrip(".,;: ") if after_one else said, style)
            atoms += [one._replace(glue=" " if n or said[0] == " " else glue) for n, one in enumerate(between)]
            glue = " " if said[-1] == " " else ""
        elif cells(said) > LONGEST_WITHIN:
            atoms.append(Span(said, kind, whole=True, alone=True))
        else:
            atoms.append(Span(f"`{said}`", style, glue, whole=True))
            glue = ""
    return atoms


def commands_in(text: str) -> Iterator[Span]:
    """The pieces of a text: the commands, which it has between backticks, bare and as `code`, and what is between."""
    for number, piece in enumerate(_BACKTICKS.split(text)):
        if piece:
            yield Span(piece, "code" if number % 2 else "", glue="")


def listed(items: Sequence[str], mark: str, style: str = "") -> list[Span]:
    """Items with `mark` between them, which stays at the end of a line that is full."""
    return [
        span(shorten(item, LONGEST_NAME) + f" {mark}" * (i < len(items) - 1), style) for i, item in enumerate(items)
    ]


def flow(atoms: Iterable[Span], width: int, start: Sequence[Span] = (), hang: int = 0) -> list[Line]:
    """Fill lines of `width` columns: the first begins with `start`, the others with `hang` blanks."""
    hang = min(hang, width // 2)
    lines: list[Line] = [list(start)]
    column, glued, full = measure(start), False, False
    for atom in atoms:
        for piece in _pieces(atom, width - hang):
            glue = piece.glue if glued else ""
            is_full = full or column + cells(glue) + cells(piece.text) > width or (piece.alone and glued)
            if is_full and column > hang:
                lines.append([Span(" " * hang)])
                column, glue = hang, ""
            lines[-1].append(Span(glue + piece.text, piece.style))
            column += cells(glue) + cells(piece.text)
            glued, full = True, piece.alone
    return lines


def _pieces(atom: Span, room: int) -> Iterator[Span]:
    """The atom itself; or, where no line can hold it, its parts, with nothing between them."""
    if atom.whole:
        yield atom
        return
    glue = atom.glue
    for part in _parts(atom.text, room, (_PARTS, _SMALLER_PARTS)):
        yield Span(part, atom.style, glue)
        glue = ""


def _parts(text: str, room: int, manners: tuple[re.Pattern[str], ...]) -> Iterator[str]:
    """Split what is too long behind path separators, what still is behind blanks and brackets, the rest anywhere."""
    if cells(text) <= room:
        yield text
    elif manners:
        for part in manners[0].findall(text):
            yield from _parts(part, room, manners[1:])
    else:
        while text:
            part, text = cut(text, room)
            yield part


def measure(line: Iterable[Span]) -> int:
    """Columns that a line takes."""
    return sum(cells(one.text) for one in line)


def labelled(label: str, atoms: Iterable[Span], width: int) -> list[Line]:
    """Evidence: a dim label, and beside it (in a narrow terminal: after it) what it is about."""
    if width >= NARROW:
        return flow(atoms, width, [Span("  " + label.ljust(LABEL), "dim")], LABEL + 2)
    return flow(atoms, width, [Span(f"  {label}: " if label else "    ", "dim")], 4)


def labelled_line(label: str, text: str, terminal: Terminal) -> Line:
    """A labelled text on one line, with an ellipsis for what does not fit."""
    start = labelled(label, (), terminal.width)[0]
    room = max(terminal.width - measure(start), 20)
    if cells(text) > room:
        text = f"{cut(text, room - cells(terminal.glyphs.ellipsis) - 1)[0].rstrip()} {terminal.glyphs.ellipsis}"
    return [*start, Span(text)]


def beside(left: Sequence[Span], right: Sequence[Span], width: int) -> Line | None:
    """Both on one line, the second at its end; `None` where they do not fit."""
    gap = width - measure(left) - measure(right)
    return [*left, Span(" " * gap), *right] if gap >= 2 else None


def headed(left: Sequence[Span], right: Sequence[Span], width: int) -> list[Line]:
    """Both on one line if they fit, else one below the other."""
    if both := beside(flow(left, 10_000)[0], flow(right, 10_000)[0], width):
        return [both]
    return [*flow(left, width, hang=2), *(flow(right, width, hang=2) if right else ())]


def draw(lines: Iterable[Line], terminal: Terminal) -> str:
    """The finished text, every line with its end."""
    return "".join("".join(_painted(line, terminal)).rstrip() + "\n" for line in lines)


def _painted(line: Line, terminal: Terminal) -> Iterator[str]:
    for one in line:
        yield terminal.paint(clean(one.text), one.style)
