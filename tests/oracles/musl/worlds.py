"""The worlds of tests/oracles/glibc, changed where musl's loader needs another one.

musl looks at no field of a header that a file of another class or byte order would lie about: those that only claim to
be of another class are real ones here. The executable has a search path of its own now and then, which every bare name
inherits.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from hypothesis import strategies as st

from tests.oracles.glibc.worlds import DIRECTORIES, ROOT, Placed, World, worlds
from tests.support.gcc import SharedObject
from tests.support.musl import POOL, Program

SEARCH_PATHS = (None, None, None, str(ROOT / "two"), f"{ROOT}/one:{ROOT}/dir with ü", "$LIB", f"/nowhere::{ROOT}/here")


@dataclass(frozen=True, kw_only=True)
class OtherClass(SharedObject):
    """A real shared object for 32-bit x86."""

    def built(self) -> Path:
        return _linked_32()


@lru_cache(maxsize=1)
def _linked_32() -> Path:
    POOL.mkdir(parents=True, exist_ok=True)
    target = POOL / "i386.so"
    if not target.exists():
        fresh, code = target.with_suffix(".fresh"), target.with_suffix(".o")
        subprocess.run(["as", "--32", "-", "-o", str(code)], input=b".globl f\nf: ret\n", check=True, timeout=60)
        subprocess.run(["ld", "-m", "elf_i386", "-shared", str(code), "-o", str(fresh)], check=True, timeout=60)
        fresh.replace(target)
    return target


@dataclass(frozen=True, kw_only=True)
class MuslWorld:
    """A world, and the executable's search path."""

    world: World
    search_path: str | None = None
    runpath: bool = False

    @property
    def program(self) -> Path:
        if self.search_path is None:
            return Program().built()
        tags = "--enable-new-dtags" if self.runpath else "--disable-new-dtags"
        return Program(options=(f"-Wl,{tags},-rpath,{self.search_path}",)).built()


def adapted(file: Placed) -> Placed:
    """One that claims to be of another class is; one of the other byte order remains a lie."""
    if file.impostor == "class":
        return replace(file, impostor="", object_=OtherClass())
    return file


@st.composite
def musl_worlds(draw: st.DrawFn) -> MuslWorld:
    world = draw(worlds())
    return MuslWorld(
        world=replace(world, files=tuple(map(adapted, world.files))),
        search_path=draw(st.sampled_from(SEARCH_PATHS)),
        runpath=draw(st.booleans()),
    )


__all__ = ["DIRECTORIES", "ROOT", "MuslWorld", "OtherClass", "musl_worlds"]
