"""What the user sees is under test: width, colour and paths are fixed, so every difference is a change of ours."""

from __future__ import annotations

import re

import pytest

from tests.support.diagnoses import DIAGNOSES
from wontload.diagnosis import Diagnosis
from wontload.loader import LoadResult, Module, SearchedPlace, Status, Tried, Verdict
from wontload.report.page import render_page
from wontload.report.screen import Terminal
from wontload.report.text import cells
from wontload.report.tree import render_tree
from wontload.report.why import render_why

WIDTHS = [60, 100]

PAGE = """<!-- shown nowhere -->
# WL203: its directory was added, in a way that this load ignores
## What it means
Windows searches a short list of directories that depends on *how* a library is loaded. `winmode=0` asks for
**another list** ([documentation](https://learn.microsoft.com/windows)).
## What fixes it
- Put the directory on this load's list;
  one way is this:
- or another.

```python
ctypes.CDLL(path)

x = 1
```

| flags | order |
|---|---|
| 0 | standard |
"""


def simulations(*names: str) -> list[tuple[str, LoadResult]]:
    found = [load for name in names for load in DIAGNOSES[name].loads]
    return [(load.request.name, load.simulated) for load in found if load.simulated]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", DIAGNOSES)
def test_the_report_reads_as_recorded(name, width, compare):
    text = render_why(DIAGNOSES[name], Terminal(width=width))
    compare(f"why-{name}.{width}.txt", text)
    assert max(map(cells, text.splitlines())) <= width


@pytest.mark.parametrize("width", WIDTHS)
def test_trees_read_as_recorded(width, compare):
    text = render_tree(simulations("wl203", "wl201", "wl102", "loads", "wl201_linux"), Terminal(width=width))
    compare(f"tree.{width}.txt", text)
    assert max(map(cells, text.splitlines())) <= width


@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_reads_as_recorded(width, compare):
    text = render_page(PAGE, Terminal(width=width))
    compare(f"page.{width}.txt", text)
    assert max(map(cells, text.splitlines())) <= width


def test_the_ascii_report_reads_as_recorded(compare):
    terminal = Terminal(unicode=False)
    text = render_why(DIAGNOSES["wl203"], terminal) + render_tree(simulations("wl203"), terminal)
    compare("ascii.100.txt", text)
    assert text.isascii()


def test_colours_change_nothing_but_colour(compare):
    text = render_why(DIAGNOSES["wl203"], Terminal(color=True))
    compare("color.100.txt", text)
    plain = render_why(DIAGNOSES["wl203"], Terminal(color=False))
    assert "\x1b[1;31merror[WL203]\x1b[0m" in text
    assert strip_colors(text) == plain


@pytest.mark.parametrize("width", [40, 41, 57, 71, 72, 120, 160])
@pytest.mark.parametrize("name", DIAGNOSES)
def test_no_line_is_wider_than_the_terminal(name, width):
    for unicode in (True, False):
        text = render_why(DIAGNOSES[name], Terminal(width=width, unicode=unicode))
        assert max(map(cells, text.splitlines())) <= width


@pytest.mark.parametrize("name", [name for name in DIAGNOSES if name != "hostile"])
def test_every_name_that_was_taken_is_shown_whole(name):
    diagnosis: Diagnosis = DIAGNOSES[name]
    text = render_why(diagnosis, Terminal(width=60))
    for finding in diagnosis.findings:
        assert finding.code in text
        assert all(one in text for one in (finding.subject, *finding.also))


def test_it_offers_no_command_that_does_not_exist():
    text = "".join(render_why(one, Terminal()) for one in DIAGNOSES.values())
    commands = {line.split("wontload ", 1)[1].split()[0] for line in text.splitlines() if "wontload " in line}
    assert commands == {"explain", "some_package`"}


def test_quiet_says_the_verdict_and_the_causes(compare):
    compare("quiet.100.txt", render_why(DIAGNOSES["wl201"], Terminal(), quiet=True))


def test_verbose_sums_nothing_up(compare):
    text = render_why(DIAGNOSES["wl203"], Terminal(), verbose=True)
    compare("verbose.100.txt", text)
    assert r"C:\tools\number9" in text
    assert all(name in render_why(DIAGNOSES["hostile"], Terminal(), verbose=True) for name in ("библиотека39",))


def test_a_module_that_names_itself_as_its_importer_is_drawn_once():
    request = DIAGNOSES["wl203"].loads[0].request
    one = Module(name="a.dll", path="a.dll", status=Status.LOADED, needed_by=None)
    itself = Module(name="a.dll", path="a.dll", status=Status.LOADED, needed_by="a.dll")
    result = LoadResult(request=request, verdict=Verdict.LOADS, error=0, modules=(one, itself, itself))
    assert render_tree([("a.dll", result)], Terminal()).count("a.dll") == 3


def strip_colors(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_each_missing_module_has_the_search_that_was_its_own():
    """A RUNPATH is not handed down: what the first file searches says nothing of what its dependency does."""
    order = tuple(SearchedPlace(rule, path) for rule, path in [("runpath", "/pkg/deep"), ("ld_so_cache", "/etc/cache")])
    tried = (Tried("default_directories", "/lib/libc_x.so", "absent"),)
    modules = (
        Module(name="/pkg/a.so", path="/pkg/a.so", status=Status.LOADED, needed_by=None),
        Module(name="libc_x.so", path=None, status=Status.MISSING, needed_by="/pkg/libb.so", tried=tried),
    )
    request = next(load.request for load in DIAGNOSES["wl201_linux"].loads)
    result = LoadResult(request=request, verdict=Verdict.FAILS, error="x", modules=modules, search_order=order)
    text = render_tree([("/pkg/a.so", result)], Terminal())
    assert "/pkg/deep" not in text
    assert "searched      /lib" in text
    assert "/etc/cache" in text
