"""Paths as a person reads them: what an environment holds is named from its `sys.path` on."""

from __future__ import annotations

from wontload.machine import Machine, Python, System
from wontload.report.text import folder

WINDOWS_11 = 22000  # the first build that is called so (Microsoft, Windows 11 release information: version 21H2)


class Names:
    """How one machine's paths are shown.

    `inside` answers `llama_cpp\\lib\\llama.dll` for a file under `site-packages`, and whole paths for others.
    """

    def __init__(self, machine: Machine) -> None:
        self.separator = "\\" if machine.system.name == "windows" else "/"
        self._windows = machine.system.name == "windows"
        roots = {entry.rstrip("\\/") + self.separator for entry in _package_places(machine.python)}
        self._roots = sorted(roots, key=len, reverse=True)  # the longest first: a root may lie within another

    def folded(self, path: str) -> str:
        """A key under which two spellings of one path are equal."""
        return path.replace("/", "\\").casefold().rstrip("\\") if self._windows else path.rstrip("/")

    def inside(self, path: str) -> str:
        """`path` from its entry of `sys.path` on; whole where it is under none."""
        folded = self.folded(path)
        for root in self._roots:
            if folded.startswith(self.folded(root) + ("\\" if self._windows else "/")):
                return path[len(root) :]
        return path

    def brief(self, path: str, ellipsis: str) -> str:
        """As `inside`, with an ellipsis in the place of what was left out."""
        inside = self.inside(path)
        return path if inside == path else f"{ellipsis}{self.separator}{inside}"

    def brief_within(self, text: str, ellipsis: str) -> str:
        """A piece of code with the environment's paths in it made brief."""
        for root in self._roots:
            text = text.replace(root, ellipsis + self.separator)
        return text

    def place(self, file: object, line: object) -> str:
        """`file:line`, the file from its entry of `sys.path` on; empty without a file."""
        if not isinstance(file, str) or not file:
            return ""
        return self.inside(file) + (f":{line}" if isinstance(line, int) else "")


def _package_places(python: Python | None) -> list[str]:
    """The entries of `sys.path` but for the interpreter's own directories, whose DLLs are better named in full."""
    if python is None:
        return []
    files = (python.executable, python.base_executable)
    own = {*(folder(path) for path in files), python.prefix, python.base_prefix}
    return [entry for entry in python.path if len(entry) > 3 and entry.rstrip("\\/") not in own]


def environment_of(python: Python) -> list[str]:
    """What the report's header says of an interpreter: its version, its platform, where it is."""
    home = python.prefix if python.layout in ("venv", "conda") else python.executable
    return [part for part in (f"{python.implementation} {python.version}", python.platform, home) if part]


def system_of(system: System) -> str:
    """An operating system by the name that people use."""
    if system.name == "windows":
        build = system.version.rsplit(".", 1)[-1]
        eleven = system.version.startswith("10.0.") and build.isdecimal() and int(build) >= WINDOWS_11
        return f"Windows 11 ({system.version})" if eleven else f"Windows {system.version}".strip()
    return system.version if "linux" in system.version.lower() else f"{system.name} {system.version}".strip()
