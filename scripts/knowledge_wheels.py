"""Write tests/knowledge/wheel_members.toml: the native files inside the wheels that `knowledge/` sends people to.

    python scripts/knowledge_wheels.py [PACKAGE…]

Asks pip's index for each package (default: every `[[wheel]]` row) and lists its newest wheel of each platform. Of a
wheel only the list of members at its end is fetched, by range: about 100 KB of the 550 MB of a cuBLAS. A list that was
made earlier stays.
"""

from __future__ import annotations

import datetime
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import Version

from wontload.knowledge.providers import wheels
from wontload.wheels.archive import Archive
from wontload.wheels.index.gather import Place, gather
from wontload.wheels.index.link import Link
from wontload.wheels.index.settings import pip_settings
from wontload.wheels.ranges import RemoteFile
from wontload.wheels.web import Web

MEMBERS = Path(__file__).parent.parent / "tests/knowledge/wheel_members.toml"
PLATFORMS = (r"win_amd64$", r"win_arm64$", r"manylinux\S*_x86_64$|linux_x86_64$", r"manylinux\S*_aarch64$")
NATIVE = re.compile(r".*\.(?:dll|pyd|so(?:\.[\d.]+)?)")


def main(packages: list[str]) -> None:
    """List the newest wheels of these packages beside those that are listed."""
    header, *earlier = re.split(r"(?m)^(?=\[\[wheel\]\])", MEMBERS.read_text())
    rows = {file_of(text): text.rstrip() + "\n" for text in earlier}
    web = Web()
    for package in packages:
        for link in newest(package, web):
            if link.filename in rows:
                continue
            file = RemoteFile(link, web)
            with Archive(file, name=link.filename) as archive:  # type: ignore[arg-type]
                members = sorted(name for name in archive.members if NATIVE.fullmatch(name))
            if members:
                rows[link.filename] = row(link.filename, members)
            print(f"{link.filename}: {len(members)} native files, {file.fetched_bytes} of {file.size_bytes} bytes")
    MEMBERS.write_text(header + "\n".join(rows[file] for file in sorted(rows)))


def newest(package: str, web: Web) -> Iterator[Link]:
    """The newest final release's wheel of each platform, of those that the row's requirement allows."""
    index = next(index for index in pip_settings().indexes if index.startswith("http"))
    (answer,) = gather(package, [Place(kind="simple", url=index)], web)
    allowed = Requirement(wheels()[package].get("requirement", package)).specifier
    found = sorted(
        ((version, link) for link in answer.links if (version := version_of(link)) and allowed.contains(version)),
        key=lambda pair: pair[0],
    )
    for platform in PLATFORMS:
        fitting = [link for _, link in found if re.search(platform, link.filename.removesuffix(".whl"))]
        if fitting:
            yield fitting[-1]


def version_of(link: Link) -> Version | None:
    """The version in a wheel's file name; `None` for other files, and for those that were taken back."""
    if link.yanked is not None:
        return None
    try:
        return parse_wheel_filename(link.filename)[1]
    except InvalidWheelFilename:
        return None


def file_of(text: str) -> str:
    """The wheel that one row of the table is about."""
    return text.partition('file = "')[2].partition('"')[0]


def row(file: str, members: list[str]) -> str:
    """One wheel with the native files in it."""
    listed = "".join(f'    "{member}",\n' for member in members)
    date = datetime.date.today()
    return f'[[wheel]]\nfile = "{file}"\nmembers = [\n{listed}]\nsource = "{file} on PyPI"\nchecked = {date}\n'


if __name__ == "__main__":
    main(sys.argv[1:] or sorted(wheels()))
