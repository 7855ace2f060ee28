"""Wheels that lie on this disk, as pip itself finds them there."""

from __future__ import annotations

import subprocess
import sys

import pytest

from wontload.wheels.index.folders import NoSuchFolder, folder_links, path_of, project_links


def test_a_directory_offers_its_files_and_the_links_of_its_pages(tmp_path):
    (tmp_path / "a-1-py3-none-any.whl").write_bytes(b"xyz")
    (tmp_path / "readme.txt").write_bytes(b"")
    (tmp_path / "more.html").write_text('<a href="sub/b-2-py3-none-any.whl">b</a>')
    links = folder_links(str(tmp_path))
    assert [(one.filename, one.size_bytes) for one in links] == [
        ("a-1-py3-none-any.whl", 3),
        ("b-2-py3-none-any.whl", None),
    ]
    assert links[1].url == (tmp_path / "sub" / "b-2-py3-none-any.whl").as_uri()
    assert folder_links(tmp_path.as_uri()) == tuple(
        type(one)(**{**{f: getattr(one, f) for f in one.__slots__}, "index": tmp_path.as_uri()}) for one in links
    )


def test_an_index_on_a_disk_has_a_page_for_each_project(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "index.html").write_text('<a href="../files/a-1-py3-none-any.whl#sha256=00">x</a>')
    (link,) = project_links(tmp_path.as_uri(), "a")
    assert (path_of(link.url), link.sha256) == (str(tmp_path / "files" / "a-1-py3-none-any.whl"), "00")
    assert project_links(str(tmp_path), "b") == ()


def test_what_is_not_there_is_said(tmp_path):
    with pytest.raises(NoSuchFolder, match="nowhere"):
        folder_links(str(tmp_path / "nowhere"))
    with pytest.raises(NoSuchFolder, match="no directory"):
        project_links(str(tmp_path / "nowhere"), "a")


def test_pip_takes_the_same_files(tmp_path):
    for name in ("a-1-py3-none-any.whl", "a-2.tar.gz"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "page.html").write_text('<a href="deep/a-3-py3-none-any.whl">x</a>')
    command = [sys.executable, "-m", "pip", "index", "versions", "a", "--no-index", "--find-links", str(tmp_path)]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    assert "Available versions: 3, 2, 1" in said
    assert sorted(one.filename for one in folder_links(str(tmp_path))) == [
        "a-1-py3-none-any.whl",
        "a-2.tar.gz",
        "a-3-py3-none-any.whl",
    ]
