"""A server may be slow, broken, lying or gone: each is one sentence, soon, and nothing hangs."""

from __future__ import annotations

import socket
import stat
import sys

import pytest

from tests.support.index_server import Document
from wontload.wheels import web as web_module
from wontload.wheels.cache import Cache
from wontload.wheels.logins import Logins
from wontload.wheels.pools import Connection
from wontload.wheels.unreachable import Unreachable
from wontload.wheels.web import Web

HTML = "text/html"


def test_a_page_is_fetched_once_and_then_kept(server, tmp_path):
    url = server.page("/a/", "<a href=x>x</a>", etag='"1"', headers={"Cache-Control": "max-age=600"})
    web = Web(cache=Cache(str(tmp_path)))
    assert web.page(url, HTML).body == web.page(url, HTML).body == b"<a href=x>x</a>"
    assert len(server.requests) == 1
    assert Web(cache=Cache(str(tmp_path)), offline=True).page(url, HTML).cached
    with pytest.raises(Unreachable, match="not in the cache"):
        Web(cache=Cache(str(tmp_path)), offline=True).page(url + "b", HTML)


def test_a_page_that_may_not_be_kept_fresh_is_asked_about_again(server, tmp_path):
    url = server.page("/a/", "one", etag='"1"')
    web = Web(cache=Cache(str(tmp_path)))
    assert web.page(url, HTML).body == b"one"
    assert web.page(url, HTML).body == b"one"
    assert [headers.get("If-None-Match") for headers in server.headers_seen] == [None, '"1"']
    server.page("/a/", "two", etag='"2"')
    assert web.page(url, HTML).body == b"two"


def test_a_damaged_cache_is_none(server, tmp_path):
    url = server.page("/a/", "one", headers={"Cache-Control": "max-age=600"})
    Web(cache=Cache(str(tmp_path))).page(url, HTML)
    for path in (tmp_path / "pages").iterdir():
        path.write_bytes(path.read_bytes()[:-1])
    assert Web(cache=Cache(str(tmp_path))).page(url, HTML).body == b"one"
    assert len(server.requests) == 2
    assert Web(cache=Cache("/dev/null/x")).page(url, HTML).body == b"one"


def test_no_login_is_written_to_the_cache(server, tmp_path):
    server.page("/a/", "one", login=("me", "secret"))
    url = server.url.replace("//", "//me:secret@") + "/a/"
    assert Web(cache=Cache(str(tmp_path)), logins=Logins(environment={})).page(url, HTML).body == b"one"
    assert all(b"secret" not in path.read_bytes() for path in (tmp_path / "pages").iterdir())


def test_a_passing_failure_is_tried_again(server, quick):
    url = server.page("/a/", "one", fail_first=2)
    assert Web().page(url, HTML).body == b"one"
    url = server.page("/a/", "one", fail_first=3)
    with pytest.raises(Unreachable, match="status 503"):
        Web().page(url, HTML)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (Document(status=404), "no such page"),
        (Document(b"x" * 100, cut=10), "broke the answer off"),
        (Document(b"x" * 100, trickle_s=0.3), "took too long"),
        (Document(status=302, location="/a/"), "redirects in a circle"),
        (Document(status=302, location="ftp://example.org/"), "ftp is not spoken"),
        (Document(status=302, location="http://[x"), "no URL"),
        (Document(login=("a", "b")), "asks for a login"),
        (Document(b"x" * 3000), "more than 2000 bytes"),
    ],
)
def test_each_way_of_failing_has_its_sentence(server, quick, document, says):
    server.documents["/a/"] = document
    with pytest.raises(Unreachable, match=says):
        Web().page(server.url + "/a/", HTML, limit_bytes=2000)


def test_a_long_chain_of_redirects_ends(server):
    for number in range(20):
        server.documents[f"/{number}"] = Document(status=302, location=f"/{number + 1}")
    with pytest.raises(Unreachable, match="redirects more than 10 times"):
        Web().page(server.url + "/0", HTML)
    assert len(server.requests) == 11


def test_a_server_that_says_nothing_and_one_that_is_not_there(quick):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(Unreachable, match="did not answer in time"):
            Web().page(url, HTML)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
    with pytest.raises(Unreachable, match=r"refused|in time"):
        Web().page(url, HTML)


def test_a_login_goes_to_its_own_host_only(server, tmp_path):
    server.page("/a/", "one", login=("me", "secret"))
    server.documents["/away"] = Document(status=302, location=server.url.replace("127.0.0.1", "localhost") + "/b/")
    server.page("/b/", "two")
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
    (tmp_path / "netrc").chmod(0o600)
    web = Web(logins=Logins(environment={"NETRC": str(tmp_path / "netrc")}))
    assert web.page(server.url + "/a/", HTML).body == b"one"
    assert web.page(server.url + "/away", HTML).body == b"two"
    assert "Authorization" not in server.headers_seen[-1]


@pytest.mark.skipif(sys.platform == "win32", reason="the program is a shell script")
def test_keyring_is_asked_when_a_server_wants_a_login(server, tmp_path, monkeypatch):
    program = tmp_path / "keyring"
    program.write_text(
        "#!/bin/sh\n"
        f'[ "$*" = "--mode creds --output json get {server.url}" ] && '
        """echo '{"username": "me", "password": "secret"}'\n"""
        f'[ "$*" = "get {server.url} you" ] && echo other\n'
        "exit 0\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    server.page("/a/", "one", login=("me", "secret"))
    assert Web(logins=Logins(environment={})).page(server.url + "/a/", HTML).body == b"one"
    server.page("/b/", "two", login=("you", "other"))
    url = server.url.replace("//", "//you@") + "/b/"
    assert Web(logins=Logins(environment={})).page(url, HTML).body == b"two"
    with pytest.raises(Unreachable, match="asks for a login"):
        Web(logins=Logins(environment={}, use_keyring=False)).page(url, HTML)


def test_a_proxy_is_used_and_named_hosts_go_past_it(server, monkeypatch):
    server.documents["/simple/"] = Document(b"through the proxy", HTML)
    proxied = Web(connection=Connection(proxy=server.url.replace("//", "//user:pass@")))
    assert proxied.page("http://index.invalid/simple/", HTML).body == b"through the proxy"
    assert server.headers_seen[-1]["proxy-authorization"].startswith("Basic ")
    monkeypatch.setenv("http_proxy", server.url)
    assert Web().page("http://index.invalid/simple/", HTML).body == b"through the proxy"
    monkeypatch.setenv("no_proxy", "index.invalid")
    with pytest.raises(Unreachable, match="name is not known"):
        Web().page("http://index.invalid/simple/", HTML)


def test_a_refused_connection_is_called_that_and_a_proxy_s_failure_the_proxy_s(monkeypatch):
    monkeypatch.setattr(web_module, "PAUSES_S", (0.0, 0.0, 0.0))
    with pytest.raises(Unreachable, match=r"/simple/ could not be reached: Connection refused\.$"):
        Web().page("http://127.0.0.1:9/simple/", HTML)
    for proxy, why in (
        ("http://127.0.0.1:9", r"the proxy did not let it through \(Connection refused\)"),
        ("http://proxy.invalid:3128", "the proxy's name is not known here"),
    ):
        web = Web(connection=Connection(proxy=proxy))
        for scheme in ("http", "https"):
            with pytest.raises(Unreachable, match=why):
                web.page(f"{scheme}://index.invalid/simple/", HTML)


def test_certificates_that_cannot_be_read_are_named():
    from wontload.errors import WontloadError

    with pytest.raises(WontloadError, match=r"/nowhere\.pem cannot be read"):
        Web(connection=Connection(certificates="/nowhere.pem")).page("https://localhost:1/", HTML)


def test_offline_sends_nothing(server):
    url = server.page("/a/", "one")
    with pytest.raises(Unreachable, match="--offline"):
        Web(offline=True).open(url, {})
    assert server.requests == []
    assert web_module.ATTEMPTS == 3
