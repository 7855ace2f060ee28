r"""A computer whose answers were recorded: texts, sizes, programs and a registry in the place of the real ones.

sources = recorded(windows({}), registry={r"HKLM\SOFTWARE\…": {"Version": "v14.38.33135.00", "Installed": 1}})
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wontload.machine import Machine
from wontload.machine.survey.programs import Answer
from wontload.machine.survey.registry import Value
from wontload.machine.survey.sources import Sources


class RecordedRegistry:
    """Keys as they are spelled in the questions; their parents exist with them."""

    def __init__(self, contents: Mapping[str, Mapping[str, Value]]) -> None:
        self.contents = {key.lower(): (key, values) for key, values in contents.items()}

    def values(self, key: str) -> Mapping[str, Value] | None:
        found = self.contents.get(key.lower())
        return found[1] if found else {} if self.keys(key) else None

    def keys(self, key: str) -> tuple[str, ...]:
        start = key.lower() + "\\"
        below = [path[len(start) :].split("\\")[0] for low, (path, _) in self.contents.items() if low.startswith(start)]
        return tuple(dict.fromkeys(below))


class RecordedSources(Sources):
    """Answers by path (texts), by the first words of a command (programs), by key (registry)."""

    def __init__(
        self,
        machine: Machine,
        *,
        texts: Mapping[str, str] | None = None,
        programs: Mapping[str, str | Answer] | None = None,
        registry: Mapping[str, Mapping[str, Value]] | None = None,
        displays: tuple[str, ...] | None = None,
        features: frozenset[str] | None = None,
        rights: Mapping[str, tuple[bool, int, int]] | None = None,
        groups: Mapping[int, str] | None = None,
    ) -> None:
        super().__init__(machine)
        self.texts, self.programs = dict(texts or {}), dict(programs or {})
        self.registry = RecordedRegistry(registry or {})
        self.displays, self.features = displays, features
        self.recorded_rights, self.groups = dict(rights or {}), dict(groups or {})

    def text(self, path: str, most_bytes: int = 1 << 20) -> str | None:
        found = self.texts.get(path)
        return None if found is None else found[:most_bytes]

    def size(self, path: str) -> int | None:
        return 1 if self.is_file(path) else None

    def run(self, command: Sequence[str], *, timeout_s: float = 1.0) -> Answer | None:
        line = " ".join((self.path.basename(command[0]), *command[1:]))
        found = [answer for start, answer in self.programs.items() if line.startswith(start)]
        if not found:
            self.note(self.path.basename(command[0]), "not recorded")
            return None
        return found[0] if isinstance(found[0], Answer) else Answer(0, found[0])

    def windows_features(self) -> frozenset[str] | None:
        return self.features

    def display_devices(self) -> tuple[str, ...] | None:
        return self.displays

    def rights(self, path: str) -> tuple[bool, int, int] | None:
        return self.recorded_rights.get(path)

    def group(self, number: int) -> str:
        return self.groups.get(number, str(number))

    @property
    def own_python(self) -> str:
        return "python"
