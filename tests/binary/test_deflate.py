"""zlib-ng does the work where it is there, zlib where it is not or does not load; nobody can tell which."""

from __future__ import annotations

import importlib
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from tests.support.downloads import wheel
from tests.support.inflaters import INFLATERS
from wontload.app.check import checking
from wontload.binary import deflate
from wontload.report.check_json import wheel_to_json

WHEELS = ("bitsandbytes", "nvidia-cuda-runtime-cu12-linux", "h5py-macos", "greenlet-musl", "kinako-llama-cpp")
ASK = """
from wontload.binary.deflate import new_inflater, taken
print(taken.__name__, new_inflater().decompress(b"K\\x04\\0"))
"""


def asked_where(directory: Path) -> str:
    """What a fresh interpreter takes that finds modules in that directory first."""
    ask = f"import sys; sys.path.insert(0, {str(directory)!r})\n{ASK}"
    return subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout.strip()


def test_zlib_ng_is_taken_where_it_is_there(tmp_path: Path) -> None:
    assert asked_where(tmp_path) == "zlib_ng.zlib_ng b'a'"


@pytest.mark.parametrize(
    "content",
    ["raise ImportError('no such file')", "raise OSError('DLL load failed')", "zlib_of_another_name = None"],
)
def test_one_that_does_not_load_is_done_without(tmp_path: Path, content: str) -> None:
    (tmp_path / "zlib_ng.py").write_text(content)
    assert asked_where(tmp_path) == "zlib b'a'"


def test_what_either_raises_of_damage_is_known() -> None:
    for one in INFLATERS.values():
        assert one.error in importlib.reload(deflate).Damaged


@pytest.mark.parametrize("name", WHEELS)
def test_a_wheel_is_judged_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for one in INFLATERS.values():
        monkeypatch.setattr(deflate, "taken", one)
        with checking([str(wheel(name))], python=lambda: sys.executable, thorough=True) as asked:
            found += [wheel_to_json(asked.check(path)) for path in asked.paths]
    assert found[0] == found[1]
    assert found[0]["targets"]
    assert not found[0]["problem"]


def test_checksums_are_the_same() -> None:
    assert deflate.crc32(b"b", deflate.crc32(b"a")) == zlib.crc32(b"ab")
