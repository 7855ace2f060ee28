"""Symbols and their versions: which are missed, by whom, and which message comes first."""

from __future__ import annotations

import os
import struct
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from tests.oracles.glibc.oracle import INCONSISTENCY, Answer, EarlierLoadDied, both
from tests.oracles.glibc.worlds import dynamic_section
from tests.support.gcc import SharedObject

pytestmark = pytest.mark.oracle("gcc")
OLD = SharedObject(soname="libv.so", defines=("alpha", "beta"), versions=(("V1", ("alpha", "beta")),))
NEW = SharedObject(soname="libv.so", defines=("alpha", "beta"), versions=(("V1", ("beta",)), ("V2", ("alpha",))))
PLAIN = SharedObject(soname="libv.so", defines=("alpha", "beta"))


def put(path: Path, one: SharedObject) -> str:
    path.write_bytes(one.bytes())
    return str(path)


def agree(name: str, directory: Path, **others: object) -> Answer:
    predicted, observed = both(name, directory=directory, **others)  # type: ignore[arg-type]
    assert predicted == observed
    return observed


def test_a_version_that_is_missing(tmp_path: Path) -> None:
    user = SharedObject(soname="liba.so", needed=(NEW,), uses=("alpha",), runpath="$ORIGIN")
    put(tmp_path / "liba.so", user)
    put(tmp_path / "libv.so", OLD)
    message = f"{tmp_path}/./libv.so: version `V2' not found (required by ./liba.so)"
    assert agree("./liba.so", tmp_path).error == message
    put(tmp_path / "libv.so", PLAIN)  # it has no versions at all: passes that check, and fails an assertion later
    assert agree("./liba.so", tmp_path).error == INCONSISTENCY
    put(tmp_path / "libv.so", NEW)
    assert agree("./liba.so", tmp_path).error is None


def test_a_glibc_that_is_too_old(tmp_path: Path) -> None:
    """The message has glibc's own spelling of its path, whatever the list of modules says."""
    future = SharedObject(soname="libc.so.6", defines=("from_2_99",), versions=(("GLIBC_2.99", ("from_2_99",)),))
    path = put(tmp_path / "liba.so", SharedObject(needed=(future,), uses=("from_2_99",)))
    error = agree(path, tmp_path).error
    assert error is not None
    assert error.endswith(f"libc.so.6: version `GLIBC_2.99' not found (required by {path})")


def test_the_first_missing_version_in_the_order_of_the_objects(tmp_path: Path) -> None:
    put(tmp_path / "libv.so", OLD)
    put(tmp_path / "libb.so", SharedObject(soname="libb.so", needed=(NEW,), uses=("alpha",), runpath="$ORIGIN"))
    put(tmp_path / "liba.so", SharedObject(needed=("libb.so", NEW), uses=("alpha",), runpath="$ORIGIN"))
    assert str(agree("./liba.so", tmp_path).error).endswith("(required by ./liba.so)")


def test_an_undefined_symbol(tmp_path: Path) -> None:
    for kind in ("uses", "calls"):
        path = put(tmp_path / f"{kind}.so", SharedObject(**{kind: ("nobody_has_this",)}))
        assert agree(path, tmp_path).error == f"{path}: undefined symbol: nobody_has_this"
    weak = put(tmp_path / "weak.so", SharedObject(weak_uses=("nobody_has_this",)))
    assert agree(weak, tmp_path).error is None


def now_by_one_flag(data: bytes) -> bytes:
    """What `-z now` links says so in DT_FLAGS and in DT_FLAGS_1, of which the latter goes."""
    at = data.index(struct.pack("<QQ", 0x6FFFFFFB, 1))
    return data[:at] + struct.pack("<QQ", 0x6FFFFFFB, 0) + data[at + 16 :]


def test_a_call_is_bound_when_first_made_if_it_may(tmp_path: Path) -> None:
    called = put(tmp_path / "called.so", SharedObject(calls=("nobody_has_this",)))
    used = put(tmp_path / "used.so", SharedObject(uses=("nobody_has_this",)))
    now = put(tmp_path / "now.so", SharedObject(calls=("nobody_has_this",), options=("-z", "now")))
    assert agree(f"lazy:{called}", tmp_path).error is None
    assert agree(f"lazy:{called}", tmp_path, environment={"LD_BIND_NOW": "1"}).error is not None
    assert agree(f"lazy:{used}", tmp_path).error is not None
    assert agree(f"lazy:{now}", tmp_path).error is not None
    data = now_by_one_flag(Path(now).read_bytes())
    Path(now).write_bytes(data)
    assert agree(f"lazy:{now}", tmp_path).error is not None


def test_a_versioned_symbol_that_its_library_no_longer_has(tmp_path: Path) -> None:
    """The version is defined, the symbol is not: this passes the check of versions."""
    emptied = SharedObject(
        soname="libv.so", defines=("beta", "other"), versions=(("V1", ("beta",)), ("V2", ("other",)))
    )
    put(tmp_path / "libv.so", emptied)
    put(tmp_path / "liba.so", SharedObject(needed=(NEW,), uses=("alpha",), runpath="$ORIGIN"))
    assert agree("./liba.so", tmp_path).error == "./liba.so: undefined symbol: alpha, version V2"


def test_a_library_that_lost_its_versions_but_needs_those_of_others(tmp_path: Path) -> None:
    """All that use libc do: such a library has an entry in DT_VERSYM for each symbol, and passes the assertion."""
    other = replace(OLD, soname="libw.so")
    fresh = SharedObject(soname="libv.so", needed=(other,), defines=("alpha", "own"), uses=("beta",), runpath="$ORIGIN")
    user = put(tmp_path / "liba.so", SharedObject(needed=(NEW,), uses=("alpha",), runpath="$ORIGIN"))
    put(tmp_path / "libw.so", other)
    put(tmp_path / "libv.so", fresh)
    assert agree(user, tmp_path).error is None
    put(tmp_path / "libv.so", replace(fresh, defines=("own",)))
    assert agree(user, tmp_path).error == f"{user}: undefined symbol: alpha, version V2"


def old(name: str, *versions: str) -> str:
    """C code of definitions of a name that are not its default one, each in its version."""
    made = [(f"{name}_of_{version}", f"{name}@{version}") for version in versions]
    return " ".join(f'int {own}(void) {{ return 1; }} __asm__(".symver {own}, {full}");' for own, full in made)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (old("alpha", "V1"), True),  # who was linked before there were versions gets the first
        (old("alpha", "V2"), False),
        (old("alpha", "V2", "V3"), False),
        (old("alpha", "V1", "V3"), True),
        (old("alpha", "V1", "V2").replace("@V2", "@@V2"), True),
        (old("alpha", "V2", "V3").replace("@V3", "@@V3"), True),
    ],
)
def test_a_reference_without_a_version(source: str, found: bool, tmp_path: Path) -> None:
    user = put(tmp_path / "liba.so", SharedObject(needed=("libv.so",), uses=("alpha",), runpath="$ORIGIN"))
    marks = tuple((version, (f"in_{version}",)) for version in ("V1", "V2", "V3"))
    defines = tuple(name for _, names in marks for name in names)
    put(tmp_path / "libv.so", SharedObject(soname="libv.so", defines=defines, source=source, versions=marks))
    assert agree(user, tmp_path).error == (None if found else f"{user}: undefined symbol: alpha")


@pytest.mark.parametrize(
    ("at", "value", "found"),
    [
        (4, b"\x12", True),
        (4, b"\x1d", False),  # a type of a processor's own
        (4, b"\xd2", False),  # a binding of a processor's own
        (4, b"\x02", False),  # local
        (5, b"\x02", False),  # hidden
        (5, b"\x03", True),  # protected
        (8, bytes(8), False),  # without an address
    ],
)
def test_what_is_no_definition(at: int, value: bytes, found: bool, tmp_path: Path) -> None:
    """The symbol's entry in the table is changed at an offset."""
    user = put(tmp_path / "liba.so", SharedObject(needed=("libv.so",), uses=("alpha",), runpath="$ORIGIN"))
    data = bytearray(SharedObject(soname="libv.so", defines=("alpha",)).bytes())
    tags = dict(struct.iter_unpack("<QQ", data[slice(*dynamic_section(data))]))
    entry = tags[6] + 24  # DT_SYMTAB, which this file has where it says; the first entry is empty
    data[entry + at : entry + at + len(value)] = value
    (tmp_path / "libv.so").write_bytes(data)
    assert agree(user, tmp_path).error == (None if found else f"{user}: undefined symbol: alpha")


@pytest.mark.parametrize(("libc", "noted"), [("libc.so.6", True), ("libc.so.6", False), ("libother.so", False)])
def test_packed_relocations(libc: str, noted: bool, tmp_path: Path) -> None:
    """GNU ld has a file that packs them need a version of libc; lld does not, unless it is told to."""
    versions = (("GLIBC_2.2.5", ("malloc",)), *((("GLIBC_ABI_DT_RELR", ("free",)),) if noted else ()))
    names = tuple(name for _, (name,) in versions)
    like_libc = SharedObject(soname=libc, defines=names, versions=versions)
    put(tmp_path / "libother.so", like_libc)
    path = tmp_path / "liba.so"
    user = SharedObject(needed=(like_libc,), uses=names[:1], weak_uses=names[1:], runpath="$ORIGIN")
    data = bytearray(user.bytes())
    start, end = dynamic_section(data)
    spare = start + 16 * [tag for tag, _ in struct.iter_unpack("<QQ", data[start:end])].index(0)
    assert spare + 64 <= end
    data[spare : spare + 48] = struct.pack("<6Q", 36, 0, 35, 0, 37, 8)  # DT_RELR of no bytes
    path.write_bytes(data)
    refused = libc == "libc.so.6" and not noted
    text = f"{path}: DT_RELR without GLIBC_ABI_DT_RELR dependency"
    assert agree(str(path), tmp_path).error == (text if refused else None)


def test_an_absolute_symbol_may_be_zero(tmp_path: Path) -> None:
    user = put(tmp_path / "liba.so", SharedObject(needed=("libv.so",), uses=("alpha",), runpath="$ORIGIN"))
    put(tmp_path / "libv.so", SharedObject(soname="libv.so", defines=("beta",), options=("--defsym", "alpha=0")))
    assert agree(user, tmp_path).error is None


def test_rtld_global_and_rtld_local(tmp_path: Path) -> None:
    """What another load brought in counts only if it was made global."""
    giver = put(tmp_path / "giver.so", SharedObject(defines=("given",)))
    taker = put(tmp_path / "taker.so", SharedObject(uses=("given",)))
    assert agree(taker, tmp_path, earlier=[giver]).error is not None
    assert agree(taker, tmp_path, earlier=[f"global:{giver}"], global_modules=[giver]).error is None


def test_ld_preload_is_in_the_global_scope(tmp_path: Path) -> None:
    giver = put(tmp_path / "giver.so", SharedObject(defines=("given",)))
    taker = put(tmp_path / "taker.so", SharedObject(uses=("given",)))
    assert agree(taker, tmp_path, environment={"LD_PRELOAD": giver}).error is None
    assert agree(taker, tmp_path).error is not None


def test_python_s_own_symbols_are_there(tmp_path: Path) -> None:
    path = put(tmp_path / "liba.so", SharedObject(uses=("PyObject_Repr", "malloc")))
    assert agree(path, tmp_path).error is None


def test_the_object_asked_for_is_bound_last_even_in_a_circle(tmp_path: Path) -> None:
    """Found by a generated graph: both lack the symbol, each needs the other."""
    for name, other in (("liba.so", "libb.so"), ("libb.so", "liba.so")):
        put(tmp_path / name, SharedObject(soname=name, needed=(other,), runpath="$ORIGIN", calls=("nobody_has_this",)))
    path = tmp_path / "liba.so"
    assert agree(str(path), tmp_path).error == f"{tmp_path}/libb.so: undefined symbol: nobody_has_this"


FUNCTIONS = tuple(f"f{number}" for number in range(5))
LIBRARIES = tuple(f"lib{letter}.so" for letter in "abcde")


@st.composite
def graphs(draw: st.DrawFn) -> tuple[SharedObject, ...]:
    """Libraries side by side that need one another in any way, circles included, and take symbols from anywhere."""
    some = st.lists(st.sampled_from(FUNCTIONS), max_size=2, unique=True).map(tuple)
    count = draw(st.integers(2, len(LIBRARIES)))
    needed = st.lists(st.sampled_from(LIBRARIES[:count]), max_size=3, unique=True).map(tuple)
    made = []
    for name in LIBRARIES[:count]:
        defines = draw(st.lists(st.sampled_from(FUNCTIONS), max_size=4, unique=True).map(tuple))
        uses = tuple(one for one in draw(some) if one not in defines)
        calls = tuple(one for one in draw(some) if one not in defines and one not in uses)
        made.append(
            SharedObject(soname=name, needed=draw(needed), runpath="$ORIGIN", defines=defines, uses=uses, calls=calls)
        )
    return tuple(made)


@settings(
    max_examples=int(os.environ.get("WONTLOAD_GLIBC_WORLDS", "25")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(graph=graphs(), lazily=st.sampled_from(["", "", "lazy:"]))
def test_the_first_undefined_symbol_is_the_one_that_glibc_names(
    graph: tuple[SharedObject, ...], lazily: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    directory = tmp_path_factory.mktemp("graph")
    for one in graph:
        put(directory / str(one.soname), one)
    try:
        agree(f"{lazily}{directory}/liba.so", directory)
    except EarlierLoadDied:
        reject()


VERSIONS = ("V1", "V2", "V3")


@st.composite
def libraries(draw: st.DrawFn) -> SharedObject:
    """A `libv.so` whose functions are in any of three versions, by default or not, or in none."""
    names = draw(st.lists(st.sampled_from(FUNCTIONS[:3]), min_size=1, unique=True))
    kind = draw(st.integers(0, 3))
    if kind == 0:
        return SharedObject(soname="libv.so", defines=tuple(names))
    if kind == 1:
        other = SharedObject(soname="libw.so", defines=("other",), versions=(("W1", ("other",)),))
        return SharedObject(soname="libv.so", needed=(other,), defines=tuple(names), uses=("other",), runpath="$ORIGIN")
    versions = VERSIONS[: draw(st.integers(1, 3))]
    chosen = {name: draw(st.sampled_from(versions)) for name in names if draw(st.booleans())}
    source = " ".join(
        old(name, *draw(st.lists(st.sampled_from(versions), min_size=1, max_size=2, unique=True)))
        for name in names
        if name not in chosen
    )
    script = {version: (f"in_{version}", *(name for name in chosen if chosen[name] == version)) for version in versions}
    defines = tuple(name for listed in script.values() for name in listed)
    return SharedObject(soname="libv.so", defines=defines, source=source, versions=tuple(script.items()))


@settings(
    max_examples=int(os.environ.get("WONTLOAD_GLIBC_WORLDS", "25")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(linked=libraries(), there=libraries(), before=st.none() | libraries())
def test_another_make_of_a_library_than_the_one_that_was_linked(
    linked: SharedObject, there: SharedObject, before: SharedObject | None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """`before`: a make under another name, in which symbols are sought first."""
    directory = tmp_path_factory.mktemp("makes")
    put(directory / "libw.so", SharedObject(soname="libw.so", defines=("other",), versions=(("W1", ("other",)),)))
    put(directory / "libv.so", there)
    if before is not None:
        put(directory / "libx.so", replace(before, soname="libx.so"))
    user = SharedObject(
        needed=(*(("libx.so",) if before is not None else ()), linked), uses=FUNCTIONS[:3], runpath="$ORIGIN"
    )
    agree(put(directory / "liba.so", user), directory)


@pytest.mark.parametrize(
    ("named_by", "error"),
    [("nobody", INCONSISTENCY), ("another", None), ("another before", "undefined"), ("a path before", INCONSISTENCY)],
)
def test_versions_needed_of_a_library_that_is_no_longer_needed(
    named_by: str, error: str | None, tmp_path: Path
) -> None:
    """`patchelf --remove-needed` leaves DT_VERNEED as it was; glibc asserts that some object has that name."""
    data = bytearray(SharedObject(needed=(NEW, "libb.so"), uses=("alpha",), runpath="$ORIGIN").bytes())
    start, end = dynamic_section(data)
    tags = [tag for tag, _ in struct.iter_unpack("<QQ", data[start:end])]
    at = start + 16 * tags.index(1)  # the first DT_NEEDED
    data[at : at + 8] = struct.pack("<Q", 0x60000FFF)  # a tag that nobody knows
    (tmp_path / "liba.so").write_bytes(data)
    put(tmp_path / "libv.so", NEW)
    needed = ("libv.so",) if named_by == "another" else ()
    put(tmp_path / "libb.so", SharedObject(soname="libb.so", needed=needed, runpath="$ORIGIN"))
    put(tmp_path / "libc1.so", SharedObject(needed=("libv.so",), runpath="$ORIGIN"))
    earlier = {"another before": ["./libc1.so"], "a path before": ["./libv.so"]}
    answer = agree("./liba.so", tmp_path, earlier=earlier.get(named_by, []))
    assert answer.error == ("./liba.so: undefined symbol: alpha, version V2" if error == "undefined" else error)
