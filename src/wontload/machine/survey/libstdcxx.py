"""The system's own C++ library. Source: GCC, libstdc++ manual, "ABI Policy and Guidelines" (GLIBCXX versions)."""

from __future__ import annotations

import re

from wontload.machine.survey.sources import Sources


def libstdcxx(sources: Sources) -> str:
    """The newest GLIBCXX version that the system's own libstdc++ defines; empty where there is none."""
    path = sources.library("libstdc++.so.6") if sources.system == "linux" else None
    image = sources.image(path) if path else None
    versions = re.findall(r"GLIBCXX_(\d+(?:\.\d+)+)", " ".join(image.versions_defined)) if image else []
    return max(versions, key=lambda version: tuple(map(int, version.split("."))), default="")
