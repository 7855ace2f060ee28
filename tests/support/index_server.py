"""An index server for the tests: files and pages of its own, and every way in which a server can behave badly."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

SIMPLE_JSON = "application/vnd.pypi.simple.v1+json"


@dataclass
class Document:
    """One document and how it is served.

    Attributes:
        body, content_type: what it is. etag: empty for none. headers: further ones.
        ranges: `yes`; `no` (the whole comes, status 200); `no suffix` (`bytes=-N` is answered by the whole); `lie`
            (another range than was asked for); `short` (fewer bytes than promised); `changing` (another ETag each
            time); `refuse` (416).
        cut: bytes after which the connection is closed. trickle_s: pause after each byte.
        status: other than 200. location: of a redirect. fail_first: how many requests get a 503 first.
        login: user and password that are asked for.
    """

    body: bytes = b""
    content_type: str = "application/octet-stream"
    etag: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    ranges: str = "yes"
    cut: int | None = None
    trickle_s: float = 0.0
    status: int = 200
    location: str = ""
    fail_first: int = 0
    login: tuple[str, str] | None = None


class IndexServer(ThreadingHTTPServer):
    """Serves `documents` by path, and remembers what was asked.

    Attributes:
        latency_s: before every answer. requests: (method, path, Range header) in order. sent_bytes: of bodies.
        headers_seen: the headers of each request.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, latency_s: float = 0.0) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.documents: dict[str, Document] = {}
        self.latency_s = latency_s
        self.requests: list[tuple[str, str, str]] = []
        self.headers_seen: list[dict[str, str]] = []
        self.sent_bytes = 0
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def page(self, path: str, html: str, **how: object) -> str:
        """Serve HTML; returns its URL."""
        self.documents[path] = Document(html.encode(), "text/html; charset=utf-8", **how)  # type: ignore[arg-type]
        return self.url + path

    def file(self, path: str, body: bytes, **how: object) -> str:
        """Serve bytes; returns their URL."""
        self.documents[path] = Document(body, **how)  # type: ignore[arg-type]
        return self.url + path

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: IndexServer

    def do_GET(self) -> None:
        time.sleep(self.server.latency_s)
        path = unquote(urlsplit(self.path).path)
        with self.server.lock:
            self.server.requests.append((self.command, path, self.headers.get("Range", "")))
            self.server.headers_seen.append(dict(self.headers))
            document = self.server.documents.get(path)
            failing = document is not None and document.fail_first > 0
            if document is not None and failing:
                document.fail_first -= 1
        if document is None or failing:
            return self._answer(Document(status=404 if document is None else 503), b"", {})
        if document.login and self.headers.get("Authorization") != _basic(document.login):
            return self._answer(Document(status=401), b"", {"WWW-Authenticate": 'Basic realm="x"'})
        if document.location:
            return self._answer(document, b"", {"Location": document.location})
        return self._document(document)

    do_HEAD = do_GET  # noqa: N815

    def _document(self, document: Document) -> None:
        headers = dict(document.headers)
        if document.etag or document.ranges == "changing":
            headers["ETag"] = document.etag or f'"{time.monotonic_ns()}"'
        if document.etag and self.headers.get("If-None-Match") == document.etag:
            return self._answer(Document(status=304), b"", headers)
        asked = self.headers.get("Range")
        if (
            not asked
            or document.status != 200
            or document.ranges == "no"
            or (document.ranges == "no suffix" and asked.startswith("bytes=-"))
        ):
            return self._answer(document, document.body, headers)
        if document.ranges == "refuse":
            return self._answer(Document(status=416), b"", headers)
        first, last = _span(asked, len(document.body))
        body = document.body[first : last + 1]
        if document.ranges == "lie":
            first, last = first + 7, last + 7
        headers["Content-Range"] = f"bytes {first}-{last}/{len(document.body)}"
        part = Document(body, document.content_type, status=206, cut=document.cut, trickle_s=document.trickle_s)
        if document.ranges == "short":
            part.cut = len(body) // 2
        return self._answer(part, body, headers)

    def _answer(self, document: Document, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(document.status)
        for name, value in headers.items():
            self.send_header(name, value)
        if document.status != 304:
            self.send_header("Content-Type", document.content_type)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        with suppress(OSError):
            if document.trickle_s:
                for at in range(len(body)):
                    self.wfile.write(body[at : at + 1])
                    self.wfile.flush()
                    time.sleep(document.trickle_s)
                return
            self.wfile.write(body if document.cut is None else body[: document.cut])
            with self.server.lock:
                self.server.sent_bytes += len(body if document.cut is None else body[: document.cut])
        if document.cut is not None:
            self.close_connection = True
            with suppress(OSError):
                self.connection.shutdown(2)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on standard error."""


def _span(asked: str, size: int) -> tuple[int, int]:
    first, _, last = asked.removeprefix("bytes=").partition("-")
    if not first:
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last) if last else size - 1, size - 1)


def _basic(login: tuple[str, str]) -> str:
    return "Basic " + base64.b64encode(":".join(login).encode()).decode()


@contextmanager
def serving(latency_s: float = 0.0) -> Iterator[IndexServer]:
    """A running server."""
    server = IndexServer(latency_s)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
