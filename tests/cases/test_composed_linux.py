"""Machines with two faults at once, really broken on this Linux: the cause, its fix, the next one, and a snapshot.

What composed machines of values say of every pair of faults stands in tests/diagnosis/test_composed.py.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cases.test_fix_linux import ask, environment, home, imports, mended_and_undone, site_of
from tests.support.cli import unpack, wontload
from tests.support.downloads import wheel as pinned
from tests.support.gcc import SharedObject

__all__ = ["environment", "home"]  # fixtures
pytestmark = pytest.mark.oracle("gcc")


@pytest.fixture
def site(environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """pyzmq in an environment whose installer finds its wheel, and nothing else."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(Path(pinned("pyzmq")).parent))
    return unpack(site_of(environment), "pyzmq")


def sodium(site: Path) -> Path:
    return next((site / "pyzmq.libs").glob("libsodium*"))


def first(environment: Path, **variables: str) -> tuple[str, str]:
    """Code and subject of what stands first and explains the error; a saved machine says the same as this one."""
    answer = ask(environment, "why", "zmq", status=1, **variables)
    box = environment.parent / "box.json"
    python = str(environment / "bin" / "python")
    saved = wontload("snapshot", "zmq", "--python", python, "--no-redact", "-o", str(box), **variables)
    assert (saved.status, "not all that" in saved.err) == (0, False)
    there = wontload("zmq", "--machine", str(box), "--json")
    assert json.dumps(there.json["findings"]) == json.dumps(answer["findings"])
    found = answer["findings"][0]
    assert found["explains_error"], found
    return found["code"], found["subject"]


def test_a_library_that_is_gone_and_a_stray_copy_that_is_taken(environment: Path, site: Path, tmp_path: Path):
    """LD_LIBRARY_PATH has another file of that name, which lacks what is needed; the RPATH comes before it."""
    gone = sodium(site)
    stray = tmp_path / "old" / gone.name
    stray.parent.mkdir()
    stray.write_bytes(SharedObject(soname=gone.name, defines=("old",)).bytes())
    gone.unlink()
    variables = {"LD_LIBRARY_PATH": str(stray.parent)}
    assert first(environment, **variables) == ("WL504", gone.name)
    mended_and_undone(environment, "zmq", "reinstall", **variables)


def test_a_module_for_another_python_and_behind_it_a_library_that_is_gone(environment: Path, site: Path):
    """The module's source lies beside it and is taken in its place: it raises in its own words."""
    gone, backend = sodium(site), site / "zmq" / "backend" / "cython"
    module = next(backend.glob("_zmq*.so"))
    other = module.with_name(module.name.replace("cpython-311", "cpython-312"))
    module.rename(other)
    gone.unlink()
    assert first(environment) == ("WL501", other.name)
    other.rename(module)
    assert first(environment) == ("WL504", gone.name)
    mended_and_undone(environment, "zmq", "reinstall")


def test_a_pointer_of_git_lfs_and_behind_it_a_library_for_another_machine(environment: Path, site: Path):
    needed, library = sodium(site), next((site / "pyzmq.libs").glob("libzmq*"))
    whole, content = library.read_bytes(), bytearray(needed.read_bytes())
    content[18:20] = (183).to_bytes(2, "little")  # e_machine: EM_AARCH64
    needed.write_bytes(content)
    library.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
    assert first(environment) == ("WL104", library.name)
    library.write_bytes(whole)
    assert first(environment) == ("WL205", needed.name)
    mended_and_undone(environment, "zmq", "reinstall")
    ask(environment, "fix", "zmq", "--yes", status=0)
    assert imports(environment, "zmq")
