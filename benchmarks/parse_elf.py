"""ELF dynamic sections, versions and symbols: wontload, LIEF, pyelftools. `python -m benchmarks.parse_elf [FILE…]`.

Without files: the extension modules of this Python and of its environment.
"""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

from benchmarks.parse_contenders import ELF
from benchmarks.parse_turns import agreed, best_of_interleaved, files_beginning, report

PLACES = tuple(Path(sysconfig.get_path(name)) for name in ("platstdlib", "platlib"))
ROUNDS = 3


def main(arguments: list[str]) -> dict[str, float]:
    kept = agreed(ELF, files_beginning(b"\x7fELF", map(Path, arguments or PLACES)))
    if not kept:
        raise SystemExit("no ELF file here that all contenders can read")
    return report("ELF dynamic section, versions, symbols", kept, best_of_interleaved(ELF, kept, ROUNDS))


if __name__ == "__main__":
    main(sys.argv[1:])
