"""Real wheels of every platform for `make sweep`: pinned in `wheels_sweep.toml`, kept under `.cache/downloads-sweep`.

    for wheel in pins("win_amd64"):
        with unpacked(wheel) as directory: ...       # the whole wheel, gone again afterwards

A wheel is fetched when first asked for, and stays: a sweep that was broken off goes on with what it has.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.support.downloads import download
from tests.support.locks import CACHE, locked
from tests.support.toml import read_toml

PINS = Path(__file__).with_name("wheels_sweep.toml")
MENDED = Path(__file__).with_name("wheels_mended.toml")
KEPT = CACHE / "downloads-sweep"
UNPACKED = CACHE / "unpacked-sweep"
MAGICS = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf")
# What is native by how it begins and is loaded by nobody: the launchers that packaging tools carry.
NOT_LOADED = (".exe",)


@dataclass(frozen=True, kw_only=True)
class Wheel:
    """One pinned file. `platform` is a group such as `manylinux_x86_64`, not a tag."""

    platform: str
    name: str
    version: str
    file: str
    sha256: str

    def path(self) -> Path:
        """Where it is on this disk, downloaded and verified if it is not here yet."""
        path = KEPT / self.file
        if not path.is_file():
            with locked(KEPT / f".{self.file}.lock"):
                if not path.is_file():
                    tag = self.file.removesuffix(".whl").rsplit("-", 1)[1].partition(".")[0]
                    arguments = ["--only-binary=:all:", f"--platform={tag}", "--python-version=3.11"]
                    download({**vars(self), "arguments": arguments}, path)
        return path


@cache
def pins(platform: str | None = None) -> tuple[Wheel, ...]:
    """The pinned wheels, all or those of one platform."""
    rows = read_toml(PINS).get("wheel", [])
    return tuple(wheel for wheel in (Wheel(**row) for row in rows) if platform in (None, wheel.platform))


@cache
def runtime_wheels() -> tuple[Wheel, ...]:
    """NVIDIA's Windows wheels with which real CUDA DLLs are mended."""
    return tuple(Wheel(**row) for row in read_toml(MENDED)["wheel"])


def native_members(path: Path) -> list[str]:
    """The names of the native files in a wheel, by how they begin."""
    with zipfile.ZipFile(path) as archive:
        return [one.filename for one in archive.infolist() if _is_native(archive, one)]


def _is_native(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    if member.is_dir() or member.filename.endswith(NOT_LOADED):
        return False
    with archive.open(member) as stream:
        return stream.read(4).startswith(MAGICS)


@contextmanager
def unpacked(wheel: Wheel, members: Collection[str] | None = None) -> Iterator[Path]:
    """A directory with a wheel's files, all or only `members`, for as long as the block runs."""
    UNPACKED.mkdir(parents=True, exist_ok=True)
    directory = Path(tempfile.mkdtemp(dir=UNPACKED, prefix=f"{wheel.name}-"))
    try:
        with zipfile.ZipFile(wheel.path()) as archive:
            archive.extractall(directory, members)
        yield directory
    finally:
        shutil.rmtree(directory)
