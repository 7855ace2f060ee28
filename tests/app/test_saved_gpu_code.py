"""GPU code in a saved machine: what is found of it there is what the computer itself says."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.support.gcc import SharedObject
from tests.support.gpu_images import fatbin, fatbin_entry
from tests.support.gpu_machines import NEW, RTX_4070
from tests.support.machines import codes
from tests.support.schemas import check
from wontload import diagnose
from wontload.app.saved import diagnose_saved
from wontload.app.snapshot import snapshot
from wontload.diagnosis import Diagnosis
from wontload.machine.inventory import DeviceFile
from wontload.machine.snapshot import loads
from wontload.machine.survey import device_files, graphics

CUBIN, PTX = 2, 1


def library(*entries: tuple[int, int]) -> str:
    """Path of a real library with code for GPUs: (kind, ten times the compute capability) of each piece."""
    data = fatbin(*(fatbin_entry(kind, target) for kind, target in entries))
    rows = ",".join(map(str, data))
    section = '__attribute__((section(".nv_fatbin"), used, aligned(8)))'
    return str(SharedObject(source=f"{section} const unsigned char code[] = {{{rows}}};").built())


@pytest.fixture
def with_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """This computer, with an RTX 4070 SUPER in it."""
    monkeypatch.setattr(graphics, "graphics", lambda sources: graphics.Graphics((RTX_4070,), (NEW,)))
    monkeypatch.setattr(device_files, "device_files", lambda sources: (DeviceFile(path="/dev/nvidia0", usable=True),))


def told(answer: Diagnosis) -> str:
    return json.dumps([answer.verdict, [asdict(one) for one in answer.findings]], default=str)


@pytest.mark.usefixtures("with_a_gpu")
@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([(CUBIN, 35)], ["WL404"]),
        ([(CUBIN, 35)] * 500 + [(CUBIN, 37)], ["WL404"]),
        ([(CUBIN, 35), (PTX, 35)], ["WL403"]),
        ([(CUBIN, 86)], []),
        ([], []),
    ],
    ids=["for Kepler", "a thousand pieces", "with PTX", "for a sister", "none"],
)
def test_the_saved_machine_says_what_this_one_says(entries: list[tuple[int, int]], expected: list[str]) -> None:
    path = library(*entries)
    live = diagnose(path)
    assert codes(live) == expected
    saved = snapshot([path], redact=False)
    assert saved.differing == ()
    data = json.dumps(check(saved.value)).encode()
    assert len(data) < 1_000_000
    there = diagnose_saved(path, *loads(data, "box.json"))
    assert told(there) == told(live)
    kept = saved.value["machine"]["files"].get("gpu_code", {})
    assert [one["target"] for rows in kept.values() for one in rows] == list(
        dict.fromkeys(f"{'sm' if kind == CUBIN else 'compute'}_{target}" for kind, target in entries)
    )


@pytest.mark.usefixtures("with_a_gpu")
def test_a_package_that_nobody_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its files are looked into all the same, and the report says that nothing was run."""
    site = tmp_path / "site"
    info = site / "kepler-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "kepler").mkdir()
    file = site / "kepler" / "libkepler.so"
    file.write_bytes(Path(library((CUBIN, 35))).read_bytes())
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: kepler\nVersion: 1.0\n")
    (info / "RECORD").write_text(
        "kepler/libkepler.so,,\nkepler-1.0.dist-info/METADATA,,\nkepler-1.0.dist-info/RECORD,,\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(site))
    data = json.dumps(snapshot([], redact=False).value).encode()
    assert "WL404" in codes(diagnose_saved(str(file), *loads(data, "box.json")))
