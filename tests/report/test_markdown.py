"""The Markdown as a CommonMark parser takes it apart: nothing in it but ours, and all of the answer in it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.support.diagnoses import DIAGNOSES
from tests.support.documents import PAYLOADS, documents, of_the_case, poisoned_documents
from wontload.report.document import Code, Details, Document, Items, Node, Rows, Section, Table, Tree, text
from wontload.report.layout import Span
from wontload.report.markdown import render_markdown
from wontload.report.text import clean
from wontload.report.why_document import why_document

DOCUMENTS = documents()
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
OURS = {
    *("heading", "paragraph", "bullet_list", "ordered_list", "list_item", "table", "thead", "tbody", "tr", "th", "td"),
    *("inline", "text", "strong", "code_inline", "fence", "html_block", "html_inline"),
}
HTML = r"<!-- -->|</?span>|</?details>|<summary>.*</summary>"
# What GitHub makes links, mentions and formulas of in text that is not code.
LINKED = re.compile(r"@\w|#\d|\bGH-\d|www\.|://|\$.", re.IGNORECASE)


def tokens(markdown: str) -> list[Token]:
    """All tokens, those inside of others too."""
    found = PARSER.parse(markdown)
    return [inner for one in found for inner in (one, *(one.children or ()))]


def kind(token: Token) -> str:
    return re.sub(r"_(open|close)$", "", token.type)


def shown(markdown: str) -> str:
    """The text that a reader sees, without its blanks: how many of them there are is no part of it."""
    said = []
    for one in tokens(markdown):
        if one.type in ("text", "text_special", "code_inline", "fence"):
            said.append(one.content)
        elif one.type == "html_block":
            said.append(without_elements(one.content))
    return "".join("".join(said).split())


def without_elements(html: str) -> str:
    pieces: list[str] = []
    parser = HTMLParser()
    parser.handle_data = pieces.append  # type: ignore[method-assign]
    parser.feed(html)
    parser.close()
    return "".join(pieces)


def assert_ours(markdown: str) -> None:
    found = tokens(markdown)
    assert {kind(one) for one in found} <= OURS
    for one in found:
        if one.type == "html_inline":
            assert re.fullmatch(HTML, one.content)
        elif one.type == "html_block":
            assert all(re.fullmatch(HTML, line) for line in one.content.splitlines()), one.content
            summary = re.sub(r"</?(summary|strong|code|details|span)>|<!-- -->", "", one.content)
            assert "<" not in summary
            assert not LINKED.search(one.content.replace("<span>$</span>", ""))
        elif one.type == "text":
            assert not LINKED.search(one.content)
    opened = [one.content for one in found if one.type == "html_block"]
    assert sum("<details>" in one for one in opened) == sum("</details>" in one for one in opened)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_report_holds_nothing_but_ours(name: str):
    assert_ours(render_markdown(DOCUMENTS[name]))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_of_a_hostile_machine_stays_text(payload: str):
    for document in poisoned_documents(payload).values():
        markdown = render_markdown(document)
        assert_ours(markdown)
        assert "".join(clean(payload).split()) in shown(markdown)


MEANT = st.text(st.sampled_from("\\`*_[]()<>#+-.!|~@:/$&;=wWG H1 \n\tax{}\"'^%,?\ud800\x1b"), max_size=24)


@given(MEANT | st.text(max_size=24))
@example("1. x")
@example("1#")
@example(" -")
@example("12)")
@example("    indented")
@example("- - -")
@example("\\|")
@example("a\\")
@example("`")
@example("&lt;")
@example("http://x.example")
def test_any_text_is_shown_as_it_is_wherever_it_stands(said: str):
    whole = text(said)
    styled = [Span(said, "strong"), Span(said, "code"), Span(said), Span(said, "bad", "")]
    blocks = (
        Rows(((said or "x", whole), ("", whole))),
        Items((whole, styled)),
        Items((whole,), ordered=True),
        Table("caption", ("a", "b"), ((whole, whole), ([Span(said, "code")], styled))),
        Code(said),
        Tree((Node(whole, (Node(whole),)),)),
        Details(styled, (Items((whole,)),)),
        Section(whole, ()),
    )
    markdown = render_markdown(Document(subject=said, title=whole, about=(), sections=(Section(styled, blocks),)))
    assert_ours(markdown)
    # The label once (or `x`), four times each the styled one, and the rest of the blocks; code keeps its line ends.
    expected = "".join(clean(said).split())
    assert shown(markdown).count(expected) >= 26 if expected else True
    kinds = [kind(one) for one in tokens(markdown)]
    assert kinds.count("table") == 2
    assert kinds.count("tr") == 6
    assert kinds.count("td") == 8
    assert kinds.count("fence") == 2
    assert kinds.count("html_block") == 2


@pytest.mark.parametrize("name", [*DIAGNOSES, "case"])
def test_findings_and_their_evidence_are_in_the_report(name: str):
    diagnosis, fixes, advice = of_the_case() if name == "case" else (DIAGNOSES[name], (), ())
    markdown = shown(render_markdown(why_document(diagnosis, fixes=fixes, advice=advice)))
    wanted = [one.text for finding in diagnosis.findings for one in finding.evidence]
    wanted += [said for one in diagnosis.findings for said in (one.code, one.title, one.explanation)]
    wanted += [one.title for one in (*fixes, *advice)]
    for said in wanted:
        assert "".join(clean(said).split()) in markdown


def test_it_reads_as_recorded(compare):
    diagnosis, fixes, advice = of_the_case()
    compare("markdown.md", render_markdown(why_document(diagnosis, fixes=fixes, advice=advice)))
