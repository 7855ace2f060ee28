"""A saved machine made by hand, whose directories lead in a circle: the search for a package's files ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.machines import LINUX_PACKAGE, linux, so
from wontload.app.diagnose import diagnose
from wontload.machine.memory import MemoryFiles

LIBRARY = LINUX_PACKAGE + "/libfoo.so"


@pytest.mark.timeout(60)
def test_links_back_to_the_package_are_followed_once():
    links = {LINUX_PACKAGE + "/one": LINUX_PACKAGE, LINUX_PACKAGE + "/two": LINUX_PACKAGE}
    machine = linux({LIBRARY: so()})
    assert machine.python is not None
    site = LINUX_PACKAGE.rpartition("/")[0]
    files = MemoryFiles({LIBRARY: so()}, links=links, windows=False)
    machine = replace(machine, files=files, python=replace(machine.python, path=(site,)))
    answer = diagnose("pkg", machine=machine)
    assert [load.request.name for load in answer.loads] == [LIBRARY]
