"""Who provides what is missing: one command for what is needed together, a line each for what would do by itself."""

from __future__ import annotations

from wontload.diagnosis import Evidence
from wontload.report.providers import lines


def provider(package: str, *, alternative: bool) -> Evidence:
    offer = {"kind": "apt", "package": package, "where": "", "command": f"sudo apt install {package}"}
    return Evidence("provider", package, {"providers": [offer], "alternative": alternative})


def test_what_is_needed_together_is_one_command():
    needed = [provider(one, alternative=False) for one in ("libgl1", "libglib2.0-0", "libgl1")]
    assert lines(needed) == ["sudo apt install libgl1 libglib2.0-0"]


def test_what_would_do_by_itself_has_its_own_line():
    any_of = [provider(one, alternative=True) for one in ("libmpich12", "libopenmpi3")]
    assert lines(any_of) == ["sudo apt install libmpich12", "or sudo apt install libopenmpi3"]
