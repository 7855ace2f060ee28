"""Search flags, the process's settings, and the directories that they bring in."""

from __future__ import annotations

import os

import pytest

from tests.oracles.windows.world import Dll, World

pytestmark = pytest.mark.oracle("wine", "mingw")

A = r"{lib}\a.dll"
OWN = f"wl{os.getpid()}.dll"  # System32 is shared with other workers: the name is this process's own
CHAIN = {
    ("lib", "a.dll"): Dll(needs=("b.dll", "c.dll")),
    ("lib", "b.dll"): Dll(needs=("c.dll",)),
    ("lib", "c.dll"): Dll(),
}
EVERYWHERE = {
    ("lib", "a.dll"): Dll(needs=(OWN,)),
    **{(place, OWN): Dll() for place in ("lib", "application", "added one", "system32", "current", "päth")},
}


@pytest.mark.parametrize("flags", range(0, 0x2000, 0x100), ids=hex)
def test_every_combination_of_search_flags(agree, flags):
    agree(World(EVERYWHERE, A, flags=flags, added=["added one"], path=["päth"]))


@pytest.mark.parametrize("flags", [0, 0x200, 0x400, 0x800, 0x1000], ids=hex)
def test_every_search_flag_with_a_bare_name(agree, flags):
    agree(World(EVERYWHERE, OWN, flags=flags, added=["added one"], path=["päth"]))


def test_load_directory_belongs_to_the_first_file(agree):
    deeper = {
        ("lib", "a.dll"): Dll(needs=(r"sub\b.dll",)),
        ("lib", "sub/b.dll"): Dll(needs=("c.dll",)),
        ("lib", "sub/c.dll"): Dll(),
    }
    assert agree(World(deeper, A)).error == 126
    assert agree(World({**deeper, ("lib", "c.dll"): Dll()}, A)).error == 0


@pytest.mark.parametrize(
    ("flags", "name", "error"),
    [(0x108, A, 87), (0x1008, A, 87), (0x1100, "a.dll", 87), (0x100, r"lib\a.dll", 87), (0x100, "C:a.dll", 87),
     (0x100, r"\\nosuch\share\a.dll", 87), (0x100, r"\windows\nosuch.dll", 126), (8, A, 0)],
)  # fmt: skip
def test_flags_that_contradict_each_other(agree, flags, name, error):
    assert agree(World(CHAIN, name, flags=flags)).error == error


STANDARD = {
    "file's own directory is not searched": World(CHAIN, A, flags=0),
    "PATH is, with spaces and other letters": World(CHAIN, A, flags=0, path=["päth", "path two", "lib"]),
    "the current directory is": World(CHAIN, "a.dll", flags=0, current="lib"),
    "added directories are not": World(CHAIN, A, flags=0, added=["lib"]),
    "altered search path": World(CHAIN, A, flags=8),
    "altered, relative": World(
        {("lib", "sub/a.dll"): Dll(), ("current", "sub/a.dll"): Dll(needs=("b.dll",)), ("current", "sub/b.dll"): Dll()},
        r"sub\a.dll",
        flags=8,
        path=["lib"],
    ),
    "a relative PATH entry": World(CHAIN, "a.dll", flags=0, current="else where", path=[r"..\lib"]),
    "an empty PATH entry": World(
        CHAIN, "a.dll", flags=0, current="lib", path=["päth", "", "added one"], dll_directory="päth"
    ),
    "a PATH of a semicolon": World(CHAIN, "a.dll", flags=0, current="lib", path=["", ""], dll_directory="päth"),
    "a PATH entry in quotes": World(CHAIN, "a.dll", flags=0, path=['"C:\\windows"']),
    "application before System32": World({("application", OWN): Dll(), ("system32", OWN): Dll()}, OWN[:-4], flags=0),
    "System before Windows": World({("system", OWN): Dll(), ("windows", OWN): Dll()}, OWN[:-4], flags=0),
    "Windows before current": World({("windows", OWN): Dll(), ("current", OWN): Dll()}, OWN[:-4], flags=0),
}


@pytest.mark.parametrize("world", STANDARD.values(), ids=STANDARD)
def test_standard_order(agree, world):
    agree(world)


SETTINGS = {
    "SetDllDirectory": World(CHAIN, "a.dll", flags=0, dll_directory="lib"),
    "takes the current directory out": World(CHAIN, "a.dll", flags=0, dll_directory="else where", current="lib"),
    "empty, which Wine ignores": World(CHAIN, "a.dll", flags=0, dll_directory="", current="lib"),
    "counts among the added": World(CHAIN, "a.dll", flags=0x400, dll_directory="lib"),
    "after the added": World(
        {("added one", "a.dll"): Dll(), ("lib", "a.dll"): Dll()},
        "a.dll",
        flags=0x400,
        dll_directory="lib",
        added=["added one"],
    ),
    "two added, newest first on Wine": World(
        {("added one", "a.dll"): Dll(), ("added-zwei", "a.dll"): Dll()},
        "a",
        flags=0x1000,
        added=["added one", "added-zwei"],
    ),
    "SetDefaultDllDirectories": World(CHAIN, "a.dll", flags=0, default_dll_directories=0x400, added=["lib"]),
    "own flags win": World(CHAIN, A, flags=0x800, default_dll_directories=0x400, added=["lib"]),
    "with an altered search path": World(CHAIN, A, flags=8, default_dll_directories=0x800),
    "and a bare name": World(CHAIN, "a.dll", flags=8, default_dll_directories=0x800, path=["lib"]),
}


@pytest.mark.parametrize("world", SETTINGS.values(), ids=SETTINGS)
def test_settings_of_the_process(agree, world):
    agree(world)


@pytest.mark.parametrize("flags", [1, 2, 0x10, 0x20, 0x40, 0x2000], ids=hex)
def test_flags_that_change_what_is_done_with_the_file(agree, flags):
    agree(World(CHAIN, A, flags=flags, path=["lib"]))


@pytest.mark.parametrize("name", [r"{lib}\nosuch.dll", r"{lib}\no\such.dll", "nosuch.dll", r"..\nosuch.dll"])
@pytest.mark.parametrize(("flags", "error"), [(0, 126), (1, 126), (2, 2), (0x20, 2), (0x40, 2), (0x22, 2)])
def test_a_file_that_is_not_there(agree, name, flags, error):
    assert agree(World({}, name, flags=flags)).error == error


@pytest.mark.parametrize("flags", [0x2, 0x20, 0x402, 0x802, 0x1040, 0x102, 0xA], ids=hex)
@pytest.mark.parametrize("default", [None, 0x400], ids=["", "SetDefaultDllDirectories"])
def test_as_data_wine_asks_the_old_search_path(agree, flags, default):
    """Neither flags nor what was added decide there."""
    places = {
        "added one": {"added": ["added one"]},
        "set dll directory": {"dll_directory": "set dll directory"},
        "päth": {"path": ["päth"]},
        "current": {},
    }
    found = []
    for place, settings in places.items():
        world = World({(place, "a.dll"): Dll()}, "a", flags=flags, default_dll_directories=default, **settings)
        found += [place] if agree(world).error == 0 else []
    # DLL_LOAD_DIR wants a full path, and is an error without; an altered search path brings it to a default.
    refused = flags & 0x100 or (flags & 8 and default)
    assert found == ([] if refused else ["päth", "current"])
