"""Entry points at which nothing can run, and sections that lie where none may."""

from __future__ import annotations

import pytest

from tests.oracles.windows.test_candidates import WAYS
from tests.oracles.windows.world import Dll, World

pytestmark = pytest.mark.oracle("wine", "mingw")

A = r"{lib}\a.dll"
NOTHING_RUNS = ("code that may not be executed", "code that is not in the file", "entry point in its headers")
NEEDED = {
    "two that fail": {
        "a.dll": Dll(needs=("b.dll",)),
        "b.dll": Dll(what=NOTHING_RUNS[0], needs=("c.dll",)),
        "c.dll": Dll(what=NOTHING_RUNS[1]),
    },
    "one, and a file that is absent": {
        "a.dll": Dll(needs=("b.dll", "nowhere.dll")),
        "b.dll": Dll(what=NOTHING_RUNS[0]),
    },
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("what", NOTHING_RUNS)
def test_what_cannot_be_initialised(agree, way, what):
    agree(way(Dll(what=what)))


@pytest.mark.parametrize("what", NOTHING_RUNS)
def test_its_references_are_not_resolved_and_nothing_is_initialised(agree, what):
    assert agree(World({("lib", "a.dll"): Dll(what=what)}, A, flags=1)).error == 0


@pytest.mark.parametrize("files", NEEDED.values(), ids=NEEDED)
def test_what_is_missing_comes_first(agree, files):
    agree(World({("lib", name): made for name, made in files.items()}, A))


def test_an_entry_point_that_there_is_not(agree):
    assert agree(World({("lib", "a.dll"): Dll(what="no entry point")}, A)).error == 0


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_section_that_begins_within_a_page(agree, way):
    agree(way(Dll(what="section within a page")))
