"""Fixes in environments of other makers: uv's, the system's, one that may only be read, conda's and pixi's traces."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cases.test_fix_installations import IMPORTS_ITS_EXTENSION
from tests.cases.test_fix_linux import ask, environment, home, imports, mended_and_undone, site_of
from tests.remedy.trees import tree
from tests.support.downloads import wheel
from tests.support.gcc import SharedObject
from tests.support.schemas import check

__all__ = ["environment", "home"]  # fixtures
SYSTEM_PYTHON = "/usr/bin/python3"
NOBODY = 65534


def needs_cudart(site: Path) -> None:
    """A package whose library needs libcudart.so.12 and nothing else that is not here."""
    package = site / "needs_cudart"
    package.mkdir(parents=True)
    (package / "libwork.so").write_bytes(SharedObject(needed=("libcudart.so.12",)).bytes())
    (package / "__init__.py").write_text(
        "import ctypes, os\nctypes.CDLL(os.path.join(os.path.dirname(__file__), 'libwork.so'))\n"
    )


@pytest.fixture
def uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """uv itself, first on PATH, with a cache of its own."""
    shutil.unpack_archive(wheel("uv"), tmp_path / "uv", "zip")
    program = next((tmp_path / "uv").glob("*.data/scripts/uv"))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv cache"))
    return program


@pytest.fixture
def made_by_uv(tmp_path: Path, uv: Path) -> Path:
    """A virtual environment of uv's: it has no pip."""
    root = tmp_path / "of uv"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, root], check=True)
    assert not (site_of(root) / "pip").exists()
    return root


def installers(environment: Path, target: str) -> set[str]:
    """Of the wheels that are kept: what INSTALLER says of those that came last."""
    return {path.read_text().strip() for path in site_of(environment).glob(f"{target}*.dist-info/INSTALLER")}


def test_uv_installs_into_its_environment(made_by_uv: Path):
    needs_cudart(site_of(made_by_uv))
    before = tree(made_by_uv)
    ask(made_by_uv, "fix", "needs_cudart", "--use", "runtime-wheels", "--yes", status=0)
    assert installers(made_by_uv, "nvidia_cuda_runtime") == {"uv"}
    ask(made_by_uv, "undo", status=0)
    assert tree(made_by_uv) == before
    mended_and_undone(made_by_uv, "needs_cudart", "runtime-wheels")


def test_what_uv_installed_is_installed_again_by_uv(made_by_uv: Path, uv: Path):
    command = [uv, "pip", "install", "--quiet", "--python", made_by_uv / "bin" / "python", "markupsafe==3.0.2"]
    subprocess.run(command, check=True)
    package = site_of(made_by_uv) / "markupsafe"
    extension = next(package.glob("_speedups*.so"))
    extension.unlink()  # uv links files with its cache: they are replaced, not written into
    (package / "__init__.py").unlink()
    (package / "__init__.py").write_text(IMPORTS_ITS_EXTENSION)
    mended_and_undone(made_by_uv, "markupsafe", "reinstall")


def system_python(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "wontload", *arguments, "--json"]
    if arguments[0] != "undo":
        command += ["--python", SYSTEM_PYTHON]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def managed() -> bool:
    stdlib = subprocess.run(
        [SYSTEM_PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('stdlib'))"], capture_output=True, text=True
    )
    return os.path.isfile(os.path.join(stdlib.stdout.strip(), "EXTERNALLY-MANAGED"))


@pytest.mark.skipif(not managed(), reason="this system's Python is not managed (PEP 668)")
def test_where_pip_is_forbidden_the_wheels_are_unpacked_beside_the_journal(home: Path, tmp_path: Path):
    site = subprocess.run(
        [SYSTEM_PYTHON, "-c", "import site; print(site.getusersitepackages())"], capture_output=True, text=True
    ).stdout.strip()
    needs_cudart(Path(site))
    before = tree(home)
    answer = check(system_python("fix", "needs_cudart", "--plan").stdout)
    (fix,) = (one for one in answer["fixes"] if one["id"] == "runtime-wheels")
    assert "forbids pip here" in fix["caveat"]
    applied = system_python("fix", "needs_cudart", "--use", "runtime-wheels", "--yes")
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert list((tmp_path / "state" / "libraries").rglob("libcudart.so.12"))
    assert not list(home.rglob("libcudart.so.12"))
    assert subprocess.run([SYSTEM_PYTHON, "-c", "import needs_cudart"], check=False).returncode == 0
    assert system_python("undo").returncode == 0
    left = {
        path: mark for path, mark in tree(home).items() if not path.startswith(".rustup")
    }  # rustc's, which pip asks
    assert left == before
    assert not list((tmp_path / "state" / "libraries").rglob("*.so*"))


@pytest.mark.skipif(not managed(), reason="this system's Python is not managed (PEP 668)")
def test_where_pip_is_forbidden_nothing_is_replaced(home: Path, tmp_path: Path):
    """A package of the user's own, damaged: the plan offers an environment of its own, by hand."""
    version = subprocess.run(
        [SYSTEM_PYTHON, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], capture_output=True, text=True
    ).stdout.strip()
    command = [SYSTEM_PYTHON, "-m", "pip", "install", "-q", "--user", "--no-deps", "--break-system-packages"]
    subprocess.run([*command, "--no-warn-script-location", "markupsafe==3.0.2"], check=True)
    package = home / ".local" / "lib" / f"python{version}" / "site-packages" / "markupsafe"
    next(package.glob("_speedups*.so")).unlink()
    (package / "__init__.py").write_text(IMPORTS_ITS_EXTENSION)
    answer = check(system_python("fix", "markupsafe", "--plan").stdout)
    (fix,) = (one for one in answer["fixes"] if one["kind"] == "reinstall")
    (step,) = fix["steps"]
    assert step["do"] == "by-hand"
    assert step["command"] == f"{SYSTEM_PYTHON} -m venv venv && venv/bin/python -m pip install MarkupSafe==3.0.2"
    assert "break-system-packages" not in json.dumps(answer)


@pytest.fixture
def read_only() -> Iterator[Path]:
    """An environment of root's that lets the user's own packages in, where anybody can go: pytest shuts its own."""
    with tempfile.TemporaryDirectory(prefix="wontload read only ") as directory:
        root = Path(directory, "environment")
        Path(directory).chmod(0o755)
        Path(directory, "home").mkdir()
        os.chown(Path(directory, "home"), NOBODY, NOBODY)
        subprocess.run([SYSTEM_PYTHON, "-m", "venv", "--system-site-packages", root], check=True)
        needs_cudart(site_of(root))
        yield root


def as_nobody(read_only: Path, *arguments: str) -> dict[str, Any]:
    home = read_only.with_name("home")
    environment: Mapping[str, str] = {**os.environ, "HOME": str(home), "WONTLOAD_STATE_DIR": str(home / "state")}
    command = [sys.executable, "-m", "wontload", *arguments, "--json"]
    if arguments[0] != "undo":
        command += ["--python", str(read_only / "bin" / "python")]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, user=NOBODY, cwd="/", check=False)
    assert done.stdout, done.stderr
    answer: dict[str, Any] = check(done.stdout)
    return answer


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else, for whom an environment is read-only")
def test_a_read_only_environment_is_mended_for_the_user_alone(read_only: Path):
    home = read_only.with_name("home")
    before, kept = tree(read_only), tree(home)
    answer = as_nobody(read_only, "fix", "needs_cudart", "--use", "runtime-wheels", "--yes")
    assert answer["attempts"][0]["kept"], answer
    assert tree(read_only) == before
    assert list(home.rglob("libcudart.so.12"))
    as_nobody(read_only, "undo")
    others = ("state", ".cache", ".rustup")  # the last is rustc's, which pip asks
    assert {path: mark for path, mark in tree(home).items() if not path.startswith(others)} == kept


CONDA = "==> 2024-05-01 10:00:00 <==\n# cmd: /opt/bin/micromamba create -n chat python=3.11\n# conda version: 1.5.8\n"


def test_an_environment_of_condas_is_left_to_conda(environment: Path):
    """An environment with conda's traces, and a package of whose files conda keeps the record."""
    (environment / "conda-meta").mkdir()
    (environment / "conda-meta" / "history").write_text(CONDA)
    needs_cudart(site_of(environment))
    answer = ask(environment, "fix", "needs_cudart", "--plan", status=1)
    (of_conda,) = (one for one in answer["fixes"] if one["id"] == "conda-package")
    (step,) = of_conda["steps"]
    assert step["command"].startswith(f"micromamba install --prefix '{environment}' --channel conda-forge ")
    (wheels,) = (one for one in answer["fixes"] if one["id"] == "runtime-wheels")
    assert wheels["caveat"] == "micromamba does not know of what pip installs, and may write over it"


def test_what_conda_installed_is_not_replaced_by_pip(environment: Path):
    (environment / "conda-meta").mkdir()
    python = environment / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "--no-deps", "markupsafe==3.0.2"], check=True)
    site = site_of(environment)
    next(site.glob("*arkup*afe-3.0.2.dist-info/INSTALLER")).write_text("conda\n")
    next(site.glob("markupsafe/_speedups*.so")).unlink()
    (site / "markupsafe" / "__init__.py").write_text(IMPORTS_ITS_EXTENSION)
    answer = ask(environment, "fix", "markupsafe", "--plan", status=1)
    (fix,) = (one for one in answer["fixes"] if one["kind"] == "reinstall")
    assert fix["steps"][0]["command"] == f"conda install --prefix '{environment}' --force-reinstall MarkupSafe=3.0.2"
    assert not imports(environment, "markupsafe")


def test_an_environment_of_pixis_is_left_to_pixi(environment: Path, tmp_path: Path):
    """pixi puts an environment back as its lock file says, so nothing is installed past it."""
    (environment / "conda-meta").mkdir()
    manifest = str(tmp_path / "a workspace" / "pixi.toml")
    (environment / "conda-meta" / "pixi").write_text(json.dumps({"manifest_path": manifest}))
    needs_cudart(site_of(environment))
    answer = ask(environment, "fix", "needs_cudart", "--plan", status=1)
    assert "runtime-wheels" not in [one["id"] for one in answer["fixes"]]
    (fix,) = (one for one in answer["fixes"] if one["id"] == "pixi-package")
    assert fix["steps"][0]["command"].startswith(f"pixi add --manifest-path '{manifest}' ")


@pytest.fixture
def shut(read_only: Path) -> Path:
    """A package of the user's own, of which the library is asked for by its path."""
    package = read_only.with_name("own") / "shut"
    package.mkdir(parents=True)
    (package / "libshut.so").write_bytes(SharedObject().bytes())
    (package / "__init__.py").write_text(
        "import ctypes, os\nctypes.CDLL(os.path.join(os.path.dirname(__file__), 'lib', '..', 'libshut.so'))\n"
    )
    (package / "lib").mkdir()
    for path in (package, *package.iterdir()):
        os.chown(path, NOBODY, NOBODY)
    (site_of(read_only) / "own.pth").write_text(f"{package.parent}\n")
    return package


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else, who may not read everything")
@pytest.mark.parametrize("part", ["libshut.so", "lib"])
def test_what_its_owner_may_not_read_is_opened_and_shut_again(read_only: Path, shut: Path, part: str):
    (shut / part).chmod(0o000 if part == "lib" else 0o200)
    before = tree(shut)
    answer = as_nobody(read_only, "why", "shut")
    assert answer["findings"][0]["code"] == "WL105", answer["findings"]
    answer = as_nobody(read_only, "fix", "shut", "--yes")
    (attempt,) = answer["attempts"]
    assert (attempt["fix"], attempt["kept"]) == ("permissions", True)
    assert (shut / part).stat().st_mode & 0o777 == (0o500 if part == "lib" else 0o600)
    as_nobody(read_only, "undo")
    assert tree(shut) == before


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else, who may not read everything")
def test_what_belongs_to_another_is_for_an_administrator(read_only: Path, shut: Path):
    library = shut / "libshut.so"
    os.chown(library, 0, 0)
    library.chmod(0o600)
    (fix,) = (one for one in as_nobody(read_only, "fix", "shut", "--plan")["fixes"] if one["kind"] == "permissions")
    (step,) = fix["steps"]
    assert (fix["rights"], step["do"], step["command"][:17]) == ("administrator", "by-hand", "sudo chmod a+r '/")
    assert as_nobody(read_only, "fix", "shut", "--yes")["attempts"] == []
    subprocess.run(["/bin/sh", "-c", step["command"].removeprefix("sudo ")], check=True)
    assert as_nobody(read_only, "why", "shut")["verdict"] == "loads"
