"""The same answers as LIEF, pefile and pyelftools, on the real files that a machine with this project has anyway.

Some five hundred files; `make sweep` asks about seven thousand more (tests/sweep).
"""

from __future__ import annotations

import sysconfig
import zipfile
from pathlib import Path
from typing import Any

import pytest
from benchmarks.parse_contenders import ELF_WITH_EXPORTS, PE, Answer, comparable
from benchmarks.parse_turns import files_beginning

from tests.support.corpus import native_members
from tests.support.downloads import pins, wheel
from tests.sweep.comparison import differences as wheel_differences

WINE = Path("/usr/lib/x86_64-linux-gnu/wine/x86_64-windows")
MINGW = Path("/usr/lib/gcc/x86_64-w64-mingw32")
LARGEST_BYTES = 20_000_000  # the others take seconds for larger ones
EVERY = 12


def differences(contenders: dict[str, Any], paths: list[Path]) -> list[str]:
    """What any of the others says differently."""
    assert paths, "there is nothing to compare"
    found = []
    for path in paths:
        ours = comparable(contenders["wontload"](str(path)))
        for name in [name for name in contenders if name != "wontload"]:
            theirs = comparable(contenders[name](str(path)))
            if _without_known(name, ours) != _without_known(name, theirs):
                found.append(f"{path}: {name}")
    return found


def _without_known(name: str, answer: Answer) -> Answer:
    """LIEF leaves out forwarders that have an ordinal and no name (comctl32 and shlwapi of Wine have them)."""
    if name == "LIEF" and len(answer) == 2:
        imports, exports = answer
        return imports, frozenset(one for one in exports if one[0] or not one[2])
    return answer


def small(paths: list[Path], every: int) -> list[Path]:
    return [path for path in paths if path.stat().st_size < LARGEST_BYTES][::every]


@pytest.mark.oracle("wine")
def test_wines_files() -> None:
    assert differences(PE, small(files_beginning(b"MZ", [WINE]), EVERY)) == []


@pytest.mark.oracle("mingw")
def test_mingws_libraries() -> None:
    assert differences(PE, small(files_beginning(b"MZ", [MINGW]), 3)) == []


def test_this_pythons_extension_modules() -> None:
    places = [Path(sysconfig.get_path(name)) for name in ("platstdlib", "platlib")]
    assert differences(ELF_WITH_EXPORTS, small(files_beginning(b"\x7fELF", places), 2)) == []


def test_this_systems_programs() -> None:
    """Executables have undefined symbols behind the first that is hashed; shared objects do not."""
    assert differences(ELF_WITH_EXPORTS, small(files_beginning(b"\x7fELF", [Path("/usr/bin")]), 7)) == []


def test_the_wheels_that_other_tests_load(tmp_path: Path) -> None:
    """PE, ELF and Mach-O files of every wheel that `make test` fetches."""
    asked = 0
    for name, pin in pins().items():
        if pin["file"].endswith(".whl"):
            with zipfile.ZipFile(wheel(name)) as archive:
                for member in native_members(wheel(name)):
                    if archive.getinfo(member).file_size < LARGEST_BYTES:
                        path = Path(archive.extract(member, tmp_path))
                        assert wheel_differences(path) == [], member
                        path.unlink()
                        asked += 1
    assert asked > 100
