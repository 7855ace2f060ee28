"""`wontload snapshot`: this computer as one value that can be written, with what was tried on it."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from wontload.app.diagnose import diagnose
from wontload.app.fix import plan_for
from wontload.app.judged import gpu_code_at
from wontload.app.live import machine_of
from wontload.app.places import fresh_process
from wontload.app.saved import diagnose_saved
from wontload.binary import Format, GpuCode
from wontload.diagnosis import Case, Diagnosis
from wontload.diagnosis.copies import CopyFinder
from wontload.knowledge.packages import normalised
from wontload.loader import load as simulate
from wontload.loader.glibc.tls import deciding
from wontload.loader.modes import default_mode, flags_for
from wontload.machine import LoadRequest, Machine, Process, Record, System, own_format
from wontload.machine.interpreters import chosen
from wontload.machine.inventory import Inventory
from wontload.machine.recording import RecordingFiles
from wontload.machine.redaction import Redaction
from wontload.machine.saved_code import SavedCode, saved_code
from wontload.machine.saved_symbols import numbered
from wontload.machine.saving import with_files
from wontload.machine.snapshot import dump, loads
from wontload.machine.snapshot_values import SavedFiles, SavedImage, SavedMachine
from wontload.machine.survey import in_full
from wontload.probe import ask

SMALL_BYTES = 900_000  # of JSON: above it, tables of symbols are cut down to the names that somebody takes
NOWHERE = "wontload-looks-for-this-in-vain"
MOST_UNTRIED = 100  # native files that are worked out for a machine on which nothing was tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A machine as it can be shared.

    Attributes:
        value: the `wontload.machine/1` object.
        differing: targets whose diagnosis from `value` is not that of this computer; empty when all agree.
    """

    value: dict[str, Any]
    differing: tuple[str, ...] = ()


def snapshot(
    targets: Sequence[str], *, python: str | None = None, timeout_s: float = 60.0, redact: bool = True
) -> Saved:
    """This computer with what is needed to diagnose `targets` elsewhere; each is tried in a child process.

    Args:
        targets: as of `diagnose`.
        python: the interpreter that has them. timeout_s: for each import.
        redact: replace what tells who and where the person is.

    Raises as `diagnose` does.
    """
    executable = python or chosen(as_module=True)[0]
    answers = [diagnose(target, python=executable, timeout_s=timeout_s) for target in targets]
    tried = [one for one in answers if one.case is not None and one.case.observation is not None]
    cases = [case for answer in tried for case in (*answer.asked, *answer.imported)]
    machine = cases[0].machine if cases else machine_of(ask(executable))
    files = RecordingFiles(machine.files)
    recorded = replace(machine, files=files, inventory=in_full(machine.inventory))
    codes = _Codes()
    records = tuple(_records(tried))
    for answer in tried:
        _ask_again(answer.target, recorded, records, codes)
    for process in (fresh_process(recorded), *(case.start for case in cases if case.start)):
        _search_in_vain(recorded, process)
    if not cases:
        _look_around(recorded, codes)
    value = _value(recorded, files, records, codes.found)
    redaction = Redaction.of(value) if redact else None
    value = redaction(value) if redaction else value
    return Saved(value=value, differing=tuple(_differing(tried, value, redaction)))


class _Codes:
    """What files hold for GPUs; those with any are kept."""

    def __init__(self) -> None:
        self.found: dict[str, tuple[SavedCode, ...]] = {}

    def noting(self, read: Callable[[str], GpuCode | None]) -> Callable[[str], GpuCode | None]:
        """The same function, with what it answers kept."""

        def ask(path: str) -> GpuCode | None:
            code = read(path)
            if code:
                self.found[path] = saved_code(code)
            return code

        return ask


def _ask_again(target: str, machine: Machine, records: tuple[Record, ...], codes: _Codes) -> None:
    """The same diagnosis on the recording machine, and the fixes: what they ask for is recorded."""
    plan_for(diagnose_saved(target, machine, records, codes.noting(gpu_code_at)))


def _records(answers: Iterable[Diagnosis]) -> Iterator[Record]:
    """One of each module that was tried, under all names by which it was asked."""
    own = [(case, answer.target) for answer in answers for case in answer.asked]
    cases: dict[str, Case] = {}
    names: dict[str, list[str]] = {}
    for case, asked in (*own, *((case, case.target) for answer in answers for case in answer.imported)):
        cases.setdefault(case.target, case)
        names.setdefault(case.target, []).append(asked)
    for target, case in cases.items():
        yield _record(case, names[target])


def _record(case: Case, asked: Sequence[str]) -> Record:
    assert case.start is not None
    assert case.observation is not None
    distributions = [name for name, _ in case.observation.distributions]
    names = (*asked, *distributions, *map(normalised, distributions))
    return Record(
        start=case.start,
        observation=case.observation,
        names=tuple(name for name in dict.fromkeys(names) if name != case.observation.target),
        elsewhere=tuple((one.environment, one.location) for one in case.elsewhere),
    )


def _look_around(machine: Machine, codes: _Codes) -> None:
    """Ask what a search could find, and what the first native files of each package would load."""
    process = fresh_process(machine)
    CopyFinder(machine, processes=(process,), origins=()).looked_in()
    files = [file.path for one in machine.inventory.distributions or () for file in one.files if file.present]
    for path in files:
        machine.files.kind(path)
    for path in files[:MOST_UNTRIED]:
        simulate(machine, _request(machine, path, process))
        codes.noting(gpu_code_at)(path)


def _search_in_vain(machine: Machine, process: Process) -> None:
    """Seek a library that there is not: what any other search touches, the file then has the listings of."""
    formats = {Format.PE: f"{NOWHERE}.dll", Format.MACHO: f"lib{NOWHERE}.dylib"}
    name = formats.get(own_format(machine.system), f"lib{NOWHERE}.so")
    for mode in ("ctypes", "legacy") if machine.system.name == "windows" else ("ctypes",):
        flags = flags_for(mode, own_format(machine.system), name)
        simulate(machine, LoadRequest(kind="ctypes", name=name, flags=flags, process=process))


def _request(machine: Machine, path: str, process: Process) -> LoadRequest:
    mode = default_mode(path.replace("\\", "/").rsplit("/", 1)[-1])
    kind = "import" if mode == "import" else "ctypes"
    return LoadRequest(kind=kind, name=path, flags=flags_for(mode, own_format(machine.system), path), process=process)


def _value(
    machine: Machine,
    files: RecordingFiles,
    records: Sequence[Record],
    codes: Mapping[str, tuple[SavedCode, ...]],
) -> dict[str, Any]:
    """The object, with tables of symbols cut down where it would be large."""
    empty = SavedFiles(images={}, links={}, source={})
    saved = SavedMachine(
        id="saved",
        host=platform.node(),
        system=machine.system,
        files=empty,
        python=machine.python,
        environment=dict(machine.environment),
        facts=dict(machine.facts),
        inventory=machine.inventory,
    )
    saved = with_files(saved, files)
    saved = replace(saved, files=replace(saved.files, gpu_code=dict(codes)))
    value = dump(saved, tuple(records))
    if len(json.dumps(value)) > SMALL_BYTES:
        saved = replace(saved, files=_cut_down(saved.files, saved.system), inventory=_without_hashes(saved.inventory))
        value = numbered(_plain(dump(saved, tuple(records))))
    value = dict(_plain(value))
    digest = hashlib.sha256(json.dumps(value, sort_keys=True).encode("ascii")).hexdigest()[:8]
    value["machine"]["id"] = f"{machine.system.name}-{machine.system.architecture}-{digest}"
    return value


def _cut_down(files: SavedFiles, system: System) -> SavedFiles:
    """With those exports alone that some image of the machine takes, and those without a name.

    And, where glibc is, with those relocations on which something hangs there; musl asks for all.
    """
    images = {path: _cut_relocations(image, system) for path, image in files.images.items()}
    wanted = set(_taken(image.image or {} for image in images.values()))
    for image in images.values():
        wanted.update(symbol.name for symbol in image.undefined or ())
        wanted.update(relocation.symbol for relocation in image.relocations or ())
        wanted.update(one.forwarder.rpartition(".")[2] for one in image.exports or () if one.forwarder)
    images = {path: _cut_exports(image, wanted) for path, image in images.items()}
    return replace(files, images=images, exports_cut=True)


def _cut_relocations(image: SavedImage, system: System) -> SavedImage:
    if not image.relocations or system.libc != "glibc":
        return image
    return replace(image, relocations=deciding(image.relocations, system))


def _cut_exports(image: SavedImage, wanted: Container[str | None]) -> SavedImage:
    if not image.exports:
        return image
    return replace(
        image,
        exports=tuple(one for one in image.exports if one.name is None or one.name in wanted),
        plain_names=tuple(one for one in image.plain_names if one in wanted)
        if image.plain_names
        else image.plain_names,
    )


def _without_hashes(inventory: Inventory) -> Inventory:
    """Without those of RECORD: whether a file is the one that was installed, its size says to every rule."""
    distributions = inventory.distributions
    if distributions is None:
        return inventory
    return replace(
        inventory,
        distributions=tuple(
            replace(one, files=tuple(replace(file, sha256="") for file in one.files)) for one in distributions
        ),
    )


def _taken(images: Iterable[Mapping[str, Any]]) -> Iterator[str | None]:
    """Names of the symbols that images import by library, in an image's data."""
    for image in images:
        for needed in image.get("needed", ()):
            for row in needed.get("symbols", ()):
                yield row[0] if isinstance(row, list | tuple) else row.name


def _differing(answers: Iterable[Diagnosis], value: dict[str, Any], redaction: Redaction | None) -> Iterator[str]:
    """Targets of which the saved machine does not say what this computer says."""
    there = loads(json.dumps(value).encode("ascii"), "the saved machine")
    for answer in answers:
        target = answer.target
        told = redaction.text(target) if redaction else target
        expected = [asdict(one) for one in answer.findings]
        found = [asdict(one) for one in diagnose_saved(told, *there).findings]
        if _plain(redaction(_plain(expected)) if redaction else expected) != _plain(found):
            yield target


def _plain(value: Any) -> Any:
    """As JSON gives it back."""
    return json.loads(json.dumps(value, default=str))
