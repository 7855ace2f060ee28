"""A source brought into a build's own directory: an archive unpacked with suspicion, a directory copied."""

from __future__ import annotations

import os
import shutil
import stat
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from wontload.build.source import NoSource, refuse_no_project

MOST_BYTES = 8 << 30
MOST_MEMBERS = 400_000
ARCHIVES = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar", ".zip")
# What no build reads, and what a copy of a checkout need not hold. `.git` stays: versions are made of it.
LEFT_BEHIND = shutil.ignore_patterns("__pycache__", ".venv", ".tox", ".nox", ".mypy_cache", "node_modules")


def is_archive(path: str) -> bool:
    """Whether a file's name is that of a source distribution."""
    return path.lower().endswith(ARCHIVES)


def bring(source: str, into: str) -> str:
    """Copy or unpack a source into an empty directory; the project's own directory there.

    Args:
        source: a directory, or a source distribution.

    Raises:
        NoSource: it is neither, is no Python project, cannot be read, or is an archive that would write elsewhere.
    """
    try:
        if os.path.isdir(source):
            refuse_no_project(source)  # before gigabytes of something else are copied
            target = os.path.join(into, os.path.basename(os.path.abspath(source)) or "source")
            shutil.copytree(source, target, symlinks=True, ignore=LEFT_BEHIND)
            return target
        if not is_archive(source) or not os.path.isfile(source):
            raise NoSource(f"{source} is neither a directory nor a source distribution (.tar.gz, .zip).")
        (_unzip if source.lower().endswith(".zip") else _untar)(source, into)
    except tarfile.ReadError as error:  # its text lists what each decompressor said
        raise NoSource(f"{source} is no archive, or a part of one.", "Download it again.") from error
    except (OSError, tarfile.TarError, zipfile.BadZipFile, EOFError, shutil.Error, ValueError) as error:
        raise NoSource(f"{source} cannot be unpacked: {error}.", "Download it again.") from error
    names = [one for one in os.listdir(into) if os.path.isdir(os.path.join(into, one))]
    return os.path.join(into, names[0]) if len(names) == 1 else into


def _untar(source: str, into: str) -> None:
    with tarfile.open(source) as archive:
        members = list(_harmless(archive, source))
        if hasattr(tarfile, "data_filter"):  # Python 3.10.12, 3.11.4 and newer
            archive.extractall(into, members, filter="data")
        else:
            archive.extractall(into, members)


def _harmless(archive: tarfile.TarFile, source: str) -> Iterator[tarfile.TarInfo]:
    """Files, directories and links that stay inside; devices are left out, anything that leads out is refused."""
    total = 0
    for number, member in enumerate(archive):
        total += member.size
        if total > MOST_BYTES or number > MOST_MEMBERS:
            raise NoSource(f"{source} is larger than any source distribution.")
        _refuse_outside(member.name, source)
        if member.issym():
            _refuse_outside(str(PurePosixPath(member.name).parent / member.linkname), source)
        if member.islnk():
            _refuse_outside(member.linkname, source)
        if member.isreg() or member.isdir() or member.issym() or member.islnk():
            member.mode = (member.mode or 0) & 0o755 | stat.S_IRUSR | stat.S_IWUSR
            yield member


def _refuse_outside(name: str, source: str) -> None:
    depth = 0
    for part in PurePosixPath(name.replace("\\", "/")).parts:
        depth += -1 if part == ".." else 1
        if depth < 0 or part in ("/", "//") or ":" in part[:2]:
            raise NoSource(f"{source} would write outside its directory ({name!r}): it is not to be trusted.")


def _unzip(source: str, into: str) -> None:
    with zipfile.ZipFile(source) as archive:
        members = archive.infolist()
        _bounded((one.file_size for one in members), source)
        for member in members:
            _refuse_outside(member.filename, source)
        archive.extractall(into)


def _bounded(sizes: Iterable[int], source: str) -> None:
    listed = list(sizes)
    if sum(listed) > MOST_BYTES or len(listed) > MOST_MEMBERS:
        raise NoSource(f"{source} is larger than any source distribution.")
