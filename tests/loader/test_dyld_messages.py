"""The text of dyld's messages, held against the form of those that people pasted into public bug reports.

Paths and names are ours; order, repetitions, punctuation and words are those of the reports, each of which is named by
what it was about.
"""

from __future__ import annotations

from tests.loader.macos_machine import CRYPTEX, PYTHON, load_on, macho
from wontload.loader import Verdict

SO = "/Users/me/venv/lib/python3.11/site-packages/pkg/ext.cpython-311-darwin.so"
UUID = "0D7ED905-BC7D-37C9-9ECD-CAF5F3BE837D"


def message(name: str, flags: str, why: str) -> str:
    return f"dlopen({name}, {flags}): {why}"


def not_loaded(library: str, user: str, *tried: str, uuid: str = UUID) -> str:
    reason = "tried: " + ", ".join(tried)
    return f"Library not loaded: {library}\n  Referenced from: <{uuid}> {user}\n  Reason: {reason}"


def gone(*paths: str, cache: bool = False) -> list[str]:
    return [f"'{path}' (no such file{', not in dyld cache' if cache else ''})" for path in paths]


def test_an_absolute_rpath_counts_twice_and_below_the_cryptex():
    """Homebrew's libomp is missing: xgboost, macOS 13 and later."""
    path = "/opt/homebrew/opt/libomp/lib/libomp.dylib"
    files = {SO: macho("@rpath/libomp.dylib", rpaths=["/opt/homebrew/opt/libomp/lib"], uuid=UUID)}
    expected = not_loaded("@rpath/libomp.dylib", SO, *gone(path, CRYPTEX + path, path, CRYPTEX + path))
    assert load_on(files, SO).error == message(SO, "0x0006", expected)


def test_an_rpath_of_tokens_does_not():
    """A plug-in for another version of its package: tensorflow-metal."""
    files = {SO: macho("@rpath/_lib.so", rpaths=["@loader_path/../_solib"], uuid=UUID)}
    path = SO.rpartition("/")[0] + "/../_solib/_lib.so"
    assert load_on(files, SO).error == message(SO, "0x0006", not_loaded("@rpath/_lib.so", SO, *gone(path, path)))


def test_the_whole_chain_with_its_repetitions_and_the_fallbacks():
    """A library of conda's is gone: libmamba. The interpreter calls dlopen itself, so it is there twice, too."""
    root = "/Users/me/conda"
    so, library, python = f"{root}/lib/py/pkg/ext.so", f"{root}/lib/libmamba.2.dylib", f"{root}/bin/python3.12"
    files = {
        python: macho(rpaths=["@loader_path/../lib"], file_type=2),
        so: macho("@rpath/libmamba.2.dylib", rpaths=["@loader_path/../../../"], sdk=(11, 0)),
        library: macho(
            "@rpath/libarchive.20.dylib",
            name="@rpath/libmamba.2.dylib",
            rpaths=["@loader_path/"],
            sdk=(11, 0),
            uuid=UUID,
        ),
    }
    leaf = "libarchive.20.dylib"
    tried = gone(
        f"{root}/lib/{leaf}",
        *[f"{root}/lib/py/pkg/../../../{leaf}"] * 2,
        *[f"{root}/bin/../lib/{leaf}"] * 2,
        f"/usr/local/lib/{leaf}",
    ) + gone(f"/usr/lib/{leaf}", cache=True)
    result = load_on(files, so, kind="import", flags=2, executable=python, modules=(python,))
    assert result.error == message(so, "0x0002", not_loaded(f"@rpath/{leaf}", library, *tried))


def test_an_absolute_name_and_the_fallbacks_of_an_old_binary():
    """Homebrew's libomp is missing: open3d."""
    path, leaf = "/opt/homebrew/opt/libomp/lib/libomp.dylib", "libomp.dylib"
    files = {SO: macho(path, sdk=(13, 1), uuid=UUID)}
    tried = gone(path, CRYPTEX + path, path, f"/usr/local/lib/{leaf}") + gone(f"/usr/lib/{leaf}", cache=True)
    assert load_on(files, SO, flags=2).error == message(SO, "0x0002", not_loaded(path, SO, *tried))


def test_an_absolute_name_of_a_new_binary():
    """An interpreter's framework that is not installed: pyg-lib."""
    path = "/Library/Frameworks/Python.framework/Versions/3.11/Python"
    expected = not_loaded(path, SO, *gone(path, CRYPTEX + path, path))
    assert load_on({SO: macho(path, uuid=UUID)}, SO).error == message(SO, "0x0006", expected)


def test_a_directory_that_is_a_link_is_tried_again_by_its_real_name():
    """Homebrew upgraded mpdecimal: ten attempts."""
    opt, cellar = "/opt/homebrew/opt/mpdecimal", "/opt/homebrew/Cellar/mpdecimal/4.0.1"
    asked, real, leaf = f"{opt}/lib/libmpdec.3.dylib", f"{cellar}/lib/libmpdec.3.dylib", "libmpdec.3.dylib"
    fallbacks = gone(f"/usr/local/lib/{leaf}") + gone(f"/usr/lib/{leaf}", cache=True)
    tried = [*gone(asked, CRYPTEX + asked, asked), *fallbacks, *gone(real, CRYPTEX + real, real), *fallbacks]
    result = load_on(
        {SO: macho(asked, sdk=(13, 3), uuid=UUID)}, SO, flags=2, links={opt: cellar}, directories=[f"{cellar}/lib"]
    )
    assert result.error == message(SO, "0x0002", not_loaded(asked, SO, *tried))


def test_no_rpath_at_all():
    """torchaudio's sox backend."""
    why = f"Library not loaded: @rpath/libsox.dylib\n  Referenced from: <{UUID}> {SO}\n  Reason: no LC_RPATH's found"
    assert load_on({SO: macho("@rpath/libsox.dylib", uuid=UUID)}, SO).error == message(SO, "0x0006", why)


def test_a_bare_name():
    """PJRT looks for libtpu.so with an LC_RPATH in the executable."""
    leaf, brew = "libtpu.so", "/opt/homebrew/lib/libtpu.so"
    files = {PYTHON: macho(rpaths=["/opt/homebrew/lib"], file_type=2)}
    tried = [*gone(leaf, CRYPTEX + leaf, brew, CRYPTEX + brew), *gone(f"/usr/lib/{leaf}", cache=True), *gone(leaf)]
    result = load_on(files, leaf, flags=1, kind="native", modules=(PYTHON,))
    assert result.error == message(leaf, "0x0001", "tried: " + ", ".join(tried))


def test_an_old_caller_of_a_bare_name_has_the_fallbacks():
    """SkiaSharp's libheif under .NET."""
    leaf = "libheif.dylib"
    files = {"/net/host.dylib": macho(sdk=(13, 1), name="/net/host.dylib")}
    missing_in_cache = gone(f"/usr/lib/{leaf}", cache=True)
    tried = [
        *gone(leaf, CRYPTEX + leaf),
        *missing_in_cache,
        *gone(leaf, f"/usr/local/lib/{leaf}"),
        *missing_in_cache,
    ]
    result = load_on(files, leaf, flags=1, modules=(PYTHON, "/net/host.dylib"), caller="/net/host.dylib")
    assert result.error == message(leaf, "0x0001", "tried: " + ", ".join(tried))


def test_a_relative_name_in_a_load_command():
    """HotSpot's hsdis needs libcapstone.5.dylib, linked by its bare name."""
    leaf, here = "libcapstone.5.dylib", "/Users/me/libcapstone.5.dylib"
    tried = gone(leaf, CRYPTEX + leaf, leaf, here, CRYPTEX + here, here)
    assert load_on({SO: macho(leaf, uuid=UUID)}, SO, flags=1).error == message(
        SO, "0x0001", not_loaded(leaf, SO, *tried)
    )


def test_another_architecture():
    """NumPy for arm64 under Rosetta's interpreter."""
    unfit = f"'{SO}' (mach-o file, but is an incompatible architecture (have 'arm64', need 'x86_64'))"
    expected = f"tried: {unfit}, '{CRYPTEX}{SO}' (no such file), {unfit}"
    result = load_on({SO: macho()}, SO, flags=2, architecture="x86_64")
    assert result.error == message(SO, "0x0002", expected)
    assert (result.modules[0].path, result.modules[0].error) == (SO, result.error)


def test_no_slice_for_it():
    """JNA's library of before Apple silicon."""
    fat = macho(architecture="x86", slices=("x86", "x86_64"))
    unfit = f"'{SO}' (fat file, but missing compatible architecture (have 'i386,x86_64', need 'arm64'))"
    assert unfit in str(load_on({SO: fat}, SO).error)


def test_several_libraries_are_missing():
    """PHP after an upgrade of icu4c: one message runs into the next."""
    files = {
        SO: macho("@loader_path/b.dylib", "@loader_path/c.dylib"),
        "/p/b.dylib": macho("@loader_path/d.dylib", uuid=UUID, name="b"),
        "/p/c.dylib": macho("@loader_path/deep.dylib", "@loader_path/e.dylib", uuid=UUID, name="c"),
        "/p/deep.dylib": macho("@loader_path/not_reached.dylib", name="deep"),
    }
    files["/p/a.so"] = files.pop(SO)
    first = not_loaded("@loader_path/d.dylib", "/p/b.dylib", *gone("/p/d.dylib"))
    second = not_loaded("@loader_path/e.dylib", "/p/c.dylib", *gone("/p/e.dylib"))
    assert load_on(files, "/p/a.so").error == message("/p/a.so", "0x0006", first + second)


def test_a_symbol_of_another_version():
    """torchaudio built for another torch; the text has five spaces behind `Expected in:`."""
    torch, other = "/Users/me/torch/lib/libtorch_cpu.dylib", UUID.replace("0", "1")
    files = {SO: macho((torch, ["_gone"]), uuid=UUID), torch: macho(name=torch, uuid=other)}
    why = f"Symbol not found: _gone\n  Referenced from: <{UUID}> {SO}\n  Expected in:     <{other}> {torch}"
    assert load_on(files, SO).error == message(SO, "0x0006", why)


def test_a_binary_for_a_newer_macos_is_told_so_when_something_is_missing():
    """A program for macOS 26 on macOS 14."""
    files = {SO: macho("@loader_path/b.dylib", minimum_os=(26, 0, 0), uuid=UUID)}
    error = str(load_on(files, SO).error)
    assert f"<{UUID}> {SO} (built for macOS 26.0 which is newer than running OS)\n  Reason: " in error
    for version in ("26.0", "26.1"):
        assert "newer" not in str(load_on(files, SO, version=version).error)


def test_macos_12_knows_neither_uuid_nor_cryptex():
    """LightGBM in 2022."""
    path, leaf = "/usr/local/opt/libomp/lib/libomp.dylib", "libomp.dylib"
    tried = gone(path, f"/usr/local/lib/{leaf}", f"/usr/lib/{leaf}")
    result = load_on({SO: macho(path, sdk=(12, 0), uuid=UUID)}, SO, version="12.6")
    why = f"Library not loaded: {path}\n  Referenced from: {SO}\n  Reason: tried: " + ", ".join(tried)
    assert (result.verdict, result.error) == (Verdict.FAILS, message(SO, "0x0006", why))
