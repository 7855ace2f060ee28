"""`Link`: one file that an index offers, and what its page says of it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urldefrag, urlsplit, urlunsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One file as an index page offers it.

    Attributes:
        filename: with its suffix. url: without a fragment; may hold credentials, so show `shown_url(url)`.
        index: URL or path of the index, as it was asked for.
        sha256: lower-case hexadecimal; empty when the page gives none. size_bytes: `None` when it gives none.
        requires_python: as the page gives it; empty for any.
        yanked: the reason, perhaps empty; `None` when the file is not yanked.
        metadata_sha256: of the METADATA file beside it (PEP 658); empty: it is there without a hash; `None`: it is not.
        uploaded: ISO 8601, empty when not known.
    """

    filename: str
    url: str
    index: str
    sha256: str = ""
    size_bytes: int | None = None
    requires_python: str = ""
    yanked: str | None = None
    metadata_sha256: str | None = None
    uploaded: str = ""


def filename_of(url: str) -> str:
    """The last part of a URL's path."""
    return unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2])


def sha256_in(url: str) -> str:
    """The SHA-256 that a URL's fragment names (PEP 503); empty for none."""
    algorithm, _, digest = urldefrag(url).fragment.partition("&")[0].partition("=")
    return digest.lower() if algorithm == "sha256" else ""


def bare_url(url: str) -> str:
    """A URL without its credentials, as it is sent and kept."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])) if "@" in parts.netloc else url


def with_login_of(url: str, other: str) -> str:
    """A URL with the credentials of another one of the same host."""
    parts, login = urlsplit(url), urlsplit(other).netloc
    if "@" not in login or "@" in parts.netloc or login.rpartition("@")[2] != parts.netloc:
        return url
    return urlunsplit(parts._replace(netloc=login))


def shown_url(url: str) -> str:
    """A URL without its credentials, for people and for files."""
    parts = urlsplit(url)
    if "@" not in parts.netloc:
        return url
    return urlunsplit(parts._replace(netloc="****@" + parts.netloc.rpartition("@")[2]))
