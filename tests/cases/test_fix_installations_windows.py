"""Installations mended, live on a real Windows CPython by its own pip: what is missing, halved, doubled, turned off."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cases.test_fix_windows import imports_of, mended, run, state
from tests.cases.windows_case import move_away
from tests.remedy.trees import tree
from tests.support.downloads import wheel
from tests.support.mingw import dll
from tests.support.windows import WindowsPython, windows

__all__ = ["state"]  # a fixture
pytestmark = [pytest.mark.oracle("wine"), pytest.mark.xdist_group("windows-case")]


def package(python: WindowsPython, name: str, needs: str, mode: str = "") -> Path:
    """A package whose one DLL needs another, loaded by ctypes as llama_cpp does or by default."""
    made = python.site_packages / name
    made.mkdir()
    dll(made / "work.dll", (needs,))
    (made / "__init__.py").write_text(
        f"import ctypes, os\nctypes.CDLL(os.path.join(os.path.dirname(__file__), 'work.dll'){mode})\n"
    )
    return made


@pytest.mark.parametrize("mode", ["", ", winmode=0"])
def test_nvidias_runtime_wheel_is_installed_by_that_pythons_own_pip(
    python: WindowsPython,
    state: dict[str, str],
    mode: str,
):
    made = package(python, "needs_cudart", "cudart64_12.dll", mode)
    try:
        mended(python, "needs_cudart", "runtime-wheels", state)
    finally:
        shutil.rmtree(made)


def test_the_visual_c_runtime_comes_from_its_wheel(python: WindowsPython, state: dict[str, str]):
    """vcruntime140_threads.dll: a part of the runtime that neither Python nor Wine brings."""
    made = package(python, "needs_vc", "vcruntime140_threads.dll")
    try:
        mended(python, "needs_vc", "runtime-wheels", state)
    finally:
        shutil.rmtree(made)


@pytest.fixture(scope="module")
def installed(python: WindowsPython, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What that Python's own pip leaves of both distributions of psycopg2, the second installed over the first."""
    kept = tmp_path_factory.mktemp("psycopg2")
    for name in ("psycopg2", "psycopg2-binary"):
        pip(python, "install", "--no-index", "--no-deps", windows().to_windows(wheel(name)))
    for made in python.site_packages.glob("psycopg2*"):
        shutil.move(made, kept)
    return kept


@pytest.fixture
def psycopg2(python: WindowsPython, installed: Path) -> Iterator[Path]:
    """Both distributions of psycopg2, of which the one installed last has overwritten the other's files."""
    shutil.copytree(installed, python.site_packages, dirs_exist_ok=True)
    yield python.site_packages / "psycopg2"
    for left in (*python.site_packages.glob("~sycopg2*"), *python.site_packages.glob("psycopg2*")):
        shutil.rmtree(left)


def pip(python: WindowsPython, *arguments: str) -> None:
    done = python.run("-m", "pip", *arguments, timeout=250)
    assert done.returncode == 0, done.stderr


def test_what_the_removal_of_its_twin_took(python: WindowsPython, psycopg2: Path, state: dict[str, str]):
    """`pip uninstall psycopg2-binary` takes the files that psycopg2 has, too."""
    assert imports_of(python, "psycopg2", state)
    pip(python, "uninstall", "--yes", "psycopg2-binary")
    mended(python, "psycopg2", "reinstall", state)


def test_two_distributions_of_which_files_are_gone(python: WindowsPython, psycopg2: Path, state: dict[str, str]):
    next(psycopg2.glob("_psycopg*.pyd")).unlink()
    answer = run(python, "fix", "psycopg2", "--plan", status=1, **state)
    # The one that is fewer bytes to fetch stands first, and that is for the index to say.
    assert {one["id"] for one in answer["fixes"][:2]} == {"keep-psycopg2", "keep-psycopg2-binary"}
    mended(python, "psycopg2", "keep-psycopg2", state)


def test_an_update_that_was_interrupted(python: WindowsPython, psycopg2: Path, state: dict[str, str]):
    """What Windows leaves when a DLL was in use: the old one renamed, the new one in part, no record of either."""
    pip(python, "uninstall", "--yes", "psycopg2")
    python.install(wheel("psycopg2"))
    psycopg2.rename(psycopg2.with_name("~sycopg2"))
    info = next(python.site_packages.glob("psycopg2-*.dist-info"))
    (info / "RECORD").unlink()
    mended(python, "psycopg2", "reinstall", state)
    shutil.rmtree(info)


def test_two_versions_are_recorded(python: WindowsPython, psycopg2: Path, state: dict[str, str]):
    """One installed over the other without its removal, and then the extension is gone."""
    pip(python, "uninstall", "--yes", "psycopg2-binary")
    pip(python, "install", "--no-index", "--no-deps", "--force-reinstall", windows().to_windows(wheel("psycopg2")))
    pip(python, "install", "--no-deps", "--only-binary=:all:", "--ignore-installed", "psycopg2==2.9.9")
    infos = sorted(python.site_packages.glob("psycopg2-*.dist-info"))
    assert len(infos) == 2
    next(psycopg2.glob("_psycopg*.pyd")).unlink()
    first = run(python, "why", "psycopg2", status=1, **state)["findings"][0]
    assert (first["code"], "its versions 2.9.9 and" in first["title"]) == ("WL504", True)
    mended(python, "psycopg2", "reinstall", state)
    assert sorted(python.site_packages.glob("psycopg2-*.dist-info")) == infos


def test_a_wheel_of_another_python(python: WindowsPython, psycopg2: Path, state: dict[str, str]):
    pip(python, "uninstall", "--yes", "psycopg2-binary")
    pip(python, "install", "--no-index", "--no-deps", "--force-reinstall", windows().to_windows(wheel("psycopg2")))
    extension = next(psycopg2.glob("_psycopg*.pyd"))
    other = extension.name.replace("cp311", "cp312")
    extension.rename(extension.with_name(other))
    record = next(python.site_packages.glob("psycopg2-*.dist-info")) / "RECORD"
    record.write_text(record.read_text().replace(extension.name, other))
    answer = run(python, "why", "psycopg2", status=1, **state)
    assert answer["findings"][0]["code"] == "WL501"
    mended(python, "psycopg2", "reinstall", state)


@pytest.fixture
def embeddable(python: WindowsPython, lib: Path):
    """As python.org's embeddable package comes: its `._pth` names the directories, and leaves `site` out."""
    said = python.run("-c", "import sys; print('\\n'.join(sys.path[1:]))").stdout
    path_file = python.root / "python311._pth"
    text = f"{said.strip()}\n\n# Uncomment to run site.main() automatically\n#import site\n"
    path_file.write_bytes(text.replace("\n", "\r\n").encode())
    assert python.run("-c", "import sys; print(sys.flags.no_site)").stdout.strip() == "1"
    yield path_file
    path_file.unlink()


def test_an_embeddable_python_without_site_gets_it_turned_on(
    python: WindowsPython, lib: Path, embeddable: Path, state: dict[str, str]
):
    move_away(lib)
    before = tree(python.root)
    answer = run(python, "fix", "llama_cpp", "--plan", status=1, **state)
    first = answer["fixes"][0]
    assert (first["id"], first["caveat"]) == (
        "scoped-path",
        "it turns `site` on for this Python, which then reads all .pth files",
    )
    assert [step["do"] for step in first["steps"]] == ["replace-text", "write-file", "write-file"]
    mended(python, "llama_cpp", "scoped-path", state)
    assert tree(python.root) == before


def test_an_embeddable_python_without_site_keeps_its_other_fixes(
    python: WindowsPython, lib: Path, embeddable: Path, state: dict[str, str]
):
    move_away(lib)
    mended(python, "llama_cpp", "loader-line", state)
