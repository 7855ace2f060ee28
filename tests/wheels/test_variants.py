"""Labels of variant wheels, as the index' own file explains them."""

from __future__ import annotations

import json
import sys

import pytest

from tests.support.index_server import Document
from wontload.app.places import this_computer
from wontload.wheels.candidates import Target, candidates_of
from wontload.wheels.index.gather import Place, gather
from wontload.wheels.variants import with_properties
from wontload.wheels.web import Web

TABLE = {"variants": {"cu128": {"nvidia": {"cuda_version_lower_bound": ["12.8"], "sm_arch": ["89", "90"]}}, "null": {}}}


@pytest.mark.parametrize(
    ("body", "properties"),
    [
        (
            json.dumps(TABLE).encode(),
            ("nvidia :: cuda_version_lower_bound :: 12.8", "nvidia :: sm_arch :: 89", "nvidia :: sm_arch :: 90"),
        ),
        (b'{"variants": {"cu128": []}}', ()),
        (b'{"variants": 3}', ()),
        (b"[" * 100_000, ()),
        (b"", ()),
    ],
)
def test_a_label_has_the_properties_that_its_index_gives_it(server, body, properties):
    names = ["pkg-1.0-py3-none-any.whl", "pkg-1.0-py3-none-any-cu128.whl", "pkg-1.0-py3-none-any-null.whl"]
    server.page("/i/pkg/", "".join(f'<a href="{name}">x</a>' for name in (*names, "pkg-1.0-variants.json")))
    server.documents["/i/pkg/pkg-1.0-variants.json"] = Document(body, "application/json")
    asked = gather("pkg", [Place(kind="simple", url=f"{server.url}/i")], Web())
    found = candidates_of("pkg", asked, Target(this_computer(sys.executable).machine))
    assert [(one.variant, one.takes) for one in found] == [("", True), ("cu128", False), ("null", False)]
    assert [one.properties for one in with_properties(found, asked, Web())] == [(), properties, ()]
