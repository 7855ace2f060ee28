"""Every place is asked at once, and each that gives nothing says why."""

from __future__ import annotations

import json
import threading

from tests.support.index_server import SIMPLE_JSON, Document
from wontload.knowledge.indexes import indexes_of
from wontload.wheels.cache import Cache
from wontload.wheels.index import gather as gather_module
from wontload.wheels.index import releases
from wontload.wheels.index.gather import Place, gather
from wontload.wheels.logins import Logins
from wontload.wheels.web import Web

NAME = "pkg-1-py3-none-any.whl"


def test_the_answers_come_in_the_order_of_the_places(server, tmp_path, quick, monkeypatch):
    monkeypatch.setattr(releases, "API", server.url + "/{owner}/{name}/{page}")
    server.page("/html/pkg/", f'<a href="{NAME}">x</a>')
    page = json.dumps({"meta": {"api-version": "1.0"}, "files": [{"filename": NAME, "url": NAME, "size": 3}]})
    server.documents["/json/pkg/"] = Document(page.encode(), SIMPLE_JSON)
    server.documents["/moved/pkg/"] = Document(status=301, location="/html/pkg/")
    asset = {"name": NAME, "browser_download_url": "https://github.com/x/" + NAME}
    server.documents["/me/pkg/1"] = Document(json.dumps([{"assets": [asset]}]).encode(), "application/json")
    server.documents["/broken/pkg/"] = Document(status=500)
    (tmp_path / NAME).write_bytes(b"x")
    places = [
        Place(kind="simple", url=server.url + "/html"),
        Place(kind="simple", url=server.url + "/json/"),
        Place(kind="simple", url=server.url + "/moved"),
        Place(kind="links", url=server.url + "/html/pkg/"),
        Place(kind="links", url=str(tmp_path)),
        Place(kind="releases", url="https://github.com/me/pkg/releases"),
        Place(kind="simple", url=server.url + "/none"),
        Place(kind="simple", url=server.url + "/broken"),
        Place(kind="links", url=str(tmp_path / "nowhere")),
    ]
    seen = []
    answers = gather("pkg", places, Web(), progress=lambda done, total: seen.append((done, total)))
    assert [[link.filename for link in one.links] for one in answers] == [[NAME]] * 6 + [[]] * 3
    assert [one.absent for one in answers] == [False] * 6 + [True, False, False]
    assert ["500" in answers[7].problem, "nowhere" in answers[8].problem] == [True, True]
    assert seen[-1] == (9, 9)
    assert answers[2].links[0].url == server.url + "/html/pkg/" + NAME
    assert answers[1].links[0].size_bytes == 3


def test_a_place_that_never_answers_does_not_hold_up_the_rest(server, monkeypatch):
    release, asked = threading.Event(), gather_module._ask

    def ask(name, place, web):
        if place.url == "silent":
            release.wait(20)
        return asked(name, place, web)

    monkeypatch.setattr(gather_module, "_ask", ask)
    server.page("/html/pkg/", f'<a href="{NAME}">x</a>')
    places = [Place(kind="links", url="silent"), Place(kind="simple", url=server.url + "/html")]
    silent, html = gather("pkg", places, Web(), patience_s=4.0)
    release.set()
    assert "no answer within 4 s" in silent.problem
    assert [link.filename for link in html.links] == [NAME]


def test_a_login_in_the_configuration_is_not_shown(server):
    server.page("/html/pkg/", f'<a href="{NAME}">x</a>')
    place = Place(kind="simple", url=server.url.replace("//", "//me:secret@") + "/html")
    (answer,) = gather("pkg", [place], Web())
    assert "secret" not in answer.links[0].index
    (answer,) = gather("none", [Place(kind="links", url=place.url)], Web())
    assert answer.problem
    assert "secret" not in answer.problem


def test_the_known_places_of_the_case():
    known = indexes_of("Llama_CPP.python")
    by_url = {one.url: one for one in known}
    remedy = by_url["https://jllllll.github.io/llama-cpp-python-cuBLAS-wheels/AVX2/cu118"]
    assert (remedy.accelerator, remedy.cuda, remedy.cpu, remedy.historic) == ("cuda", (11, 8), "AVX2", True)
    own = by_url["https://abetlen.github.io/llama-cpp-python/whl/cu124"]
    assert (own.cuda, own.historic) == ((12, 4), False)
    assert {one.accelerator for one in known} >= {"cuda", "cpu", "metal", "vulkan", "rocm"}
    assert indexes_of("requests") == ()


def test_links_of_a_page_from_the_cache_have_the_login_that_its_address_has(server, tmp_path):
    page = f'<a href="files/{NAME}">x</a>'
    server.page("/html/pkg/", page, login=("me", "secret"), headers={"Cache-Control": "max-age=600"})
    server.file(f"/html/pkg/files/{NAME}", b"wheel", login=("me", "secret"))
    place = Place(kind="simple", url=server.url.replace("//", "//me:secret@") + "/html")
    for _ in range(2):
        web = Web(cache=Cache(str(tmp_path)), logins=Logins(environment={}))
        (answer,) = gather("pkg", [place], web)
        assert web.page(answer.links[0].url, "*/*").body == b"wheel"
    assert [path for _, path, _ in server.requests].count("/html/pkg/") == 1
