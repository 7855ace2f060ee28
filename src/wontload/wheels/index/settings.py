"""Where pip and uv would look for wheels, and how: their configuration files, their variables, and the command line.

Sources: pip, "Configuration" (files and their order, variables, sections `global` and the command's own) and
`_internal/configuration.py`; uv, "Configuration files", "Package indexes", "Environment variables". Nothing is run:
pip's files are read as pip reads them, which `tests/wheels/index/test_settings.py` holds against `pip config list`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

PYPI = "https://pypi.org/simple"
TRUE = {"1", "y", "yes", "t", "true", "on"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where to look and how, as one installer is set up.

    Attributes:
        installer: `pip` or `uv`.
        indexes: URLs or paths in the order in which this installer ranks them; the default index among them.
        find_links: pages and directories. no_index: ask no index at all.
        first_index: uv's default strategy: the first index that knows the name is the only one asked.
        prefer_binary, pre: pip's options, uv's `prerelease = "allow"`.
        only_binary, no_binary: names as given; `:all:` and `:none:` among them.
        constraints: files of constraints. certificates: a file of trusted certificates; empty: the system's.
        client_certificate: of this computer. proxy: for all URLs; empty: as the environment says.
        trusted_hosts: whose certificates are not checked. sources: which files and variables said so.
    """

    installer: str = "pip"
    indexes: tuple[str, ...] = (PYPI,)
    find_links: tuple[str, ...] = ()
    no_index: bool = False
    first_index: bool = False
    prefer_binary: bool = False
    pre: bool = False
    only_binary: tuple[str, ...] = ()
    no_binary: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    certificates: str = ""
    client_certificate: str = ""
    proxy: str = ""
    trusted_hosts: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def with_options(
        self,
        *,
        index_url: str | None = None,
        extra_index_urls: Sequence[str] = (),
        find_links: Sequence[str] = (),
    ) -> Settings:
        """These settings under options of the command line: another default index, and further places.

        Further places join those that are configured, as with pip (`append` options over configured lists) and uv.
        """
        if self.installer == "uv":  # ranks additional indexes before the default one, those of the command line first
            ordered = (*extra_index_urls, *self.indexes[:-1], index_url or self.indexes[-1])
        else:
            ordered = (index_url or self.indexes[0], *self.indexes[1:], *extra_index_urls)
        return replace(
            self,
            indexes=tuple(dict.fromkeys(one.rstrip("/") for one in ordered)),
            find_links=(*self.find_links, *find_links),
            no_index=self.no_index and index_url is None,
        )


def pip_settings(prefix: str = sys.prefix, environment: Mapping[str, str] = os.environ) -> Settings:
    """Pip's settings for the environment at `prefix`; what cannot be read counts as not there, as with pip."""
    from wontload.wheels.index.pip_files import pip_values

    values, sources = pip_values(prefix, environment)

    def words(name: str) -> tuple[str, ...]:
        return tuple(values.get(name, "").split())

    def flag(name: str) -> bool:
        return values.get(name, "").strip().lower() in TRUE

    index = values.get("index-url", "").strip() or values.get("pypi-url", "").strip() or PYPI
    return Settings(
        indexes=tuple(dict.fromkeys(one.rstrip("/") for one in (index, *words("extra-index-url")))),
        find_links=words("find-links"),
        no_index=flag("no-index"),
        prefer_binary=flag("prefer-binary"),
        pre=flag("pre"),
        only_binary=_names(values.get("only-binary", "")),
        no_binary=_names(values.get("no-binary", "")),
        constraints=words("constraint"),
        certificates=values.get("cert", "").strip() or environment.get("REQUESTS_CA_BUNDLE", ""),
        client_certificate=values.get("client-cert", "").strip(),
        proxy=values.get("proxy", "").strip(),
        trusted_hosts=words("trusted-host"),
        sources=sources,
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for part in text.split() for name in part.split(",") if name)


def uv_settings(directory: str | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Uv's settings (`uv pip install`) for somebody in `directory`, by default the current one."""
    from wontload.wheels.index.uv_files import uv_values

    values, sources = uv_values(directory or os.getcwd(), environment)
    default, extra = values.default or PYPI, tuple(values.indexes)
    return Settings(
        installer="uv",
        indexes=tuple(dict.fromkeys(one.rstrip("/") for one in (*extra, default))),
        find_links=tuple(values.find_links),
        no_index=values.no_index,
        first_index=values.strategy in ("", "first-index"),
        pre=values.prerelease == "allow",
        only_binary=tuple(values.only_binary),
        no_binary=tuple(values.no_binary),
        certificates=environment.get("SSL_CERT_FILE", ""),
        sources=sources,
    )


def allows(settings: Settings, project: str) -> tuple[bool, bool]:
    """Whether wheels, and whether source distributions, may be taken of a (normalised) project.

    Source: pip, `FormatControl.get_allowed_formats`: a project's own name wins over `:all:`.
    """
    wheels, sources = True, True
    if ":all:" in _settled(settings.no_binary):
        wheels = False
    if ":all:" in _settled(settings.only_binary):
        wheels, sources = True, False
    if project in map(_normalised, settings.no_binary):
        wheels, sources = False, True
    if project in map(_normalised, settings.only_binary):
        wheels, sources = True, False
    return wheels, sources


def _settled(names: Sequence[str]) -> Iterator[str]:
    """Names after the last `:none:`, which empties the list."""
    kept = list(names)
    while ":none:" in kept:
        kept = kept[kept.index(":none:") + 1 :]
    return iter(kept)


def _normalised(name: str) -> str:
    from wontload.knowledge.packages import normalised

    return normalised(name)
