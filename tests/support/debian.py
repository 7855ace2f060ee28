"""A newer glibc than this system's: Debian's package, fetched and verified by apt, unpacked beside everything else.

apt keeps lists and files of its own under `.cache/debian`; nothing of the system is changed.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

from tests.support.locks import CACHE, locked

POOL = CACHE / "debian"
SUITE = "trixie"  # Debian 13: glibc 2.41
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
TIMEOUT_S = 240


def newer_glibc() -> Path:
    """The directory that holds its `libc.so.6` and its loader."""
    with locked(POOL / ".lock"):
        unpacked = POOL / SUITE
        if not unpacked.is_dir():
            fresh = POOL / f"{SUITE}.fresh"
            _run(["dpkg-deb", "-x", str(_download()), str(fresh)], POOL)
            fresh.replace(unpacked)
    return next(unpacked.glob("usr/lib/*/libc.so.6")).parent


def _download() -> Path:
    state, cache = POOL / "lists", POOL / "cache"
    for directory in (state / "partial", cache / "archives" / "partial"):
        directory.mkdir(parents=True, exist_ok=True)
    sources = POOL / "sources.list"
    sources.write_text(f"deb [signed-by={KEYRING}] http://deb.debian.org/debian {SUITE} main\n")
    options = ["-qq", f"-oDir::Etc::sourcelist={sources}", "-oDir::Etc::sourceparts=/dev/null"]
    options += [f"-oDir::State::lists={state}", f"-oDir::Cache={cache}", "-oAcquire::Languages=none"]
    # Lists of contents, which apt-file asks for where it is installed, are large and often out of step with the mirror.
    for target in ("Contents-deb", "Contents-udeb", "Contents-dsc", "Contents-deb-legacy"):
        options.append(f"-oAcquire::IndexTargets::deb::{target}::DefaultEnabled=false")
    options.append("-oAcquire::Retries=3")
    _run(["apt-get", *options, "update"], POOL)
    _run(["apt-get", *options, "download", f"libc6/{SUITE}"], POOL)
    return next(POOL.glob("libc6_*.deb"))


def python_on(glibc: Path, script: Path) -> Path:
    """A program that starts the interpreter of the tests on another glibc, by that one's own loader; `script` is it."""
    base = Path(sys._base_executable)  # type: ignore[attr-defined]  # documented in Lib/venv: what a venv starts
    loader = next(glibc.glob("ld-linux*.so.*"))
    paths = ":".join(map(str, (glibc, base.parent.parent / "lib", f"/lib/{glibc.name}", f"/usr/lib/{glibc.name}")))
    command = shlex.join([str(loader), "--argv0", str(base), "--library-path", paths, str(base)])
    script.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    script.chmod(0o755)
    return script


def _run(command: list[str], directory: Path) -> None:
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    if done.returncode:
        raise RuntimeError(f"{shlex.join(command)}: {done.stderr[-1000:]}")
