"""What does without the GPU: each row says how, in one way, and what is lost."""

from __future__ import annotations

import pytest
from packaging.requirements import Requirement

from wontload.knowledge.cpu_builds import cpu_build_of
from wontload.knowledge.indexes import indexes_of
from wontload.knowledge.tables import table

ROWS = [row["distribution"] for row in table("cpu_builds")["build"]]


@pytest.mark.parametrize("name", ROWS)
def test_one_way_and_what_is_lost(name: str):
    build = cpu_build_of(name.replace("-", "_").upper())
    assert build is not None
    assert build.loses
    assert [bool(build.requirement), bool(build.variable), bool(build.option)].count(True) == 1
    if build.requirement:
        Requirement(build.requirement.format(name=name, version="1.2.3"))
        assert build.replaces == (Requirement(build.requirement.format(name=name, version="1")).name != name)


@pytest.mark.parametrize("name", [name for name in ROWS if (build := cpu_build_of(name)) and build.index])
def test_an_index_of_its_own_is_one_that_is_known(name: str):
    build = cpu_build_of(name)
    assert build is not None
    assert build.index in [one.url for one in indexes_of(name) if one.accelerator == "cpu"]


def test_none_of_a_package_that_needs_no_gpu():
    assert cpu_build_of("numpy") is None
