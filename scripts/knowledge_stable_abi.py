"""Write src/wontload/knowledge/toolchains/stable_abi.txt: CPython's stable ABI by symbol, from the package abi3info.

pip download --no-deps -d DIR abi3info
python scripts/knowledge_stable_abi.py DIR/abi3info-….whl
"""

from __future__ import annotations

import datetime
import importlib
import sys
from pathlib import Path

from wontload.knowledge.tables import HERE


def main(wheel: Path) -> None:
    """One line a symbol: its name, and the first Python 3 that has it."""
    sys.path.insert(0, str(wheel))
    abi3info = importlib.import_module("abi3info")
    rows = {
        symbol.name: f"{one.added.major}.{one.added.minor}"
        for table in (abi3info.FUNCTIONS, abi3info.DATAS)
        for symbol, one in table.items()
    }
    header = (
        "# CPython's stable ABI: functions and data, and the version that added each.\n"
        "# Written by scripts/knowledge_stable_abi.py.\n"
        f"# source: {wheel.name} on PyPI, which is CPython's Misc/stable_abi.toml\n"
        f"# checked: {datetime.date.today()}\n"
    )
    lines = "".join(f"{name} {version}\n" for name, version in sorted(rows.items()))
    Path(HERE, "toolchains/stable_abi.txt").write_text(header + lines)
    print(f"{len(rows)} symbols")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
