"""What loaders, interpreters, drivers and build tools say, and which finding each text speaks for.

The tables stand in `messages/`, by who speaks: in `loaders/` the systems, in `building/` installers, build tools and
compilers, in `gpu/` drivers and what is built on them, in `programs/` Python, packages and all other programs; `words/`
has other languages' words for some of it. A row's pattern is a regular expression in which a blank stands for any white
space, a line's end and a literal `\\n` among it, as texts are wrapped and quoted on their way to us. A row is only
tried near its `needle`, so that reading stays linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from wontload.knowledge.tables import Row, table

TABLES = (
    *(f"loaders/{name}" for name in ("elf", "dyld", "windows")),
    *(
        f"programs/{name}"
        for name in (
            "python",
            "packages",
            "sought",
            "screens",
            "databases",
            "frozen",
            "access",
            "crashes",
            "runtimes",
        )
    ),
    *(f"gpu/{name}" for name in ("nvidia", "cuda_libraries", "frameworks", "others")),
    *(
        f"building/{name}"
        for name in ("installers", "backends", "cmake", "compilers", "development", "cuda", "rust", "limits")
    ),
)
USUAL_RANK = 50
BLANK = r"(?:(?:\s|\\n|\\t){1,40})"


@dataclass(frozen=True, slots=True)
class Message:
    """A text that some program gives, and what it says.

    Attributes:
        id: the row's name. speaker: its table, such as `building/cmake`.
        kind: what has to be looked at beside the text: `stated` (nothing), `missing` (which library it is about
            decides), `symbol`, `runtime`, `entry-point`, `module`, `compiled-name`, `shadow`, `other-copy`,
            `incomplete`, `architecture` (likewise), `number` (Windows' number does), `summary` (the cause stands
            elsewhere), `fact` (no cause, but a rule of a build log may use it).
        code: the finding that it speaks for first.
        decides: whether the text alone is enough to say so.
        suspects: other findings that it may come of, the likelier first.
        needles: lower-case pieces of text without which the pattern cannot match.
        pattern: the text, with named groups for what it tells.
        title: one line for a finding, with the groups' names in braces. why: a few sentences.
        subject: what the finding is about, where that is no group.
        rank: of several causes in one log the highest is the first.
        source: where the text is written down.
        row: the table's row. `dialog`: the library that is named is the one that is missing, for sure; `sought`: Python
            code looked for it, and handed nothing to the loader; `opened`: a program opened it by its name, so that no
            rpath counts; `told`: people tell of it in words of their own, which never decide; `development`: what it is
            about are development files (`knowledge.development`).
    """

    id: str
    speaker: str
    kind: str
    code: str
    decides: bool
    suspects: tuple[str, ...]
    needles: tuple[str, ...]
    pattern: str
    title: str
    why: str
    subject: str
    rank: int
    source: str
    row: Row = field(compare=False, repr=False, hash=False)

    @property
    def expression(self) -> re.Pattern[str]:
        """The pattern, compiled when a needle of it was met: most texts meet few."""
        return _compiled(self.pattern)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace(" ", BLANK), re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Beside:
    """What a message that alone decides nothing says where a certain distribution is installed.

    Attributes:
        pattern: what the text must hold for that. distribution, versions: which, and in what versions (PEP 440).
        says: the message that it comes to.
    """

    pattern: str
    distribution: str
    versions: str
    says: Message


@cache
def beside(message: Message) -> Beside | None:
    """What is known of a message beside a distribution."""
    row = message.row.get("beside")
    if row is None:
        return None
    says = next(one for one in messages() if one.id == row["says"])
    return Beside(row["pattern"], row["distribution"], row["versions"], says)


@dataclass(frozen=True, slots=True)
class NumberMeaning:
    """One of Windows' error numbers as a message: see `Message` for the columns."""

    number: int
    code: str
    decides: bool
    suspects: tuple[str, ...]
    title: str
    why: str
    needs: str
    rank: int


@cache
def messages() -> tuple[Message, ...]:
    """Every message of every table, in file order."""
    return tuple(message for name in TABLES for message in messages_of(name))


@cache
def messages_of(speaker: str) -> tuple[Message, ...]:
    """The messages of one table, such as `programs/sought`, in file order."""
    return tuple(_message(row, speaker) for row in table(f"messages/{speaker}")["message"])


def _message(row: Row, speaker: str) -> Message:
    needle = row["needle"]
    return Message(
        id=row["id"],
        speaker=speaker,
        kind=row.get("kind", "stated"),
        code=row["code"],
        decides=row.get("decides", True),
        suspects=tuple(row.get("suspects", ())),
        needles=(needle,) if isinstance(needle, str) else tuple(needle),
        pattern=row["pattern"],
        title=row["title"],
        why=row["why"],
        subject=row.get("subject", ""),
        rank=row.get("rank", USUAL_RANK),
        source=row["source"],
        row=row,
    )


@cache
def number_meanings() -> Mapping[int, NumberMeaning]:
    """What Windows' error numbers speak for, by number (NTSTATUS values unsigned)."""
    return {
        row["number"]: NumberMeaning(
            number=row["number"],
            code=row["code"],
            decides=row.get("decides", True),
            suspects=tuple(row.get("suspects", ())),
            title=row["title"],
            why=row.get("why", ""),
            needs=row.get("needs", ""),
            rank=row.get("rank", USUAL_RANK),
        )
        for row in table("messages/loaders/windows")["number"]
    }


# Code pages in which Windows programs write, and in which what they wrote is then wrongly read. `latin-1` takes every
# byte, so that bytes that were never decoded are met in it too.
WRITTEN_IN = (
    "utf-8",
    "cp936",
    "cp950",
    "cp932",
    "cp949",
    "cp1251",
    "cp866",
    "cp1250",
    "cp852",
    "cp1252",
    "cp850",
    "cp1254",
)
READ_IN = ("latin-1", "cp1252", "cp936", "cp1251", "cp437", "cp850", "cp866", "utf-8")


@cache
def words_of_windows() -> tuple[tuple[str, int], ...]:
    """(text in lower case, error number) for each of Windows' words for a number, in all languages that we have."""
    return tuple(
        (lowered(text), row["number"]) for row in table("messages/words/windows")["words"] for text in row["texts"]
    )


@cache
def words_of_wine() -> tuple[tuple[str, int], ...]:
    """(text, error number) for what Wine says in its own words, and CPython behind `DLL load failed`."""
    rows = table("messages/words/windows")["behind_dll_load_failed"]
    return tuple((row["text"], row["number"]) for row in rows)


@cache
def words_of_posix() -> tuple[tuple[str, str], ...]:
    """(text, the same in English) for what glibc and bash say of loads and crashes, in all languages that we have."""
    return _in_english("messages/words/posix", "words")


@cache
def words_of_shells() -> tuple[tuple[str, str], ...]:
    """(text, the same in English) for what shells say of a program that they do not find."""
    return _in_english("messages/words/windows", "said_by_shell")


def _in_english(name: str, key: str) -> tuple[tuple[str, str], ...]:
    return tuple((text, row["english"]) for row in table(name)[key] for text in row["texts"])


@cache
def damaged_words_of_windows() -> tuple[tuple[str, int], ...]:
    """The same in every form that they take when their bytes are read in a code page that they were not written in."""
    return tuple(
        (lowered(form), row["number"])
        for row in table("messages/words/windows")["words"]
        for text in row["texts"]
        for form in _damaged(text)
    )


def lowered(text: str) -> str:
    """`text` in lower case, character for character: of all characters only U+0130 becomes two."""
    return text.replace("\u0130", "I").lower()


def _damaged(text: str) -> Iterator[str]:
    if text.isascii():
        return
    seen = {text}
    for written in WRITTEN_IN:
        try:
            data = text.encode(written)
        except UnicodeEncodeError:
            continue
        for read in READ_IN:
            form = _distinct(data.decode(read, "replace"))
            if read != written and len(form) >= SHORTEST_DAMAGED and form not in seen:
                seen.add(form)
                yield form


SHORTEST_DAMAGED = 6  # characters of a damaged form that is still like no other text


def _distinct(form: str) -> str:
    """A form without what was lost; empty where too little is left to know it by."""
    stripped = form.strip("\ufffd? ")
    lost = stripped.count("\ufffd")
    return "" if lost * 4 > len(stripped) else stripped
