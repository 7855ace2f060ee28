"""`examples/rtx4070super.json` is what its script makes, and fits the schema."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.schemas import check

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "rtx4070super.json"


def test_it_fits_the_schema():
    check(EXAMPLE.read_bytes())


def test_the_script_makes_it_byte_for_byte(tmp_path: Path):
    made = tmp_path / "made.json"
    script = str(ROOT / "scripts" / "make_example.py")
    subprocess.run([sys.executable, script, str(made)], check=True, timeout=300)
    assert made.read_bytes() == EXAMPLE.read_bytes()
