"""Tiny real shared objects, each linked once: what they hold is their name in `.cache/gcc`.

A compiler run costs 40 ms and a linker run 5, so sources are few, objects are shared, and generated worlds copy what
lies in the pool.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

POOL = Path(__file__).parents[2] / ".cache" / "gcc"


@dataclass(frozen=True, kw_only=True)
class SharedObject:
    """What a shared object asks for and gives.

    Attributes:
        soname, rpath, runpath: as written into the file; `None`: absent. Only one of the last two.
        filters, auxiliaries: DT_FILTER (of which GNU ld writes one), DT_AUXILIARY.
        needed: DT_NEEDED: names that nothing is taken from, or objects to link against.
        defines: functions. uses, weak_uses, calls: symbols of others: in data, weakly, through the PLT.
        versions: (name, functions) of each symbol version.
        source: C code besides.
        bulk_bytes: size of a table of data, to fill pages.
        options: further ones for the linker.
    """

    soname: str | None = None
    needed: tuple[str | SharedObject, ...] = ()
    rpath: str | None = None
    runpath: str | None = None
    filters: tuple[str, ...] = ()
    auxiliaries: tuple[str, ...] = ()
    defines: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    weak_uses: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    versions: tuple[tuple[str, tuple[str, ...]], ...] = ()
    source: str = ""
    bulk_bytes: int = 0
    options: tuple[str, ...] = ()

    def built(self) -> Path:
        """The file in the pool."""
        return _in_pool(repr(self), ".so", self._link)

    def bytes(self) -> bytes:
        """What is in the file."""
        return _read(self.built())

    def _source(self) -> str:
        lines = [f"int {name}(void) {{ return 1; }}" for name in self.defines]
        lines += [f"extern int {name}(void); int (*held_{name})(void) = {name};" for name in self.uses]
        lines += [
            f"extern int {name}(void) __attribute__((weak)); int (*held_{name})(void) = {name};"
            for name in self.weak_uses
        ]
        lines += [f"extern int {name}(void); int call_{name}(void) {{ return {name}(); }}" for name in self.calls]
        lines += [f"char bulk[{self.bulk_bytes}] = {{1}};"] if self.bulk_bytes else []
        return "\n".join([*lines, self.source, ""])

    def _link(self, target: Path) -> None:
        source = self._source()
        compiled = _in_pool(source, ".o", lambda path: _compile(source, path))
        command = ["ld", "-shared", "--hash-style=gnu", "-z", "noseparate-code", "--no-as-needed", "-z", "noexecstack"]
        command += [str(compiled), *self.options]
        if self.soname is not None:
            command += ["-soname", self.soname]
        if self.rpath is not None:
            command += ["--disable-new-dtags", "-rpath", self.rpath]
        if self.runpath is not None:
            command += ["--enable-new-dtags", "-rpath", self.runpath]
        command += [word for name in self.filters for word in ("-F", name)]
        command += [word for name in self.auxiliaries for word in ("-f", name)]
        if self.versions:
            script = "".join(f"{name} {{ global: {'; '.join(names)}; }};\n" for name, names in self.versions)
            path = _in_pool(script, ".map", lambda path: path.write_text(script))
            command += ["--version-script", str(path)]
        for one in self.needed:
            command.append(str((SharedObject(soname=one) if isinstance(one, str) else one).built()))
        _run([*command, "-o", str(target)])


def program(source: str, options: tuple[str, ...] = ()) -> Path:
    """An executable in the pool, of C code and with options for the compiler besides."""

    def make(target: Path) -> None:
        _run(["gcc", "-x", "c", "-O1", "-", "-x", "none", *options, "-o", str(target)], source)

    return _in_pool(repr((source, options)), "", make)


@lru_cache(maxsize=4096)
def _read(path: Path) -> bytes:
    return path.read_bytes()


def _compile(source: str, target: Path) -> None:
    _run(["gcc", "-x", "c", "-O1", "-fPIC", "-c", "-", "-o", str(target)], source)


def _in_pool(content: str, suffix: str, make: Callable[[Path], object]) -> Path:
    """A file of the pool, made if it is not there. Several processes may: the last one's, which is the same, stays."""
    path = POOL / (hashlib.sha256(content.encode()).hexdigest()[:24] + suffix)
    if not path.exists():
        POOL.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        make(fresh)
        fresh.replace(path)
    return path


def _run(command: list[str], given: str | None = None) -> None:
    done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr}")
