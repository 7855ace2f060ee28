"""What ends a search, and what is passed over."""

from __future__ import annotations

import pytest

from tests.oracles.windows.world import Dll, World

pytestmark = pytest.mark.oracle("wine", "mingw")

MACHINES = ("x86", "aarch64", "arm")
DAMAGED = (
    "cut by a byte",
    "cut by a sector",
    "optional header of 32 bits",
    "optional header of no kind",
    "no size in memory",
    "less room than its sections",
    "text",
    "empty",
    "truncated",
    "elf",
    "directory",
)
WAYS = {
    "asked for": lambda bad: World({("lib", "a.dll"): bad}, r"{lib}\a.dll"),
    "a dependency": lambda bad: World({("lib", "a.dll"): Dll(needs=("b.dll",)), ("lib", "b.dll"): bad}, r"{lib}\a.dll"),
    "a dependency, with a good copy later": lambda bad: World(
        {("lib", "a.dll"): Dll(needs=("b.dll",)), ("lib", "b.dll"): bad, ("added one", "b.dll"): Dll()},
        r"{lib}\a.dll",
        added=["added one"],
    ),
    "a bare name": lambda bad: World({("lib", "b.dll"): bad}, "b.dll", flags=0x1000, added=["lib"]),
    "a bare name, with a good copy later": lambda bad: World(
        {("lib", "b.dll"): bad, ("added one", "b.dll"): Dll()}, "b.dll", flags=0x1000, added=["added one", "lib"]
    ),
    "shadowed by a loaded module": lambda bad: World(
        {("lib", "b.dll"): bad, ("added one", "b.dll"): Dll()},
        "b",
        flags=0x1000,
        added=["lib"],
        preload=[r"{added one}\b.dll"],
    ),
    "as data": lambda bad: World({("lib", "a.dll"): bad}, r"{lib}\a.dll", flags=2),
    "as a resource": lambda bad: World({("lib", "a.dll"): bad}, r"{lib}\a.dll", flags=0x20),
    "as data and a resource": lambda bad: World({("lib", "a.dll"): bad}, r"{lib}\a.dll", flags=0x22),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("machine", MACHINES)
def test_another_machine_type(agree, way, machine):
    agree(way(Dll(what=machine)))


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_dotnet_library_for_x86(agree, way):
    agree(way(Dll(what="dotnet for x86")))


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("damage", DAMAGED[:-1])
def test_a_file_that_is_no_image(agree, way, damage):
    agree(way(Dll(what=damage)))


@pytest.mark.parametrize("way", list(WAYS.values())[:-1], ids=list(WAYS)[:-1])
def test_a_directory_of_that_name(agree, way):
    agree(way(Dll(what="directory")))


def test_an_executable_is_mapped_without_its_imports(agree):
    assert agree(World({}, r"{application}\pythonw.exe", flags=0)).error == 0
