"""Getting a source distribution: what an index offers, or what lies in a directory.

Not by `pip download`: of a package whose backend cannot tell its metadata alone (meson-python) that compiles it first.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from wontload.build.seek import Offer
from wontload.build.source import NoSource
from wontload.build.unpack import is_archive
from wontload.knowledge.packages import normalised
from wontload.wheels.index.folders import path_of
from wontload.wheels.whole import fetch_whole


def fetch(offer: Offer, directory: str) -> str:
    """Its path on this disk; `directory` is a place of the build's own.

    Raises:
        Unreachable: a server does not answer, or gives another file than it promised.
    """
    local = path_of(offer.link.url)
    return local or fetch_whole(offer.link, offer.web, directory=os.path.join(directory, "sdist"))


def lying(name: str, version: str, find_links: Sequence[str]) -> str:
    """The path of a source distribution in one of these directories; empty version: the newest.

    Raises:
        NoSource: there is none.
    """
    for directory in find_links:
        for file in sorted(os.listdir(directory), reverse=True) if os.path.isdir(directory) else ():
            stem = file.lower().removesuffix(".tar.gz").removesuffix(".zip")
            own, _, number = stem.rpartition("-")
            if is_archive(file) and normalised(own) == normalised(name) and version in ("", number):
                return os.path.join(directory, file)
    raise NoSource(
        f"there is no source distribution of {name} {version}".rstrip()
        + " in --find-links, and --offline forbids the network.",
        "Give it with --source FILE or DIRECTORY.",
    )
