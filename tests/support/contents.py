"""Wheels as the rules WL511 to WL518 see them, made of images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wontload.binary import MalformedImage, parse_image
from wontload.diagnosis.contents import Contents, Native, Row
from wontload.knowledge.wheel_tags import expand

INFO = "demo-1.0.dist-info"
METADATA = (("Name", "demo"), ("Version", "1.0"))


def contents(tag: str, files: Mapping[str, bytes] | None = None, **changed: Any) -> Contents:
    """A wheel `demo 1.0` of one (compressed) tag with these native files; everything about it agrees."""
    files = files or {}
    sizes = {name: len(content) for name, content in files.items()}
    sizes |= {f"{INFO}/{name}": 10 for name in ("METADATA", "WHEEL", "RECORD")}
    rows = [Row(name, "sha256", "00", size) for name, size in sizes.items() if not name.endswith("RECORD")]
    facts: dict[str, Any] = {
        "file_name": f"demo-1.0-{tag}.whl",
        "name": "demo",
        "version": "1.0",
        "tags": expand(tag),
        "inner_tags": expand(tag),
        "pure": False,
        "dist_info": INFO,
        "metadata": METADATA,
        "natives": tuple(Native(name, _parsed(content, name)) for name, content in files.items()),
        "sizes": sizes,
        "record": (*rows, Row(f"{INFO}/RECORD", "", "", None)),
    }
    return Contents(**{**facts, **changed})


def _parsed(content: bytes, name: str) -> Any:
    try:
        return parse_image(content, name)
    except MalformedImage as malformed:
        return malformed


def codes(found: Sequence[Any]) -> list[str]:
    """Code and severity of each finding."""
    return [f"{one.code} {one.severity.value}" for one in found]
