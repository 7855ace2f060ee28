"""Real wheels for macOS on a clean Mac: what is sound loads, and what is broken fails as it does for people."""

from __future__ import annotations

import zipfile
from functools import cache

import pytest

from tests.loader.macos_machine import CRYPTEX, load_on
from tests.support.downloads import wheel
from wontload.binary import Image, parse_image
from wontload.loader import Status, Verdict

SITE = "/Users/me/venv/lib/python3.11/site-packages"
SOUND = [("pillow-macos", "aarch64"), ("pyzmq-macos", "aarch64"), ("pyzmq-macos", "x86_64"), ("h5py-macos", "x86_64")]


@cache
def unpacked(name: str) -> dict[str, Image]:
    """The native files of a wheel, where pip would put them."""
    with zipfile.ZipFile(wheel(name)) as archive:
        names = [one for one in archive.namelist() if one.endswith((".so", ".dylib"))]
        return {f"{SITE}/{one}": parse_image(archive.read(one), one) for one in names}


@pytest.mark.parametrize(("name", "architecture"), SOUND)
def test_every_file_of_a_sound_wheel_loads(name: str, architecture: str):
    files = unpacked(name)
    results = [load_on(files, path, flags=2, kind="import", architecture=architecture) for path in files]
    assert len(results) >= 3
    assert [one.error for one in results if one.verdict is not Verdict.LOADS] == []


def test_a_library_that_was_moved_away_is_missed():
    files = {path: image for path, image in unpacked("pillow-macos").items() if "/libtiff" not in path}
    module = next(path for path in files if "/_imaging." in path)
    result = load_on(files, module, flags=2, kind="import")
    (missing,) = [one for one in result.failed if one.status is Status.MISSING]
    assert missing.name.startswith("@loader_path/.dylibs/libtiff")
    expected = (
        f"Library not loaded: {missing.name}\n  Referenced from: <{files[module].uuid}> {module}\n  Reason: tried: "
    )
    assert str(result.error).startswith(f"dlopen({module}, 0x0002): {expected}'{SITE}/PIL/.dylibs/libtiff")


def test_a_wheel_for_the_other_processor():
    files = unpacked("h5py-macos")
    module = next(path for path in files if "/defs." in path)
    unfit = f"'{module}' (mach-o file, but is an incompatible architecture (have 'x86_64', need 'arm64'))"
    result = load_on(files, module, flags=2, kind="import")
    assert result.error == f"dlopen({module}, 0x0002): tried: {unfit}, '{CRYPTEX}{module}' (no such file), {unfit}"


def test_the_message_that_a_real_mac_gave_for_this_very_file():
    """A public benchmark report of July 2026 has it, with this UUID; only the user's directory is another."""
    path, libomp = f"{SITE}/xgboost/lib/libxgboost.dylib", "/opt/homebrew/opt/libomp/lib/libomp.dylib"
    assert load_on(unpacked("xgboost-macos"), path).error == (
        f"dlopen({path}, 0x0006): Library not loaded: @rpath/libomp.dylib\n"
        f"  Referenced from: <89AD948E-E564-3266-867D-7AF89D6488F0> {path}\n"
        f"  Reason: tried: '{libomp}' (no such file), "
        f"'/System/Volumes/Preboot/Cryptexes/OS{libomp}' (no such file), "
        f"'{libomp}' (no such file), "
        f"'/System/Volumes/Preboot/Cryptexes/OS{libomp}' (no such file)"
    )


def test_what_the_parser_says_of_a_real_file():
    (image,) = unpacked("xgboost-macos").values()
    assert (image.file_type, image.platforms, image.sdk, image.minimum_os) == (6, (1,), (14, 5, 0), (12, 0, 0))
    assert image.rpath == ("/opt/homebrew/opt/libomp/lib",)
    fat = next(image for image in unpacked("pyzmq-macos").values() if image.slices)
    (intel, arm) = (fat.sliced(one) for one in fat.slices)
    assert intel is not None
    assert arm is not None
    assert (intel.architecture, arm.architecture) == fat.slices == ("x86_64", "aarch64")
    assert intel.uuid != arm.uuid
