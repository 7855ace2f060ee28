"""HTTP for indexes and wheels: bounded in time, bytes and redirects; proxies, certificates and logins as pip has them.

What may go wrong becomes `Unreachable`, one sentence with the URL (never its credentials), so that the answer can say
which index could not be reached. Pages are kept in the user's cache; `offline` answers from it alone.
"""

from __future__ import annotations

import base64
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag, urljoin, urlsplit

from wontload._version import __version__
from wontload.wheels.index.link import bare_url, shown_url, with_login_of
from wontload.wheels.pools import Connection, Pools
from wontload.wheels.unreachable import UNKNOWN_HOST, Unreachable, cause_of, refused, words_of

if TYPE_CHECKING:
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
            raise Unreachable(self.url, words_of(error)) from error
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
    _pools: Pools = field(init=False)
    _unknown_hosts: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._pools = Pools(self.connection)

    def page(self, url: str, accept: str, *, limit_bytes: int = LARGEST_PAGE_BYTES) -> Page:
        """A document, from the cache where that is fresh enough. Raises `Unreachable`."""
        kept = self.cache.get(url, accept) if self.cache else None
        if kept is not None and (self.offline or kept.fresh):
            return Page(with_login_of(kept.final_url, url), kept.content_type, kept.body, cached=True)
        if self.offline:
            raise Unreachable(url, "--offline, and it is not in the cache")
        headers = {"Accept": accept, "Accept-Encoding": "gzip"}
        if kept is not None and kept.etag:
            headers["If-None-Match"] = kept.etag
        response = self.open(url, headers)
        if response.status == 304 and kept is not None and self.cache:
            response.close()
            self.cache.touch(url, accept)
            return Page(with_login_of(kept.final_url, url), kept.content_type, kept.body)
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
        raise refused(response.url, response.status)

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
        if parts.hostname in self._unknown_hosts:
            raise Unreachable(url, UNKNOWN_HOST)
        if parts.scheme not in ("http", "https"):
            raise Unreachable(url, f"{parts.scheme or 'no scheme'} is not spoken here")
        bare = urldefrag(bare_url(url)).url
        left = max(0.1, deadline - time.monotonic())
        timeout = urllib3.Timeout(connect=min(CONNECT_S, left), read=min(READ_S, left))
        try:
            return self._pools.of(parts.scheme, parts.hostname or "").request(
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
            if isinstance(cause_of(error), ssl.SSLCertVerificationError):
                step = "If a proxy signs with a certificate of its own, name it as pip does: --cert, or pip config set."
                raise Unreachable(url, f"its certificate is not trusted ({words_of(error)})", None, step) from error
            of_proxy = isinstance(error, urllib3.exceptions.ProxyError)
            if not of_proxy and isinstance(cause_of(error), urllib3.exceptions.NameResolutionError):
                self._unknown_hosts.add(parts.hostname or "")
                raise Unreachable(url, UNKNOWN_HOST) from error
            raise _Passing(words_of(error)) from error


class _Passing(Exception):
    """A failure that another attempt may not have."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


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
