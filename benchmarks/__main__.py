"""`make bench`: every benchmark in one run; a table on standard output, the figures as JSON in `.cache/bench.json`."""

from __future__ import annotations

import json
import platform
import sys
from pathlib import Path

from benchmarks import check, gpu_code, parse_elf, parse_pe, pick, scoped_path, start_up, tree_elf, tree_pe

OUT = Path(__file__).resolve().parent.parent / ".cache" / "bench.json"


def main() -> None:
    """Run them one after the other."""
    figures = {
        "machine": f"{platform.machine()}, CPython {platform.python_version()}, {platform.system()}",
        "start-up": start_up.measure(),
        "scoped path": scoped_path.measure(),
        "PE": parse_pe.main([]),
        "ELF": parse_elf.main([]),
        "ELF trees": tree_elf.main([]) if sys.platform == "linux" else None,
        "trees of PE files": tree_pe.main([]),
        "GPU code": gpu_code.main([]),
        "pick": pick.main([]),
        "check": check.main([]),
    }
    for name, value in {**figures["start-up"], **figures["scoped path"]}.items():
        print(f"{name:45} {value:.2f}")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(figures, indent=1) + "\n", encoding="ascii")
    print(f"written to {OUT}")


if __name__ == "__main__":
    main()
