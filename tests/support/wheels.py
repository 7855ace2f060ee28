"""Wheels made on the spot, honest ones and others."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"


def make_wheel(
    directory: Path,
    files: Mapping[str, bytes],
    *,
    name: str = "demo",
    version: str = "1.0",
    tag: str = "cp311-cp311-win_amd64",
    inner_tags: Sequence[str] | None = None,
    pure: bool = False,
    requires: Sequence[str] = (),
    extras: Sequence[str] = (),
    requires_python: str = "",
    record: str | None = None,
    method: int = zipfile.ZIP_DEFLATED,
) -> Path:
    """A wheel with these files, its metadata and a RECORD that is right unless another is given."""
    info = f"{name}-{version}.dist-info"
    metadata = METADATA.format(name=name, version=version)
    metadata += "".join(f"Requires-Dist: {one}\n" for one in requires)
    metadata += "".join(f"Provides-Extra: {one}\n" for one in extras)
    metadata += f"Requires-Python: {requires_python}\n" if requires_python else ""
    tags = [tag] if inner_tags is None else inner_tags
    about = f"Wheel-Version: 1.0\nRoot-Is-Purelib: {str(pure).lower()}\n" + "".join(f"Tag: {one}\n" for one in tags)
    whole = {**files, f"{info}/METADATA": metadata.encode(), f"{info}/WHEEL": about.encode()}
    rows = [f"{path},sha256={digest(content)},{len(content)}\n" for path, content in whole.items()]
    whole[f"{info}/RECORD"] = ("".join(rows) + f"{info}/RECORD,,\n" if record is None else record).encode()
    path = directory / f"{name}-{version}-{tag}.whl"
    with zipfile.ZipFile(path, "w", method) as archive:
        for one, content in whole.items():
            archive.writestr(one, content)
    return path


def digest(content: bytes) -> str:
    """As RECORD has it."""
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
