"""Wheels attached to releases on GitHub, from answers in the form that its API documents."""

from __future__ import annotations

import json

import pytest

from wontload.wheels.index.releases import release_links, repository_of
from wontload.wheels.index.simple import NotAnIndex

NAME = "llama_cpp_python-0.3.18+cu130-cp311-cp311-win_amd64.whl"
URL = "https://github.com/a/b/releases/download/v1/" + NAME


def test_assets_that_are_wheels_are_links():
    release = {
        "tag_name": "v1",
        "draft": False,
        "assets": [
            {"name": NAME, "browser_download_url": URL, "size": 7, "digest": "sha256:" + "0" * 64},
            {"name": "notes.txt", "browser_download_url": "https://github.com/x"},
            {"name": None, "browser_download_url": None},
            3,
        ],
    }
    links, last = release_links(json.dumps([release, {"assets": None}, "x"]).encode(), "i")
    assert [(one.filename, one.url, one.size_bytes, one.sha256) for one in links] == [(NAME, URL, 7, "0" * 64)]
    assert last
    assert release_links(json.dumps([{}] * 100).encode(), "i") == ((), False)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"message": "API rate limit exceeded"}'])
def test_another_answer_is_no_list_of_releases(body):
    with pytest.raises(NotAnIndex):
        release_links(body, "i")


def test_only_a_page_of_releases_names_a_repository():
    assert repository_of("https://github.com/JamePeng/llama-cpp-python/releases") == ("JamePeng", "llama-cpp-python")
    assert repository_of("https://github.com/a/b") is None
    assert repository_of("https://example.org/a/b/releases") is None
