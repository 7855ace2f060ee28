"""A process with more rights than its user, as a program of another group becomes: what it ignores, what it refuses."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.oracles.glibc.oracle import Answer, absolute, system
from tests.oracles.glibc.test_rules import ABSENT, put
from tests.support.gcc import program
from tests.support.musl import SOURCE
from wontload.loader import Status, load
from wontload.machine import LoadRequest, Machine, Process
from wontload.machine.live import LiveFiles

pytestmark = pytest.mark.oracle("gcc")
# The program of musl's tests says as much of glibc; beside it, whether this is such a process.
SECURE = SOURCE.replace("int main(", "#include <sys/auxv.h>\nint main(").replace(
    'dl_iterate_phdr(show, "B");', 'printf("S\\t%lu\\n", getauxval(AT_SECURE)); dl_iterate_phdr(show, "B");'
)
OTHER_GROUP = 65534


def agree(name: str, root: Path, *, options: tuple[str, ...] = (), **environment: str) -> Answer:
    """What the model and glibc say of `dlopen(name)` in such a process, whose program was linked with options."""
    path = root / "here/program"
    shutil.copy(program(SECURE, options), path)
    try:
        os.chown(path, -1, OTHER_GROUP)
    except PermissionError:
        pytest.skip("to give a file to another group takes rights that this process does not have")
    path.chmod(0o2755)
    done = subprocess.run([path, name], cwd=root / "here", env=environment, capture_output=True, text=True, timeout=60)
    facts = [line.split("\t", 1) for line in done.stdout.splitlines()]
    told = {mark: [fact for one, fact in facts if one == mark] for mark in "SBAX"}
    if told["S"] == ["0"]:
        pytest.skip("this file system gives no program more rights than its user has")
    new = [absolute(one, str(root / "here")) for one in told["A"][len(told["B"]) :]]
    observed = Answer(told["X"][0]) if told["X"] else Answer(None, tuple(new))
    process = Process(
        executable=str(path),
        current_directory=str(root / "here"),
        environment=environment,
        secure=True,
        modules=tuple(one or str(path) for one in told["B"]),
    )
    request = LoadRequest(kind="ctypes", name=name, flags=2, process=process)
    result = load(Machine(id="this", system=system(), files=LiveFiles()), request)
    loaded = tuple(str(one.path) for one in result.modules if one.status is Status.LOADED)
    assert (Answer(str(result.error)) if result.error else Answer(None, loaded)) == observed
    return observed


def test_variables_do_not_count(root: Path) -> None:
    first = put(root / "one/liba.so", needed=("libb.so",), uses=("given",))
    second = put(root / "two/libb.so", defines=("given",))
    assert agree(first, root, LD_LIBRARY_PATH=str(root / "two")).error == f"libb.so: {ABSENT}"
    user = put(root / "one/user.so", uses=("given",))
    assert agree(user, root, LD_PRELOAD=second).error == f"{user}: undefined symbol: given"


@pytest.mark.parametrize("kind", ["rpath", "runpath"])
@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("$ORIGIN/../two", True),
        ("${ORIGIN}/../two", True),
        ("$ORIGIN/../two/", True),
        ("./$ORIGIN/../two", False),
        ("/$ORIGIN/../two", False),
        ("$ORIGIN.d/../../two", False),
        ("$ORIGIN/../../$ORIGIN/../two", False),
        ("/nowhere:$ORIGIN/../two", True),
    ],
)
def test_the_origin_of_a_library_counts_at_the_start(kind: str, path: str, counts: bool, root: Path) -> None:
    (root / "one.d").mkdir()
    first = put(root / "one/liba.so", needed=("libb.so",), **{kind: path})
    put(root / "two/libb.so")
    assert (agree(first, root).error is None) is counts


@pytest.mark.parametrize("new_tags", ["enable", "disable"])
def test_that_of_the_program_must_lead_below_a_built_in_directory(new_tags: str, root: Path) -> None:
    """It goes up from the program to the root, and down again to where libz is."""
    put(root / "two/libb.so")
    up = "/".join([".."] * len((root / "here").parts[1:]))
    for below, name, counts in (
        (f"{up}/usr/lib/x86_64-linux-gnu", "libz.so.1", True),
        (f"{up}/usr/lib/nowhere/../x86_64-linux-gnu", "libz.so.1", True),
        ("../two", "libb.so", False),
    ):
        answer = agree(name, root, options=(f"-Wl,--{new_tags}-new-dtags,-rpath,$ORIGIN/{below}",))
        assert (str(root / "here") in "".join(answer.loaded)) is (counts and (root / "here" / below).exists())


def test_tokens_in_a_needed_name(root: Path) -> None:
    first = put(root / "one/liba.so", needed=("$ORIGIN/libb.so",))
    put(root / "one/libb.so")
    assert agree(first, root).error == "$ORIGIN/libb.so: DST not allowed in SUID/SGID programs"


def test_tokens_in_what_dlopen_is_asked_for(root: Path) -> None:
    put(root / "here/libb.so")
    for name in ("$ORIGIN/libb.so", "./$ORIGIN/libb.so"):
        agree(name, root)
