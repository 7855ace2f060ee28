"""A file behind a URL gives the bytes that it has, fetches few of them, and believes no server that lies."""

from __future__ import annotations

import hashlib
import io
import random
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.index_server import Document, serving
from wontload.wheels.cache import Cache
from wontload.wheels.index.link import Link
from wontload.wheels.parts import NoRanges
from wontload.wheels.ranges import BLOCK_BYTES, RemoteFile
from wontload.wheels.unpaid import NotPaidFor
from wontload.wheels.unreachable import Unreachable
from wontload.wheels.web import Web
from wontload.wheels.whole import fetch_whole

DATA = random.Random(7).randbytes(700_001)
NAME = "a-1-py3-none-any.whl"


def link_to(server, *, size=None, path="/a.whl", sha256="") -> Link:
    return Link(filename=NAME, url=server.url + path, index="i", size_bytes=size, sha256=sha256)


@pytest.fixture(scope="module")
def steady():
    with serving() as server:
        server.file("/a.whl", DATA, etag='"1"')
        yield server


@settings(max_examples=25, deadline=None)
@given(
    spots=st.lists(st.tuples(st.integers(0, len(DATA) + 9), st.integers(0, 90_000)), min_size=1, max_size=4),
    size=st.sampled_from([None, len(DATA)]),
)
def test_what_is_read_is_what_is_there(steady, spots, size):
    file = RemoteFile(link_to(steady, size=size), Web())
    plain = io.BytesIO(DATA)
    for offset, length in spots:
        assert file.seek(offset) == plain.seek(offset)
        assert file.read(length) == plain.read(length)
        assert file.tell() == min(plain.tell(), max(offset, plain.tell()))
    assert file.seek(0, io.SEEK_END) == len(DATA)
    assert file.fetched_bytes <= sum(length + 2 * BLOCK_BYTES for _, length in spots) + 3 * BLOCK_BYTES


def test_pieces_are_fetched_once_and_at_once(steady):
    file = RemoteFile(link_to(steady), Web())
    before = file.requests
    file.prefetch([(0, 10), (200_000, 40_000), (0, 20), (-5, 3), (10**9, 5)])
    assert file.requests == before + 2
    assert file.read_at(210_000, 100) == DATA[210_000:210_100]
    assert file.read_at(0, 1000) == DATA[:1000]
    assert file.requests == before + 2


def test_no_more_is_fetched_than_is_allowed(steady):
    file = RemoteFile(link_to(steady), Web(), allowed_bytes=5 * BLOCK_BYTES)
    file.prefetch([(0, BLOCK_BYTES), (300_000, 20 * BLOCK_BYTES)])
    assert file.read_at(0, 10) == DATA[:10]
    with pytest.raises(NotPaidFor) as refused:
        file.read_at(300_000, 8 * BLOCK_BYTES)
    assert refused.value.missing_bytes > 0
    assert file.fetched_bytes <= 5 * BLOCK_BYTES


def test_what_was_fetched_is_there_without_the_network(steady, tmp_path):
    cache = Cache(str(tmp_path))
    with RemoteFile(link_to(steady), Web(), cache=cache) as file:
        assert file.read_at(100_000, 10) == DATA[100_000:100_010]
    with RemoteFile(link_to(steady), Web(offline=True), cache=cache) as kept:
        assert kept.read_at(100_000, 10) == DATA[100_000:100_010]
        assert (kept.fetched_bytes, kept.size_bytes) == (0, len(DATA))
        with pytest.raises(Unreachable, match="--offline"):
            kept.read_at(400_000, 10)
    for path in (tmp_path / "ranges").iterdir():
        path.write_bytes(path.read_bytes().replace(b'"size": 700001', b'"size": 100001'))
    assert RemoteFile(link_to(steady), Web(), cache=cache).read_at(0, 5) == DATA[:5]


def test_a_file_that_is_another_by_now_is_read_anew_the_next_time(server, tmp_path):
    cache = Cache(str(tmp_path))
    server.file("/a.whl", DATA, etag='"1"')
    with RemoteFile(link_to(server), Web(), cache=cache) as file:
        assert file.read_at(0, 10) == DATA[:10]
    server.file("/a.whl", DATA[::-1], etag='"2"')
    with pytest.raises(Unreachable, match="changed"):
        RemoteFile(link_to(server), Web(), cache=cache).read_at(300_000, 10)
    assert RemoteFile(link_to(server), Web(), cache=cache).read_at(0, 10) == DATA[::-1][:10]


def test_a_server_without_suffixes_and_one_that_redirects(server):
    server.file("/a.whl", DATA, ranges="no suffix")
    assert RemoteFile(link_to(server), Web()).read_at(500_000, 9) == DATA[500_000:500_009]
    server.documents["/b.whl"] = Document(status=302, location="/signed?x=1")
    server.file("/signed", DATA)
    file = RemoteFile(link_to(server, path="/b.whl"), Web())
    assert file.read_at(0, 3) == DATA[:3]
    assert [path for _, path, _ in server.requests].count("/b.whl") == 1
    server.documents["/signed"] = Document(status=403)
    server.documents["/b.whl"].location = "/signed2"
    server.file("/signed2", DATA)
    assert file.read_at(400_000, 3) == DATA[400_000:400_003]


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"ranges": "lie"}, r"asked for bytes|without saying which|index says"),
        ({"ranges": "short"}, r"broke the answer off"),
        ({"ranges": "changing"}, r"changed while it was being read"),
        ({"status": 404}, r"no such page"),
        ({"trickle_s": 0.2}, r"took too long"),
    ],
)
def test_a_server_that_does_not_do_what_it_says(server, quick, how, says):
    server.file("/a.whl", DATA, **how)
    if how.get("status"):
        server.documents["/a.whl"] = Document(status=404)
    with pytest.raises(Unreachable, match=says):
        RemoteFile(link_to(server, size=len(DATA)), Web()).read_at(0, 10)


def test_a_size_other_than_the_indexs_is_said(server):
    server.file("/a.whl", DATA)
    with pytest.raises(Unreachable, match="where the index says"):
        RemoteFile(link_to(server, size=len(DATA) - 70_000), Web())


@pytest.mark.parametrize(("ranges", "size"), [("no", len(DATA)), ("refuse", None)])
def test_a_server_without_ranges_is_told_apart(server, ranges, size):
    server.file("/a.whl", DATA, ranges=ranges)
    with pytest.raises(NoRanges) as found:
        RemoteFile(link_to(server), Web())
    assert found.value.size_bytes == size
    assert server.sent_bytes < len(DATA) * 3


def test_a_whole_wheel_is_checked_and_kept(server, tmp_path):
    server.file("/a.whl", DATA, ranges="no")
    digest = hashlib.sha256(DATA).hexdigest()
    seen = []
    link = link_to(server, sha256=digest, size=len(DATA))
    path = fetch_whole(link, Web(), directory=str(tmp_path), progress=lambda done, total: seen.append((done, total)))
    with open(path, "rb") as file:
        assert file.read() == DATA
    assert seen[-1] == (len(DATA), len(DATA))
    assert fetch_whole(link, Web(offline=True), directory=str(tmp_path)) == path
    with pytest.raises(Unreachable, match="not that of the index"):
        fetch_whole(link_to(server, sha256="0" * 64), Web(), directory=str(tmp_path))
    server.documents["/a.whl"].cut = 1000
    with pytest.raises(Unreachable, match="broke the answer off"):
        fetch_whole(link_to(server), Web(), directory=str(tmp_path / "b"))
    server.documents["/a.whl"] = Document(DATA + b"x")
    with pytest.raises(Unreachable, match="more than"):
        fetch_whole(link_to(server, size=len(DATA), sha256="1"), Web(), directory=str(tmp_path / "c"))
    assert not list(tmp_path.rglob(".new-*"))


def test_a_real_wheel_is_listed_from_its_end(server):
    from tests.support.downloads import wheel

    body = wheel("kinako-llama-cpp").read_bytes()
    server.file("/a.whl", body)
    file = RemoteFile(link_to(server), Web())
    with zipfile.ZipFile(file) as archive, zipfile.ZipFile(io.BytesIO(body)) as plain:  # type: ignore[type-var]
        assert archive.namelist() == plain.namelist()
        assert archive.read(archive.namelist()[-1]) == plain.read(plain.namelist()[-1])
    assert file.fetched_bytes < 3 * BLOCK_BYTES
