"""The arrangement of the case that several tests share: what is moved where, and how the tool is asked."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from tests.support.windows import windows

CUDA_HOME = rf"C:\somewhere {os.getpid()}"  # workers of one run share the drive


def codes(answer: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in answer["findings"]]


def cuda_home() -> Path:
    """What CUDA_PATH names, with `bin` and `lib`."""
    home = windows().to_host(CUDA_HOME)
    for name in ("bin", "lib"):
        (home / name).mkdir(parents=True, exist_ok=True)
    return home


def move_away(lib: Path) -> None:
    shutil.move(lib / "ggml-base.dll", cuda_home() / "bin" / "ggml-base.dll")
