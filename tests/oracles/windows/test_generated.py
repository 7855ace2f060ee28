"""Random worlds: the model's whole answer against the real loader's."""

from __future__ import annotations

import os
from functools import partial
from itertools import chain

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from tests.oracles.windows.test_manifests import VC90, wants
from tests.oracles.windows.world import CHANGES, PLACES, SYSTEM_PLACES, Dll, Lab, World
from tests.sweep.generated import BATCHES, agree_on_batch

pytestmark = pytest.mark.oracle("wine", "mingw")

# System32 is shared with whoever else runs tests: the names are this process's own.
NAMES = tuple(f"wl{os.getpid()}{letter}.dll" for letter in "abcde")
IMPOSTORS = (
    "x86",
    "aarch64",
    "text",
    "empty",
    "truncated",
    "cut by a byte",
    "directory",
    "optional header of 32 bits",
    "optional header of no kind",
    "no size in memory",
    "less room than its sections",
    "entry point in its headers",
    "code that may not be executed",
    "code that is not in the file",
    "section within a page",
)
FLAGS = st.sampled_from([0x1100, 0x1100, 0x1000, 0, 0, 8]) | st.integers(0, 0x1F).map(lambda bits: bits << 8)
SPELLINGS = (str, str.upper, lambda name: name.removesuffix(".dll"), lambda name: f"{name} ")
FORMS = (
    "{name}",
    r"{{{place}}}\{name}",
    r"{{{place}}}\{name}",
    "{{{place}}}/{name}",
    r"\\?\{{{place}}}\{name}",
    r"\\?\{{{place}}}/{name}",
    r"..\{place}\{name}",
)


def one_in(number: int) -> st.SearchStrategy[bool]:
    return st.integers(1, number).map(lambda drawn: drawn == number)


@st.composite
def dlls(draw: st.DrawFn, names: tuple[str, ...], own: str) -> Dll:
    """A file `own` that needs some of `names`; now and then an impostor, or one that needs what is nowhere."""
    needs = draw(st.lists(st.sampled_from(names), max_size=3, unique=True))
    needs = [draw(st.sampled_from(SPELLINGS))(name) for name in needs]
    if draw(one_in(25)):
        needs.insert(draw(st.integers(0, len(needs))), "wl-nowhere.dll")
    forwards = (("fw", draw(targets(names, own))),) if draw(one_in(3)) else ()
    takes = [(name, ("wl", "fw")) if draw(one_in(3)) else name for name in needs]
    delay = ("wl-late.dll",) if draw(one_in(8)) else ()
    what = draw(st.sampled_from(IMPOSTORS)) if draw(one_in(15)) else draw(st.sampled_from(("dll", "dll", *CHANGES)))
    manifest = draw(manifests(names)) if draw(one_in(12)) else ""
    number = draw(st.sampled_from([2, 2, 2, 1, 3]))
    return Dll(needs=tuple(takes), delay=delay, forwards=forwards, what=what, manifest=manifest, manifest_number=number)


@st.composite
def targets(draw: st.DrawFn, names: tuple[str, ...], own: str) -> str:
    """What an export forwards to: a function, or a forwarder of a later name, so that there is no circle."""
    stem = draw(st.sampled_from((*names, *names, "wl-nowhere.dll"))).removesuffix(".dll")
    stem = draw(st.sampled_from([stem, stem, stem.upper(), f"{stem}.dll", f"{stem} "]))
    later = [name.removesuffix(".dll") for name in names if name > own]
    if later and draw(st.booleans()):
        return draw(st.sampled_from(later)) + draw(st.sampled_from([".fw", ".fw", ".#2"]))
    return stem + draw(st.sampled_from([".wl", ".wl", ".wl", ".#1", ".wl-nobody", ".#77"]))


@st.composite
def manifests(draw: st.DrawFn, names: tuple[str, ...]) -> str:
    """Of a DLL: files of its own, an assembly of the store, one that is nowhere."""
    files = draw(st.lists(st.sampled_from(names), max_size=2, unique=True))
    assemblies = draw(st.lists(st.sampled_from([VC90, ("Wl.Nowhere",)]), max_size=1))
    return wants(*assemblies, files=tuple(files), optional=draw(st.booleans()))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Libraries at home in one place, rivals in others, and a load that more often than not searches that place."""
    names = NAMES[: draw(st.integers(1, len(NAMES)))]
    places = st.sampled_from((*PLACES, *SYSTEM_PLACES))
    home = draw(st.sampled_from(PLACES))
    files = {(home, name): draw(dlls(names, name)) for name in names if not draw(one_in(8))}
    linked = [key for key in sorted(files) if files[key].what == "dll"] if draw(one_in(6)) else []
    for place, name in linked[:1]:
        files[place, f"link-to-{name}"] = Dll(what="link", link_to=name)
    rivals = draw(st.lists(st.tuples(places, st.sampled_from(names)), min_size=not files, max_size=3, unique=True))
    files |= {(place, name): draw(dlls(names, name)) for place, name in rivals}
    some_places = st.lists(st.sampled_from(PLACES), max_size=2, unique=True)
    searched = st.tuples(some_places, st.sampled_from([[home], [home], []]), some_places)
    place, name = draw(st.sampled_from(sorted(files)))
    form = draw(st.sampled_from(FORMS))
    before = draw(st.lists(st.sampled_from(sorted(files)), max_size=1)) if draw(one_in(3)) else []
    return World(
        files,
        form.format(place=place, name=draw(st.sampled_from(SPELLINGS))(name)),
        flags=draw(FLAGS),
        added=list(dict.fromkeys(chain(*draw(searched)))),
        path=list(chain(*draw(searched))),
        current=draw(st.sampled_from(PLACES)),
        dll_directory=draw(st.sampled_from(["", "lib", "set dll directory"])) if draw(one_in(6)) else None,
        default_dll_directories=draw(st.sampled_from([0x1000, 0x400, 0x800, 0x200])) if draw(one_in(8)) else None,
        preload=[rf"{{{place}}}\{name}" for place, name in before],
    )


def agree_on(lab: Lab, world: World) -> None:
    predicted, observed = lab.outcomes(world)
    if observed.error == 0 and takes_its_own_forward(world):
        assume(predicted.error == 0)  # Wine's mistake; see there
    assert predicted == observed


def takes_its_own_forward(world: World) -> bool:
    """Whether a DLL imports from itself a name that it forwards to another library.

    Where that library cannot be loaded, and the DLL needs it as well, Wine 8 loads the DLL all the same: its loader
    remembers the module that it found last (ntdll/loader.c, cached_modref), and seems to take the one that it has just
    discarded for one that is loaded. docs/loaders.md tells of it.
    """
    return any(
        one.forwards and isinstance(need, tuple) and "fw" in need[1] and need[0].lower().removesuffix(".dll") == stem
        for (_, name), one in world.files.items()
        for need in one.needs
        for stem in [name.lower().removesuffix(".dll")]
    )


COMMON = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck), "print_blob": True}


# Shrunk from a disagreement: a library that an export forwards to is absent, which Wine lets pass, and an import
# directory names it too, which ends the load.
FORWARDED_AND_NEEDED = World(
    {("lib", NAMES[0]): Dll(needs=((NAMES[0], ("wl", "fw")), NAMES[1]), forwards=(("fw", f"{NAMES[1][:-4]}.wl"),))},
    NAMES[0],
    flags=0x1000,
    added=["lib"],
)

# Shrunk from a disagreement: a file in System32 is looked into like any other.
FORWARDED_FROM_SYSTEM32 = World(
    {
        ("system32", NAMES[0]): Dll(needs=((NAMES[1], ("fw",)),)),
        ("lib", NAMES[1]): Dll(forwards=(("fw", f"{NAMES[2][:-4]}.wl"),)),
        ("lib", NAMES[2]): Dll(),
    },
    NAMES[0],
    flags=0,
    path=["lib"],
)


@given(world=worlds())
@example(world=FORWARDED_AND_NEEDED)
@example(world=FORWARDED_FROM_SYSTEM32)
@settings(max_examples=150, derandomize=True, **COMMON)
def test_the_model_answers_as_wine_does(lab: Lab, world: World):
    agree_on(lab, world)


@pytest.mark.sweep
@pytest.mark.parametrize("batch", BATCHES)
def test_the_model_answers_as_wine_does_at_length(lab: Lab, batch: int):
    agree_on_batch("windows worlds", batch, worlds(), partial(agree_on, lab))
