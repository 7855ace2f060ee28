"""A wheel behind a URL gives what the same wheel gives on a disk, for a small part of its bytes."""

from __future__ import annotations

import random

import pytest

from tests.support.downloads import wheel
from tests.support.images import elf, pe
from tests.support.index_server import serving
from tests.support.wheels import make_wheel
from wontload.binary import Image
from wontload.wheels.cache import Cache
from wontload.wheels.deciding import decides
from wontload.wheels.index.link import Link
from wontload.wheels.parts import NoRanges
from wontload.wheels.reading import LEAST_BYTES, MOST_BYTES, SLACK_BYTES, Opened, allowance, open_candidate
from wontload.wheels.web import Web


@pytest.fixture(scope="module")
def steady():
    with serving() as server:
        yield server


def offered(server, name: str, **how) -> Link:
    path = wheel(name)
    body = path.read_bytes()
    return Link(filename=path.name, url=server.file(f"/{path.name}", body, **how), index="i", size_bytes=len(body))


def facts(opened: Opened) -> list[tuple[object, ...]]:
    found = []
    for member in opened.wheel.natives:
        content = opened.wheel.content(member)
        if isinstance(content, Image):
            found.append((member.name, content.imports, content.exports, content.undefined, content.architecture))
    return found


@pytest.mark.parametrize("name", ["kinako-llama-cpp", "torchao", "pyzmq-macos", "greenlet-musl"])
def test_remote_and_local_give_the_same(steady, name):
    remote = open_candidate(offered(steady, name), Web())
    local = open_candidate(Link(filename=wheel(name).name, url=wheel(name).as_uri(), index="i"), Web(offline=True))
    assert (remote.unread, local.unread, local.fetched_bytes) == ((), (), 0)
    assert facts(remote) == facts(local)
    assert remote.wheel.record == local.wheel.record
    assert all(listing.complete for listing in local.gpu.values())
    for member, listing in remote.gpu.items():
        whole = local.gpu[member].containers
        assert listing.containers == whole[: len(listing.containers)]
        assert listing.complete is (len(listing.containers) == len(whole))


def test_a_wheel_with_cuda_costs_a_few_of_its_bytes(steady):
    opened = open_candidate(offered(steady, "gpt4all"), Web())
    assert opened.unread == ()
    assert opened.size_bytes > 119_000_000
    assert opened.fetched_bytes < 0.08 * opened.size_bytes
    cuda = [name for name in opened.gpu if "cuda" in name]
    assert len(cuda) == 2
    assert {code.target for name in cuda for one in opened.gpu[name].containers for code in one.codes} >= {
        "compute_52",
        "compute_75",
    }


def test_what_may_not_be_fetched_stays_unread_and_is_named(steady):
    link = offered(steady, "gpt4all")
    opened = open_candidate(link, Web(), most_bytes=1 << 20)
    unread = [member.name.rpartition("/")[2] for member in opened.unread]
    assert {"llamamodel-mainline-cuda-avxonly.dll", "llamamodel-mainline-cuda.dll"} <= set(unread)
    assert set(opened.costs) == {member.name for member in opened.unread}
    assert opened.unread_bytes > 1_000_000
    paid = open_candidate(link, Web(), read_all=True)
    assert paid.unread == ()
    assert paid.fetched_bytes < 0.2 * paid.size_bytes
    assert opened.fetched_bytes <= 1 << 20
    assert "llmodel.dll" in {member.name.rpartition("/")[2] for member in opened.wheel.natives}


NOISE = [random.Random(seed).randbytes(200_000) for seed in range(6)]  # which no compression makes smaller
MODULES = {
    "demo/_ext.cp311-win_amd64.pyd": ("cp311-cp311-win_amd64", lambda name: pe(needs=[name] if name else ()), ".dll"),
    "demo/_plain.so": ("cp311-abi3-manylinux_2_28_x86_64", lambda name: elf(needed=[name] if name else ()), ".so"),
}


@pytest.mark.parametrize("module", MODULES)
def test_what_decides_and_what_it_needs_is_read_before_the_rest(steady, tmp_path, module):
    """Where the rest is more than may be read, small files of it, too: the wheel is still judged by what was read."""
    tag, image, suffix = MODULES[module]
    files = {
        module: image("libNeeded" + suffix) + NOISE[0],
        f"demo.libs/libneeded{suffix}": image("libmore" + suffix) + NOISE[1],
    }
    files |= {f"demo.libs/libmore{suffix}": image("") + NOISE[2]}
    rest = {f"demo.libs/liba{number}{suffix}": image("") + noise[:150_000] for number, noise in enumerate(NOISE[3:])}
    path = make_wheel(tmp_path, {**rest, **files}, tag=tag)
    link = Link(filename=path.name, url=steady.file(f"/{path.name}", path.read_bytes()), index="i")
    opened = open_candidate(link, Web(), most_bytes=800_000, first=lambda name: decides("demo", "linux", name))
    assert {one.name for one in opened.wheel.natives} >= {*files}
    assert {one.name for one in opened.unread} <= {*rest}
    assert opened.unread
    assert opened.fetched_bytes <= 800_000


def test_a_second_reading_asks_nobody(steady, tmp_path):
    link, cache = offered(steady, "kinako-llama-cpp"), Cache(str(tmp_path))
    first = open_candidate(link, Web(), cache=cache)
    again = open_candidate(link, Web(offline=True), cache=cache)
    assert first.fetched_bytes > 0
    assert (again.fetched_bytes, again.requests) == (0, 0)
    assert facts(again) == facts(first)


def test_a_server_without_ranges_is_told(steady):
    with pytest.raises(NoRanges):
        open_candidate(offered(steady, "markupsafe", ranges="no"), Web())


def test_three_in_a_hundred_within_bounds():
    assert allowance(500_000_000) == 14_000_000
    assert allowance(10_000) == 10_000 + SLACK_BYTES
    assert allowance(100_000_000) == LEAST_BYTES
    assert allowance(5_000_000_000) == MOST_BYTES
