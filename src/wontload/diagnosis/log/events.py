"""What programs said in a log: each message of the tables that is in it, with what it tells and where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from wontload.diagnosis.log.text import Text, dedented, rejoined
from wontload.diagnosis.log.translated import translated
from wontload.knowledge.messages import Message, messages

MOST_OF_ONE = 24  # places where one message is looked for; half of them at the text's end
AT_ONCE = 1_000_000  # characters of which the words are taken at once
BEFORE, BEHIND = 700, 1200  # characters around a needle that a pattern may reach
LONGEST_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Event:
    """One message in the text.

    Attributes:
        message: which. values: what its groups caught, without empty ones.
        line: where it begins. place: the same as a position, for the order.
        text: the line that it stands on, cut.
    """

    message: Message
    values: Mapping[str, str]
    line: int
    place: int
    text: str


def events_of(text: Text) -> tuple[Event, ...]:
    """Every message in the text, in order; the same words of one message count once, where they come last."""
    found = list(search(text, messages()))
    if whole := rejoined(text):
        found += search(whole, _not_met(found))
    if wrapped := dedented(text):
        found += [replace(event, place=text.starts[event.line - 1]) for event in search(wrapped, _not_met(found))]
    if english := translated(text):
        found += [
            replace(event, text=text.line_numbered(event.line)[:LONGEST_SHOWN])
            for event in search(english, _not_met(found))
        ]
    unique = {(event.message.id, tuple(sorted(event.values.items()))): event for event in found}
    return tuple(sorted(unique.values(), key=lambda event: event.place))


def _not_met(found: list[Event]) -> tuple[Message, ...]:
    met = {event.message.id for event in found}
    return tuple(one for one in messages() if one.id not in met)


def search(text: Text, wanted: tuple[Message, ...]) -> Iterator[Event]:
    """Those of the messages that are in the text, at each place where they are."""
    words = _words(text.folded)
    vocabulary = "\n".join(words)
    for message in wanted:
        reached = -1
        needles = tuple(needle for needle in message.needles if _may_be_there(needle, words, vocabulary))
        for place, length in _places(text.flat, needles):
            if place < reached:
                continue
            begin = max(0, place - BEFORE)
            match = _match_at(message.expression, text.text[begin : place + length + BEHIND], place - begin, length)
            if match is None:
                continue
            reached = begin + match.end()
            at = begin + match.start() + len(match[0]) - len(match[0].lstrip())
            yield Event(message, _values(match), text.line_at(at), at, _shown(text, place))


def _may_be_there(needle: str, words: frozenset[str], vocabulary: str) -> bool:
    """Whether the words that a text has, each once, hold what a needle is made of.

    Its inner words have blanks around them; its first and last piece may be parts of words. To ask this is many times
    faster than to look through the whole text for each needle.
    """
    pieces = needle.split(" ")
    return words.issuperset(pieces[1:-1]) and pieces[0] in vocabulary and pieces[-1] in vocabulary


def _words(folded: str) -> frozenset[str]:
    """Every word between white space."""
    words: set[str] = set()
    place = 0
    while place < len(folded):
        end = folded.find("\n", place + AT_ONCE)
        words.update(folded[place : end if end >= 0 else len(folded)].split())
        place = end if end >= 0 else len(folded)
    words.add("")
    return frozenset(words)


def _match_at(pattern: re.Pattern[str], window: str, place: int, length: int) -> re.Match[str] | None:
    """The match that covers the needle, if one does."""
    for match in pattern.finditer(window):
        if match.start() < place + length and match.end() > place:
            return match
        if match.start() >= place + length:
            return None
    return None


def _places(flat: str, needles: tuple[str, ...]) -> list[tuple[int, int]]:
    """Where the needles stand (place, length), in order: the first and the last of each, where there are many."""
    found: set[tuple[int, int]] = set()
    for needle in needles:
        place, seen = flat.find(needle), 0
        while place >= 0 and seen < MOST_OF_ONE // 2:
            found.add((place, len(needle)))
            place, seen = flat.find(needle, place + len(needle)), seen + 1
        last, seen = (flat.rfind(needle), 0) if place >= 0 else (-1, 0)
        while last >= 0 and seen < MOST_OF_ONE // 2:
            found.add((last, len(needle)))
            last, seen = flat.rfind(needle, 0, last), seen + 1
    return sorted(found)


def _values(match: re.Match[str]) -> dict[str, str]:
    """The groups that caught something, without the white space that wrapping brought in; `name2` counts as `name`."""
    values: dict[str, str] = {}
    for name, value in match.groupdict().items():
        if value and value.strip():
            values.setdefault(name.rstrip("0123456789"), tidy(value))
    return values


def tidy(value: str) -> str:
    """A caught value on one line, with single backslashes."""
    return " ".join(value.split()).replace("\\\\", "\\").strip(" \"'")


def _shown(text: Text, place: int) -> str:
    """The line; of a long one what is around the place, from word to word, with an ellipsis where it goes on."""
    line = text.line_around(place)
    if len(line) <= LONGEST_SHOWN:
        return line.strip()
    whole = text.text
    before = whole[max(0, place - LONGEST_SHOWN) : place].rpartition("\n")
    after = whole[place : place + LONGEST_SHOWN].partition("\n")
    goes_on = not after[1] and len(after[0]) == LONGEST_SHOWN
    lead = before[2][-max(LONGEST_SHOWN // 4, LONGEST_SHOWN - len(after[0])) :]
    cut = len(lead) < len(before[2]) or (not before[1] and place > LONGEST_SHOWN)
    lead = lead.partition(" ")[2] if cut and " " in lead else lead
    rest = after[0][: LONGEST_SHOWN - len(lead)]
    goes_on = goes_on or len(rest) < len(after[0])
    rest = rest.rpartition(" ")[0] if goes_on and " " in rest else rest
    return f"{'… ' if cut else ''}{lead}{rest.rstrip()}{' …' if goes_on else ''}".strip()
