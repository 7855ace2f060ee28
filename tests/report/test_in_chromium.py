"""The page in a real browser: by keyboard, at every width, in both schemes, on paper, with nothing sent anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.chromium import Browser, browser
from tests.support.documents import PAYLOADS, documents, poisoned_documents
from wontload.report.html import render_html

pytestmark = [pytest.mark.oracle("chromium"), pytest.mark.xdist_group("chromium")]

OPEN_ALL = "document.querySelectorAll('details').forEach(one => one.open = true)"
AA = 4.5  # least contrast of text (W3C, WCAG 2.2, 1.4.3); what is large may have less
# Relative luminance and contrast as WCAG 2.2 defines them, of every element with text of its own.
LEAST_CONTRAST = """
(() => {
  const numbers = color => color.match(/[\\d.]+/g).map(Number);
  const channel = one => (one /= 255) <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const paper = one => {
    for (; one; one = one.parentElement) {
      const color = numbers(getComputedStyle(one).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
  };
  const own = one => [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim());
  return Math.min(...[...document.body.querySelectorAll('*')].filter(own).map(one => {
    const [a, b] = [light(numbers(getComputedStyle(one).color)), light(paper(one))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }));
})()
"""
WIDER_THAN_THE_WINDOW = """
[...document.body.querySelectorAll(':not(.skip)')]
  .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(one => one.outerHTML.slice(0, 80))
"""


@pytest.fixture(scope="module")
def tab() -> Iterator[Browser]:
    with browser() as one:
        yield one


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("pages")
    written = {}
    every = documents() | {f"hostile-{n}": poisoned_documents(one)["why"] for n, one in enumerate(PAYLOADS)}
    for name, document in every.items():
        written[name] = place / f"{name}.html"
        written[name].write_bytes(render_html(document).encode("utf-8", "backslashreplace"))
    return written


def test_no_page_asks_for_anything_or_complains_of_anything(tab: Browser, pages: dict[str, Path]):
    for path in pages.values():
        tab.open(path)
        tab.ask(OPEN_ALL)
        asked = [one["request"]["url"] for one in tab.told("Network.requestWillBeSent")]
        assert asked == [path.as_uri()]
        assert tab.told("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown") == []
        assert tab.ask("getComputedStyle(document.body).maxWidth") == "1056px", "the policy lets the style sheet in"


def test_hostile_text_makes_no_element(tab: Browser, pages: dict[str, Path]):
    for name, path in pages.items():
        if name.startswith("hostile"):
            tab.open(path)
            names = tab.ask("[...new Set([...document.querySelectorAll('*')].map(one => one.localName))]")
            assert not {"script", "img", "b", "i", "iframe", "object", "link"} & set(names)
            attributes = tab.ask(
                "[...new Set([...document.querySelectorAll('*')].flatMap(one => one.getAttributeNames()))]"
            )
            assert not [one for one in attributes if one.startswith("on") or one in ("src", "style")]


@pytest.mark.parametrize("width", [320, 400, 1000])
def test_nothing_is_wider_than_the_window(tab: Browser, pages: dict[str, Path], width: int):
    for path in pages.values():
        tab.open(path, width=width)
        tab.ask(OPEN_ALL)
        assert tab.ask("document.documentElement.scrollWidth") <= width
        assert tab.ask(WIDER_THAN_THE_WINDOW) == []


@pytest.mark.parametrize("dark", [False, True])
def test_every_text_stands_out(tab: Browser, pages: dict[str, Path], dark: bool):
    grounds = set()
    for path in pages.values():
        tab.open(path, dark=dark)
        tab.ask(OPEN_ALL)
        assert tab.ask(LEAST_CONTRAST) >= AA
        grounds.add(tab.ask("getComputedStyle(document.documentElement).backgroundColor"))
    assert grounds == {"rgb(15, 19, 24)" if dark else "rgb(255, 255, 255)"}


@pytest.mark.parametrize("name", ["case", "doctor-ailing", "tree"])
def test_the_tab_key_reaches_every_line_that_opens_and_enter_opens_it(tab: Browser, pages: dict[str, Path], name: str):
    tab.open(pages[name])
    tab.ask("document.querySelectorAll('a, summary').forEach((one, number) => one.dataset.number = number)")
    total = tab.ask("document.querySelectorAll('a, summary').length")
    assert tab.ask("document.querySelectorAll('details:not([open])').length") > 0
    reached = []
    for _ in range(total):
        tab.press("Tab")
        reached.append(int(tab.ask("document.activeElement.dataset.number")))
        assert tab.ask("getComputedStyle(document.activeElement).outlineStyle") == "solid", "the focus is seen"
        if tab.ask("document.activeElement.localName === 'summary' && !document.activeElement.parentElement.open"):
            tab.press("Enter" if len(reached) % 2 else " ")
            assert tab.ask("document.activeElement.parentElement.open")
    assert reached == list(range(total))
    assert tab.ask("document.querySelectorAll('details:not([open])').length") == 0


def test_enter_closes_it_again_and_the_first_tab_leads_past_the_head(tab: Browser, pages: dict[str, Path]):
    tab.open(pages["case"])
    tab.press("Tab")
    assert tab.ask("document.activeElement.className") == "skip"
    assert tab.ask("document.activeElement.getBoundingClientRect().left") >= 0
    tab.press("Enter")
    tab.press("Tab")
    assert tab.ask("document.activeElement.closest('main') !== null")
    assert tab.ask("document.activeElement.parentElement.open")
    tab.press("Enter")
    assert not tab.ask("document.activeElement.parentElement.open")


def test_paper_shows_what_is_folded_away_and_no_links(tab: Browser, pages: dict[str, Path]):
    for name in ("case", "doctor-ailing", "tree"):
        tab.open(pages[name], dark=True)
        closed = "[...document.querySelectorAll('details:not([open]) > :not(summary)')]"
        assert not tab.ask(f"{closed}.some(one => one.checkVisibility())")
        tab.send("Emulation.setEmulatedMedia", media="print")
        assert tab.ask("document.body.offsetHeight") > 0, "laid out anew"
        assert tab.ask(f"{closed}.length") > 0
        assert tab.ask(f"{closed}.every(one => one.checkVisibility())")
        assert tab.ask("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
        assert tab.ask("[...document.querySelectorAll('nav, .skip')].every(one => !one.checkVisibility())")
        tab.send("Emulation.setEmulatedMedia", media="")
        assert tab.pdf().startswith(b"%PDF-")


def test_landmarks_and_tables_reach_a_screen_reader(tab: Browser, pages: dict[str, Path]):
    tab.open(pages["case"])
    tab.ask(OPEN_ALL)
    nodes = tab.send("Accessibility.getFullAXTree")["nodes"]
    roles = [one["role"]["value"] for one in nodes if not one.get("ignored")]
    for role in ("banner", "navigation", "main", "contentinfo", "table", "columnheader", "rowheader", "region"):
        assert role in roles
    assert roles.count("DisclosureTriangle") == tab.ask("document.querySelectorAll('summary').length")
