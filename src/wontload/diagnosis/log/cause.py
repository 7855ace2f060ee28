"""A log as rules see it, and a cause as they give it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from wontload.diagnosis.finding import Evidence
from wontload.diagnosis.log.crashes import CRASHES, of_crash
from wontload.diagnosis.log.events import Event
from wontload.diagnosis.log.facts import Facts
from wontload.diagnosis.log.missing import of_missing
from wontload.diagnosis.log.numbers import NumberEvent
from wontload.diagnosis.log.outcome import Reading, base_name
from wontload.diagnosis.log.runtimes import of_runtime
from wontload.diagnosis.log.symbols import of_entry_point, of_symbol
from wontload.diagnosis.log.unsearched import by_name_on_windows

LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Log:
    """What was read and recognised. `text` is cleaned."""

    text: str
    events: tuple[Event, ...]
    numbers: tuple[NumberEvent, ...]
    facts: Facts

    def of(self, *identifiers: str) -> tuple[Event, ...]:
        """The events of these messages, in order."""
        return tuple(event for event in self.events if event.message.id in identifiers)

    @property
    def is_build(self) -> bool:
        """Whether it tells of a build or an installation."""
        return any(event.message.speaker in ("builds", "installers", "toolchains") for event in self.events)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What a part of the log comes to.

    Attributes:
        code: the finding. decides: whether the log is enough to say so. suspects: what else it may come of.
        title, why, subject: as of a finding. place: where it stands, for the order.
        rank: of several the highest is first.
        evidence: the lines that say it.
        development: the name by which a build misses development files (`knowledge.development`).
    """

    code: str
    decides: bool
    title: str
    why: str
    subject: str
    place: int
    rank: int
    suspects: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    development: str = ""


def stated(log: Log, *codes: str) -> Iterator[Cause]:
    """The causes of the messages whose rows speak for one of these codes."""
    for event in log.events:
        if event.message.code in codes and event.message.kind != "fact":
            yield cause_of(event, _reading(event, log))


def cause_of(event: Event, reading: Reading) -> Cause:
    """A cause with the words of its message, where the reading has none of its own."""
    message = event.message
    return Cause(
        code=reading.code,
        decides=reading.decides,
        suspects=tuple(code for code in reading.suspects if code != reading.code),
        title=reading.title or filled(message.title, event.values),
        why=reading.why or filled(message.why, event.values),
        subject=(message.subject or subject_of(event))[:LONGEST_SUBJECT],
        place=event.place,
        rank=message.rank + reading.lift,
        evidence=(said(event.line, event.text),),
        development=_development_files(event),
    )


def _development_files(event: Event) -> str:
    module = event.values.get("module", "")
    if event.message.kind == "module" and module in OF_PYTHON_ITSELF:
        return module
    return subject_of(event) if event.message.row.get("development") else ""


def _reading(event: Event, log: Log) -> Reading:
    message = event.message
    if message.row.get("sought") and log.of("build-failed"):
        title = f"the build looks for {event.values.get('library', 'a library')} and does not find it"
        return Reading("WL505", False, ("WL701", "WL201"), title)
    if message.kind == "missing":
        return of_missing(event, log.facts, log.text)
    if message.id == "could-not-find-module" and (told := by_name_on_windows(event, log.text)):
        return told
    if message.id in CRASHES and (told := of_crash(log.text)):
        return told
    if message.kind == "symbol":
        return of_symbol(event, log.facts, log.text)
    if message.kind == "runtime":
        return of_runtime(event, log.text)
    if message.kind == "entry-point":
        return of_entry_point(event)
    if message.kind == "architecture":
        return _of_architecture(event)
    if message.kind == "module":
        return _of_module(event, log)
    if message.kind == "compiled-name":
        return _of_compiled_name(event)
    if message.kind == "incomplete":
        return _of_incomplete(event, log)
    if message.kind == "shadow":
        return _of_shadow(event)
    return Reading(message.code, message.decides, message.suspects)


# Extension modules of CPython's own library that a build leaves out where a library's headers were missing.
# Source: CPython, configure.ac, PY_STDLIB_MOD.
_LEFT_OUT = (
    "A build of CPython leaves out each module whose library's development files it does not find, and says so at its "
    "end only. With them installed, that Python has to be built again (pyenv: `pyenv install --force VERSION`). "
    "Distributions have some modules as a package of their own, such as python3-tk."
)
OF_PYTHON_ITSELF = frozenset(
    "_tkinter _ctypes _ssl _hashlib _sqlite3 _bz2 _lzma _curses readline _dbm _gdbm pyexpat".split()
)


def _of_module(event: Event, log: Log) -> Reading:
    """A submodule named as extension modules are: the package is there, and its file is not, or does not fit."""
    name = event.values.get("module", "")
    package, dot, last = name.rpartition(".")
    if name in OF_PYTHON_ITSELF:
        title = f"that Python was built or packaged without {name}"
        return Reading("WL504", False, ("WL201", "WL701"), title, _LEFT_OUT)
    if folder := _source_of(name, event, log):
        title = f"{name} is a part of what is imported from {folder}, a folder of sources where it is not built"
        return Reading("WL503", False, ("WL504", "WL501"), title, _UNBUILT)
    compiled = any(part.startswith("_") for part in name.split(".")[1:]) or last == package
    if dot and not compiled and package.partition(".")[0] not in _NAMESPACES:
        title = f"{package} was found, and has no {last}: another release or copy of it, or an incomplete one"
        return Reading("WL504", False, ("WL304", "WL503", "WL501"), title, _FOUND_PARENT)
    if dot and compiled:
        return Reading("WL501", False, ("WL504", "WL503"), f"the extension module {last} is not there for that Python")
    if log.of("build-failed") and not dot:
        title = f"the build needs {name} and does not find it"
        why = "pip builds in an environment of its own, which has what the package's pyproject.toml names and no more."
        return Reading("WL505", False, ("WL701", "WL506"), title, why)
    return Reading(event.message.code, event.message.decides, event.message.suspects)


# Import names that several distributions share, so that a missing part is a distribution that is not installed.
# Source: PyPA, Packaging namespace packages; those distributions' lists of files.
_NAMESPACES = frozenset(
    "azure backports dj google jaraco mpl_toolkits nvidia opentelemetry ruamel sphinxcontrib zope".split()
)
_FOUND_PARENT = (
    "Python names the first part that it does not find: were the whole package not installed, the message would name "
    'that. Which copy of it was imported, `python -c "import NAME; print(NAME.__path__)"` says.'
)
# A frame of a traceback, with the import on the line below it.
_IMPORTING = re.compile(
    r"File \"((?:[^\"\n]{1,300}[\\/])?(\w{1,60})[\\/]\w{1,60}\.pyx?)\"[^\n]{0,80}"
    r"(?:\n[ \t]{1,20}(?:from (\.)|(?:from|import) (\w+)))?"
)
FRAMES = 4000  # characters before a message in which the frame stands that led to it


def _source_of(name: str, event: Event, log: Log) -> str:
    """The folder of sources that asked for a part of its own; empty where an installed package did, or nobody knows.

    Python takes a package from the working directory before site-packages, and sources have no compiled parts.
    """
    frames = list(_IMPORTING.finditer(log.text, max(0, event.place - FRAMES), event.place))
    if not frames:
        return ""
    path, package, relative, imported = frames[-1].groups()
    own = "." in name and name.partition(".")[0] == package
    if "-packages" in path or not (own or relative or imported == package):
        return ""
    return base_name(path[: -len(base_name(path))])


_UNBUILT = (
    "Python takes a package from the working directory before the installed one. From another directory the installed "
    "one is found; to run the sources themselves, their compiled parts have to be built in place."
)


# CUDA 13 dropped code generation below 7.5, CUDA 12 below 5.0. Source: NVIDIA, CUDA Toolkit release notes.
_DROPPED = re.compile(r"(?:compute|sm)_(?:[1-6]\d|70|72)[a-z]?$")


def _of_architecture(event: Event) -> Reading:
    """One that nvcc does not know: an old one was dropped, and the flag is obsolete; a new one needs a newer nvcc."""
    need = event.values.get("need", "")
    if _DROPPED.match(need) or not any(map(str.isdigit, need)):
        return Reading("WL704", False, ("WL706",))
    return Reading(event.message.code, event.message.decides, event.message.suspects)


_FRAME = re.compile(r"File \"([^\"\n]{1,300}[\\/](\w{1,60})[\\/]\w{1,60}\.py)\"")


def _of_incomplete(event: Event, log: Log) -> Reading:
    """A package without its library: where its own code ran from a folder of sources, that is why."""
    message = event.message
    for path, package in reversed(_FRAME.findall(log.text)):
        if f"lib{package}".startswith(f"lib{event.values['library']}") and "-packages" not in path:
            title = f"{package} is imported from {path}, which is no installed package"
            return Reading("WL503", False, (message.code, *message.suspects), title)
    return Reading(message.code, message.decides, message.suspects)


def _of_compiled_name(event: Event) -> Reading:
    """A compiled part that is not beside its package: in a folder of sources (`odd/odd`, `src/odd`) it is not built."""
    message, file = event.message, event.values.get("file", "").replace("\\", "/")
    top = event.values.get("package", "").partition(".")[0]
    folder = top.lower().replace("_", "-")
    if (top and f"/{folder}/{folder}/" in file.lower().replace("_", "-")) or f"/src/{top}/" in file:
        title = f"{top} is imported from {file}, a folder of sources without the compiled part"
        return Reading("WL503", False, (message.code, *message.suspects), title)
    return Reading(message.code, message.decides, message.suspects)


def _of_shadow(event: Event) -> Reading:
    """A file of the module's own name outside of site-packages stands before the installed package."""
    file = event.values.get("file", "").replace("\\", "/")
    top = event.values.get("module", "").partition(".")[0]
    if file.endswith(f"/{top}.py") and "-packages/" not in file:
        return Reading("WL503", True, (), f"{file} has the name of the package {top}, and is found first")
    return Reading("WL503", False, ("WL504", "WL304"))


# What a title says where the text did not tell.
UNKNOWN = {
    "library": "a library", "file": "the file", "importer": "the file", "symbol": "a symbol", "module": "the module",
    "version": "a newer version", "have": "another kind", "need": "another", "tool": "a tool",
    "requirement": "the package", "package": "the package", "flags": "some flags", "bits": "other",
    "reason": "no reason given", "header": "a header", "provider": "the provider",
}  # fmt: skip
_PATHS = ("library", "file", "importer")
_SUBJECTS = (
    "library", "symbol", "module", "tool", "requirement", "flags", "header", "importer", "file", "version", "need",
)  # fmt: skip


class _Words(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return UNKNOWN.get(key, "it")


def filled(template: str, values: object) -> str:
    """A title with what the text told; of paths the last part."""
    given = dict(values) if isinstance(values, dict) else {}
    for key in _PATHS:
        if given.get(key):
            given[key] = base_name(given[key]) or given[key]
    return template.format_map(_Words({key: value[:LONGEST_SUBJECT] for key, value in given.items()}))


def subject_of(event: Event) -> str:
    """What a message is about: the library, else the symbol, and so on; else the message itself, by its name."""
    for key in (
        "library",
        "symbol",
        "module",
        "tool",
        "requirement",
        "flags",
        "header",
        "importer",
        "file",
        "version",
        "need",
    ):
        if value := event.values.get(key):
            return (base_name(value) or value) if key in _PATHS else value
    return event.message.id


def said(line: int, text: str) -> Evidence:
    """A line of the log as evidence."""
    return Evidence("said", f"line {line}: {text}", {"line": line, "said": text})
