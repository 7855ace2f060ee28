"""What a package requires and does not have, told where that may be why something is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.machines import (
    LINUX_PACKAGE,
    LINUX_SITE,
    data,
    diagnose,
    dlopen,
    linux,
    of_kind,
    python_error,
    recorded,
    so,
)
from wontload.machine import Machine, Outcome
from wontload.machine.inventory_parts import Unmet

LIBRARY = LINUX_PACKAGE + "/_c.so"
OTHER_TORCH = Unmet(name="torch", versions="==2.9.1", found="2.14.1")
ABSENT = (Unmet(name="nvidia-cudnn-cu12", versions="==9.10.2"), Unmet(name="requests", versions=""))


def requiring(machine: Machine, *unmet: Unmet) -> Machine:
    """With a distribution `pkg` that owns the library, and lacks what it requires."""
    machine = recorded(machine, pkg=[LIBRARY])
    found = tuple(replace(one, unmet=unmet) for one in machine.inventory.distributions or ())
    return replace(machine, inventory=replace(machine.inventory, distributions=found))


def test_another_version_of_what_it_was_made_for():
    machine = requiring(linux({LIBRARY: so("libcudart.so.12")}), OTHER_TORCH, *ABSENT)
    (finding,) = diagnose(machine, dlopen(LIBRARY)).findings
    assert [one.text for one in of_kind(finding, "requires")] == [
        "pkg 1.0 requires torch==2.9.1, and 2.14.1 is installed"
    ]


def test_what_is_required_and_would_bring_the_file():
    machine = requiring(linux({LIBRARY: so("libcudnn.so.9")}), *ABSENT)
    (finding,) = diagnose(machine, dlopen(LIBRARY)).findings
    assert [one.text for one in of_kind(finding, "requires")] == [
        "pkg 1.0 requires nvidia-cudnn-cu12==9.10.2, and it is not installed"
    ]


def test_with_a_symbol_that_is_missing():
    taking = so("libtorch.so", takes=["_ZN5torch3newEv"], runpath=("$ORIGIN/../torch/lib",))
    sister = so(soname="libtorch.so", exports=["_ZN5torch3oldEv"])
    machine = requiring(linux({LIBRARY: taking, LINUX_SITE + "/torch/lib/libtorch.so": sister}), OTHER_TORCH)
    first, *_ = diagnose(machine, dlopen(LIBRARY, kind="import")).findings
    assert (first.code, data(first, "requires", "found")) == ("WL304", ["2.14.1"])


@pytest.mark.parametrize("text", ["operator torchvision::nms does not exist", "something else"])
def test_with_an_exception_of_python_alone(text: str):
    machine = requiring(linux({LIBRARY: so()}), OTHER_TORCH)
    answer = diagnose(machine, outcome=Outcome.FAILS, error=python_error("RuntimeError", text))
    assert data(answer.findings[0], "requires", "requires") == ["torch"]


def test_what_was_never_installed_where_the_exception_tells_nothing():
    """onnxruntime's extension module without numpy ends in a bare ImportError."""
    machine = requiring(linux({LIBRARY: so()}), OTHER_TORCH, *ABSENT)
    (finding,) = diagnose(machine, outcome=Outcome.FAILS, error=python_error("ImportError", "")).findings
    assert (finding.code, data(finding, "requires", "found")) == ("WL903", ["2.14.1", None, None])
    (brought,) = data(finding, "provider", "requirements")
    assert brought == ["nvidia-cudnn-cu12==9.10.2", "requests"]
