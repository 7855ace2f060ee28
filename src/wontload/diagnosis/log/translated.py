"""A log whose loader or shell speaks another language: the same text in English words, line for line."""

from __future__ import annotations

from functools import cache

from wontload.diagnosis.log.text import Text, numbered, plain
from wontload.knowledge.messages import words_of_posix, words_of_shells

LONGEST = 400_000  # characters at the text's end in which words are translated: where errors stand


def translated(text: Text) -> Text | None:
    """The text with the words of glibc, bash and cmd.exe in English; `None` where it has none of another language."""
    begin = max(0, len(text.text) - LONGEST)
    said = tail = text.text[begin:]
    for words, english in _words():
        if words in tail:
            tail = tail.replace(words, english)
    if tail == said:
        return None
    whole = numbered(text.text[:begin] + tail)
    return Text(whole.text, whole.starts, text.numbers)


@cache
def _words() -> tuple[tuple[str, str], ...]:
    """As they stand in a cleaned text, the longest first: some are parts of others."""
    found = {plain(words): english for words, english in words_of_posix() + words_of_shells()}
    return tuple(sorted(found.items(), key=lambda pair: -len(pair[0])))
