"""How far a build is, read from what pip, CMake, Ninja, make and MSBuild print."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

# Ninja: `[12/345] Building CXX object …`; make: `[ 12%] Building …`; pip and CMake: their headings.
NINJA = re.compile(r"^\s*\[(\d{1,6})/(\d{1,6})\] (.*)")
MAKE = re.compile(r"^\s*\[ *(\d{1,3})%\] (.*)")
OBJECT = re.compile(r"([^\s/\\]{1,120}\.(?:cpp|cxx|cc|cu|c|mm|m|f90|f|pyx|hip|comp|rs))(?:\.(?:o|obj))?\b")
LONE_SOURCE = re.compile(r"^\s*([^\s/\\:]{1,100}\.(?:cpp|cxx|cc|cu|c))\s*$")  # what MSBuild prints of each file
PHASES = (
    ("fetching", re.compile(r"^\s*(?:Installing build dependencies|Getting requirements|Collecting |Downloading )")),
    ("configuring", re.compile(r"^\s*(?:\*\*\* Configuring CMake|-- The C(?:XX)? compiler id|The Meson build system)")),
    ("compiling", re.compile(r"^\s*(?:\*\*\* Building project|building '[\w.]+' extension|ninja: Entering)")),
    ("packing", re.compile(r"^\s*(?:\*\*\* (?:Installing|Making wheel|Created)|Created wheel|-- Install config)")),
)
ORDER = ("starting", *(name for name, _ in PHASES))
ENOUGH = 0.04  # of the steps must be done before what they took says anything of the rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far it is.

    Attributes:
        phase: `starting`, `fetching`, `configuring`, `compiling`, `packing`.
        done, total: steps of the compilation; `total` is 100 where the build tells percents, 0 where it tells nothing.
        file: what was last begun or done.
        began_s, stepped_s: when the compilation began, and when its last step ended, by the clock that `seen` is given.
    """

    phase: str = "starting"
    done: int = 0
    total: int = 0
    file: str = ""
    began_s: float | None = None
    stepped_s: float = 0.0

    def seen(self, line: str, now_s: float) -> Progress:
        """The progress after one more line of output."""
        if step := NINJA.match(line):
            return self._step(int(step[1]), int(step[2]), step[3], now_s)
        if step := MAKE.match(line):
            return self._step(min(int(step[1]), 100), 100, step[2], now_s)
        if lone := LONE_SOURCE.match(line):
            return replace(self, phase=_later(self.phase, "compiling"), file=lone[1])
        for name, pattern in PHASES:
            if pattern.search(line):
                return replace(self, phase=_later(self.phase, name))
        return self

    def _step(self, done: int, total: int, what: str, now_s: float) -> Progress:
        named = OBJECT.findall(what)
        fresh = total != self.total and total != 100  # CMake's own small builds come before, each with its own total
        began = now_s if fresh or self.began_s is None else self.began_s
        file = named[-1] if named else self.file
        phase = _later(self.phase, "compiling")
        return Progress(phase=phase, done=done, total=total, file=file, began_s=began, stepped_s=now_s)

    def left_s(self, now_s: float) -> float | None:
        """Seconds that the compilation will still take, if its steps go on as they went up to the last that ended.

        `None` where nothing can be said: too early, or a step that takes longer than all that were to come.
        """
        if self.began_s is None or not self.total or self.done < max(2, self.total * ENOUGH) or self.phase == "packing":
            return None
        foreseen = (self.stepped_s - self.began_s) * (self.total - self.done) / self.done
        left = foreseen - (now_s - self.stepped_s)
        return left if left > 0 else None

    def told(self, now_s: float) -> str:
        """One clause for a person."""
        if self.phase != "compiling" or not self.total:
            return self.phase + (f" {self.file}" if self.file and self.phase == "compiling" else "")
        count = f"{self.done} %" if self.total == 100 else f"{self.done}/{self.total}"
        left = self.left_s(now_s)
        rest = "" if left is None else f", about {_duration(left)} left"
        return f"compiling {count} {self.file}".rstrip() + rest


def _later(one: str, other: str) -> str:
    """The phase that comes later: a line of an earlier one in the middle of a build says nothing."""
    return max(one, other, key=ORDER.index)


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
