"""`matching-wheel`: of whatever distribution brought the file that was made for another machine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.machines import LINUX_PACKAGE, LINUX_SITE, diagnose, dlopen, linux, recorded, so
from wontload.app.fix import plan_for

BELOW = LINUX_SITE + "/below/_c.abi3.so"
OWN = LINUX_PACKAGE + "/_c.abi3.so"


@pytest.mark.parametrize(("asked", "name"), [(BELOW, "below"), (OWN, "pkg")])
def test_it_is_of_the_distribution_whose_file_is_blamed(asked: str, name: str):
    files = {BELOW: so(), OWN: so()} | {asked: so(architecture="aarch64")}
    machine = replace(recorded(linux(files), pkg=[OWN], below=[BELOW]), id="saved")
    diagnosis = diagnose(machine, dlopen(asked, kind="import"), distributions=(("pkg", "1.0"),))
    assert diagnosis.findings[0].code == "WL103"
    (fix,) = (one for one in plan_for(diagnosis).fixes if one.id == "matching-wheel")
    assert fix.requirements == (name,)
