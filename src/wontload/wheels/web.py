"""HTTP for indexes and wheels: bounded in time, bytes and redirects; proxies, certificates and logins as pip has them.

What may go wrong becomes `Unreachable`, one sentence with the URL (never its credentials), so that the answer can say
which index could not be reached. Pages are kept in the user's cache; `offline` answers from it alone.
"""

from __future__ import annotations

import base64
import os
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

from wontload._version import __version__
from wontload.errors import WontloadError
from wontload.wheels.index.link import shown_url

if TYPE_CHECKING:
    import urllib3

    from wontload.wheels.cache import Cache
    from wontload.wheels.logins import Logins

CONNECT_S, READ_S = 10.0, 15.0  # between two bytes
WHOLE_S = 60.0  # for one page, however steadily it trickles
ATTEMPTS = 3
PAUSES_S = (0.2, 0.8)
LONGEST_PAUSE_S = 5.0  # that a server may ask for with Retry-After
MOST_REDIRECTS = 10
LARGEST_PAGE_BYTES = 64 << 20
PIECE_BYTES = 1 << 16
AGAIN = {429, 500, 502, 503, 504}
USER_AGENT = f"wontload/{__version__}"


class Unreachable(WontloadError):
    """Something could not be had from the network.

    Attributes:
        url: as shown to people. why: one clause. status: the HTTP status; `None` where there was none.
    """

    def __init__(self, url: str, why: str, status: int | None = None, next_step: str = "") -> None:
        super().__init__(f"{shown_url(url)} could not be reached: {why}.", next_step)
        self.url = shown_url(url)
        self.why = why
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """How to reach servers: see `index.settings.Settings`."""

    certificates: str = ""
    client_certificate: str = ""
    proxy: str = ""
    trusted_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One document. `url`: after redirects. `cached`: it comes from the cache without having asked anybody."""

    url: str
    content_type: str
    body: bytes
    cached: bool = False


@dataclass(slots=True)
class Response:
    """An answer whose body has not been read yet; close it."""

    url: str
    status: int
    headers: Mapping[str, str]
    raw: Any
    deadline: float

    def body(self, limit_bytes: int) -> bytes:
        """The body. Raises `Unreachable` for one that is longer, takes too long, or ends too early."""
        import urllib3

        found = bytearray()
        try:
            while piece := self.raw.read1(PIECE_BYTES):
                found += piece
                if len(found) > limit_bytes:
                    raise Unreachable(self.url, f"it sent more than {limit_bytes} bytes")
                if time.monotonic() > self.deadline:
                    raise Unreachable(self.url, "it took too long")
        except urllib3.exceptions.HTTPError as error:
            raise Unreachable(self.url, _words(error)) from error
        except (OSError, ValueError) as error:
            raise Unreachable(self.url, str(error) or type(error).__name__) from error
        finally:
            self.close()
        return bytes(found)

    def close(self) -> None:
        """Let go of the connection: kept for the next request if nothing of the body is left, else closed."""
        if self.raw.length_remaining == 0:
            self.raw.drain_conn()  # an empty body has to be read, too
        else:
            self.raw.close()
        self.raw.release_conn()


@dataclass(slots=True)
class Web:
    """A client for many threads.

    Attributes:
        connection: how to reach servers. cache: of pages; `None` for none. offline: ask nobody.
        logins: of this computer. fetched_bytes: bodies received so far.
    """

    connection: Connection = field(default_factory=Connection)
    cache: Cache | None = None
    offline: bool = False
    logins: Logins | None = None
    fetched_bytes: int = 0
    _pools: dict[str, urllib3.PoolManager] = field(default_factory=dict)

    def page(self, url: str, accept: str, *, limit_bytes: int = LARGEST_PAGE_BYTES) -> Page:
        """A document, from the cache where that is fresh enough. Raises `Unreachable`."""
        kept = self.cache.get(url, accept) if self.cache else None
        if kept is not None and (self.offline or kept.fresh):
            return Page(kept.final_url, kept.content_type, kept.body, cached=True)
        if self.offline:
            raise Unreachable(url, "--offline, and it is not in the cache")
        headers = {"Accept": accept, "Accept-Encoding": "gzip"}
        if kept is not None and kept.etag:
            headers["If-None-Match"] = kept.etag
        response = self.open(url, headers)
        if response.status == 304 and kept is not None and self.cache:
            response.close()
            self.cache.touch(url, accept)
            return Page(kept.final_url, kept.content_type, kept.body)
        body = self._checked(response).body(limit_bytes)
        self.fetched_bytes += len(body)
        content_type = response.headers.get("Content-Type", "")
        if self.cache:
            self.cache.put(url, accept, response.url, response.headers, body)
        return Page(response.url, content_type, body)

    def _checked(self, response: Response) -> Response:
        if response.status == 200:
            return response
        response.close()
        raise refused(response)

    def open(
        self, url: str, headers: Mapping[str, str], *, method: str = "GET", whole_s: float | None = None
    ) -> Response:
        """Send a request, follow its redirects, try again where that is worth it. Raises `Unreachable`."""
        if self.offline:
            raise Unreachable(url, "--offline")
        deadline = time.monotonic() + (whole_s or WHOLE_S)
        for attempt in range(ATTEMPTS):
            last = attempt == ATTEMPTS - 1 or time.monotonic() > deadline
            try:
                response = self._follow(url, headers, method, deadline)
            except _Passing as passing:
                if last:
                    raise Unreachable(url, passing.why) from passing
                pause = PAUSES_S[attempt]
            else:
                if response.status not in AGAIN or last:
                    return response
                pause = _asked_pause(response.headers, PAUSES_S[attempt])
                response.close()
            time.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    def _follow(self, url: str, headers: Mapping[str, str], method: str, deadline: float) -> Response:
        first, seen, asked_login = urlsplit(url), set(), False
        login = self.logins.of_url(url) if self.logins else None
        for _ in range(MOST_REDIRECTS + 1):
            raw = self._send(url, {**headers, **_authorization(login)}, method, deadline)
            response = Response(url, raw.status, raw.headers, raw, deadline)
            if raw.status == 401 and self.logins and not asked_login:
                asked_login, login = True, self.logins.of_keyring(url, login)
                if login:
                    response.close()
                    continue
            target = raw.headers.get("Location")
            if raw.status not in (301, 302, 303, 307, 308) or not target:
                return response
            response.close()
            seen.add(url)
            url = _redirected(url, target)
            if url in seen:
                raise Unreachable(first.geturl(), f"it redirects in a circle ({shown_url(url)})")
            if urlsplit(url).netloc.rpartition("@")[2] != first.netloc.rpartition("@")[2]:
                login = self.logins.of_url(url) if self.logins else None
        raise Unreachable(first.geturl(), f"it redirects more than {MOST_REDIRECTS} times")

    def _send(self, url: str, headers: Mapping[str, str], method: str, deadline: float) -> Any:
        import urllib3

        parts = urlsplit(url)
        if parts.scheme not in ("http", "https"):
            raise Unreachable(url, f"{parts.scheme or 'no scheme'} is not spoken here")
        bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment=""))
        left = max(0.1, deadline - time.monotonic())
        timeout = urllib3.Timeout(connect=min(CONNECT_S, left), read=min(READ_S, left))
        try:
            return self._pool(parts.scheme, parts.hostname or "").request(
                method,
                bare,
                headers={"User-Agent": USER_AGENT, **headers},
                timeout=timeout,
                redirect=False,
                retries=False,
                preload_content=False,
            )
        except urllib3.exceptions.LocationParseError as error:
            raise Unreachable(url, "it is no URL") from error
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            if isinstance(_cause(error), ssl.SSLCertVerificationError):
                step = "If a proxy signs with a certificate of its own, name it as pip does: --cert, or pip config set."
                raise Unreachable(url, f"its certificate is not trusted ({_words(error)})", None, step) from error
            raise _Passing(_words(error)) from error

    def _pool(self, scheme: str, host: str) -> urllib3.PoolManager:
        proxy = self._proxy_for(scheme, host)
        trusted = host in {one.partition(":")[0] for one in self.connection.trusted_hosts}
        key = f"{proxy}|{trusted}"
        if key not in self._pools:
            self._pools[key] = self._made(proxy, trusted)
        return self._pools[key]

    def _made(self, proxy: str, trusted: bool) -> urllib3.PoolManager:
        import urllib3

        context = _tls(self.connection, trusted)
        if not proxy:
            return urllib3.PoolManager(num_pools=16, maxsize=16, ssl_context=context)
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        login = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}" if parts.username else None
        headers = urllib3.make_headers(proxy_basic_auth=login) if login else None
        bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
        return urllib3.ProxyManager(
            bare, num_pools=16, maxsize=16, ssl_context=context, proxy_headers=headers, proxy_ssl_context=context
        )

    def _proxy_for(self, scheme: str, host: str) -> str:
        from urllib.request import getproxies, proxy_bypass

        if host and proxy_bypass(host):
            return ""
        if self.connection.proxy:
            return self.connection.proxy
        proxies = getproxies()  # variables; on Windows and macOS the system's settings as well
        return proxies.get(scheme) or proxies.get("all") or ""


class _Passing(Exception):
    """A failure that another attempt may not have."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def refused(response: Response) -> Unreachable:
    """What an answer that is no success means, for people."""
    status = response.status
    why = {
        401: "it asks for a login (401)",
        403: "it refuses the request (403)",
        404: "it has no such page (404)",
        407: "the proxy asks for a login (407)",
        429: "it has been asked too often (429)",
    }.get(status, f"it answers with status {status}")
    step = {
        401: "Put it into your netrc file or keyring, as for pip.",
        403: "GitHub's API answers 60 requests an hour without a login." if "api.github.com" in response.url else "",
    }.get(status, "")
    return Unreachable(response.url, why, status, step)


def _tls(connection: Connection, trusted: bool) -> ssl.SSLContext:
    if trusted:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif connection.certificates:
        try:
            where = {"capath" if os.path.isdir(connection.certificates) else "cafile": connection.certificates}
            context = ssl.create_default_context(**where)  # type: ignore[arg-type]
        except (OSError, ssl.SSLError) as error:
            raise WontloadError(f"the certificates in {connection.certificates} cannot be read: {error}.") from error
    else:
        import truststore

        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if connection.client_certificate:
        context.load_cert_chain(connection.client_certificate)
    return context


def _redirected(url: str, target: str) -> str:
    try:
        found = urljoin(url, target)
    except ValueError as error:
        raise Unreachable(url, "it redirects to what is no URL") from error
    if urlsplit(url).scheme == "https" and urlsplit(found).scheme != "https":
        raise Unreachable(url, f"it redirects from https to {shown_url(found)}")
    return found


def _authorization(login: tuple[str, str] | None) -> dict[str, str]:
    if login is None:
        return {}
    return {"Authorization": "Basic " + base64.b64encode(":".join(login).encode()).decode()}


def _asked_pause(headers: Mapping[str, str], usual: float) -> float:
    asked = headers.get("Retry-After", "")
    return min(float(asked), LONGEST_PAUSE_S) if asked.isascii() and asked.isdigit() else usual


def _cause(error: BaseException) -> BaseException:
    """What lies under urllib3's wrapping."""
    inner = getattr(error, "reason", None) or (error.args[-1] if error.args else None) or error.__cause__
    return inner if isinstance(inner, BaseException) and inner is not error else error


def _words(error: BaseException) -> str:
    """An error as one clause; urllib3 begins its own with the repr of a connection."""
    import urllib3

    if isinstance(error, urllib3.exceptions.NameResolutionError):
        return "its name is not known here (no network?)"
    if isinstance(error, urllib3.exceptions.ConnectTimeoutError):
        return "it did not take the connection in time"
    if isinstance(error, urllib3.exceptions.ReadTimeoutError):
        return "it did not answer in time"
    if isinstance(error, urllib3.exceptions.IncompleteRead) or isinstance(
        _cause(error), urllib3.exceptions.IncompleteRead
    ):
        return "it broke the answer off"
    if isinstance(error, urllib3.exceptions.NewConnectionError):
        return str(error).rpartition(": ")[2] or "no connection"
    cause = _cause(error)
    return (str(cause) or type(cause).__name__).rstrip(".")[:300]
