"""Causes whose findings have rules for machines too: here only what a text says of them."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis.log.cause import Cause, Log, filled, said, stated
from wontload.diagnosis.log.crashes import ACCESS_VIOLATION, of_crash
from wontload.diagnosis.log.modules import OF_PYTHON_ITSELF
from wontload.diagnosis.log.numbers import NumberEvent
from wontload.diagnosis.log.outcome import base_name
from wontload.diagnosis.log.unfound import (
    ENDS_A_START,
    FILE_NOT_FOUND,
    INVALID_PARAMETER,
    MODULE_NOT_FOUND,
    PROCEDURE_NOT_FOUND,
    Told,
    of_no_procedure,
    of_not_found,
    of_parameter,
    of_python_dll,
    of_start,
)
from wontload.knowledge.messages import messages
from wontload.knowledge.packages import package
from wontload.knowledge.windows_errors import windows_error

BUILD_CODES = ("WL505", "WL701", "WL702", "WL703", "WL704", "WL705", "WL706", "WL707")  # they have rules of their own


def others(log: Log) -> Iterator[Cause]:
    """Every message and every number of Windows that does not speak for a finding of builds."""
    codes = {message.code for message in messages()} - set(BUILD_CODES)
    in_build_script = {event.place for event in log.of("could-not-find-module") if "before" in event.values}
    told = {number.module for number in log.numbers}, {number.line for number in log.numbers}
    in_known_words = {
        event.place
        for event in log.of("dll-load-failed")
        if event.values.get("module", "") in told[0] or event.line in told[1]
    }
    for cause in stated(log, *sorted(codes)):
        if cause.place not in in_build_script | in_known_words:
            yield cause
    for number in log.numbers:
        yield _of_number(number, log)


def _of_number(number: NumberEvent, log: Log) -> Cause:
    """A number's meaning; a shared object of Linux that Windows does not take is one of Linux for sure."""
    meaning = number.meaning
    about = number.file or number.module
    name = base_name(about) or about
    code, decides, suspects = meaning.code, meaning.decides, meaning.suspects
    why = " ".join(part for part in (_why(meaning.number), meaning.why) if part)
    if meaning.number == 193 and name.lower().endswith((".so", ".dylib")):
        code, decides, suspects = "WL104", True, ()
    title = meaning.title
    if told := _by_text(number, log):
        code, suspects, why, title = told.code, told.suspects, told.why or why, told.title or title
    return Cause(
        code=code,
        decides=decides,
        suspects=suspects,
        title=filled(title, {"file": name} if name else {}),
        why=why,
        subject=name or f"error {meaning.number if meaning.number < 0x10000 else hex(meaning.number)}",
        place=number.place,
        rank=meaning.rank,
        evidence=(said(number.line, number.text),),
    )


def _by_text(number: NumberEvent, log: Log) -> Told | None:
    """What a number comes of by the module and by what the text says beside it."""
    if number.meaning.number == FILE_NOT_FOUND and log.is_build:  # distutils and pip print it of a missing program
        return Told("WL701", ("WL505",))
    if number.meaning.number == INVALID_PARAMETER:
        return of_parameter(log.text, number.module)
    if number.meaning.number == PROCEDURE_NOT_FOUND:
        return of_no_procedure(log.text)
    if number.meaning.number == ACCESS_VIOLATION and (crash := of_crash(log.text)):
        return Told(crash.code, crash.suspects, crash.why, crash.title)
    if number.meaning.number in ENDS_A_START:
        return of_start(log.text)
    if number.meaning.number != MODULE_NOT_FOUND:
        return None
    told = of_python_dll(log.text, number.file) or of_not_found(
        log.text, _has_directories_of_its_own(number.module or log.facts.target)
    )
    if told is None and number.module in OF_PYTHON_ITSELF:
        return Told("WL202", ("WL201", "WL206", "WL504"))
    return told


def _has_directories_of_its_own(module: str) -> bool:
    """Whether the DLLs of a module's package lie in a directory of the package that something has to add, as pywin32's.

    Source: `knowledge/loaders.toml`.
    """
    known = package(module) if module else None
    loading = known.loading if known else None
    if loading is None:
        return False
    asked = {name.rpartition("/")[0] for name in loading.libraries["windows"]}
    added = {pattern.removeprefix("{site}/") for pattern in loading.add_dll_directory if pattern.startswith("{site}/")}
    return len(asked) > 1 and bool(asked & added)


def _why(number: int) -> str:
    known = windows_error(number)
    return known.short if known else ""
