"""What a fix does, as data: steps that can be shown, written down before they are taken, and taken back.

A step names everything that it touches. `doing` performs one; `journal` keeps what is needed to take it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteFile:
    """Make a new file. Where one of that path is there already, the step is refused.

    Attributes:
        path: absolute; directories above it that are missing are made, and taken away again by undo.
        content: its text, written as UTF-8 with line feeds.
    """

    path: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceText:
    """Exchange one piece of text in a file that must be, to the byte, what it was when the fix was planned.

    Attributes:
        path: absolute. sha256: of the whole file before, in lower-case hexadecimal.
        before, after: the piece, which must occur exactly once, and what takes its place.
    """

    path: str
    sha256: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveFile:
    """Give a file or a directory another name, on the same volume; nothing may be of that name yet."""

    path: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallWheels:
    """Install distributions with the environment's own installer, from wheels that were fetched before.

    Every file that they bring is known before anything is installed, so an undo needs nobody's word for it.

    Attributes:
        python: interpreter of the environment.
        wheels: paths of wheel files.
        installer: `pip`, `pip --user`, `uv`; `unpack`: none, the files are laid into a directory of ours.
        pip: how that pip is called.
        places: `purelib`, `platlib`, `scripts`, `data`, `headers` as that interpreter's `sysconfig` gives them.
        again: also where the very same version is installed already.
    """

    python: str
    wheels: tuple[str, ...]
    places: Mapping[str, str]
    installer: str = "pip"
    pip: tuple[str, ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveInstalled:
    """Remove what an installation has put there, or left.

    Attributes:
        path: a distribution's `.dist-info` directory: every file that its RECORD lists, and the directory itself; or
            any other file or directory, with all that is in it.
        within: directories outside of which nothing is removed, whatever a RECORD says.
        name: of the distribution that has such a RECORD; empty else. python: interpreter of its environment.
    """

    path: str
    within: tuple[str, ...]
    name: str = ""
    python: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVariable:
    """Set a user's environment variable, for programs that start from now on.

    Attributes:
        name: of the variable. value: its new value; `None` takes it away.
        extends: `value` goes behind what the user's own variable (not the machine's) holds already.
    """

    name: str
    value: str | None
    extends: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMode:
    """Give a file or a directory other permission bits (not on Windows, which has access lists).

    Attributes:
        path: absolute. was: its bits when the fix was planned, which they must still be. mode: those that it gets.
    """

    path: str
    was: int
    mode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """Something that we do not do: it takes rights that we never ask for, or an installer of somebody else's.

    Attributes:
        text: what to do, one sentence. command: what to type, where there is such a thing.
    """

    text: str
    command: str = ""


Step = WriteFile | ReplaceText | MoveFile | InstallWheels | RemoveInstalled | SetVariable | SetMode | ByHand
