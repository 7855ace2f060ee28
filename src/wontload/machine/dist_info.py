"""Who owns a module: read from the installation records on the interpreter's `sys.path`, without running it.

Not `importlib.metadata`: it would answer for this interpreter, reads every record in full, and knows no owner of an
editable install. Records: Python Packaging, "Recording installed projects"; `direct_url.json` of PEP 610.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from wontload.knowledge.packages import normalised

_RECORDS = ("top_level.txt", "RECORD", "installed-files.txt")
READ_LIMIT = 16 * 1024 * 1024  # bytes of one record: a RECORD of 100 000 files has about 10 MB
METADATA_BYTES = 1 << 20
DISTRIBUTIONS_LIMIT = 20000


@dataclass(frozen=True, slots=True)
class Installed:
    """One installed distribution, by its records: `directory` is its `.dist-info` or `.egg-info`."""

    name: str
    version: str
    directory: str

    def read(self, *names: str) -> bytes:
        """The first of its records that exists; empty when none does."""
        for name in names:
            try:
                with open(os.path.join(self.directory, name), "rb") as file:
                    return file.read(READ_LIMIT)
            except OSError:
                continue
        return b""

    def modules(self) -> tuple[str, ...]:
        """Its top-level modules, in the order of its record.

        setuptools lists in top_level.txt what `setup.py` called its extensions, wherever they were put: `_sodium`, of
        PyNaCl, is `nacl._sodium`. Such a name has no file in the record; of an editable install none has.
        """
        record = self.read(*_RECORDS[1:])
        lines = self.read("top_level.txt").decode("utf-8", "replace").splitlines()
        listed = [name for line in lines if (name := line.strip()).isidentifier()]
        with_files = [name for name in listed if _has_files(record, name)]
        recorded = (match[1].decode() for match in _TOP_LEVEL.finditer(record))
        found = dict.fromkeys([*(with_files or listed), *recorded])
        return tuple(name for name in found if not name.startswith("__editable__"))

    def importable(self) -> tuple[str, ...]:
        """Its top-level modules; where one is a folder without code of its own, the packages in that.

        A namespace (`google`, `zope`) imports without a word whatever is wrong with what lies in it.
        """
        record = self.read(*_RECORDS[1:])
        with_code = {match[1].decode() for match in _TOP_LEVEL.finditer(record)}
        within = _within_namespaces(record, with_code)
        roots = {name.partition(".")[0] for name in within}
        return tuple(dict.fromkeys([*(name for name in self.modules() if name not in roots), *within]))

    def folders(self) -> tuple[str, ...]:
        """Top-level folders that could be packages, its own or another distribution's, in which it has files."""
        found = dict.fromkeys(match[1].decode() for match in _FOLDER.finditer(self.read(*_RECORDS[1:])))
        return tuple(name for name in found if name != "__pycache__")

    def has(self, module: str) -> bool:
        """Whether `module` is one of its top-level modules. Most records do not even hold the word."""
        word = module.encode("utf-8", "surrogateescape")
        return any(word in self.read(name) for name in _RECORDS) and module in self.modules()

    def source(self) -> str | None:
        """The directory of an editable install."""
        try:
            said = json.loads(self.read("direct_url.json"))
            address, editable = said["url"], said["dir_info"]["editable"]
        except (ValueError, KeyError, TypeError, RecursionError):
            return None
        if not (editable is True and isinstance(address, str) and address.startswith("file:")):
            return None
        from urllib.parse import unquote, urlsplit

        path = unquote(urlsplit(address).path)
        return path[1:] if re.match(r"/[A-Za-z]:", path) else path


# RECORD's first column: `name/…`, `name.py`, `name.cp311-win_amd64.pyd`, `name.so`. Scripts and data lie in `../`,
# `name.data/` or `bin/`; a directory counts when Python code or a native module lies right in it.
_TOP_LEVEL = re.compile(
    rb"^(?:\.\.[\\/])?([A-Za-z_]\w*)(?:[\\/](?:__init__\.py|[^\\/,\n]+\.(?:pyd|so))|\.py|(?:\.[\w-]+)*\.(?:pyd|so))\r?(?:,|$)",
    re.MULTILINE,
)

# The same in folders: with code of the folder's own, or else any Python code. Plugins and libraries are no modules.
_IN_FOLDERS = rb"^([A-Za-z_]\w*(?:[\\/][A-Za-z_]\w*)+)[\\/](?:%s)\r?(?:,|$)"
_PACKAGE_WITHIN = re.compile(
    _IN_FOLDERS % rb"__init__\.py|[^\\/,\n]+\.(?:pyd|abi3\.so|cpython-[^\\/,\n]+\.so)", re.MULTILINE
)
_FOLDER = re.compile(rb"^(?:\.\.[\\/])?([A-Za-z_]\w*)[\\/]", re.MULTILINE)
_CODE_WITHIN = re.compile(_IN_FOLDERS % rb"[^\\/,\n]+\.py", re.MULTILINE)


def _has_files(record: bytes, module: str) -> bool:
    """Whether a record lists a file of a top-level module."""
    name = re.escape(module.encode("utf-8", "surrogateescape"))
    return re.search(rb"^(?:\.\.[\\/])?" + name + rb"[\\/.]", record, re.MULTILINE) is not None


def _within_namespaces(record: bytes, with_code: Collection[str]) -> tuple[str, ...]:
    """The outermost packages (dotted) in folders that have no code of their own."""
    for pattern in (_PACKAGE_WITHIN, _CODE_WITHIN):
        folders = dict.fromkeys(re.sub(r"[\\/]", ".", match[1].decode()) for match in pattern.finditer(record))
        inner = [name for name in folders if name.partition(".")[0] not in with_code]
        if inner:
            return tuple(name for name in inner if not any(name.startswith(f"{outer}.") for outer in inner))
    return ()


def installed(path: Sequence[str]) -> Iterator[Installed]:
    """Every distribution recorded in the directories of `path`, named as its directory is."""
    seen = 0
    for place in dict.fromkeys(path):
        try:
            entries = sorted(os.scandir(place or "."), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            stem, _, kind = entry.name.rpartition(".")
            if kind in ("dist-info", "egg-info") and seen < DISTRIBUTIONS_LIMIT:
                seen += 1
                name, _, version = stem.partition("-")
                yield Installed(name, version.partition("-py")[0], entry.path)


_NAME, _VERSION = re.compile(rb"^Name: *(\S+)", re.MULTILINE), re.compile(rb"^Version: *(\S+)", re.MULTILINE)


def described(distribution: Installed) -> Installed:
    """With the name and version as its metadata spell them, if it has any."""
    head = distribution.read("METADATA", "PKG-INFO")[:65536]
    name, version = _NAME.search(head), _VERSION.search(head)
    if not (name and version):
        return distribution
    spelled = [match[1].decode("utf-8", "replace") for match in (name, version)]
    return Installed(spelled[0], spelled[1], distribution.directory)


def requirements(metadata: bytes) -> tuple[str, ...]:
    """What its metadata requires, line by line with versions and markers (core metadata, `Requires-Dist`)."""
    head = metadata[:METADATA_BYTES].split(b"\n\n")[0].decode("utf-8", "replace")
    return tuple(re.findall(r"^Requires-Dist:\s*(\S.*?)\s*$", head, re.MULTILINE))


def is_of_an_extra(requirement: str) -> bool:
    """Whether only an extra asks for it, by its marker. `requirement`: as in `Requires-Dist`."""
    return "extra" in requirement.partition(";")[2]


def required(metadata: bytes, *, extras: bool = True) -> tuple[str, ...]:
    """Normalised names of what its metadata requires, with or without its extras."""
    lines = [one for one in requirements(metadata) if extras or not is_of_an_extra(one)]
    found = (re.match(r"[A-Za-z0-9._-]+", one) for one in lines)
    return tuple(dict.fromkeys(normalised(match[0]) for match in found if match))


def owners(distributions: Sequence[Installed], module: str, origin: str | None) -> tuple[Installed, ...]:
    """The distributions that own a top-level module: by their records, else by the source of an editable install."""
    found = [one for one in distributions if one.has(module)]
    return tuple(map(described, found or [one for one in distributions if _is_source_of(one, origin)]))


def _is_source_of(distribution: Installed, origin: str | None) -> bool:
    source = distribution.source()
    if source is None or origin is None:
        return False
    folded, stem = os.path.normcase(origin), os.path.normcase(source).rstrip("\\/")
    return bool(stem) and folded.startswith(stem + os.sep)


def modules_of(distributions: Sequence[Installed], name: str) -> tuple[str, ...]:
    """What to import of the distribution called `name`; what is for its users before `_private` modules."""
    one = named(distributions, name)
    modules = (one.importable() or _modules_in(one.source())) if one else ()
    return tuple(sorted(modules, key=lambda module: module.rpartition(".")[2].startswith("_")))


def named(distributions: Iterable[Installed], name: str) -> Installed | None:
    """The first of that name, however it is spelled."""
    return next((one for one in distributions if normalised(one.name) == normalised(name)), None)


def _modules_in(source: str | None) -> tuple[str, ...]:
    """Packages in an editable install's directory or its `src`."""
    for place in (os.path.join(source, "src"), source) if source else ():
        try:
            names = sorted(os.listdir(place))
        except OSError:
            continue
        found = [name for name in names if os.path.isfile(os.path.join(place, name, "__init__.py"))]
        if found:
            return tuple(name for name in found if name.isidentifier())
    return ()
