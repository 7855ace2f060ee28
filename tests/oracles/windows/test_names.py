"""How a name is read: extensions, slashes, prefixes, letter case."""

from __future__ import annotations

import ntpath

import pytest

from tests.oracles.windows.world import Dll, World

pytestmark = pytest.mark.oracle("wine", "mingw")

FILES = {("lib", "a.dll"): Dll(needs=("b.dll",)), ("lib", "b.dll"): Dll(), ("lib", "plain"): Dll(needs=("a.dll",))}
LOADS = {
    "a path": World(FILES, r"{lib}\a.dll"),
    "forward slash": World(FILES, "{lib}/a.dll"),
    "capitals": World(FILES, r"{lib}\A.DLL"),
    "no extension": World(FILES, r"{lib}\A"),
    "trailing dot": World(FILES, r"{lib}\plain."),
    "trailing dots and spaces": World(FILES, r"{lib}\a.dll. ."),
    "trailing space": World(FILES, r"{lib}\a.dll "),
    "a directory with a trailing dot": World(FILES, r"{lib}.\a.dll"),
    "dots": World(FILES, r"{lib}\..\lib\.\a.dll"),
    "a doubled backslash": World(FILES, r"{lib}\\a.dll"),
    "the NT prefix": World(FILES, r"\\?\{lib}\a.dll"),
    "the device prefix": World(FILES, r"\\.\{lib}\a.dll"),
    "relative to the current drive's directory": World(FILES, "C:a.dll", flags=0, current="lib"),
    "rooted": World(FILES, r"/windows\system32/crypt32.dll", flags=0x100),
    "bare without extension": World(FILES, "a", flags=0x1000, added=["lib"]),
    "bare with a trailing dot": World(FILES, "plain.", flags=0x1000, added=["lib"]),
    "relative, sought in PATH": World({("lib", "sub/a.dll"): Dll()}, r"sub\a.dll", flags=0, path=["lib"]),
    "relative, sought in added": World({("lib", "sub/a.dll"): Dll()}, r"sub\a.dll", flags=0x1000, added=["lib"]),
    "outside ASCII": World({("päth", "dé.dll"): Dll(needs=("b.dll",)), ("päth", "b.dll"): Dll()}, r"{päth}\DÉ.dll"),
    "PATH with slashes": World(FILES, "a", flags=0, path=["C:/nosuch/", "lib"]),
    "altered search path needs a backslash": World({("lib", "b.dll"): Dll()}, "{lib}/b.dll", flags=8),
}
IMPORTS = {
    "other case": Dll(needs=("B.DLL",)),
    "no extension": Dll(needs=("B",)),
    "trailing space": Dll(needs=("b.dll ",)),
    "trailing dot": Dll(needs=("plain.",)),
    "another extension": Dll(needs=("b.drv",)),
    "a relative path": Dll(needs=(r"sub\b.dll",)),
    "itself": Dll(needs=("x.dll",)),
    "twice": Dll(needs=("b.dll", "B.dll")),
}
NAMESAKES = {(where, name): Dll() for where in ("lib",) for name in ("b.dll", "plain", "b.drv", "sub/b.dll")}


@pytest.mark.parametrize("world", LOADS.values(), ids=LOADS)
def test_names_asked_for(agree, world):
    assert agree(world).error == 0


@pytest.mark.parametrize("importer", IMPORTS.values(), ids=IMPORTS)
def test_names_in_an_import_directory(agree, importer):
    assert agree(World({**NAMESAKES, ("lib", "x.dll"): importer}, r"{lib}\x.dll")).error == 0


DEEP = "/".join(["d" * 60] * 5)
LONG = {("lib", f"{DEEP}/{name}"): made for (_, name), made in FILES.items()}
LONG_PATHS = {
    "a path": World(LONG, rf"{{lib}}\{ntpath.normpath(DEEP)}\a.dll"),
    "the NT prefix": World(LONG, rf"\\?\{{lib}}\{ntpath.normpath(DEEP)}\a.dll"),
    "in PATH": World(LONG, "a.dll", flags=0, path=[rf"{{lib}}\{ntpath.normpath(DEEP)}"]),
    "added": World(LONG, "a.dll", flags=0x1000, added=[rf"{{lib}}\{ntpath.normpath(DEEP)}"]),
}


@pytest.mark.parametrize("world", LONG_PATHS.values(), ids=LONG_PATHS)
def test_paths_of_more_than_260_characters(agree, world):
    """Wine knows no limit; Windows' depends on the registry: tests/loader/test_windows.py."""
    assert len(DEEP) > 260
    assert agree(world).error == 0


@pytest.mark.parametrize(
    "name", [r"{lib}\nosuch.dll", r"{lib}\no\such.dll", "nosuch", r"..\lib\a.dll", r"\\nosuch\share\a.dll", r"Q:\a.dll"]
)
def test_names_of_nothing(agree, name):
    assert agree(World(FILES, name, flags=0)).error == 126


@pytest.mark.parametrize(
    "name",
    [
        "/windows/system32/crypt32.dll",
        r"\\?\{lib}/a.dll",
        r"\\?\C:/windows/system32/crypt32.dll",
        r"\\?\{lib}\.\a.dll",
        r"\\?\{lib}\..\lib\a.dll",
    ],
)
def test_what_means_nothing_special_in_a_path(agree, name):
    """To Wine what begins with a slash is a path of Unix, unless there is a backslash in it."""
    assert agree(World(FILES, name)).error == 126


def test_a_semicolon_in_a_directory_parts_it(agree):
    here = {("semi;colon", name): made for (_, name), made in FILES.items()}
    assert agree(World(here, r"{semi;colon}\b.dll")).error == 0
    assert agree(World(here, r"{semi;colon}\a.dll")).error == 126
    both = World(FILES, "a.dll", flags=0, dll_directory=r"C:\nowhere;{lib}")
    assert agree(both).error == 0
    assert agree(World(here, "a.dll", flags=0, path=["semi;colon"])).error == 126
    assert agree(World(here, "a.dll", flags=0, current="semi;colon")).error == 0


@pytest.mark.parametrize(
    ("there", "asked", "error"),
    [("\u212a.dll", "K.dll", 126), ("\u1e9e.dll", "ß.dll", 126), ("\u0130.dll", "i.dll", 126), ("Ж.dll", "ж.dll", 0)],
)
def test_letters_that_are_no_pair(agree, there, asked, error):
    """The file is loaded, and its name is asked for in other letters."""
    world = World({("lib", there): Dll()}, asked, flags=0, preload=[rf"{{lib}}\{there}"])
    assert agree(world).error == error


def test_names_in_an_import_directory_are_no_utf_8(agree):
    files = {("lib", "a.dll"): Dll(needs=("dép.dll",)), ("lib", "dép.dll"): Dll()}
    assert agree(World(files, r"{lib}\a.dll")).error == 126
    files = {("lib", "a.dll"): Dll(needs=("dép.dll",)), ("lib", "dÃ©p.dll"): Dll()}
    assert agree(World(files, r"{lib}\a.dll")).error == 0


@pytest.mark.parametrize("letter", ["ψ", "é", "名", "😀", "Ж"])
@pytest.mark.parametrize("flags", [0, 0x1100], ids=hex)
def test_a_file_with_any_letters_in_its_name_is_loaded_by_it(agree, letter, flags):
    """As packages that put Greek letters into their libraries' names do; an import directory has their bytes."""
    library, user = f"lib{letter}_x.dll", {("lib", "a.dll"): Dll(needs=(f"lib{letter}_x.dll",))}
    assert agree(World({("lib", library): Dll()}, rf"{{lib}}\{library}", flags=flags)).error == 0
    assert agree(World({("lib", library): Dll()}, library, flags=0, path=["lib"])).error == 0
    assert agree(World({**user, ("lib", library): Dll()}, r"{lib}\a.dll")).error == 126
    as_bytes = library.encode().decode("latin-1")
    assert agree(World({**user, ("lib", as_bytes): Dll()}, r"{lib}\a.dll")).error == 0
    loaded = World({**user, ("lib", as_bytes): Dll()}, r"{lib}\a.dll", preload=[rf"{{lib}}\{as_bytes}"])
    assert agree(loaded).error == 0


def test_a_space_at_the_end_of_an_added_directory_does_not(agree):
    assert agree(World(FILES, "a", flags=0x1000, added=[r"{lib} "])).error == 0


def test_a_space_at_the_end_of_a_path_entry_belongs_to_it(agree):
    assert agree(World(FILES, "a", flags=0, path=[r"C:\windows\system32\..\..\windows "])).error == 126
