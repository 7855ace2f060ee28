"""Installations that are in disorder, mended on this Linux, and every file put back afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cases.test_fix_linux import ask, environment, home, imports, mended_and_undone, site_of
from tests.remedy.test_installing import wheel
from tests.remedy.trees import tree
from tests.support.downloads import wheel as pinned
from tests.support.dying import dying
from tests.support.gcc import SharedObject

__all__ = ["environment", "home"]  # fixtures
IMPORTS_ITS_EXTENSION = "from ._speedups import _escape_inner\n"


def pip(environment: Path, *arguments: str, **variables: str) -> None:
    command = [environment / "bin" / "python", "-m", "pip", "-q", *arguments]
    subprocess.run(command, check=True, env={**os.environ, **variables})


@pytest.fixture
def markupsafe(environment: Path) -> Path:
    """markupsafe 3.0.2 from PyPI in an environment, made so that it does not do without its extension."""
    pip(environment, "install", "--no-deps", "markupsafe==3.0.2")
    package = site_of(environment) / "markupsafe"
    (package / "__init__.py").write_text(IMPORTS_ITS_EXTENSION)
    return package


def info(package: Path) -> Path:
    return next(package.parent.glob("*arkup*afe-3.0.2.dist-info"))


@pytest.mark.parametrize("state", ["no RECORD", "renamed", "package gone"])
def test_a_half_removed_package_is_made_whole(environment: Path, markupsafe: Path, state: str):
    next(markupsafe.glob("_speedups*.so")).unlink()
    if state == "no RECORD":
        (info(markupsafe) / "RECORD").unlink()
    elif state == "renamed":
        (site := markupsafe.parent).joinpath("~arkupsafe").mkdir()
        (site / "~arkupsafe" / "_native.py").write_text("in use when it was replaced\n")
        info(markupsafe).rename(site / "~arkupsafe-3.0.2.dist-info")
    else:
        shutil.rmtree(markupsafe)
    mended_and_undone(environment, "markupsafe", "reinstall")


@pytest.mark.parametrize("last", ["part0.py", "part150.py"])
def test_what_a_killed_pip_leaves_is_made_whole(environment: Path, tmp_path: Path, last: str):
    """The installer is killed while it replaces a distribution, at the first file or after most of them."""
    many = {f"halved/part{number}.py": b"z = 3\n" for number in range(200)}
    init = b"".join(b"from . import part%d\n" % number for number in (0, 100, 199))
    index = tmp_path / "index"
    old = wheel(index, "halved", "1.0", {"halved/__init__.py": init, **many})
    pip(environment, "install", "--no-index", str(old))
    variables = dying(tmp_path / "dying", "opened", last, "halved")
    with pytest.raises(subprocess.CalledProcessError):
        pip(environment, "install", "--no-index", "--force-reinstall", str(old), **variables)
    assert (site_of(environment) / "~alved").is_dir()
    assert not imports(environment, "halved")
    mended_and_undone(environment, "halved", "reinstall", PIP_NO_INDEX="1", PIP_FIND_LINKS=str(index))


def test_the_files_of_another_python_are_replaced(environment: Path, markupsafe: Path):
    """As if the environment had been copied from a Python 3.12's."""
    extension = next(markupsafe.glob("_speedups*.so"))
    other = extension.name.replace("cpython-311", "cpython-312")
    extension.rename(extension.with_name(other))
    record = info(markupsafe) / "RECORD"
    record.write_text(record.read_text().replace(extension.name, other))
    answer = ask(environment, "why", "markupsafe", status=1)
    assert answer["findings"][0]["code"] == "WL501"
    mended_and_undone(environment, "markupsafe", "reinstall")


def over_it(environment: Path, *arguments: str) -> None:
    """Another version installed without the removal of the one that is there: both are recorded then."""
    pip(environment, "install", "--no-deps", "--ignore-installed", *arguments)


def test_of_two_recorded_versions_one_stays(environment: Path, markupsafe: Path):
    over_it(environment, "markupsafe==2.1.5")
    (markupsafe / "__init__.py").write_text(IMPORTS_ITS_EXTENSION)
    next(markupsafe.glob("_speedups*.so")).unlink()
    found = ask(environment, "why", "markupsafe", status=1)["findings"][0]
    assert (found["code"], "its versions 2.1.5 and 3.0.2 are recorded" in found["title"]) == ("WL504", True)
    before = tree(environment)
    attempt = mended_and_undone(environment, "markupsafe", "reinstall")
    assert attempt["kept"]
    assert tree(environment) == before
    ask(environment, "fix", "markupsafe", "--yes", status=0)
    assert len(list(markupsafe.parent.glob("[mM]arkup[sS]afe-*.dist-info"))) == 1


def test_the_version_of_which_most_is_there_is_the_one_that_is_made_whole(environment: Path, tmp_path: Path):
    """An upgrade that could not replace the library in use: the extension of 2.0 meets the library of 1.0."""
    index = tmp_path / "index"
    one, two, extension = (
        SharedObject(soname="libown.so", defines=("run",), bulk_bytes=9000).bytes(),
        SharedObject(soname="libown.so", defines=("run", "more")).bytes(),
        SharedObject(needed=("libown.so",), uses=("more",), runpath="$ORIGIN").bytes(),
    )
    load = b"import ctypes, os\nctypes.CDLL(os.path.join(os.path.dirname(__file__), 'extra.so'))\n"
    other = {"mixed/other.so": SharedObject(soname="other.so").bytes()}
    old = wheel(index, "mixed", "1.0", {"mixed/__init__.py": b"", "mixed/libown.so": one})
    new = wheel(
        index, "mixed", "2.0", {"mixed/__init__.py": load, "mixed/libown.so": two, "mixed/extra.so": extension, **other}
    )
    pip(environment, "install", "--no-index", str(old))
    over_it(environment, "--no-index", str(new))
    assert imports(environment, "mixed")
    (site_of(environment) / "mixed" / "libown.so").write_bytes(one)
    found = ask(environment, "why", "mixed", status=1)["findings"][0]
    assert (found["code"], "its versions 1.0 and 2.0 are recorded" in found["title"]) == ("WL504", True)
    variables = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index)}
    mended_and_undone(environment, "mixed", "reinstall", **variables)
    ask(environment, "fix", "mixed", "--yes", status=0, **variables)
    assert [one.name for one in site_of(environment).glob("mixed-*")] == ["mixed-2.0.dist-info"]


def test_of_two_recorded_versions_in_python_alone_the_newer_stays(environment: Path, tmp_path: Path):
    """A mixture of Python files, of which nothing is compared: the records are named, and the newer is made whole."""
    index = tmp_path / "index"
    old = wheel(index, "plain", "1.0", {"plain/__init__.py": b"from .part import new\n", "plain/part.py": b"old = 1\n"})
    new = wheel(index, "plain", "2.0", {"plain/__init__.py": b"from .part import new\n", "plain/part.py": b"new = 1\n"})
    pip(environment, "install", "--no-index", str(new))
    over_it(environment, "--no-index", str(old))
    found = ask(environment, "why", "plain", status=1)["findings"]
    assert [one["code"] for one in found] == ["WL903", "WL504"]
    assert found[1]["title"].startswith("plain is recorded in the versions 1.0 and 2.0, in one directory")
    assert [one["text"] for one in found[1]["evidence"]] == ["plain 2.0 is recorded", "plain 1.0 is recorded"]
    mended_and_undone(environment, "plain", "reinstall", PIP_NO_INDEX="1", PIP_FIND_LINKS=str(index))


def test_a_damaged_dependency_is_what_is_installed_again(environment: Path, tmp_path: Path):
    """And not the target, whose own files are sound."""
    index = tmp_path / "index"
    load = b"import ctypes, os\nctypes.CDLL(os.path.join(os.path.dirname(__file__), 'libown.so'))\n"
    sound = SharedObject(soname="libown.so").bytes()
    one = wheel(index, "below", "1.0", {"below/__init__.py": load, "below/libown.so": sound})
    two = wheel(index, "above", "1.0", {"above/__init__.py": b"import below\n"})
    pip(environment, "install", "--no-index", "--no-deps", str(one), str(two))
    (site_of(environment) / "below" / "libown.so").write_bytes(b"")
    found = ask(environment, "why", "above", status=1)["findings"][0]
    assert (found["code"], found["explanation"].endswith("--no-cache-dir below==1.0`")) == ("WL102", True)
    mended_and_undone(environment, "above", "reinstall", PIP_NO_INDEX="1", PIP_FIND_LINKS=str(index))


def test_a_damaged_module_that_is_a_single_file(environment: Path):
    """It has no package's directory, and a distribution that lists it: `_cffi_backend` of cffi."""
    brought = pinned("cffi")
    pip(environment, "install", "--no-index", "--no-deps", str(brought))
    next(site_of(environment).glob("_cffi_backend*.so")).write_bytes(b"")
    mended_and_undone(environment, "_cffi_backend", "reinstall", PIP_NO_INDEX="1", PIP_FIND_LINKS=str(brought.parent))


def test_a_broken_dependency_of_which_the_error_tells_no_more_than_its_name(environment: Path, tmp_path: Path):
    """As compiled code puts an error of its own in the place of the one that it met (numpy's `import_array`)."""
    index = tmp_path / "index"
    below = {"below/__init__.py": b"from . import _own\n", "below/_own.abi3.so": SharedObject(soname="o").bytes()}
    above = b"try:\n    import below\nexcept ImportError:\n    pass\nraise ImportError('below._own failed to import')\n"
    one = wheel(index, "below", "1.0", below)
    two = wheel(index, "above", "1.0", {"above/__init__.py": above})
    pip(environment, "install", "--no-index", "--no-deps", str(one), str(two))
    next(site_of(environment).glob("below/_own*")).unlink()
    answer = ask(environment, "why", "above", status=1)
    first = answer["findings"][0]
    assert (answer["target"], first["code"], first["chain"][:2]) == ("above", "WL504", ["above", "below"])
    offered = ask(environment, "fix", "above", "--plan", status=1, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(index))["fixes"]
    assert "below 1.0" in next(one["title"] for one in offered if one["id"] == "reinstall")


@pytest.fixture
def quarrel(environment: Path, tmp_path: Path) -> dict[str, str]:
    """Two distributions of one package: the one installed last has put its own library in the other's place."""
    init = b"import ctypes, os\n"
    load = b"import ctypes, os\nctypes.CDLL(os.path.join(os.path.dirname(__file__), 'extra.so'))\n"
    index = tmp_path / "index"
    build = tmp_path / "build"
    build.mkdir()
    full = SharedObject(soname="libown.so", defines=("run", "more")).bytes()
    lite = SharedObject(soname="libown.so", defines=("run",), bulk_bytes=9000).bytes()
    extra = SharedObject(needed=("libown.so",), uses=("more",), runpath="$ORIGIN").bytes()
    shared = {"quarrel/__init__.py": init, "quarrel/libown.so": full}
    one = wheel(index, "quarrel_full", "1.0", {**shared, "quarrel/extra.so": extra, "quarrel/extra_.py": load})
    two = wheel(index, "quarrel_lite", "2.0", {**shared, "quarrel/libown.so": lite})
    wheel(index, "uses_quarrel", "1.0", {"uses_quarrel.py": b"import quarrel.extra_\n"})
    for made in (one, two):
        pip(environment, "install", "--no-index", str(made))
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index)}


def test_one_of_two_distributions_stays(environment: Path, quarrel: dict[str, str]):
    answer = ask(environment, "fix", "quarrel.extra_", "--plan", status=1, **quarrel)
    offered = {one["id"]: one for one in answer["fixes"]}
    assert {"keep-quarrel-full", "keep-quarrel-lite"} <= set(offered)
    assert [step["do"] for step in offered["keep-quarrel-full"]["steps"]] == ["remove-installed"]
    mended_and_undone(environment, "quarrel.extra_", "keep-quarrel-full", **quarrel)


def test_the_wrong_one_is_refuted_before_anything_is_done(environment: Path, quarrel: dict[str, str]):
    before = tree(environment)
    answer = ask(environment, "fix", "quarrel.extra_", "--use", "keep-quarrel-lite", "--yes", status=1, **quarrel)
    (attempt,) = answer["attempts"]
    assert not attempt["kept"]
    assert tree(environment) == before


def test_the_one_that_others_ask_for_comes_first(environment: Path, quarrel: dict[str, str]):
    users = site_of(environment) / "user-1.0.dist-info"
    users.mkdir()
    (users / "METADATA").write_text("Metadata-Version: 2.1\nName: user\nVersion: 1.0\nRequires-Dist: quarrel-full\n")
    (users / "RECORD").write_text("user-1.0.dist-info/METADATA,,\n")
    answer = ask(environment, "fix", "quarrel.extra_", "--plan", status=1, **quarrel)
    first, second = (one for one in answer["fixes"] if one["kind"] == "one-owner")
    assert (first["id"], first["caveat"]) == ("keep-quarrel-full", "")
    assert second["caveat"] == "user asks for quarrel_full"
