"""What was changed, written down and synced before it is changed: one file an application, kept in the user's state.

    <state>/journal/20261126-101500123-4f2a.jsonl     one JSON object a line, in the order of events
    <state>/backups/<sha256>                          content that an undo puts back, under its own hash

Events: `begin` (what and for whom), `before` (a step, and how it is taken back), `after` (it was taken), `verified`,
`undone` (a step was taken back), `end` (`applied` or `undone`). A line that was cut off by a crash is not an event:
what it announced had not begun. So whatever is on the disk can at any moment be taken back from the journal.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, BinaryIO

from wontload.errors import UsageError, WontloadError
from wontload.machine.own_places import state_directory
from wontload.remedy.replacing import BATCH_BYTES, NewFile, replace_files, sync_directory

SCHEMA = "wontload.journal/1"
LARGEST_JOURNAL_BYTES = 64 << 20
IDENTITY = re.compile(r"\d{8}-\d{9}-[0-9a-f]{4}")
Event = Mapping[str, Any]
_written: dict[str, Journal] = {}  # by this process, by path: whoever ends it by Ctrl-C is told what stands then


class CannotWrite(WontloadError):
    """The journal cannot be kept, so nothing is changed. Exit status 4."""


class NoSuchApplication(UsageError):
    """No journal has that identity. Exit status 2."""


@dataclass
class Journal:
    """The record of one application.

    Attributes:
        identity: date, time (UTC, to the millisecond, so that they sort as they were made), four random digits.
        state: the state directory.
        events: those that are on the disk, in order.
    """

    identity: str
    state: str
    events: list[Event] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Of its file."""
        return os.path.join(self.state, "journal", f"{self.identity}.jsonl")

    @property
    def first(self) -> Event:
        """The `begin` event: `target`, `python`, `fix`, `title`."""
        return self.events[0]

    @property
    def ended(self) -> str:
        """`applied`, `undone`, or empty: interrupted, or still under way."""
        last = next((event for event in reversed(self.events) if event["event"] in ("end", "before", "begin")), None)
        return str(last["how"]) if last is not None and last["event"] == "end" else ""

    def write(self, event: str, **data: Any) -> None:
        """Append one event and wait until it is on the disk.

        Raises:
            CannotWrite: no space, no permission: what the event announces must not be done then.
        """
        entry = {"event": event, **data}
        line = json.dumps(entry, separators=(",", ":")).encode() + b"\n"
        try:
            _append(self.path, line)
        except OSError as error:
            raise cannot_write(self.path, error) from error
        self.events.append(entry)
        _written[self.path] = self

    def keep(self, content: bytes) -> str:
        """Store content that an undo will need; its SHA-256, under which it lies. Raises `CannotWrite`."""
        return self.keep_all([content])[0]

    def keep_all(self, contents: Iterable[bytes]) -> list[str]:
        """Store much content, of which not all is held in memory at once; the SHA-256 of each, in their order.

        Raises:
            CannotWrite: see `write`. What `contents` raises.
        """
        digests: list[str] = []
        waiting: dict[str, bytes] = {}
        for content in contents:
            digest = hashlib.sha256(content).hexdigest()
            digests.append(digest)
            if digest not in waiting and not os.path.exists(self._backup(digest)):
                waiting[digest] = content
            if sum(map(len, waiting.values())) > BATCH_BYTES:
                self._store(waiting)
                waiting = {}
        self._store(waiting)
        return digests

    def _store(self, contents: Mapping[str, bytes]) -> None:
        files = [NewFile(self._backup(one), len(content), partial(bytes, content)) for one, content in contents.items()]
        try:
            if files:
                os.makedirs(os.path.dirname(files[0].path), mode=0o700, exist_ok=True)
                replace_files(files)
        except OSError as error:
            raise cannot_write(files[0].path, error) from error

    def _backup(self, digest: str) -> str:
        return os.path.join(self.state, "backups", digest)

    def put_back(self, files: Iterable[tuple[str, str, int]]) -> None:
        """Put what was stored in place again: path, SHA-256 and permissions of each.

        Raises:
            WontloadError: see `kept`. OSError: one cannot be written; those before it are in place.
        """
        replace_files(
            NewFile(path, _size(self._backup(digest)), partial(self.kept, digest), mode) for path, digest, mode in files
        )

    def kept(self, digest: str) -> bytes:
        """What was stored under a SHA-256.

        Raises:
            WontloadError: it is gone, or is not what was stored.
        """
        path = self._backup(digest)
        try:
            with open(path, "rb") as file:
                content = file.read()
        except OSError as error:
            raise WontloadError(f"the backup {path} cannot be read: {error.strerror}.") from error
        if hashlib.sha256(content).hexdigest() != digest:
            raise WontloadError(f"the backup {path} is not what was stored there.", "Nothing was put back from it.")
        return content

    def steps_to_take_back(self) -> list[Event]:
        """`before` events of steps that were begun and not taken back, the last first."""
        undone = {event["step"] for event in self.events if event["event"] == "undone"}
        begun = [event for event in self.events if event["event"] == "before" and event["step"] not in undone]
        return begun[::-1]

    def was_taken(self, step: int) -> bool:
        """Whether a step came to its end."""
        return any(event["event"] == "after" and event["step"] == step for event in self.events)


def begin(*, target: str, python: str, fix: str, title: str) -> Journal:
    """Start a journal. Raises `CannotWrite`."""
    state = state_directory()
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    stamp = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(seconds))}{nanoseconds // 1_000_000:03}"
    journal = Journal(identity=f"{stamp}-{secrets.token_hex(2)}", state=state)
    try:
        os.makedirs(os.path.dirname(journal.path), mode=0o700, exist_ok=True)
    except OSError as error:
        raise cannot_write(journal.path, error) from error
    journal.write("begin", schema=SCHEMA, target=target, python=python, fix=fix, title=title, time=stamp)
    return journal


def standing_of_this_process() -> Journal | None:
    """The newest application that this process has worked on, and of which something is not taken back."""
    return next((one for one in reversed(_written.values()) if one.steps_to_take_back()), None)


def applications() -> Iterator[Journal]:
    """Every journal that can be read, the newest first."""
    state = state_directory()
    try:
        names = sorted(os.listdir(os.path.join(state, "journal")), reverse=True)
    except OSError:
        return
    for name in names:
        identity = name.removesuffix(".jsonl")
        if name.endswith(".jsonl") and IDENTITY.fullmatch(identity):
            journal = Journal(identity=identity, state=state)
            journal.events.extend(_events(journal.path))
            if journal.events and journal.first.get("schema") == SCHEMA:
                yield journal


def application(identity: str) -> Journal:
    """One journal. Raises `NoSuchApplication`."""
    for journal in applications():
        if journal.identity == identity:
            return journal
    raise NoSuchApplication(f"no fix {identity!r} is recorded.", "`wontload undo --list` names those that are.")


def _events(path: str) -> Iterator[Event]:
    """Whole lines only: the last may have been cut off."""
    try:
        with open(path, "rb") as file:
            lines = file.read(LARGEST_JOURNAL_BYTES).split(b"\n")[:-1]
    except OSError:
        return
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            return
        if not isinstance(event, dict) or not isinstance(event.get("event"), str):
            return
        yield event


def _append(path: str, line: bytes) -> None:
    """Append a whole line or nothing: what a full disk took of it, or an earlier crash left of one, is cut off."""
    with open(path, "ab+") as file:
        size = _end_of_last_line(file)
        file.truncate(size)
        try:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            os.truncate(path, size)
            raise
    if size == 0:
        sync_directory(os.path.dirname(path))


def _end_of_last_line(file: BinaryIO) -> int:
    """Offset behind the last line feed."""
    file.seek(0)
    return file.read(LARGEST_JOURNAL_BYTES).rfind(b"\n") + 1


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:  # whoever reads it says so
        return 0


def cannot_write(path: str, error: OSError) -> CannotWrite:
    """What is raised where the state directory does not take a file, and why."""
    return CannotWrite(
        f"cannot write {path}: {error.strerror or error}, so nothing more is changed.",
        "Make room or permission there, or name another directory with WONTLOAD_STATE_DIR.",
    )
