"""Newer C libraries than this system's: Debian's packages, fetched and verified by apt, unpacked beside all else.

apt keeps lists and files of its own under `.cache/debian`; nothing of the system is changed.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

from tests.support.locks import CACHE, locked

POOL = CACHE / "debian"
SUITE = "trixie"  # Debian 13: glibc 2.41, musl 1.2.5
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
TIMEOUT_S = 240


def newer_glibc() -> Path:
    """The directory that holds its `libc.so.6` and its loader."""
    return next(_unpacked("libc6").glob("usr/lib/*/libc.so.6")).parent


def newer_musl() -> Path:
    """Its loader, which is its libc as well."""
    return next(_unpacked("musl").glob("usr/lib/*/libc.so"))


def _unpacked(package: str) -> Path:
    """The files of a package of the newer release."""
    with locked(POOL / ".lock"):
        unpacked = POOL / SUITE / package
        if not unpacked.is_dir():
            fresh = POOL / f"{package}.fresh"
            _run(["dpkg-deb", "-x", str(_download(package)), str(fresh)], POOL)
            unpacked.parent.mkdir(exist_ok=True)
            fresh.replace(unpacked)
    return unpacked


def _download(package: str) -> Path:
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
    _run(["apt-get", *options, "download", f"{package}/{SUITE}"], POOL)
    return next(POOL.glob(f"{package}_*.deb"))


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


def base_root(suite: str) -> Path:
    """The files of a release's base system with its own Python, unpacked below one directory; nothing is installed."""
    with locked(POOL / f".{suite}.lock"):
        root = POOL / f"{suite}-root"
        if not root.is_dir():
            fresh, state = POOL / f"{suite}-root.fresh", POOL / f"{suite}-apt"
            for name in ("lists/partial", "cache/archives/partial"):
                (state / name).mkdir(parents=True, exist_ok=True)
            (state / "status").touch()
            (state / "sources.list").write_text(
                f"deb [arch=amd64 signed-by={KEYRING}] http://deb.debian.org/debian {suite} main\n"
            )
            options = ["-qq", "-oAPT::Architecture=amd64", f"-oDir::Etc::sourcelist={state}/sources.list"]
            options += ["-oDir::Etc::sourceparts=/dev/null", f"-oDir::State={state}", f"-oDir::Cache={state}/cache"]
            options += [f"-oDir::State::lists={state}/lists", f"-oDir::State::status={state}/status"]
            options += ["-oAcquire::Languages=none", "-oAPT::Install-Recommends=false", "-oAcquire::Retries=3"]
            options.append("-oAcquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false")
            _run(["apt-get", *options, "update"], POOL)
            _run(["apt-get", *options, "-y", "--download-only", "install", "libc6", "libstdc++6", "python3"], POOL)
            for package in sorted((state / "cache/archives").glob("*.deb")):
                _run(["dpkg-deb", "-x", str(package), str(fresh)], POOL)
            fresh.replace(root)
    return root


def python_of(root: Path, version: str) -> list[str]:
    """The command that starts the Python of `base_root`, by that system's own loader and libraries."""
    libraries = root / "lib/x86_64-linux-gnu"
    loader = next(libraries.glob("ld-2.*.so"))
    paths = f"{libraries}:{root}/usr/lib/x86_64-linux-gnu"
    return [str(loader), "--library-path", paths, str(root / f"usr/bin/python{version}"), "-S"]
