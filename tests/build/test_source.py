"""What a source directory tells of itself, a Git checkout with its submodules among them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.machines import linux
from tests.support.small_package import NAME, VERSION, small_package
from wontload.app.build import plan_only
from wontload.app.build_order import Order
from wontload.build.source import NoSource, read_source
from wontload.errors import UsageError

HERE = linux({})
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="no git here")


def git(directory: Path, *words: str) -> None:
    own = ("-c", "user.email=odd@example.com", "-c", "user.name=Odd", "-c", "protocol.file.allow=always")
    subprocess.run(["git", *own, *words], cwd=directory, check=True, capture_output=True)


def committed(directory: Path) -> Path:
    git(directory, "init", "-q")
    git(directory, "add", ".")
    git(directory, "commit", "-qm", "all")
    return directory


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A clone, without its submodules, of a repository that has its C sources in one."""
    (vendor := tmp_path / "vendor").mkdir()
    whole = small_package(tmp_path)
    for name in ("base.c", "tiny.c"):
        shutil.move(whole / name, vendor / name)
    committed(vendor)
    committed(whole)
    git(whole, "submodule", "add", str(vendor), "a vendor")
    git(whole, "commit", "-qm", "vendor")
    git(tmp_path, "clone", "-q", str(whole), "clone")
    return tmp_path / "clone"


@needs_git
def test_submodules_that_were_not_fetched_are_named_with_the_command(checkout):
    assert read_source(str(checkout)).empty_submodules == ("a vendor",)
    with pytest.raises(NoSource, match="a vendor is empty") as told:
        plan_only(Order(name=NAME, source=str(checkout)), HERE)
    assert "git submodule update --init --recursive" in str(told.value)


@needs_git
def test_with_them_it_is_a_source_like_any_other(checkout):
    git(checkout, "submodule", "update", "--init", "--recursive")
    source = read_source(str(checkout))
    assert (source.name, source.version, source.backend) == (NAME, VERSION, "scikit-build-core")
    assert source.empty_submodules == ()
    assert source.options.has("GGML_CUDA")
    assert source.languages == {"C", "CUDA"}


def test_a_source_of_another_package_or_version_is_refused(tmp_path):
    source = str(small_package(tmp_path))
    with pytest.raises(UsageError, match="the source is of tinyggml"):
        plan_only(Order(name="odd", source=source), HERE)
    with pytest.raises(UsageError, match=r"the source is of version 0\.4\.2"):
        plan_only(Order(name=NAME, version="9.9", source=source), HERE)


@pytest.mark.parametrize(
    ("module", "backend"),
    [
        ("mesonpy", "meson-python"),
        ("scikit_build_core.build", "scikit-build-core"),
        ("setuptools.build_meta:__legacy__", "setuptools"),
        ("odd_backend.api", "odd_backend"),
    ],
)
def test_the_backend_is_called_as_people_call_it(tmp_path, module, backend):
    (tmp_path / "pyproject.toml").write_text(f'[build-system]\nrequires = []\nbuild-backend = "{module}"\n')
    assert read_source(str(tmp_path)).backend == backend


def test_without_pyproject_it_is_setuptools_and_metadata_tell_its_name(tmp_path):
    (tmp_path / "setup.py").write_text("from setuptools import setup\nsetup()\n")
    (tmp_path / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: Odd-Thing\nVersion: 1.2\n")
    source = read_source(str(tmp_path))
    assert (source.name, source.version, source.backend) == ("Odd-Thing", "1.2", "setuptools")


def test_a_version_that_is_read_from_a_file(tmp_path):
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "__init__.py").write_text('__version__ = "3.4.5"\n')
    table = '[tool.scikit-build.metadata.version]\nprovider = "x"\ninput = "odd/__init__.py"\n'
    (tmp_path / "pyproject.toml").write_text(f'[project]\nname = "odd"\ndynamic = ["version"]\n{table}')
    assert read_source(str(tmp_path)).version == "3.4.5"


@pytest.mark.parametrize("text", ["[project", "\x00"])
def test_what_is_no_toml_is_told_in_a_sentence(tmp_path, text):
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(NoSource, match=r"its pyproject\.toml is not TOML"):
        read_source(str(tmp_path))


@pytest.mark.parametrize("text", ["build-system = 3", '[build-system]\nrequires = "odd"\nbuild-backend = 3\n'])
def test_values_of_another_kind_count_for_nothing(tmp_path, text):
    (tmp_path / "pyproject.toml").write_text(text)
    assert read_source(str(tmp_path)).requires == ()


def test_a_directory_without_a_project(tmp_path):
    with pytest.raises(NoSource, match="is no Python project"):
        read_source(str(tmp_path))
