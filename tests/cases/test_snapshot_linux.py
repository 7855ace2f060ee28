"""A saved machine says what the machine itself says, to the byte: real packages on this Linux, broken and sound."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import socket
from pathlib import Path

import pytest

from tests.support.cli import python311, unpack, why, wontload
from tests.support.gcc import SharedObject
from tests.support.schemas import check
from wontload.machine.redaction import Redaction


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """In somebody's home directory, whose name is no word."""
    return tmp_path / "home" / "zaphod" / "site packages ä"


def mpi(site: Path) -> str:
    unpack(site, "mpi4py")
    return "mpi4py.MPI"


def torchao(site: Path) -> str:
    return str(unpack(site, "torchao") / "torchao" / "_C.abi3.so")


def with_a_copy_elsewhere(site: Path) -> str:
    return str(unpack(site, "torchao", "nvidia-cuda-runtime-cu12-linux") / "torchao" / "_C.abi3.so")


def moved(site: Path) -> str:
    unpack(site, "pyzmq")
    (site / "elsewhere" / "lib").mkdir(parents=True)
    shutil.move(next((site / "pyzmq.libs").glob("libsodium*")), site / "elsewhere" / "lib")
    return "zmq"


def gone(site: Path) -> str:
    unpack(site, "pyzmq")
    next((site / "pyzmq.libs").glob("libsodium*")).unlink()
    return "zmq"


def truncated(site: Path) -> str:
    unpack(site, "pyzmq")
    library = next((site / "pyzmq.libs").glob("libsodium*"))
    library.write_bytes(library.read_bytes()[:5000])
    return "zmq"


def sound(site: Path) -> str:
    unpack(site, "pyzmq")
    return "zmq"


SAYS_NOTHING_OF_IT = """
void *PyImport_ImportModule(const char *), PyErr_SetString(void *, const char *);
extern void *PyExc_ImportError;
void *PyInit_NAME(void) {
    if (!PyImport_ImportModule("DEPENDENCY")) PyErr_SetString(PyExc_ImportError, "DEPENDENCY.core failed to import");
    return 0;
}
"""


def _package(site: Path, name: str, dependency: str) -> None:
    """An extension module that puts an error of its own in the place of what its dependency's import ends with."""
    source = SAYS_NOTHING_OF_IT.replace("NAME", name).replace("DEPENDENCY", dependency)
    (site / f"{name}.abi3.so").write_bytes(SharedObject(source=source).bytes())


def swallowed(site: Path) -> str:
    """What `outer` needs needs what does not load, and neither says so."""
    gone(site)
    _package(site, "inner", "zmq")
    _package(site, "outer", "inner")
    return "outer"


def two_modules(site: Path) -> str:
    """A distribution by its name, both of whose modules fail, each for a reason of its own."""
    record = site / "Both.Broken-1.0.dist-info" / "RECORD"
    record.parent.mkdir(parents=True)
    for name in ("one", "two"):
        (site / f"{name}.abi3.so").write_bytes(SharedObject(needed=(SharedObject(soname=f"lib{name}.so.3"),)).bytes())
    record.write_text("one.abi3.so,,\ntwo.abi3.so,,\n")
    (record.parent / "METADATA").write_text("Name: Both.Broken\nVersion: 1.0\n")
    return "both-broken"


CASES = (mpi, torchao, with_a_copy_elsewhere, moved, gone, truncated, sound, swallowed, two_modules)


def findings(answer: dict) -> str:
    return json.dumps([answer["verdict"], answer["error"], answer["findings"]], indent=1)


@pytest.mark.oracle("gcc")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_it_says_the_same(case, site: Path, tmp_path: Path):
    target = case(site)
    environment = {"PYTHONPATH": str(site), "USER": "zaphod", "BEEBLEBROX_KEY": "heartofgold42"}
    _, live = why(target, "--python", python311(), **environment)
    plain, redacted = tmp_path / "plain.json", tmp_path / "redacted.json.gz"
    for place, options in ((plain, ["--no-redact"]), (redacted, [])):
        ran = wontload("snapshot", target, "--python", python311(), "-o", str(place), *options, **environment)
        assert ran.status == 0
        assert "is not all that" not in ran.err
        assert place.stat().st_size < 1_000_000
    value = check(plain.read_text())
    _, there = why(target, "--machine", str(plain))
    assert findings(there) == findings(live)

    redaction = Redaction.of(value)
    _, there = why(redaction.text(target), "--machine", str(redacted))
    assert findings(there) == findings(redaction(live))
    written = gzip.decompress(redacted.read_bytes()).decode().lower()
    planted = ("zaphod", "heartofgold42")
    assert [secret for secret in planted if secret in written] == []
    assert not re.search(rf"\b{re.escape(socket.gethostname().lower())}\b", written)


@pytest.mark.oracle("gcc")
def test_what_a_dependency_keeps_to_itself_is_told_of_the_saved_machine(site: Path, tmp_path: Path):
    target, place = swallowed(site), tmp_path / "box.json"
    ran = wontload("snapshot", target, "--python", python311(), "-o", str(place), PYTHONPATH=str(site))
    assert ran.status == 0, ran.err
    _, answer = why(target, "--machine", str(place))
    (first,) = answer["findings"]
    assert (first["code"], first["chain"][:3]) == ("WL504", ["outer", "inner", "zmq"])
    assert "inner.core failed to import" in answer["error"]["text"]


def test_two_targets_in_one_file(site: Path, tmp_path: Path):
    """Each keeps its own record, also where the other has none to keep."""
    unpack(site, "pyzmq")
    shutil.rmtree(site / "pyzmq.libs")
    place = tmp_path / "both.json"
    environment = {"PYTHONPATH": str(site)}
    ran = wontload("snapshot", "zmq", "json", "--python", python311(), "-o", str(place), "--no-redact", **environment)
    assert ran.status == 0, ran.err
    assert why("json", "--machine", str(place))[1]["verdict"] == "loads"
    for target in ("zmq", "json"):
        _, live = why(target, "--python", python311(), **environment)
        assert findings(why(target, "--machine", str(place))[1]) == findings(live)
