"""uv itself, and wheels small enough to be made by the dozen: what installers are asked with."""

from __future__ import annotations

import io
import os
import zipfile
from functools import cache

from tests.support.downloads import wheel
from tests.support.locks import CACHE


@cache
def uv() -> str:
    """uv's program, out of its wheel."""
    path = CACHE / "uv" / "uv"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(wheel("uv")) as archive:
            inner = next(name for name in archive.namelist() if name.endswith("/scripts/uv"))
            part = path.with_name(f".uv-{os.getpid()}")
            part.write_bytes(archive.read(inner))
            part.chmod(0o755)
            part.replace(path)
    return str(path)


def tiny_wheel(name: str, version: str, tags: str, marker: str) -> bytes:
    """A wheel whose one module says where it comes from."""
    info, buffer = f"{name}-{version}.dist-info", io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(f"{name}.py", marker)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tags}\n")
        archive.writestr(f"{info}/RECORD", f"{name}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return buffer.getvalue()
