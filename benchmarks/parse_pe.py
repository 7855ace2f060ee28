"""PE imports and exports with all names: wontload, LIEF and pefile. `python -m benchmarks.parse_pe [FILE…]`.

Without files: every fourth of this machine's Wine and mingw (pefile takes its time). Also
peak memory, and how much of a DLL of 550 MB is read: its resident pages.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from benchmarks.parse_contenders import PE, wontload_pe
from benchmarks.parse_turns import agreed, best_of_interleaved, files_beginning, report
from benchmarks.processes import peak_bytes

PLACES = (Path("/usr/lib/x86_64-linux-gnu/wine/x86_64-windows"), Path("/usr/lib/gcc/x86_64-w64-mingw32"))
ROUNDS = 5
LARGE_BYTES = 550_000_000
READ_ALL = "import sys; from benchmarks.parse_contenders import wontload_pe; all(map(wontload_pe, sys.argv[1:]))"


def large_dll(path: Path) -> None:
    """A DLL with real tables and `LARGE_BYTES` of section behind them, which take no place on the disk."""
    from tests.support.images import pe

    needs = [(f"library{number}.dll", [f"symbol{one}" for one in range(200)]) for number in range(20)]
    exports = [f"export{number}" for number in range(2000)]
    start = pe(needs=needs, exports=exports, promised_padding_bytes=LARGE_BYTES)
    with path.open("wb") as stream:
        stream.write(start)
        stream.truncate(len(start) + LARGE_BYTES)


def resident_bytes_while_reading(path: Path) -> int:
    """How much of the file the kernel brought in for us (Linux): the file's pages are dropped before, counted after."""
    import ctypes
    import mmap

    with path.open("rb") as stream:
        os.fsync(stream.fileno())
        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        wontload_pe(str(path))
        with mmap.mmap(stream.fileno(), 0, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_WRITE) as mapped:
            pages = (ctypes.c_ubyte * -(-len(mapped) // mmap.PAGESIZE))()
            address = ctypes.addressof(hold := ctypes.c_ubyte.from_buffer(mapped))
            failed = ctypes.CDLL(None, use_errno=True).mincore(
                ctypes.c_void_p(address), ctypes.c_size_t(len(mapped)), pages
            )
            if failed:
                raise OSError(ctypes.get_errno(), "mincore")
            del hold
    return sum(page & 1 for page in pages) * mmap.PAGESIZE


def main(arguments: list[str]) -> dict[str, float]:
    paths = files_beginning(b"MZ", map(Path, arguments or PLACES))
    kept = agreed(PE, paths if arguments else paths[::4])
    if not kept:
        raise SystemExit("no PE file here that all contenders can read")
    ratios = report("PE imports and exports", kept, best_of_interleaved(PE, kept, ROUNDS))
    if sys.platform == "linux":
        ratios["peak_bytes"] = peak_bytes(READ_ALL, [*map(str, paths)])
        print(f"  peak memory of a process that reads {len(paths)} files: {ratios['peak_bytes'] / 1e6:.0f} MB")
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory, "large.dll")
            large_dll(path)
            ratios["read_of_550_mb"] = resident_bytes_while_reading(path)
            print(f"  of a DLL of {path.stat().st_size / 1e6:.0f} MB: {ratios['read_of_550_mb'] / 1e6:.2f} MB read")
    return ratios


if __name__ == "__main__":
    main(sys.argv[1:])
