"""Listing a library's GPU code: wontload, a bare scan, cuobjdump. `python -m benchmarks.gpu_code [FILE…]`.

Without files: libraries of 700 MB in three formats, as many fatbins as libcublasLt.so.13 has, in holes that take no
place on the disk. cuobjdump takes part where it is on PATH, with a process start, and for ELF files alone.
"""

from __future__ import annotations

import mmap
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from wontload.binary import read_gpu_code

ROUNDS = 5
FATBINS = 2775
PAYLOAD_BYTES = 85_000
FORMATS = ("ELF", "PE", "Mach-O")


def large_library(path: Path, format_name: str) -> None:
    """A library of 700 MB with `FATBINS` fatbins of three entries each, two of them compressed."""
    from tests.support.gpu_images import elf_with, fatbin_entry, macho_with, pe_with

    kinds = ((2, 80, 0x11), (2, 90, 0x108011), (1, 120, 0x2011))  # as it is, by Zstandard, by LZ4
    heads = [
        fatbin_entry(kind, arch, flags=flags, payload=b"", stored=PAYLOAD_BYTES, compressed=PAYLOAD_BYTES - 7)
        for kind, arch, flags in kinds
    ]
    one = sum(map(len, heads)) + 3 * PAYLOAD_BYTES
    size = FATBINS * (16 + one)
    make, name = {
        "ELF": (elf_with, ".nv_fatbin"),
        "PE": (pe_with, ".nv_fatbin"),
        "Mach-O": (macho_with, "__nv_fatbin"),
    }[format_name]
    mark = b"fatbins here"
    small = make({name: mark})
    start = small.index(mark)
    # The section's size stands once in the headers; what followed the section moves behind it.
    head, tail = small[:start], small[start + len(mark) :]
    if format_name == "ELF":
        tail = tail.replace(struct.pack("<QQ", start, len(mark)), struct.pack("<QQ", start, size))
        names = start + 4096
        tail = tail.replace(struct.pack("<Q", names), struct.pack("<Q", names + size - len(mark)))
        table = struct.unpack_from("<Q", head, 40)[0]
        head = head[:40] + struct.pack("<Q", table + size - len(mark)) + head[48:]
    elif format_name == "PE":
        old = struct.pack("<IIII", len(mark), 0x10000, 512, start)
        head = head.replace(old, struct.pack("<IIII", size, 0x10000, size, start))
    else:
        head = head.replace(struct.pack("<QI", len(mark), start), struct.pack("<QI", size, start))
    with path.open("wb") as stream:
        stream.write(head)
        for index in range(FATBINS):
            stream.seek(start + index * (16 + one))
            stream.write(struct.pack("<IHHQ", 0xBA55ED50, 1, 16, one))
            for entry in heads:
                stream.write(entry)
                stream.seek(PAYLOAD_BYTES, 1)
        stream.seek(start + size)
        stream.write(tail)


def bare_scan(path: str) -> int:
    """How often a fatbin's magic stands in the file: what one writes in three lines, and without any target."""
    with open(path, "rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        count, at = 0, data.find(b"\x50\xed\x55\xba")
        while at >= 0:
            count, at = count + 1, data.find(b"\x50\xed\x55\xba", at + 4)
    return count


def cuobjdump(path: str) -> int:
    done = subprocess.run(["cuobjdump", "--list-elf", path], capture_output=True, check=False)
    return done.stdout.count(b"ELF file")


def best(action: Callable[[str], object], path: str) -> float:
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        action(path)
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def measure(path: Path, label: str) -> dict[str, float]:
    contenders: dict[str, Callable[[str], object]] = {"wontload": read_gpu_code, "bare scan": bare_scan}
    if label == "ELF" and shutil.which("cuobjdump"):
        contenders["cuobjdump"] = cuobjdump
    seconds = {name: best(action, str(path)) for name, action in contenders.items()}
    figures = "  ".join(f"{name} {1e3 * value:.1f} ms" for name, value in seconds.items())
    print(f"GPU code, {label} of {path.stat().st_size / 1e6:.0f} MB: {figures}")
    return seconds


def main(arguments: list[str]) -> dict[str, dict[str, float]]:
    if arguments:
        return {path: measure(Path(path), Path(path).name) for path in arguments}
    found = {}
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "large")
        for format_name in FORMATS:
            large_library(path, format_name)
            found[format_name] = measure(path, format_name)
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
