"""Export forwarders: what they bring in, in which order, and where they lead nowhere."""

from __future__ import annotations

import pytest

from tests.oracles.windows.world import Crashed, Dll, World

pytestmark = pytest.mark.oracle("wine", "mingw")

A = r"{lib}\a.dll"
FORWARDING = {
    ("lib", "a.dll"): Dll(needs=(("b.dll", ("fw",)), "c.dll")),
    ("lib", "b.dll"): Dll(forwards=(("fw", "f.wl"),)),
    ("lib", "c.dll"): Dll(),
    ("lib", "f.dll"): Dll(needs=("g.dll",)),
    ("lib", "g.dll"): Dll(),
}


def chain(*targets: str, take: str | int = "fw", **files: Dll) -> World:
    """`a.dll` takes a forwarder of `m0.dll`, which leads to `m1.dll` and so on, the last to the last of `targets`."""
    links = {f"m{i}.dll": Dll(forwards=(("fw", target),)) for i, target in enumerate(targets)}
    made = {"a.dll": Dll(needs=(("m0.dll", (take,)), "z.dll")), "z.dll": Dll(), **links, "end.dll": Dll(), **files}
    return World({("lib", name): one for name, one in made.items()}, A)


FORWARDERS = {
    "a forwarder that is used": World(FORWARDING, A),
    "a forwarder that is not": World({**FORWARDING, ("lib", "a.dll"): Dll(needs=("b.dll", "c.dll"))}, A),
    "taken by ordinal": World({**FORWARDING, ("lib", "a.dll"): Dll(needs=(("b.dll", (2,)),))}, A),
    "to an absent library": World({key: made for key, made in FORWARDING.items() if key[1] != "f.dll"}, A),
    "to a library that lacks something": World({key: made for key, made in FORWARDING.items() if key[1] != "g.dll"}, A),
    "to a library that lacks something, spelled with a space": World(
        {key: made for key, made in FORWARDING.items() if key[1] != "g.dll"}
        | {("lib", "f.dll"): Dll(needs=("g.dll ",)), ("lib", "g.dll"): Dll(what="empty")},
        A,
    ),
    "a chain, the last by ordinal": World(
        {
            **FORWARDING,
            ("lib", "b.dll"): Dll(forwards=(("fw", "h.fw"),)),
            ("lib", "h.dll"): Dll(forwards=(("fw", "f.#1"),)),
        },
        A,
    ),
    "of a module loaded before": World(
        {**FORWARDING, ("else where", "b.dll"): Dll(forwards=(("fw", "f.wl"),))}, A, preload=[r"{else where}\b.dll"]
    ),
}
CHAINS = {
    "of three": chain("m1.fw", "m2.fw", "end.wl"),
    "of three, by ordinal": chain("m1.#2", "m2.#2", "end.#1", take=2),
    "whatever the case": chain("M1.fw", "END.wl"),
    "with extensions": chain("m1.dll.fw", "end.dll.wl"),
    "to an absent library": chain("m1.fw", "m2.fw", "nowhere.wl"),
    "to a symbol that is missing": chain("m1.fw", "end.nobody"),
    "to an ordinal that is missing": chain("m1.fw", "end.#77"),
    "to Windows' own": chain("m1.fw", "winmm.timeGetTime"),
    "to an API set": chain("m1.fw", "api-ms-win-core-synch-l1-1-0.Sleep"),
    "back to who takes it": chain("m1.fw", "a.wl"),
    "to a name with a dot": chain("mod.7.wl", **{"mod.7": Dll(), "mod.7.dll": Dll()}),
    "by ordinal to a name without a dot": chain("mod.#1", **{"mod.dll": Dll(), "mod": Dll()}),
    "to a name with a space behind it": chain("m1 .fw", "end .wl"),
    "to a directory": chain(r"sub\end.wl", **{"sub/end.dll": Dll()}),
    "without a library": chain(".wl"),
    "without a dot": chain("end"),
    "to a file that is no library": chain("m1.fw", "bad.wl", **{"bad.dll": Dll(what="text")}),
}
SEVERAL = {
    "in the order in which they are taken": World(
        {
            ("lib", "a.dll"): Dll(needs=(("b.dll", ("one", "two", "three")), "z.dll")),
            ("lib", "b.dll"): Dll(needs=("y.dll",), forwards=(("one", "x.wl"), ("two", "w.wl"), ("three", "v.wl"))),
            **{("lib", f"{letter}.dll"): Dll(needs=("u.dll",)) for letter in "vwxyz"},
            ("lib", "u.dll"): Dll(),
        },
        A,
    ),
    "one of which leads nowhere": World(
        {
            ("lib", "a.dll"): Dll(needs=(("b.dll", ("one", "two", "three")),)),
            ("lib", "b.dll"): Dll(forwards=(("one", "x.wl"), ("two", "nowhere.wl"), ("three", "v.wl"))),
            ("lib", "x.dll"): Dll(needs=("v.dll",)),
            ("lib", "v.dll"): Dll(),
        },
        A,
    ),
    "of libraries that need each other": World(
        {
            ("lib", "a.dll"): Dll(needs=(("b.dll", ("one",)), ("c.dll", ("two",)))),
            ("lib", "b.dll"): Dll(needs=(("c.dll", ("two",)),), forwards=(("one", "c.two"),)),
            ("lib", "c.dll"): Dll(needs=(("b.dll", ("wl",)),), forwards=(("two", "d.wl"),)),
            ("lib", "d.dll"): Dll(needs=("e.dll",)),
            ("lib", "e.dll"): Dll(),
        },
        A,
    ),
}
# Shrunk from a disagreement.
LEFT_BEHIND = World(
    {
        ("lib", "a.dll"): Dll(needs=(("b.dll", ("wl", "fw")),)),
        ("lib", "b.dll"): Dll(forwards=(("fw", "f.fw"),)),
        ("lib", "f.dll"): Dll(needs=("nowhere.dll", "g.dll")),
        ("lib", "g.dll"): Dll(needs=("f.dll",)),
    },
    A,
)
CIRCLES = {
    "to itself": chain("m0.fw"),
    "of two": chain("m1.fw", "m0.fw"),
    "of three, by ordinal": chain("m1.#2", "m2.#2", "m0.#2"),
    "behind others": chain("m1.fw", "m2.fw", "M1.dll.fw"),
}


@pytest.mark.parametrize("world", FORWARDERS.values(), ids=FORWARDERS)
def test_forwarders(agree, world):
    assert agree(world).error == 0


@pytest.mark.parametrize("world", CHAINS.values(), ids=CHAINS)
def test_chains(agree, world):
    assert agree(world).error == 0


@pytest.mark.parametrize("world", SEVERAL.values(), ids=SEVERAL)
def test_several_of_one_library(agree, world):
    assert agree(world).error == 0


def test_what_a_library_brought_that_goes_again_stays(agree):
    """Also where it needs that library: while that is being loaded, it is there."""
    assert [path.rpartition("\\")[2] for path in agree(LEFT_BEHIND).mapped] == ["a.dll", "b.dll", "g.dll"]


@pytest.mark.parametrize("world", CIRCLES.values(), ids=CIRCLES)
def test_wine_does_not_survive_a_circle(lab, world):
    """The model leaves open what comes of it; see tests/loader/test_windows.py."""
    with pytest.raises(Crashed):
        lab.outcomes(world)


def test_a_circle_that_nobody_takes(agree):
    world = chain("m1.fw", "m0.fw", take="wl")
    assert len(agree(world).mapped) == 3
