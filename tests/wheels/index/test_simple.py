"""Index pages as installers take them, and pages that are none."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wontload.errors import WontloadError
from wontload.wheels.index import simple
from wontload.wheels.index.link import Link, shown_url
from wontload.wheels.index.simple import NotAnIndex, links_of

URL = "https://example.org/simple/pkg/"
WHEEL = "pkg-1.0+cu124-cp311-cp311-win_amd64.whl"
JSON = "application/vnd.pypi.simple.v1+json"
DIGEST = "ab" * 32


def html(body: str, url: str = URL) -> tuple[Link, ...]:
    return links_of(body.encode(), "text/html; charset=utf-8", url, "https://example.org/simple")


def test_an_html_page_gives_every_attribute():
    (link,) = html(
        f'<!DOCTYPE html><a href="../../files/pkg-1.0%2Bcu124-cp311-cp311-win_amd64.whl#sha256={DIGEST.upper()}"'
        f' data-requires-python="&gt;=3.8,&lt;4" data-yanked="broken &amp; gone"'
        f' data-core-metadata="sha256={DIGEST}">x</a>'
    )
    assert link == Link(
        filename=WHEEL,
        url="https://example.org/files/pkg-1.0%2Bcu124-cp311-cp311-win_amd64.whl",
        index="https://example.org/simple",
        sha256=DIGEST,
        requires_python=">=3.8,<4",
        yanked="broken & gone",
        metadata_sha256=DIGEST,
    )


def test_base_unquoted_attributes_and_the_older_names_are_understood():
    one, two = html(
        "<base href=https://files.example.org/a/><A HREF=pkg-1.tar.gz data-yanked>x</A>"
        '<a href="pkg-2-py3-none-any.whl" data-dist-info-metadata="true">y</a>'
    )
    assert (one.url, one.yanked, one.metadata_sha256) == ("https://files.example.org/a/pkg-1.tar.gz", "", None)
    assert (two.filename, two.metadata_sha256) == ("pkg-2-py3-none-any.whl", "")


def test_links_that_lead_to_no_file_are_left_out():
    assert (
        html('<a href="javascript:x">a</a><a href="http://[bad">b</a><a>c</a><a href="https://example.org/">d</a>')
        == ()
    )


def test_a_json_page_gives_every_field():
    row = {
        "filename": WHEEL,
        "url": "https://files.example.org/x.whl",
        "hashes": {"sha256": DIGEST, "md5": "0"},
        "requires-python": ">=3.9",
        "yanked": "bad",
        "size": 500_000_000,
        "core-metadata": {"sha256": DIGEST},
        "upload-time": "2026-01-01T00:00:00Z",
    }
    body = json.dumps({"meta": {"api-version": "1.4"}, "name": "pkg", "files": [row]}).encode()
    (link,) = links_of(body, JSON, URL, "i")
    assert (link.size_bytes, link.sha256, link.yanked, link.metadata_sha256) == (500_000_000, DIGEST, "bad", DIGEST)
    assert (link.requires_python, link.uploaded) == (">=3.9", "2026-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("row", "count"),
    [
        ({"filename": "a.whl", "url": "a.whl", "yanked": True, "size": -1, "hashes": None, "requires-python": None}, 1),
        ({"filename": "../a.whl", "url": "a.whl"}, 0),
        ({"filename": 1, "url": "a.whl"}, 0),
        ({"filename": "a.whl"}, 0),
        ("a.whl", 0),
    ],
)
def test_odd_rows_of_json_are_taken_as_far_as_they_make_sense(row, count):
    links = links_of(json.dumps({"files": [row]}).encode(), JSON, URL, "i")
    assert len(links) == count
    assert [(one.yanked, one.size_bytes, one.url) for one in links] == [("", None, URL + "a.whl")] * count


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        (b"{", JSON, "is not"),
        (b"[" * 100_000, JSON, "is not"),
        (b"[]", JSON, "no list of files"),
        (b'{"files": [], "meta": {"api-version": "2.0"}}', JSON, "version 2.0"),
        (b'<meta name="pypi:repository-version" content="2.1"><a href="a.whl">', "text/html", "version 2.1"),
        (b"MZ", "application/octet-stream", "octet-stream"),
        (b"", "", "without a type"),
    ],
)
def test_what_is_no_index_is_said_to_be_none(body, kind, says):
    with pytest.raises(NotAnIndex, match=says):
        links_of(body, kind, "https://user:secret@example.org/simple/pkg/", "i")


def test_a_page_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(simple, "MOST_LINKS", 10)
    with pytest.raises(NotAnIndex, match="more than 10"):
        html('<a href="a-1-py3-none-any.whl">x</a>' * 12)


@example(body=b"<![\x00", kind="text/html")  # of which Python's parser makes an AssertionError
@given(st.binary(max_size=400), st.sampled_from([JSON, "text/html", "text/html; charset=nonsense"]))
def test_nothing_that_a_server_sends_is_a_traceback(body, kind):
    try:
        links = links_of(body, kind, URL, "i")
    except WontloadError:
        return
    assert all(link.url.startswith(("http", "file")) for link in links)


def test_credentials_are_not_shown():
    assert shown_url("https://me:secret@example.org/simple") == "https://****@example.org/simple"
    assert shown_url("https://example.org/simple") == "https://example.org/simple"
