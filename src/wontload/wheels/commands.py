"""The command that gets one file installed: promised only where pip's or uv's own rules lead to that file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from wontload.wheels.candidates import Candidate, same_file
from wontload.wheels.choosing import Request, chosen
from wontload.wheels.index.gather import Place
from wontload.wheels.index.link import bare_url
from wontload.wheels.index.settings import Settings

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

# What may stand between double quotes in sh, PowerShell and cmd alike; all else of a URL is percent-encoded.
SAFE_IN_URL = ":/?#[]@&*+,;=%-._~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be installed, and where.

    Attributes:
        candidate: which file. candidates: all of the project, in the order in which places were asked.
        project: normalised name. extra: of it, to be installed as well; empty for none.
        installed: version that is there; empty for none.
        python: how the interpreter is called: `python`, or its path in double quotes.
        index_url: that the person gave in place of the default index; `None` for none.
        constraint: versions that pip's constraint files leave; empty for all.
        known_now: every place that the installer asks told just now what it offers; else it may offer a newer one.
    """

    candidate: Candidate
    candidates: Sequence[Candidate]
    project: str
    extra: str = ""
    installed: str = ""
    python: str = "python"
    index_url: str | None = None
    constraint: str = ""
    known_now: bool = True

    @property
    def asked(self) -> str:
        """What an installer is asked for, without versions."""
        return f"{self.project}[{self.extra}]" if self.extra else self.project


def install_command(wanted: Wanted, settings: Settings) -> str:
    """One line for the installer of `settings`; the file's own URL where no request by name would lead to it.

    Args:
        settings: as configured, with the person's default index and without their further places.
    """
    from packaging.specifiers import SpecifierSet

    bound = SpecifierSet(wanted.constraint if settings.installer == "pip" else "")
    for options, changed, specifier in _ways(wanted, settings):
        own = [one for one in wanted.candidates if asks(changed, one.place)]
        own.sort(key=lambda one: _position(changed, one.place))
        found = chosen(own, Request(project=wanted.project, specifier=specifier & bound), changed)
        if same_file(wanted.candidate, found):
            return _line(wanted, settings, options, f"{wanted.asked}{specifier}")
    link = wanted.candidate.link
    digest = f"#sha256={link.sha256}" if link.sha256 else ""
    url = quote(bare_url(link.url), safe=SAFE_IN_URL) + digest
    return _line(wanted, settings, (), f"{wanted.asked} @ {url}" if wanted.extra else url)


def asks(settings: Settings, place: Place) -> bool:
    """Whether an installer that is set up so asks a place."""
    if place.kind == "links":
        return place.url in settings.find_links
    return place.kind == "simple" and not settings.no_index and place.url.rstrip("/") in settings.indexes


def _position(settings: Settings, place: Place) -> tuple[bool, int]:
    """Pip asks pages of links before indexes, each in the order in which they are given."""
    if place.kind == "links":
        return False, settings.find_links.index(place.url)
    return True, settings.indexes.index(place.url.rstrip("/"))


def _ways(wanted: Wanted, settings: Settings) -> Iterator[tuple[tuple[str, ...], Settings, SpecifierSet]]:
    """Requests by name, the shortest first: options, the settings with them, versions."""
    from packaging.specifiers import SpecifierSet

    place, changed = wanted.candidate.place, settings
    options: tuple[str, ...] = ()
    if wanted.index_url is not None:
        name = "--default-index" if settings.installer == "uv" else "--index-url"
        options = (f'{name} "{quote(bare_url(wanted.index_url), safe=SAFE_IN_URL)}"',)
    url = quote(bare_url(place.url), safe=SAFE_IN_URL)
    if not asks(settings, place):
        if place.kind == "simple":
            changed = settings.with_options(extra_index_urls=(place.url,))
            options = (*options, f'{"--index" if settings.installer == "uv" else "--extra-index-url"} "{url}"')
        elif place.kind == "links":
            changed = settings.with_options(find_links=(place.url,))
            options = (*options, f'--find-links "{url}"')
        else:
            return
    exact = SpecifierSet(f"=={wanted.candidate.version}")
    binary = replace(changed, only_binary=(*changed.only_binary, wanted.project))
    no_source = (
        f"--no-build-package {wanted.project}" if settings.installer == "uv" else f"--only-binary {wanted.project}"
    )
    if changed is settings and wanted.known_now:
        yield options, changed, SpecifierSet()
    yield options, changed, exact
    if wanted.candidate.wheel:
        yield (*options, no_source), binary, exact


def _line(wanted: Wanted, settings: Settings, options: Sequence[str], what: str) -> str:
    again = _again(wanted, settings, what)
    if settings.installer == "uv":
        python = () if wanted.python == "python" else (f"--python {wanted.python}",)
        start = "uv pip install"
    else:
        python, start = (), f"{wanted.python} -m pip install"
    return " ".join((start, *python, *again, *options, f'"{what}"' if _is_special(what) else what))


def _again(wanted: Wanted, settings: Settings, what: str) -> tuple[str, ...]:
    """What makes the installer replace what is there."""
    if not wanted.installed:
        return ()
    if _same(wanted.installed, wanted.candidate):
        uv = settings.installer == "uv"
        return (f"--reinstall-package {wanted.project}",) if uv else ("--force-reinstall", "--no-deps")
    return ("--upgrade",) if what == wanted.asked else ()


def _same(installed: str, candidate: Candidate) -> bool:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(installed).public == candidate.version.public
    except InvalidVersion:
        return False


def _is_special(what: str) -> bool:
    return any(not (letter.isalnum() or letter in "-_.") for letter in what)
