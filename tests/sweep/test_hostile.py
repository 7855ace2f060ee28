"""Files changed at random, hundreds of thousands of them: each parser answers, or says what is wrong and where.

What `make test` does with some hundreds of each, for longer. A batch is always the same: its number is the seed.
"""

from __future__ import annotations

import struct
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from tests.binary.test_apiset import version_6
from tests.binary.test_gpu_code import SEEDS as WITH_GPU_CODE
from tests.binary.test_hostile import BOUND_BYTES, BOUND_S, everything
from tests.binary.test_hostile import SEEDS as IMAGES
from tests.wheels.test_archive import read_all, zipped
from wontload.binary import MalformedImage
from wontload.binary.apiset import parse_schema
from wontload.binary.gpu_reading import parse_gpu_code
from wontload.binary.manifest import parse_manifest
from wontload.errors import WontloadError
from wontload.machine.snapshot import loads
from wontload.wheels.bad_archive import BadArchive

pytestmark = [pytest.mark.sweep, pytest.mark.timeout(9000)]
ROOT = Path(__file__).parents[2]
BATCHES = 10
WEIGHED = 100  # of so many files one is parsed with its memory counted, which takes ten times as long
NUMBERS = (0, 1, 2, 7, 0xFF, 0xFFF, 0x1000, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF8, 0xFFFFFFFF)
MANIFEST = (
    b"<?xml version='1.0'?><assembly xmlns='urn:schemas-microsoft-com:asm.v1' manifestVersion='1.0'><dependency>"
    b"<dependentAssembly><assemblyIdentity type='win32' name='A.B' version='1.2.3.4' processorArchitecture='amd64'/>"
    b"</dependentAssembly></dependency><file name='a.dll'/></assembly>"
)


def changed(source: Random, sound: bytes) -> bytes:
    """A few numbers written over, pieces moved, or the end cut off; mostly near the start, where headers are."""
    data = bytearray(sound)
    for _ in range(source.randint(1, 8)):
        at = source.randrange(min(len(data), source.choice((64, 256, 1024, 4096, len(data)))) or 1)
        how = source.random()
        if how < 0.7:
            number = source.choice(NUMBERS) if source.random() < 0.7 else source.getrandbits(32)
            new = struct.pack(source.choice("<>") + "Q", number)
            size = source.choice((1, 2, 4, 8))
            data[at : at + size] = new[:size] if source.random() < 0.5 else new[-size:]
        elif how < 0.85:
            length = source.randrange(1, 64)
            data[at : at + length] = data[(other := source.randrange(len(data) or 1)) : other + length]
        else:
            data[at : at + source.randrange(1, 32)] = b""
    return bytes(data[: source.randrange(len(data) + 1)]) if source.random() < 0.15 else bytes(data)


def gpu_code(data: bytes) -> None:
    with suppress(MalformedImage):
        parse_gpu_code(data, "x")


def api_sets(data: bytes) -> None:
    with suppress(MalformedImage):
        parse_schema(data, "x")


def manifest(data: bytes) -> None:
    parse_manifest(data)


def archive(data: bytes) -> None:
    with suppress(BadArchive):
        read_all(data)


def snapshot(data: bytes) -> None:
    with suppress(WontloadError):
        loads(data, "x")


# By name: the parser, sound files, and how many of them are changed in a batch.
PARSERS: dict[str, tuple[Callable[[bytes], None], Callable[[], list[bytes]], int]] = {
    "images": (everything, lambda: IMAGES, 50_000),
    "gpu-code": (gpu_code, lambda: WITH_GPU_CODE, 20_000),
    "api-sets": (api_sets, lambda: [version_6()], 20_000),
    "manifests": (manifest, lambda: [MANIFEST], 20_000),
    "archives": (archive, lambda: [zipped(("a/b.dll", b"MZ" * 40), ("c.py", b"pass\n" * 9))], 20_000),
    "snapshots": (snapshot, lambda: [path.read_bytes() for path in sorted((ROOT / "examples").glob("*.json"))], 1_000),
}


@pytest.mark.parametrize("batch", range(BATCHES))
@pytest.mark.parametrize("name", PARSERS)
def test_changed_at_random(name: str, batch: int) -> None:
    parse, sound, count = PARSERS[name]
    seeds, source = sound(), Random(f"{name} {batch}")
    for number in range(count):
        data = changed(source, source.choice(seeds))
        weighed = number % WEIGHED == 0
        if weighed:
            tracemalloc.start()
        start = time.process_time()
        try:
            parse(data)
        except Exception as error:
            raise AssertionError(f"file {number} of batch {batch} of {name}, {len(data)} bytes") from error
        took = time.process_time() - start
        peak = tracemalloc.get_traced_memory()[1] if weighed else 0
        tracemalloc.stop()
        assert took < BOUND_S, f"file {number}: {took:.1f} s for {len(data)} bytes"
        assert peak < BOUND_BYTES, f"file {number}: {peak} bytes of memory for {len(data)} bytes"
