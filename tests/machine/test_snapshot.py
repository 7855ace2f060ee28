"""A saved machine: what is written is what is read, and whatever else is read ends in one sentence."""

from __future__ import annotations

import copy
import json
import ntpath
import posixpath
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.images import elf, pe
from tests.support.schemas import check
from wontload.binary import Assembly, Defect, Export, Image, Import, MalformedImage, Manifest, Symbol, read_image
from wontload.binary.entries import Bindings, Relocation
from wontload.machine import (
    AddedDirectory,
    FailedDirectory,
    LoadRequest,
    Observation,
    ObservedError,
    ObservedLoad,
    Process,
    Python,
    Record,
    System,
)
from wontload.machine.ld_so_cache import CacheEntry
from wontload.machine.memory import Content, MemoryFiles
from wontload.machine.shapes import data_fields
from wontload.machine.snapshot import Snapshot, dump, load, loads
from wontload.machine.snapshot_json import BadSnapshot
from wontload.machine.snapshot_values import (
    TABLES,
    SavedFiles,
    SavedImage,
    SavedMachine,
    saved_defect,
    saved_image,
)

# What is found is shown as it is: to shrink values of this size takes minutes.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
SETTINGS = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
SECONDS = st.none() | st.floats(-1e9, 1e9)
st.register_type_strategy(int, st.integers(-(1 << 63), 1 << 63))  # what a file's fields hold
NAMES = st.sampled_from(["a", "B", "lib", "x.dll", "ünï"])


def whole(kind: type, /, **given_fields: Any) -> st.SearchStrategy[Any]:
    """Values of a dataclass with every field varied, those that have a default as well."""
    varied = {one.name: ... for one in data_fields(kind) if one.name not in given_fields}
    return st.builds(kind, **varied, **given_fields)


def some(strategy: st.SearchStrategy[Any], most: int = 2) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=most).map(tuple)


DIRECTORIES = whole(AddedDirectory)
PROCESSES = whole(Process, added_directories=some(DIRECTORIES))
ERRORS = st.none() | whole(ObservedError)
REQUESTS = whole(LoadRequest, kind=st.sampled_from(["import", "ctypes", "native"]), process=PROCESSES)
LOADS = whole(ObservedLoad, request=REQUESTS, error=ERRORS)
OBSERVATIONS = whole(
    Observation,
    kind=st.sampled_from(["import", "file"]),
    error=ERRORS,
    seconds=SECONDS,
    loads=some(LOADS),
    failed_directories=some(whole(FailedDirectory, directory=DIRECTORIES)),
)
RECORDS = whole(Record, start=PROCESSES, observation=OBSERVATIONS)
SYMBOLS = some(st.builds(Symbol, name=..., ordinal=..., version=..., weak=...))


ASSEMBLIES = st.builds(Assembly, **dict.fromkeys(Assembly._fields, ...))
MANIFESTS = whole(Manifest, identity=ASSEMBLIES, dependencies=some(ASSEMBLIES), files=some(st.text()))
CACHE_ENTRIES = st.builds(CacheEntry, name=..., path=..., flags=..., hwcaps=...)


@st.composite
def images(draw: st.DrawFn) -> Image:
    image: Image = draw(whole(Image, bits=st.sampled_from([32, 64]), needed=some(whole(Import, symbols=SYMBOLS))))
    exports = draw(some(st.builds(Export, name=..., ordinal=..., forwarder=..., version=...)))
    undefined, eager, lazy = draw(SYMBOLS), draw(SYMBOLS), draw(SYMBOLS)
    relocations = draw(some(st.builds(Relocation, type=..., symbol=..., optional=..., local=...)))
    values = {
        "imports": image.needed,
        "exports": exports,
        "undefined": undefined,
        "bindings": Bindings(eager, lazy),
        "relocations": relocations,
        "plain_names": draw(st.frozensets(st.text())),
        "manifest": draw(MANIFESTS),
        "assembly_manifest": draw(MANIFESTS),
    }
    known = draw(st.sets(st.sampled_from(TABLES)))
    broken = draw(st.sets(st.sampled_from(TABLES), max_size=1))

    def table(name: str) -> Callable[[], Any]:
        def read() -> Any:
            if name in broken:
                raise MalformedImage("somewhere", Defect.CORRUPT, "its table is torn")
            return values[name]

        return read

    return replace(image, **{f"read_{name}": table(name) for name in known})


TEXTS = st.text(st.characters(codec="utf-8"))
DEFECTS = st.builds(
    MalformedImage,
    path=st.just("x"),
    offset=st.none() | st.integers(0, 9),
    **dict.fromkeys(("defect", "what", "content", "part", "header"), ...),
)


@st.composite
def machines(draw: st.DrawFn) -> tuple[SavedMachine, dict[str, Content]]:
    system = draw(
        whole(
            System, library_cache=st.none() | some(CACHE_ENTRIES), name=st.sampled_from(["windows", "linux", "macos"])
        )
    )
    root, join = ("C:\\", ntpath.join) if system.name == "windows" else ("/", posixpath.join)
    paths = st.lists(NAMES, min_size=1, max_size=4).map(lambda parts: join(root, *parts))
    contents: dict[str, Content] = draw(st.dictionaries(paths, images() | DEFECTS | st.none(), max_size=4))
    texts = {
        path: text for path, text in draw(st.dictionaries(paths, TEXTS, max_size=1)).items() if path not in contents
    }
    files = SavedFiles(
        images={path: _saved(content) for path, content in contents.items()},
        texts=texts,
        directories=draw(some(paths)),
        complete=draw(st.none() | some(paths)),
        links=draw(st.dictionaries(paths, paths, max_size=2)),
        denied=draw(some(paths, 1)),
        source=draw(st.dictionaries(st.text(), st.text(), max_size=1)),
    )
    machine = draw(
        whole(
            SavedMachine,
            id=st.text(min_size=1).filter(lambda text: text != "this"),
            system=st.just(system),
            python=st.none() | whole(Python),
            files=st.just(files),
        )
    )
    return machine, contents | {path: text.encode() for path, text in texts.items()}


def _saved(content: Content) -> SavedImage:
    if isinstance(content, MalformedImage):
        return saved_defect(content)
    return SavedImage() if content is None else saved_image(content)


def written(machine: SavedMachine, records: tuple[Record, ...] = ()) -> bytes:
    return json.dumps(check(dump(machine, records))).encode()


def told(call: Callable[[], Any]) -> Any:
    """What a call answers, or what it raises, fit to be compared."""
    try:
        found = call()
    except MalformedImage as error:
        return error.defect, error.what, error.offset, error.content, error.part, error.header
    except Exception as error:
        return type(error)
    if not isinstance(found, Image):
        return found
    itself = replace(found, needed=(), read_slice=None)
    return itself, *(told(lambda name=name: getattr(found, name)) for name in TABLES)


@SETTINGS
@given(records=some(RECORDS))
def test_records_come_back_as_they_were(records: tuple[Record, ...]):
    machine = SavedMachine(
        id="x", system=System(name="linux"), files=SavedFiles(images={}, links={}, source={}), environment={}, facts={}
    )
    assert loads(written(machine, records), "x").records == records


@SETTINGS
@given(saved=machines())
def test_a_machine_comes_back_with_all_its_files(saved: tuple[SavedMachine, dict[str, Content]]):
    machine, contents = saved
    found = loads(written(machine), "x").machine
    assert (found.id, found.system, found.python) == (machine.id, machine.system, machine.python)
    assert (found.environment, found.facts) == (machine.environment, machine.facts)
    files = machine.files
    expected = MemoryFiles(
        contents,
        directories=files.directories,
        links=files.links,
        windows=machine.system.name == "windows",
        complete=files.complete,
        denied=files.denied,
    )
    slash = "\\" if machine.system.name == "windows" else "/"
    asked = {*contents, *files.directories, *files.links, *files.denied, *(files.complete or ()), slash}
    for path in [*asked, *(path.upper() for path in asked), *(f"{path}{slash}more" for path in asked)]:
        for question in ("kind", "listing", "image", "real", "identity"):
            answers = [told(lambda: getattr(disk, question)(path)) for disk in (found.files, expected)]  # noqa: B023
            assert answers[0] == answers[1], (question, path)


def test_real_images_come_back(tmp_path: Path):
    (tmp_path / "a.so").write_bytes(elf(needed=["libc.so.6"], undefined=["f", ("g", "libc.so.6", "GLIBC_2.34")]))
    (tmp_path / "b.dll").write_bytes(pe(needs=[("c.dll", ["f", 7])], exports=["g"]))
    for name in ("a.so", "b.dll"):
        image = read_image(str(tmp_path / name))
        system = System(name="linux" if name == "a.so" else "windows")
        files = SavedFiles(images={f"/{name}": saved_image(image)}, links={}, source={})
        machine = SavedMachine(id="x", system=system, files=files, environment={}, facts={})
        found = loads(written(machine), "x").machine.files.image(f"/{name}")
        assert told(lambda image=image: image) == told(lambda found=found: found)
        assert found.imports == image.imports


NO_FILES = SavedFiles(images={}, links={}, source={})


def example() -> dict[str, Any]:
    """A small machine with something of everything."""
    process = Process(
        executable="/bin/python",
        current_directory="/",
        environment={"PATH": "/bin"},
        modules=("/bin/python", "/lib/c.so"),
    )
    request = LoadRequest(kind="ctypes", name="/x.so", flags=2, process=process, file="/x.py", line=3)
    error = ObservedError(exception="OSError", text="no", number=2)
    observation = Observation(
        target="x",
        kind="import",
        outcome="fails",  # type: ignore[arg-type]  # as it is written
        error=error,
        seconds=1.5,
        loads=(ObservedLoad(request=request, succeeded=False, error=error),),
    )
    image = Image(format="elf", architecture="x86_64", bits=64)  # type: ignore[arg-type]
    files = SavedFiles(
        images={"/x.so": saved_image(replace(image, read_exports=lambda: (Export("f", 1),))), "/y.so": SavedImage()},
        directories=("/d",),
        complete=("/",),
        links={"/l": "/x.so"},
        denied=("/secret",),
        source={},
    )
    python = Python(executable="/bin/python", base_executable="/bin/python", version="3", prefix="/", base_prefix="/")
    machine = SavedMachine(
        id="box", system=System(name="linux"), files=files, python=python, environment={"A": "b"}, facts={"GPU": "none"}
    )
    return dump(machine, (Record(start=process, observation=observation, names=("x-dist",)),))


def nodes(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a JSON value: the container and the key."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, one in items for place in ((value, key), *nodes(one))]


def test_what_a_process_has_grown_by_is_all_that_is_written():
    """With hundreds of imports, whole tables of modules would be most of a file."""
    value = example()
    first = Process(executable="/bin/python", current_directory="/", modules=("/bin/python", "/lib/c.so"))
    second = replace(first, modules=(*first.modules, "/a.so"), asked_for=(("a", "/a.so"),))
    third = replace(second, modules=(*second.modules, "/b.so"), asked_for=(*second.asked_for, ("b", "/b.so")))
    unlike = replace(first, modules=("/lib/c.so",))
    records = loads(json.dumps(value).encode(), "x").records
    load = records[0].observation.loads[0]
    each = tuple(
        replace(load, request=replace(load.request, process=one)) for one in (first, second, third, unlike, third)
    )
    record = replace(records[0], observation=replace(records[0].observation, loads=each))
    machine = SavedMachine(id="x", system=System(name="linux"), files=NO_FILES, environment={}, facts={})
    found = dump(machine, (record,))
    assert [one.get("kept") for one in found["processes"]] == [
        None,
        {"modules": 2},
        {"modules": 2},
        {"modules": 3, "asked_for": 1},
        None,
    ]
    (back,) = loads(json.dumps(found).encode(), "x").records
    assert [one.request.process for one in back.observation.loads] == [one.request.process for one in each]


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("\ud800\0\x1b")
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
)


@settings(SETTINGS, max_examples=150)
@given(data=st.data())
def test_what_somebody_made_of_it_is_read_or_refused(data: st.DataObject):
    """No other exception, and what is read can be asked."""
    found = copy.deepcopy(example())
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(nodes(found)))
        if data.draw(st.booleans()):
            container[key] = data.draw(JSON)
        elif isinstance(container, dict):
            del container[key]
        if not nodes(found):
            break
    with suppress(BadSnapshot):
        machine, records = loads(json.dumps(found).encode(), "x")
        assert isinstance(records, tuple)
        told(lambda: machine.files.image("/x.so"))
        machine.files.listing("/")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("processes", 0, "modules", 0), 99),
        (("processes", 0, "modules", 0), -1),
        (("processes", 0, "modules", 0), True),
        (("processes", 0, "modules", 0), "0"),
        (("processes", 0, "environment"), {"A": 1}),
        (("processes", 0, "environment"), {"A": "x" * 200_000}),
        (("processes", 0, "modules"), [0] * 10_001),
        (("processes", 0, "kept"), {"modules": 1}),
        (("processes", 0, "kept"), {"asked_for": -1}),
        (("processes", 0, "kept"), ["modules"]),
        (("processes",), [{}] * 5_001),
        (("processes",), {}),
        (("paths",), [1]),
        (("paths",), None),
        (("observations",), 5),
        (("observations", 0, "start"), 7),
        (("observations", 0, "start"), {}),
        (("observations", 0, "observation", "outcome"), "wins"),
        (("observations", 0, "observation", "seconds"), "1e999"),
        (("observations", 0, "observation", "seconds"), "1"),
        (("observations", 0, "observation", "loads", 0, "request", "process"), 12),
        (("observations", 0, "observation", "loads", 0, "request", "flags"), 2.0),
        (("machine", "id"), ""),
        (("machine", "id"), "this"),
        (("machine", "id"), 5),
        (("machine", "system", "name"), "plan9"),
        (("machine", "environment"), {"A": "x" * 200_000}),
        (("machine", "facts"), []),
        (("machine", "files", "base"), "../../etc"),
        (("machine", "files", "base"), "windows-95"),
        (("machine", "files", "images"), {"/" + "x" * 5000: {}}),
        (("machine", "files", "images"), {"/a" * 200: {}}),
        (("machine", "files", "links"), {"/a": "/b" * 200}),
        (("machine", "files", "images", "/x.so", "image", "bits"), "64"),
        (("machine", "files", "images", "/x.so", "image", "format"), "com"),
        (("machine", "files", "images", "/x.so", "image", "needed"), [{"library": None}]),
        (("machine", "files", "images", "/x.so", "exports"), [[]]),
        (("machine", "files", "images", "/x.so", "exports"), [["f", True]]),
        (("machine", "files", "images", "/x.so", "exports"), [["f", 1, None, None, None]]),
        (("machine", "files", "images", "/x.so", "exports"), ["ff"]),
        (("machine", "files", "images", "/x.so", "undefined"), [["f", None, None, 1]]),
        (("machine", "files", "images", "/x.so", "header"), "\0"),
        (("machine", "files", "images", "/x.so", "defect"), "haunted"),
    ],
)
def test_wrong_types_and_what_is_out_of_range(path: tuple[Any, ...], value: Any):
    found = example()
    at: Any = found
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    text = json.dumps(found).replace('"1e999"', "1e999")  # JSON's own way to infinity
    with pytest.raises(BadSnapshot, match="damaged or was made by hand") as raised:
        loads(text.encode(), "box.json")
    assert raised.value.exit_status == 4
    assert raised.value.next_step
    assert len(str(raised.value)) < 600


@pytest.mark.parametrize("depth", [200, 700, 900, 960, 980, 995, 3_000])
@pytest.mark.parametrize("place", ['"id": %s', '"system": %s, "id": "x"', '"facts": %s', '"files": %s'])
def test_nesting_of_any_depth(depth: int, place: str):
    text = '{"schema": "wontload.machine/1", "machine": {' + place % ("[" * depth + "]" * depth) + "}}"
    with pytest.raises(BadSnapshot):
        loads(text.encode(), "x")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_as_other_programs_save_text(encoding: str):
    """PowerShell's `>` writes UTF-16."""
    assert loads(json.dumps(example()).encode(encoding), "x").machine.id == "box"


def test_links_in_a_circle_come_to_an_end():
    found = example()
    found["machine"]["files"]["links"] = {"/a": "/b", "/b": "/a", "/c": "/c/c/c"}
    files = loads(json.dumps(found).encode(), "x").machine.files
    assert [files.kind(f"/{name}").value for name in "abc"] == ["absent"] * 3


def test_from_a_file(tmp_path: Path):
    path = tmp_path / "box.json"
    path.write_text(json.dumps(example()))
    found = load(str(path))
    assert isinstance(found, Snapshot)
    assert found.records[0].names == ("x-dist",)
    assert found.records[0].start.modules == ("/bin/python", "/lib/c.so")
    assert found.records[0].start is found.records[0].observation.loads[0].request.process


def test_what_a_later_version_adds_is_passed_over():
    found = example()
    found["machine"]["new"] = found["new"] = found["machine"]["system"]["new"] = {"more": 1}
    assert loads(json.dumps(found).encode(), "x") is not None
