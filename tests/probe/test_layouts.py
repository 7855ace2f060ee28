"""Packages where people have them: environments, `--target` directories, editable installs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from wontload.machine import Outcome
from wontload.machine.dist_info import installed, modules_of, owners
from wontload.probe import Report, ask, observe

FINDER = """
import sys
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import spec_from_file_location
class Finder:
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name == "thing":
            return spec_from_file_location(name, {origin!r})
sys.meta_path.append(Finder)
"""


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("venv") / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", root], check=True)
    return root


def python_of(venv: Path) -> str:
    return str(venv / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python"))


def site_of(venv: Path) -> Path:
    return next(Path(place) for place in ask(python_of(venv)).python.path if place.endswith("site-packages"))


def install(site: Path, name: str = "thing", version: str = "1.0") -> None:
    (site / name).mkdir(parents=True)
    (site / name / "__init__.py").write_text("")
    info = site / f"{name}_dist-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-dist\nVersion: {version}\n")
    (info / "RECORD").write_text(f"{name}/__init__.py,,\n{info.name}/METADATA,,\n{info.name}/RECORD,,\n")


def check(report: Report, distributions: tuple[tuple[str, str], ...]) -> None:
    assert report.observation is not None
    assert report.observation.outcome is Outcome.LOADS
    assert report.observation.distributions == distributions


def test_a_virtual_environment(venv: Path):
    python = ask(python_of(venv)).python
    assert python.layout == "venv"
    assert os.path.samefile(python.prefix, venv)
    assert python.prefix != python.base_prefix


def test_a_package_in_it(venv: Path):
    site = site_of(venv)
    install(site, "inside")
    check(observe("inside", python=python_of(venv)), (("inside-dist", "1.0"),))
    by_distribution = observe("Inside_Dist", python=python_of(venv))
    assert not by_distribution.found
    assert by_distribution.modules_of_distribution == ("inside",)


def test_a_target_directory_on_pythonpath(tmp_path: Path):
    install(tmp_path / "target")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "target")}
    check(observe("thing", python=sys.executable, environment=environment), (("thing-dist", "1.0"),))


def test_an_editable_install_by_path_file(venv: Path, tmp_path: Path):
    (tmp_path / "project" / "src" / "thing").mkdir(parents=True)
    (tmp_path / "project" / "src" / "thing" / "__init__.py").write_text("")
    site = site_of(venv)
    (site / "_thing.pth").write_text(f"{tmp_path}/project/src\n")
    info = site / "thing_dist-2.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: Thing.Dist\nVersion: 2.0\n")
    (info / "RECORD").write_text("_thing.pth,,\n")
    source = (tmp_path / "project").as_uri()
    (info / "direct_url.json").write_text(f'{{"url": "{source}", "dir_info": {{"editable": true}}}}')
    try:
        check(observe("thing", python=python_of(venv)), (("Thing.Dist", "2.0"),))
        assert observe("thing-dist", python=python_of(venv)).modules_of_distribution == ("thing",)
    finally:
        (site / "_thing.pth").unlink()
        for path in info.iterdir():
            path.unlink()
        info.rmdir()


def test_an_editable_install_by_finder(venv: Path, tmp_path: Path):
    (tmp_path / "thing.py").write_text("")
    site = site_of(venv)
    (site / "__editable___thing_finder.py").write_text(FINDER.format(origin=str(tmp_path / "thing.py")))
    (site / "__editable__.thing.pth").write_text("import __editable___thing_finder\n")
    info = site / "thing-3.0.dist-info"
    info.mkdir()
    (info / "top_level.txt").write_text("thing\n")
    try:
        report = observe("thing", python=python_of(venv))
        check(report, (("thing", "3.0"),))
        assert report.observation is not None
        assert report.observation.origin == str(tmp_path / "thing.py")
    finally:
        for path in (site / "__editable__.thing.pth", site / "__editable___thing_finder.py", info / "top_level.txt"):
            path.unlink()
        info.rmdir()


def test_a_source_folder_in_the_current_directory_wins(venv: Path, tmp_path: Path):
    (tmp_path / "json").mkdir()
    (tmp_path / "json" / "__init__.py").write_text("raise OSError('shadow')")
    report = observe("json", python=python_of(venv), cwd=str(tmp_path))
    assert report.observation is not None
    assert report.observation.outcome is Outcome.FAILS
    assert report.locations == (str(tmp_path / "json"),)


RECORDS = {
    "numpy/__init__.py,sha256=x,1\nnumpy.libs/libopenblas.so,,\n../../bin/f2py,,\n": ("numpy",),
    "cv2/cv2.abi3.so,,\nopencv_python_headless.libs/libav.so,,\n": ("cv2",),
    "_cffi_backend.cpython-311-x86_64-linux-gnu.so,,\ncffi/__init__.py,,\n": ("cffi", "_cffi_backend"),
    "six.py,,\r\n__pycache__/six.cpython-311.pyc,,\r\n": ("six",),
    "_sound.py,,\nsound.py,,\n_sound_data/libsndfile.so,,\n": ("sound", "_sound", "_sound_data"),
    "google/protobuf/message.py,,\ngoogle/protobuf/compiler/plugin.py,,\n": ("google.protobuf",),
    "google/_upb/_message.abi3.so,,\ngoogle/protobuf/__init__.py,,\n": ("google.protobuf", "google._upb"),
    "mpl/__init__.py,,\nmpl/a/__init__.py,,\nkits\\d3\\__init__.py,,\n": ("mpl", "kits.d3"),
    "PyQt6/Qt6/lib/libQt6Core.so.6,,\nPyQt6/Qt6/plugins/gl/libqeglfs.so,,\n": (),
    "a b/x.py,,\n,,\n\x00\xff": (),
}


@pytest.mark.parametrize("record", RECORDS, ids=lambda text: text.split(",")[0])
def test_top_level_modules_of_a_record(tmp_path: Path, record: str):
    info = tmp_path / "some_name-1.0.dist-info"
    info.mkdir()
    (info / "RECORD").write_bytes(record.encode("latin-1"))
    assert modules_of(list(installed([str(tmp_path)])), "Some.Name") == RECORDS[record]


LISTED = {  # what setuptools listed, and what the record has
    "an extension that lies in a package": (
        "_sodium\nnacl\n",
        "nacl/_sodium.abi3.so,,\nnacl/__init__.py,,\n",
        ("nacl",),
    ),
    "a namespace": ("zope\n", "zope/interface/__init__.py,,\nzope/interface/_c.py,,\n", ("zope.interface",)),
    "an editable install": ("thing\n", "__editable__.thing-1.pth,,\n", ("thing",)),
    "a file with its tags": ("_brotli\n", "_brotli.cpython-311-x86_64-linux-gnu.so,,\n", ("_brotli",)),
}


@pytest.mark.parametrize("case", LISTED)
def test_what_was_listed_counts_where_its_files_are(tmp_path: Path, case: str):
    listed, record, modules = LISTED[case]
    info = tmp_path / "some_name-1.0.dist-info"
    info.mkdir()
    (info / "top_level.txt").write_text(listed)
    (info / "RECORD").write_text(record)
    assert modules_of(list(installed([str(tmp_path)])), "some-name") == modules


def test_two_distributions_may_own_one_module(tmp_path: Path):
    for name in ("opencv_python-4.9", "opencv_python_headless-4.8"):
        (tmp_path / f"{name}.dist-info").mkdir()
        (tmp_path / f"{name}.dist-info" / "RECORD").write_text("cv2/__init__.py,,\n")
    found = owners(list(installed([str(tmp_path), str(tmp_path)])), "cv2", None)
    assert [one.name for one in found] == ["opencv_python", "opencv_python_headless"]


def test_hostile_records_are_no_trouble(tmp_path: Path):
    info = tmp_path / "x-1.dist-info"
    info.mkdir()
    (info / "direct_url.json").write_text("[" * 100_000)
    (info / "RECORD").mkdir()
    (tmp_path / "y-1.dist-info").write_bytes(b"\xff")
    distributions = list(installed([str(tmp_path), "/nowhere", str(info / "direct_url.json")]))
    assert owners(distributions, "x", "/x/y.py") == ()
    assert modules_of(distributions, "y") == ()


def test_a_conda_environment(tmp_path: Path):
    """conda makes whole prefixes with a `conda-meta` in them; this one is a virtual environment with that mark.

    No conda's own Python is to be had here: where its `Library\\bin` is, `knowledge/places.toml` says, with sources.
    """
    prefix = tmp_path / "conda env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", prefix], check=True)
    (prefix / "conda-meta").mkdir()
    install(site_of(prefix))
    report = observe("thing", python=python_of(prefix))
    check(report, (("thing-dist", "1.0"),))
    assert (report.python.layout, report.python.prefix) == ("conda", str(prefix))
