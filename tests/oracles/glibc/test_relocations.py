"""Relocations as one walk: a symbol that nobody defines and thread-local data without room, whichever comes first."""

from __future__ import annotations

import platform
import shutil
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.oracles.glibc.oracle import both
from tests.oracles.glibc.test_tls import NO_ROOM, holding
from tests.oracles.glibc.worlds import ROOT
from tests.support.gcc import SharedObject

pytestmark = [
    pytest.mark.oracle("gcc"),
    pytest.mark.xdist_group("glibc-worlds"),
    pytest.mark.skipif(platform.machine() != "x86_64", reason="elsewhere the model does not claim the last byte"),
]
NAMES = tuple(f"lib{letter}.so" for letter in "abcd")
SIZES = (100, 400, 512, 700, 1000, 1700)
# How code reaches thread-local data: from the thread pointer, by a descriptor, by a call.
REACHED = {
    "offset": '__thread char {data}[{size}] __attribute__((tls_model("initial-exec"), aligned({alignment})));'
    "char *get_{data}(void) {{ return {data}; }}",
    "descriptor": "__thread char {data}[{size}] __attribute__((aligned({alignment})));"
    '__asm__(".text; leaq {data}@TLSDESC(%rip), %rax; call *{data}@TLSCALL(%rax); ret");',
    "call": "__thread char {data}[{size}] __attribute__((aligned({alignment})));"
    "char *get_{data}(void) {{ return {data}; }}",
}
OF_ANOTHER = (
    'extern __thread char {data}[] __attribute__((tls_model("initial-exec")));'
    "char *others_{data}(void) {{ return {data}; }}"
)


@dataclass(frozen=True)
class Graph:
    """Libraries in one directory, by name; what is loaded before; what is asked for."""

    objects: dict[str, SharedObject]
    asked: str
    earlier: tuple[str, ...] = ()


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    names = NAMES[: draw(st.integers(1, len(NAMES)))]
    objects = {name: draw(_objects(name, names)) for name in names}
    earlier = draw(st.lists(st.sampled_from(names), max_size=1)) if draw(st.integers(0, 3)) == 3 else []
    how = draw(st.sampled_from(["", "", "lazy:"]))
    return Graph(objects, f"{how}{ROOT}/{names[0]}", tuple(f"{ROOT}/{name}" for name in earlier))


@st.composite
def _objects(draw: st.DrawFn, name: str, names: tuple[str, ...]) -> SharedObject:
    source = ""
    if how := draw(st.sampled_from([*REACHED, "offset", "offset", ""])):
        size, alignment = draw(st.sampled_from(SIZES)), draw(st.sampled_from([1, 1, 16, 64, 128]))
        source = REACHED[how].format(data=f"of_{name[3]}", size=size, alignment=alignment)
    if draw(st.integers(0, 4)) == 4:
        other = draw(st.sampled_from([one for one in names if one != name] or ["libnone.so"]))
        source += OF_ANOTHER.format(data=f"of_{other[3]}")
    symbols = st.lists(st.sampled_from(["here", "nobody_has_this", "neither_this"]), max_size=1)
    return SharedObject(
        soname=name,
        needed=tuple(draw(st.lists(st.sampled_from(names), max_size=2, unique=True))),
        runpath="$ORIGIN",
        defines=("here",) if draw(st.booleans()) else (),
        uses=tuple(draw(symbols)) if draw(st.integers(0, 4)) == 4 else (),
        calls=tuple(draw(symbols)) if draw(st.integers(0, 4)) == 4 else (),
        source=source,
    )


def agree_on(graph: Graph) -> str | None:
    shutil.rmtree(ROOT, ignore_errors=True)
    ROOT.mkdir(parents=True)
    for name, one in graph.objects.items():
        (ROOT / name).write_bytes(one.bytes())
    predicted, observed = both(graph.asked, directory=ROOT, earlier=graph.earlier)
    assert predicted == observed
    return observed.error


def test_what_comes_first_ends_the_load() -> None:
    """What is needed is carried out before its user; within an object slots of the PLT come last."""
    full = holding(4000, soname="libb.so")
    lacking = SharedObject(soname="libb.so", uses=("nobody_has_this",))
    asked = f"{ROOT}/liba.so"
    user = holding(4000, needed=(lacking,), runpath="$ORIGIN")
    assert agree_on(Graph({"liba.so": user, "libb.so": lacking}, asked)) == (
        f"{ROOT}/libb.so: undefined symbol: nobody_has_this"
    )
    user = SharedObject(uses=("nobody_has_this",), needed=(full,), runpath="$ORIGIN")
    assert agree_on(Graph({"liba.so": user, "libb.so": full}, asked)) == f"{ROOT}/libb.so: {NO_ROOM}"
    both_faults = holding(4000, calls=("nobody_has_this",))
    assert agree_on(Graph({"liba.so": both_faults}, asked)) == f"{asked}: {NO_ROOM}"


@pytest.mark.parametrize("size", [500, 512, 513, 1700])
def test_descriptors_take_of_the_room_what_is_set_apart(size: int) -> None:
    by_descriptor = SharedObject(
        source=REACHED["descriptor"].format(data="of_b", size=size, alignment=1),
        soname="libb.so",
        needed=("libc.so.6",),
    )
    for rest in (1100, 1200, 1240, 1700):
        user = holding(rest, needed=(by_descriptor,), runpath="$ORIGIN")
        agree_on(Graph({"liba.so": user, "libb.so": by_descriptor}, f"{ROOT}/liba.so"))
        agree_on(Graph({"liba.so": holding(rest), "libb.so": by_descriptor}, f"{ROOT}/liba.so", (f"{ROOT}/libb.so",)))


@settings(max_examples=100, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
@given(graph=graphs())
def test_random_graphs(graph: Graph) -> None:
    agree_on(graph)
