"""Bytes that grow, for files made on the spot."""

from __future__ import annotations


class Blob:
    """Bytes that grow; `put` answers with the address of what was put."""

    def __init__(self, base: int) -> None:
        self.base = base
        self.data = bytearray()

    def put(self, content: bytes, align: int = 8) -> int:
        self.data += bytes(-len(self.data) % align)
        self.data += content
        return self.base + len(self.data) - len(content)

    def text(self, text: str) -> int:
        return self.put(text.encode() + b"\0", 2)


class Strings:
    """A string table in which each text has an index. The first is empty."""

    def __init__(self) -> None:
        self.data = bytearray(b"\0")

    def add(self, text: str) -> int:
        self.data += text.encode() + b"\0"
        return len(self.data) - len(text.encode()) - 1
