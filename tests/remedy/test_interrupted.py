"""Applications and undos broken off anywhere, generated: killed, out of room, without permission, by Ctrl-C.

Afterwards undos are given until nothing is left to take back: every file is as before, compared by SHA-256.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.remedy.test_installing import wheel
from tests.remedy.trees import tree
from wontload.errors import WontloadError
from wontload.remedy import journal as journals
from wontload.remedy.doing import take, take_back
from wontload.remedy.steps import (
    InstallWheels,
    MoveFile,
    RemoveInstalled,
    ReplaceText,
    SetMode,
    SetVariable,
    Step,
    WriteFile,
)

CALLS = ("fsync", "replace", "rename", "makedirs", "mkdir", "chmod", "remove", "rmdir", "symlink")
WAYS = ("killed", "no room", "no permission", "interrupted")


def arranged(root: Path, seed: int) -> list[Step]:
    """A site-packages with something of every sort in it, and a few steps of any kind, in any order."""
    random_ = random.Random(seed)
    site, wheels = root / "site", root.with_name("wheels")
    site.mkdir(parents=True)
    (site / "loader.py").write_bytes(b"a = 1\nwinmode = 0\n")
    (site / "loader.py").chmod(0o640)
    (site / "old.dll").write_bytes(b"old" * 1000)
    (site / "folder" / "deep").mkdir(parents=True)
    (site / "folder" / "deep" / "x.py").write_text("x = 1\n")
    (site / "folder" / "link").symlink_to("deep")
    lay(site, "twin", "1.0", {"shared/one.py": b"1\n", "shared/lib.so": b"native" * 500})
    lay(site, "runtime", "1.0", {"runtime/lib.so": b"old native" * 500, "runtime/gone.py": b"\n"})
    made = wheel(wheels, "runtime", "2.0", {"runtime/lib.so": b"new native" * 900, "runtime/more/new.py": b"2\n"})
    digest = hashlib.sha256((site / "loader.py").read_bytes()).hexdigest()
    within = (str(site),)
    kinds: dict[str, Step] = {
        "write": WriteFile(path=str(site / "made" / "for it" / "shim.py"), content="y = 2\n"),
        "edit": ReplaceText(path=str(site / "loader.py"), sha256=digest, before="winmode = 0", after="pass"),
        "move": MoveFile(path=str(site / "old.dll"), to=str(site / "old.dll.aside")),
        "permissions": SetMode(path=str(site / "loader.py"), was=0o640, mode=0o644),
        "variable": SetVariable(name="CUDA_PATH", value="/opt/cuda"),
        "remove": RemoveInstalled(path=str(site / "twin-1.0.dist-info"), within=within, name="twin"),
        "folder": RemoveInstalled(path=str(site / "folder"), within=within),
        "install": InstallWheels(
            python="python",
            wheels=(str(made),),
            places=dict.fromkeys(("purelib", "platlib"), str(site)),
            installer="unpack",
        ),
    }
    return [kinds[kind] for kind in random_.sample(sorted(kinds), random_.randint(1, 4))]


def lay(site: Path, name: str, version: str, files: dict[str, bytes]) -> None:
    shutil.unpack_archive(wheel(site.with_name("built"), name, version, files), site, "zip")


@contextmanager
def broken_off(at: int, way: str) -> Iterator[list[int]]:
    """From the `at`-th call on that touches the disk's names or waits for the disk, something goes wrong once."""
    count = [0]

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **named: object) -> object:
            count[0] += 1
            if count[0] == at:
                if way == "killed":
                    os.kill(os.getpid(), signal.SIGKILL)
                if way == "interrupted":
                    raise KeyboardInterrupt
                raise OSError(28 if way == "no room" else 13, os.strerror(28 if way == "no room" else 13))
            return real(*arguments, **named)

        return call

    def half(source: object, target: object, size: int = 0) -> None:
        content = source.read()  # type: ignore[attr-defined]
        target.write(content[: len(content) // 2])  # type: ignore[attr-defined]
        target.flush()  # type: ignore[attr-defined]
        between()
        target.write(content[len(content) // 2 :])  # type: ignore[attr-defined]

    between = counted(lambda: None)
    with pytest.MonkeyPatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, counted(getattr(os, name)))
        patch.setattr(shutil, "copyfileobj", half)
        yield count


def in_a_child(work: Callable[[], None]) -> None:
    """Do it in a copy of this process, which may be killed at it."""
    if child := os.fork():
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) in (0, 3), "a defect, not an error that is told"
        return
    try:
        work()
    except (WontloadError, KeyboardInterrupt):
        os._exit(3)
    except BaseException:
        traceback.print_exc()
        os._exit(4)
    os._exit(0)


def applied(steps: list[Step]) -> None:
    take(steps, journals.begin(target="pkg", python="python", fix="test", title="a test"))


def calls_of(work: Callable[[], None], directory: Path) -> int:
    """How many calls there are to break off at, counted in a child; 0 where it ends in an error by itself."""
    told = directory / "calls"

    def counting() -> None:
        with broken_off(-1, "") as count:
            work()
        told.write_text(str(count[0]))

    in_a_child(counting)
    return int(told.read_text()) if told.exists() else 0


def check(seed: int, directory: Path) -> None:
    """One application, broken off, and an undo that may be broken off in turn."""
    random_ = random.Random(seed * 7919)
    root, rehearsal = directory / "real" / "root", directory / "rehearsal" / "root"
    steps, rehearsed = arranged(root, seed), arranged(rehearsal, seed)
    state = os.environ["WONTLOAD_STATE_DIR"]
    before, home = tree(root), tree(Path.home())
    calls = calls_of(lambda: applied(rehearsed), directory)
    for journal in journals.applications():
        assert take_back(journal) == []
    assert calls > 3
    shutil.rmtree(state)
    at, way = random_.randint(1, calls), random_.choice(WAYS)

    def broken_application() -> None:
        with broken_off(at, way):
            applied(steps)

    in_a_child(broken_application)
    if random_.random() < 0.5:

        def broken_undo() -> None:
            with broken_off(random_.randint(1, calls), random_.choice(WAYS)):
                for journal in journals.applications():
                    take_back(journal)

        in_a_child(broken_undo)
    left = [sentence for journal in journals.applications() for sentence in take_back(journal)]
    assert left == [], (seed, at, way)
    assert tree(root) == before, (seed, at, way)
    assert tree(Path.home()) == home, (seed, at, way)


@pytest.mark.skipif(os.name == "nt", reason="a process is copied with fork")
@pytest.mark.parametrize("seed", range(30))
def test_whatever_breaks_off_can_be_taken_back(seed: int, tmp_path: Path):
    check(seed, tmp_path)


@pytest.mark.sweep
@pytest.mark.skipif(os.name == "nt", reason="a process is copied with fork")
@pytest.mark.parametrize("seed", range(1000, 1300))
def test_whatever_breaks_off_can_be_taken_back_300(seed: int, tmp_path: Path):
    check(seed, tmp_path)
