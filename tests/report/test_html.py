"""The page as a browser's parser takes it apart: nothing in it but ours, and all of the answer in it."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.diagnoses import DIAGNOSES
from tests.support.documents import PAYLOADS, documents, of_the_case, of_the_case_as_document, poisoned_documents
from wontload.report.as_json import why_to_json
from wontload.report.document import Document, Paragraph, Section, text
from wontload.report.html import render_html
from wontload.report.text import base_name, clean
from wontload.report.why_document import why_document

DOCUMENTS = documents()
VOID = {"meta"}
ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "header", "nav", "main", "footer", "section", "a"),
    *("h1", "h2", "h3", "h4", "h5", "p", "ul", "ol", "li", "dl", "div", "dt", "dd", "details", "summary"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td", "pre", "code", "strong", "span"),
}
CLASSES = {"tree", "chain", "more", "skip", "error", "warning", "note", "bad", "good", "dim"}
ATTRIBUTES = {
    "lang": r"en", "charset": r"utf-8", "class": "|".join(CLASSES), "href": r"#(report|s\d+)", "id": r"report|s\d+",
    "aria-label": r"Contents", "aria-labelledby": r"s\d+", "scope": r"row|col", "open": r"", "name": r"[a-z-]+",
    "http-equiv": r"Content-Security-Policy", "content": r"[\w ',=.:;+/-]+",
}  # fmt: skip


class Page(HTMLParser):
    """A page taken apart: elements, attributes, and its text without the style sheet."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.starts: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.strange: list[str] = []
        self.pieces: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.starts.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.strange.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.pieces.append(data)

    def handle_comment(self, data: str) -> None:
        self.strange.append(data)

    handle_pi = unknown_decl = handle_comment

    @property
    def text(self) -> str:
        return " ".join("".join(self.pieces).split())


def assert_ours(page: Page) -> None:
    assert page.strange == []
    assert page.open == []
    assert {tag for tag, _ in page.starts} <= ELEMENTS
    for _, attributes in page.starts:
        for name, value in attributes.items():
            assert re.fullmatch(ATTRIBUTES[name], value), (name, value)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_page_holds_nothing_but_our_elements(name: str):
    page = Page(render_html(DOCUMENTS[name]))
    assert_ours(page)
    keys = [attributes["id"] for _, attributes in page.starts if "id" in attributes]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_of_a_hostile_machine_stays_text(payload: str):
    for document in poisoned_documents(payload).values():
        page = Page(render_html(document))
        assert_ours(page)
        assert " ".join(clean(payload).split()) in page.text


@given(st.text(st.characters(), max_size=60))
def test_any_text_is_shown_as_it_is(said: str):
    document = Document(
        subject=said, title=text(said), about=(), sections=(Section(text(said), (Paragraph(text(said)),)),)
    )
    rendered = render_html(document)
    page = Page(rendered)
    assert_ours(page)
    assert page.text.count(" ".join(clean(said).split())) >= 3
    rendered.encode("utf-8", "backslashreplace").decode("utf-8")


@pytest.mark.parametrize("name", [*DIAGNOSES, "case"])
def test_all_that_the_json_says_is_on_the_page(name: str):
    diagnosis, fixes, advice = of_the_case() if name == "case" else (DIAGNOSES[name], (), ())
    said = why_to_json(diagnosis, fixes, advice)
    shown = Page(render_html(why_document(diagnosis, fixes=fixes, advice=advice))).text
    wanted = [diagnosis.machine.id if diagnosis.machine.id != "this" else "", *said["notes"], *said["would_settle"]]
    if said["error"]:
        wanted += [said["error"]["exception"], said["error"]["text"]]
    for finding in said["findings"]:
        wanted += [f"{finding['severity']}[{finding['code']}]", finding["title"], finding["explanation"]]
        wanted += [one["text"] for one in finding["evidence"]]
        places = [place for one in finding["evidence"] for place in one.get("places", ())]
        wanted += [one["directory"] for one in places if isinstance(one, dict)]
        if finding["load"] is not None:
            wanted += [base_name(one) for one in (finding["subject"], *finding["also"])]
    wanted += [module["name"] for one in said["loads"] for module in one["modules"] if module["status"] == "missing"]
    wanted += [word for one in said["fixes"] for word in (one["id"], one["title"], one["caveat"])]
    wanted += [word for one in said["advice"] for word in (one["title"], one["why"])]
    shown = shown.replace("`", "")  # commands of a sentence are code there, and bare
    for words in wanted:
        assert " ".join(clean(words).replace("`", "").split()) in shown


def test_a_finding_that_is_given_its_page_shows_the_whole_of_it():
    shown = Page(render_html(of_the_case_as_document())).text
    for words in ("What it means", "How it was established", "Why the usual advice fails", "What fixes it"):
        assert words in shown
    assert 'os.environ["PATH"] = r"DIRECTORY" + os.pathsep' in shown
    assert "wontload explain" not in shown


def test_a_finding_without_its_page_names_the_command_that_shows_it():
    assert "wontload explain WL203 tells the whole story." in Page(render_html(DOCUMENTS["why-wl203"])).text


@pytest.mark.parametrize("name", DOCUMENTS)
def test_headings_have_an_order_and_tables_say_what_their_cells_are(name: str):
    page = Page(render_html(DOCUMENTS[name]))
    levels = [int(tag[1]) for tag, _ in page.starts if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all("scope" in attributes for tag, attributes in page.starts if tag == "th")
    tags = [tag for tag, _ in page.starts]
    assert tags.count("table") == tags.count("caption")
    assert [tags.count(one) for one in ("header", "main", "footer")] == [1, 1, 1]


def test_the_page_allows_itself_its_style_sheet_alone():
    rendered = render_html(DOCUMENTS["case"])
    style = re.search(r"<style>(.*?)</style>", rendered, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', rendered)
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_branches_that_lead_to_what_is_missing_stand_open_and_others_do_not():
    rendered = render_html(DOCUMENTS["case"])
    tree = rendered[rendered.index('<ul class="tree">') :]
    assert re.search(r"<details open>\s*<summary>ggml-cuda\.dll", tree)
    assert re.search(r"<details>\s*<summary>ggml-cpu\.dll", tree)
