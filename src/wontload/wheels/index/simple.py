"""Pages of an index as links: HTML (PEP 503, and any page with links to wheels), JSON (PEP 691).

Sources: PyPA, "Simple repository API" (versions 1.0 to 1.4; PEP 503, 592, 629, 658, 691, 700, 714); pip's
`index/collector.py` for what installers take in practice: `<base href>`, hashes in fragments, unquoted attributes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urldefrag, urljoin

from wontload.errors import WontloadError
from wontload.wheels.index.link import Link, filename_of, sha256_in, shown_url

# What an installer asks for, the best first. Source: PEP 691, "Version + Format Selection".
ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.2, text/html; q=0.1"
JSON_TYPES = ("application/vnd.pypi.simple.v1+json", "application/json")
HTML_TYPES = ("application/vnd.pypi.simple.v1+html", "text/html", "application/xhtml+xml")
MOST_LINKS = 200_000
MOST_TEXT = 4096  # characters of one attribute
CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.-]+)", re.IGNORECASE)


class NotAnIndex(WontloadError):
    """A page that is no index: another kind of document, or one that contradicts the specification."""


def links_of(body: bytes, content_type: str, url: str, index: str) -> tuple[Link, ...]:
    """The links of a page, in its order.

    Args:
        body: of the page. content_type: as the server says. url: of the page, after redirects.
        index: as the person or the configuration names it.

    Raises:
        NotAnIndex: no page of links.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind in JSON_TYPES:
        found = _json_links(body, url, index)
    elif kind in HTML_TYPES:
        found = _html_links(_text(body, content_type), url, index)
    else:
        raise NotAnIndex(f"{shown_url(url)} is no index page but {kind or 'something without a type'}.")
    links: list[Link] = []
    for link in found:
        if len(links) >= MOST_LINKS:
            raise NotAnIndex(f"{shown_url(url)} lists more than {MOST_LINKS} files.")
        links.append(link)
    return tuple(links)


def _text(body: bytes, content_type: str) -> str:
    match = CHARSET.search(content_type)
    try:
        return body.decode(match[1] if match else "utf-8", "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


class _Anchors(HTMLParser):
    """Every `<a href>` with its attributes, and the first `<base href>`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.base: str | None = None
        self.anchors: list[dict[str, str]] = []
        self.version = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what matters of a tag."""
        if tag not in ("a", "base", "meta"):
            return
        values = {name: (value or "")[:MOST_TEXT] for name, value in attrs}
        if tag == "a" and values.get("href") and len(self.anchors) <= MOST_LINKS:
            self.anchors.append(values)
        elif tag == "base" and self.base is None:
            self.base = values.get("href") or None
        elif tag == "meta" and values.get("name") == "pypi:repository-version":
            self.version = values.get("content", "")


def _html_links(text: str, url: str, index: str) -> Iterator[Link]:
    page = _Anchors()
    try:
        page.feed(text)
        page.close()
    except AssertionError as error:  # how html.parser says that a declaration is none (`<![` and no name)
        raise NotAnIndex(f"{shown_url(url)} is no HTML that can be read: {error}.") from error
    _check_version(page.version, url)
    base = urljoin(url, page.base) if page.base else url
    for values in page.anchors:
        target = _joined(base, values["href"].strip())
        if target is None or not (name := filename_of(target)):
            continue
        metadata = values.get("data-core-metadata", values.get("data-dist-info-metadata"))
        yield Link(
            filename=name,
            url=urldefrag(target).url,
            index=index,
            sha256=sha256_in(target),
            requires_python=values.get("data-requires-python", ""),
            yanked=values.get("data-yanked"),
            metadata_sha256=None if metadata is None else _sha256(metadata),
        )


def _json_links(body: bytes, url: str, index: str) -> Iterator[Link]:
    try:
        page = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotAnIndex(f"{shown_url(url)} says it is JSON and is not: {error}.") from error
    if not isinstance(page, dict) or not isinstance(page.get("files"), list):
        raise NotAnIndex(f"{shown_url(url)} is JSON, and no page of an index: it has no list of files.")
    meta = page.get("meta")
    _check_version(str(meta.get("api-version", "")) if isinstance(meta, dict) else "", url)
    for row in page["files"]:
        if isinstance(row, dict) and (link := _json_link(row, url, index)) is not None:
            yield link


def _json_link(row: Mapping[str, Any], url: str, index: str) -> Link | None:
    name, there = row.get("filename"), row.get("url")
    target = _joined(url, there) if isinstance(there, str) else None
    if not isinstance(name, str) or not name or "/" in name or "\\" in name or target is None:
        return None
    hashes, size, yanked = row.get("hashes"), row.get("size"), row.get("yanked", False)
    metadata = row.get("core-metadata", row.get("dist-info-metadata", False))
    return Link(
        filename=name[:MOST_TEXT],
        url=urldefrag(target).url,
        index=index,
        sha256=str(hashes.get("sha256", "")).lower() if isinstance(hashes, dict) else "",
        size_bytes=size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None,
        requires_python=str(row.get("requires-python") or "")[:MOST_TEXT],
        yanked=yanked[:MOST_TEXT] if isinstance(yanked, str) else ("" if yanked is True else None),
        metadata_sha256=_json_metadata(metadata),
        uploaded=str(row.get("upload-time") or ""),
    )


def _json_metadata(value: object) -> str | None:
    if isinstance(value, dict):
        return str(value.get("sha256", "")).lower()
    return "" if value is True else None


def _sha256(value: str) -> str:
    algorithm, _, digest = value.partition("=")
    return digest.lower() if algorithm == "sha256" else ""


def _joined(base: str, target: str) -> str | None:
    try:
        found = urljoin(base, target)
    except ValueError:  # such as an IPv6 address without its end
        return None
    return found if found.startswith(("http://", "https://", "file://")) else None


def _check_version(version: str, url: str) -> None:
    """Source: PEP 629: an unknown major version is not to be read."""
    major = version.partition(".")[0]
    if major and major != "1":
        raise NotAnIndex(f"{shown_url(url)} speaks version {version} of the index's API, and only 1 is known.")
