"""`build NAME --plan` asks the index which source there is, and says so where nobody could be asked."""

from __future__ import annotations

import os
import sys

import pytest

from tests.support.cli import Ran, wontload
from tests.support.index_server import serving

ELSEWHERE = f"3.{sys.version_info.minor + 1}"  # a Python that this one is not


@pytest.fixture(scope="module")
def server():
    with serving() as running:
        for name, files in {
            "tiny": ("tiny-1.0.tar.gz", "tiny-2.0.tar.gz", "tiny-3.0-py3-none-any.whl"),
            "finished": ("finished-1.0-py3-none-any.whl",),
        }.items():
            running.page(f"/simple/{name}/", "".join(f'<a href="/files/{one}">{one}</a>' for one in files))
        running.page(
            "/simple/later/",
            f'<a href="/later-1.0.tar.gz" data-requires-python="&gt;={ELSEWHERE}">later-1.0.tar.gz</a>',
        )
        running.page("/simple/shut/", "", status=403)
        yield running


def plan(server, *arguments: str, further: str = "") -> Ran:
    variables = {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": f"{server.url}/simple",
        "PIP_EXTRA_INDEX_URL": further,
        "PIP_FIND_LINKS": "",
        "no_proxy": "127.0.0.1",
    }
    return wontload("build", *arguments, "--plan", "--backend", "cpu", **variables)


def test_it_names_what_would_be_built(server):
    answer = plan(server, "tiny", "--json").json
    assert (answer["verdict"], answer["plan"]["version"]) == ("planned", "2.0")
    assert answer["sought"] == {"file": "tiny-2.0.tar.gz", "place": f"{server.url}/simple", "unasked": ""}
    assert "tiny-1.0.tar.gz" in plan(server, "tiny==1.0").out
    assert not any(path.startswith("/files") for _, path, _ in server.requests)


@pytest.mark.parametrize(
    ("name", "status", "said"),
    [
        ("nowhere-at-all", 2, "no index that was asked knows nowhere-at-all. --source takes a directory"),
        ("llama-cpp-pyhton", 2, "Did you mean llama-cpp-python? --source"),
        ("finished", 4, "publishes finished wheels alone there. --source takes"),
        ("tiny==9", 4, "The newest one is tiny-2.0.tar.gz. --source takes"),
        ("later", 4, f"it asks for Python >={ELSEWHERE}. --source takes"),
    ],
)
def test_without_a_source_there_is_no_plan(server, name, status, said):
    ran = plan(server, name)
    assert (ran.status, ran.out) == (status, "")
    assert said in ran.err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [(("tiny", "--offline"), "--offline forbids the network"), (("shut",), "it refuses the request (403)")],
)
def test_where_nobody_was_asked_the_plan_says_so(server, arguments, why):
    ran = plan(server, *arguments)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith(f"{arguments[0]} can be built here, if its source is offered\n")
    assert why in " ".join(ran.out.split())


def test_one_index_that_does_not_answer_may_be_the_one_that_has_it(server):
    server.page("/other/absent/", "", status=403)
    ran = plan(server, "absent", "--json", further=f"{server.url}/other")
    assert (ran.status, ran.json["sought"]["file"]) == (0, "")
    assert "/other/absent/" in ran.json["sought"]["unasked"]


def test_offline_what_lies_in_a_given_directory_is_named(server, tmp_path):
    (tmp_path / "tiny-1.5.tar.gz").touch()
    answer = plan(server, "tiny", "--offline", "--find-links", str(tmp_path), "--json").json
    assert answer["sought"] == {"file": "tiny-1.5.tar.gz", "place": str(tmp_path), "unasked": ""}
