"""Wine's own DLLs stand in for files of their names: a departure from Windows that real wheels meet."""

from __future__ import annotations

import pytest

from tests.oracles.windows.world import Dll, World
from wontload.loader.windows.wine import INITIALISERS

pytestmark = pytest.mark.oracle("wine", "mingw")

NAMES = ("psapi.dll", "msvcp140.dll", "vcruntime140_1.dll", "opengl32.dll")
WAYS = {
    "by path": lambda name: World({("lib", name): Dll(needs=("b.dll",)), ("lib", "b.dll"): Dll()}, rf"{{lib}}\{name}"),
    "two files": lambda name: World(
        {("lib", name): Dll(), ("added one", name): Dll()}, rf"{{lib}}\{name}", preload=[rf"{{added one}}\{name}"]
    ),
    "Wine's own after a file": lambda name: World(
        {("lib", name): Dll()}, rf"C:\windows\system32\{name}", preload=[rf"{{lib}}\{name}"]
    ),
    "needed": lambda name: World(
        {("lib", "a.dll"): Dll(needs=(name,)), ("lib", name): Dll(needs=("b.dll",)), ("lib", "b.dll"): Dll()},
        r"{lib}\a.dll",
    ),
    "cut short": lambda name: World({("lib", name): Dll(what="truncated")}, rf"{{lib}}\{name}"),
    "text": lambda name: World({("lib", name): Dll(what="text")}, rf"{{lib}}\{name}"),
    "another machine's": lambda name: World({("lib", name): Dll(what="x86")}, rf"{{lib}}\{name}"),
    "as data": lambda name: World({("lib", name): Dll()}, rf"{{lib}}\{name}", flags=2),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("name", NAMES)
def test_wines_own_dll_stands_in(agree, way, name):
    agree(way(name))


@pytest.mark.parametrize("name", INITIALISERS)
def test_what_wines_initialisers_map(agree, name):
    """Each maps what no table of it names, and nothing else."""
    outcome = agree(World({}, rf"C:\windows\system32\{name}"))
    assert rf"c:\windows\system32\{INITIALISERS[name][0]}" in outcome.mapped


@pytest.mark.parametrize(
    "world",
    [World({("lib", "a.dll"): Dll(needs=("mscoree.dll",))}, r"{lib}\a.dll"), World({}, "mscoree.dll", flags=0x1000)],
    ids=["needed", "asked for"],
)
def test_a_dll_that_is_switched_off_is_absent(agree, world):
    assert agree(world).error == 126
