"""A log as rules see it, and a cause as they give it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from wontload.diagnosis.finding import Evidence
from wontload.diagnosis.log.c_runtimes import of_runtime
from wontload.diagnosis.log.crashes import is_of_crash, of_crash
from wontload.diagnosis.log.events import Event
from wontload.diagnosis.log.facts import Facts
from wontload.diagnosis.log.missing import of_missing
from wontload.diagnosis.log.modules import (
    OF_PYTHON_ITSELF,
    of_compiled_name,
    of_incomplete,
    of_module,
    of_other_copy,
    of_shadow,
)
from wontload.diagnosis.log.numbers import NumberEvent
from wontload.diagnosis.log.outcome import Reading, base_name
from wontload.diagnosis.log.symbols import of_entry_point, of_symbol
from wontload.diagnosis.log.text import says
from wontload.diagnosis.log.unfound import of_not_found, of_python_dll
from wontload.diagnosis.log.unsearched import by_name_on_windows
from wontload.knowledge.packages import normalised

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
        return any(event.message.speaker.startswith("building/") for event in self.events)


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
        reading = of_missing(event, log.facts, log.text)
        return replace(reading, decides=False) if message.row.get("told") else reading
    if message.id == "other-version-missing" and (put := _put_in_its_place(event, log)):
        return put
    if message.id == "could-not-find-module" and (told := by_name_on_windows(event, log.text)):
        return told
    if is_of_crash(event, log.text) and (told := of_crash(log.text)):
        return told
    if message.id == "dll-load-failed" and (found := of_not_found(log.text, has_directories=False)):
        return Reading(found.code, False, found.suspects, found.title, found.why)
    if message.id == "frozen-python-dll" and (found := of_python_dll(log.text, event.values.get("library", ""))):
        title = filled(found.title, {"file": event.values["library"]})
        return Reading(found.code, False, found.suspects, title, found.why)
    if message.id == "numpy-extension-module" and log.of("multiarray-failed") and "_multiarray_umath" in event.text:
        title = "a package was built for numpy 1.16 or newer, whose compiled part has another name than this one's"
        return Reading("WL304", False, ("WL501", "WL504"), title)
    if message.id in _NO_GPU and "+cpu" not in log.text and says(_IN_A_CONTAINER, log.text):
        title = "torch does not see a GPU, and runs in a container, which gets the host's GPU only when it is asked for"
        return Reading("WL406", False, ("WL405", "WL402", "WL403"), title, _PASSED_IN)
    if message.id == "jvm-library-path" and says(_ALPINE, log.text):
        title = filled("that system has musl, and a Java library {library} is mostly for glibc", event.values)
        return Reading("WL306", False, ("WL501", "WL202", "WL201"), title)
    if message.id == "jvm-library-path" and _OF_ONE_SYSTEM.search(event.values["library"]):
        title = filled("no Java archive brings {library}, which by its name is for one system", event.values)
        return Reading("WL504", False, ("WL201", "WL202", "WL101"), title, _CLASSIFIED)
    if message.kind == "symbol":
        reading = of_symbol(event, log.facts, log.text)
        return _led_to_by_a_missing_file(event, log) or reading if reading.code != "WL306" else reading
    if message.kind == "runtime":
        return of_runtime(event, log.text)
    if message.kind == "entry-point":
        return of_entry_point(event)
    if message.kind == "architecture":
        return _of_architecture(event)
    if message.kind == "module":
        return of_module(event, log.text, failed_build=bool(log.of("build-failed")), unbuilt=_unbuilt(log))
    if message.kind == "compiled-name":
        return of_compiled_name(event)
    if message.kind == "incomplete":
        return of_incomplete(event, log.text)
    if message.kind == "other-copy":
        return of_other_copy(event)
    if message.kind == "shadow":
        return of_shadow(event)
    return Reading(message.code, message.decides, message.suspects)


def _unbuilt(log: Log) -> frozenset[str]:
    """The packages, by their normalised names, of which pip says that it could not build them."""
    values = [event.values for event in log.of("build-failed")]
    return frozenset(normalised(one["requirement"]) for one in values if "requirement" in one)


def _put_in_its_place(event: Event, log: Log) -> Reading | None:
    """What a version that a library lacks comes of where the same library was not there before: another got its name.

    People who miss `libodd.so.18` and have `libodd.so.20` make a link from the one name to the other.
    Source: PyMySQL/mysqlclient#186.
    """
    library = base_name(event.values["file"])
    if all(base_name(one.values.get("library", "")) != library for one in log.of("glibc-no-file")):
        return None
    title = f"{library} was not there, and what got its name since, as by a link, is another library or version"
    return Reading("WL204", False, ("WL201", "WL705", "WL206"), title, _LINKED)


def _led_to_by_a_missing_file(event: Event, log: Log) -> Reading | None:
    """What a symbol that musl misses comes of where it did not get a library before: it goes on, and lists both.

    Source: musl 1.2, ldso/dynlink.c, load_deps and do_relocs: neither ends a program's start at once.
    """
    if event.message.id != "musl-relocating":
        return None
    for missing in log.of("musl-no-file", "musl-not-a-library"):
        if missing.place < event.place:
            return replace(_reading(missing, log), lift=-event.message.rank)
    return None


_LINKED = (
    "A link gives a library another name, and not what the file asks of it. The library of that very version has to be "
    "installed, or the file built again with the one that is there: of a cached wheel pip takes the old one "
    "(`--no-cache-dir`)."
)
_NO_GPU = frozenset(("torch-sees-no-gpu", "torch-no-cuda"))
# Source: zzzyuqing/DreamMat#14; NVIDIA Container Toolkit, documentation.
_IN_A_CONTAINER = re.compile(
    r"\b(?:in|inside|within|from|pulled|running) (?:of )?(?:(?:the|a|an|my|your|this|that) )?(?:\w{1,20} )?"
    r"(?:docker|container|podman|singularity|apptainer)\b",
    re.IGNORECASE,
)
_PASSED_IN = (
    "`docker run --gpus all`, with the NVIDIA Container Toolkit on the host, brings the GPU and its driver in (`--nv` "
    "of Apptainer's); nvidia-smi inside tells. Where that names the GPU, the torch in the image is built for the CPU."
)
# Source: luben/zstd-jni#43.
_ALPINE = re.compile(r"\balpine\b|\bmusl\b", re.IGNORECASE)
# A name that tells system and processor, as those in archives do. Source: tdlight-team/tdlight-java#160; Netty, native
# transports.
_OF_ONE_SYSTEM = re.compile(
    r"(?:linux|osx|mac(?:os)?|darwin|win(?:dows)?)(?:32|64)?[_.-]?(?:x86[_-]64|x86|x64|amd64|aarch[_-]?64|arm64|arm\w{0,4})",
    re.IGNORECASE,
)
_CLASSIFIED = (
    "Such a library lies in an archive (jar) of its own, one for each system, and is unpacked from there. That "
    "archive, with the classifier for this system, has to be among the dependencies; there may be none for this one."
)
# CUDA 13 dropped code generation below 7.5, CUDA 12 below 5.0. Source: NVIDIA, CUDA Toolkit release notes.
_DROPPED = re.compile(r"(?:compute|sm)_(?:[1-6]\d|70|72)[a-z]?$")


def _of_architecture(event: Event) -> Reading:
    """One that nvcc does not know: an old one was dropped, and the flag is obsolete; a new one needs a newer nvcc."""
    need = event.values.get("need", "")
    if _DROPPED.match(need) or not any(map(str.isdigit, need)):
        return Reading("WL704", False, ("WL706",))
    return Reading(event.message.code, event.message.decides, event.message.suspects)


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
    for key in _SUBJECTS:
        if value := event.values.get(key):
            return (base_name(value) or value) if key in _PATHS else value
    return event.message.id


def said(line: int, text: str) -> Evidence:
    """A line of the log as evidence."""
    return Evidence("said", f"line {line}: {text}", {"line": line, "said": text})
