"""Connections to servers: which proxy, which certificates, each kept open for the next request."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from wontload.errors import WontloadError
from wontload.wheels.index.link import bare_url

if TYPE_CHECKING:
    import urllib3


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """How to reach servers: see `index.settings.Settings`."""

    certificates: str = ""
    client_certificate: str = ""
    proxy: str = ""
    trusted_hosts: tuple[str, ...] = ()


class Pools:
    """Pools of connections by proxy and trust."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._pools: dict[str, urllib3.PoolManager] = {}

    def of(self, scheme: str, host: str) -> urllib3.PoolManager:
        """The connections for a host."""
        proxy = self._proxy_for(scheme, host)
        trusted = host in {one.partition(":")[0] for one in self._connection.trusted_hosts}
        key = f"{proxy}|{trusted}"
        if key not in self._pools:
            self._pools[key] = self._made(proxy, trusted)
        return self._pools[key]

    def _made(self, proxy: str, trusted: bool) -> urllib3.PoolManager:
        import urllib3

        context = _tls(self._connection, trusted)
        if not proxy:
            return urllib3.PoolManager(num_pools=16, maxsize=16, ssl_context=context)
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        login = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}" if parts.username else None
        headers = urllib3.make_headers(proxy_basic_auth=login) if login else None
        bare = bare_url(parts.geturl())
        return urllib3.ProxyManager(
            bare, num_pools=16, maxsize=16, ssl_context=context, proxy_headers=headers, proxy_ssl_context=context
        )

    def _proxy_for(self, scheme: str, host: str) -> str:
        from urllib.request import getproxies, proxy_bypass

        if host and proxy_bypass(host):
            return ""
        if self._connection.proxy:
            return self._connection.proxy
        proxies = getproxies()  # variables; on Windows and macOS the system's settings as well
        return proxies.get(scheme) or proxies.get("all") or ""


def _tls(connection: Connection, trusted: bool) -> ssl.SSLContext:
    if trusted:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif connection.certificates:
        try:
            where = {"capath" if os.path.isdir(connection.certificates) else "cafile": connection.certificates}
            context = ssl.create_default_context(**where)  # type: ignore[arg-type]
        except (OSError, ssl.SSLError) as error:
            raise WontloadError(f"the certificates in {connection.certificates} cannot be read: {error}.") from error
    else:
        import truststore

        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if connection.client_certificate:
        context.load_cert_chain(connection.client_certificate)
    return context
