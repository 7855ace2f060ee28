"""`--dry-run=script`: the script that a person reads, run as he would run it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cases.test_fix_installations import IMPORTS_ITS_EXTENSION, pip
from tests.cases.test_fix_linux import environment, home, imports, llama_wheel, moved_away, site_of
from tests.remedy.trees import tree
from tests.support.cli import unpack, wontload
from tests.support.index_server import serving
from tests.support.llama_wheels import offer

__all__ = ["environment", "home"]  # fixtures


def script(environment: Path, target: str, fix: str, path: Path, **variables: str) -> str:
    """Written, and nothing changed by that."""
    before = tree(environment)
    python = str(environment / "bin" / "python")
    ran = wontload("fix", target, "--use", fix, "--dry-run=script", "--python", python, **variables)
    assert ran.status == 1, ran.err
    assert tree(environment) == before
    path.write_text(ran.out)
    return ran.out


def run(path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", path], capture_output=True, text=True, env={**os.environ, **variables}, check=False
    )


def test_a_scoped_path(environment: Path, tmp_path: Path):
    moved_away(unpack(site_of(environment), "pyzmq"))
    script(environment, "zmq", "scoped-path", tmp_path / "fix.sh")
    done = run(tmp_path / "fix.sh")
    assert done.returncode == 0, done.stderr
    assert imports(environment, "zmq")
    again = run(tmp_path / "fix.sh")
    assert (again.returncode, "exists already" in again.stderr) == (1, True)


def test_a_variable(environment: Path, tmp_path: Path, home: Path):
    moved_away(unpack(site_of(environment), "pyzmq"))
    script(environment, "zmq", "path-variable", tmp_path / "fix.sh")
    assert run(tmp_path / "fix.sh").returncode == 0
    assert not imports(environment, "zmq")  # it counts from the next login on
    login = f'. "{home}/.profile" && exec "{environment}/bin/python" -c "import zmq"'
    assert subprocess.run(["/bin/sh", "-c", login], check=False).returncode == 0


def test_a_half_removed_package(environment: Path, tmp_path: Path):
    pip(environment, "install", "--no-deps", "markupsafe==3.0.2")
    package = site_of(environment) / "markupsafe"
    (package / "__init__.py").write_text(IMPORTS_ITS_EXTENSION)
    next(package.glob("_speedups*.so")).unlink()
    shutil.move(
        next(package.parent.glob("*arkup*afe-3.0.2.dist-info")), package.with_name("~arkupsafe-3.0.2.dist-info")
    )
    text = script(environment, "markupsafe", "reinstall", tmp_path / "fix.sh")
    assert "rm -rf -- '" in text
    done = run(tmp_path / "fix.sh")
    assert done.returncode == 0, done.stderr
    assert imports(environment, "markupsafe")
    assert not package.with_name("~arkupsafe-3.0.2.dist-info").exists()


def test_a_folder_that_shadows_the_package(environment: Path, tmp_path: Path):
    unpack(site_of(environment), "pyzmq")
    shadow = tmp_path / "it's $HOME" / "zmq"
    shadow.mkdir(parents=True)
    (shadow / "__init__.py").write_text("from ._nothing import x\n")
    path = {"PYTHONPATH": str(shadow.parent)}
    script(environment, "zmq", "set-aside", tmp_path / "fix.sh", **path)
    assert run(tmp_path / "fix.sh").returncode == 0
    assert not shadow.exists()
    assert imports(environment, "zmq", **path)


def test_another_build_is_named_by_its_file(environment: Path, tmp_path: Path):
    """No index of pip's own offers it by the package's name alone."""
    here = llama_wheel(tmp_path / "a", "0.3.16", "libcudart.so.12")
    pip(environment, "install", "--no-deps", str(here))
    other = llama_wheel(tmp_path / "it's", "0.3.15")
    with serving() as server:
        variables = {"WONTLOAD_CACHE_DIR": str(tmp_path / "cache"), "PIP_FIND_LINKS": other.parent.as_uri()}
        variables["PIP_INDEX_URL"] = offer(server, "simple", sources=["llama_cpp_python-0.3.16.tar.gz"])
        script(environment, "llama_cpp", "matching-wheel", tmp_path / "fix.sh", **variables)
    done = run(tmp_path / "fix.sh")  # and nobody else is asked any more
    assert done.returncode == 0, done.stderr
    assert imports(environment, "llama_cpp")


@pytest.mark.parametrize("name", ["runtime-wheels"])
def test_wheels_are_named_as_the_plan_names_them(environment: Path, tmp_path: Path, name: str):
    from tests.cases.test_fix_environments import needs_cudart

    needs_cudart(site_of(environment))
    text = script(environment, "needs_cudart", name, tmp_path / "fix.sh")
    assert "-m pip install --no-deps '--only-binary=:all:' 'nvidia-cuda-runtime-cu12'" in text
    assert run(tmp_path / "fix.sh").returncode == 0
    assert list(site_of(environment).rglob("libcudart.so.12"))
