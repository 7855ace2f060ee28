"""Wheels that a project attaches to its releases on GitHub.

Source: GitHub, REST API, "List releases": an array of releases, each with `assets` (`name`, `size`, `digest`,
`browser_download_url`), newest first, up to 100 a page. Without a login 60 requests an hour are answered.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from wontload.wheels.index.link import Link
from wontload.wheels.index.simple import NotAnIndex

API = "https://api.github.com/repos/{owner}/{name}/releases?per_page=100&page={page}"
ACCEPT = "application/vnd.github+json"
RELEASES_PAGE = re.compile(r"https://github\.com/(?P<owner>[\w.-]+)/(?P<name>[\w.-]+)/releases/?", re.ASCII)
MOST_PAGES = 3
PAGE_RELEASES = 100


def repository_of(url: str) -> tuple[str, str] | None:
    """Owner and name of the repository whose releases page a URL is; `None` for any other URL."""
    match = RELEASES_PAGE.fullmatch(url)
    return (match["owner"], match["name"]) if match else None


def release_links(body: bytes, index: str) -> tuple[tuple[Link, ...], bool]:
    """The wheels attached to the releases of one page of the API's answer, and whether it was the last page.

    Raises `NotAnIndex`.
    """
    try:
        releases = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotAnIndex(f"GitHub's answer for {index} is no JSON: {error}.") from error
    if not isinstance(releases, list):
        raise NotAnIndex(f"GitHub's answer for {index} is no list of releases.")
    links = tuple(link for release in releases if isinstance(release, dict) for link in _assets(release, index))
    return links, len(releases) < PAGE_RELEASES


def _assets(release: dict[str, Any], index: str) -> Iterator[Link]:
    assets = release.get("assets")
    for asset in assets if isinstance(assets, list) and not release.get("draft") else ():
        name, url = (asset.get("name"), asset.get("browser_download_url")) if isinstance(asset, dict) else (None, None)
        if not isinstance(name, str) or not name.endswith(".whl") or not isinstance(url, str):
            continue
        size, digest = asset.get("size"), str(asset.get("digest") or "")
        yield Link(
            filename=name,
            url=url,
            index=index,
            sha256=digest.removeprefix("sha256:") if digest.startswith("sha256:") else "",
            size_bytes=size if isinstance(size, int) and size >= 0 else None,
            uploaded=str(asset.get("updated_at") or ""),
        )
