"""WL516: what the wheel says of itself in one place is not what it says in another."""

from __future__ import annotations

import pytest

from tests.support.contents import codes, contents
from tests.support.images import pe
from wontload.diagnosis.rules.wl516_metadata_disagrees import metadata_disagrees
from wontload.knowledge.wheel_tags import expand

TAG = "cp311-cp311-win_amd64"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, []),
        ({"metadata": (("Name", "Demo"), ("Version", "1.0"))}, []),
        ({"metadata": (("Name", "other"), ("Version", "1.0"))}, ["WL516 error"]),
        ({"metadata": (("Name", "demo"), ("Version", "1.1"))}, ["WL516 error"]),
        ({"metadata": ()}, ["WL516 error"]),
        ({"dist_info": "demo-2.0.dist-info"}, ["WL516 error"]),
        ({"inner_tags": expand("cp310-cp310-win_amd64")}, ["WL516 warning"]),
        ({"inner_tags": ()}, ["WL516 warning"]),
    ],
)
def test_places_that_say_the_same_thing(changed: dict[str, object], said: list[str]):
    assert codes(list(metadata_disagrees(contents(TAG, **changed)))) == said


def test_a_version_may_be_spelled_as_file_names_spell_it():
    metadata = (("Name", "demo"), ("Version", "1.0-1"))
    told = contents(TAG, metadata=metadata, version="1.0_1", dist_info="demo-1.0_1.dist-info")
    assert list(metadata_disagrees(told)) == []


def test_native_code_in_a_wheel_that_says_it_is_pure():
    files = {"demo/a.dll": pe()}
    assert codes(list(metadata_disagrees(contents(TAG, files, pure=True)))) == ["WL516 warning"]
    assert list(metadata_disagrees(contents(TAG, files))) == []
    assert list(metadata_disagrees(contents(TAG, {"demo-1.0.data/platlib/a.dll": pe()}, pure=True))) == []
