"""Logins for private indexes, from where pip takes them: the URL itself, netrc, and keyring's program where it is.

Sources: pip, "Authentication" (netrc; `--keyring-provider subprocess`: the `keyring` on PATH is asked, never imported);
keyring's command line (`keyring --mode creds --output json get URL`, keyring 25.2; older: `keyring get URL USER`).
"""

from __future__ import annotations

import json
import netrc
import shutil
import subprocess
from collections.abc import Mapping
from functools import cached_property
from os import environ
from os.path import expanduser, isfile
from urllib.parse import unquote, urlsplit

PATIENCE_S = 20.0  # a keyring may ask the person to unlock it

Login = tuple[str, str]


class Logins:
    """The logins of this computer. `use_keyring`: whether the program may be asked (it may open a window)."""

    def __init__(self, *, use_keyring: bool = True, environment: Mapping[str, str] = environ) -> None:
        self._use_keyring, self._environment = use_keyring, environment
        self._told: dict[str, Login | None] = {}

    def of_url(self, url: str) -> Login | None:
        """The login in the URL, else that of netrc for its host, else what keyring told of the host before."""
        parts = urlsplit(url)
        if parts.username and parts.password is not None:
            return unquote(parts.username), unquote(parts.password)
        host = parts.hostname or ""
        found = self._netrc.authenticators(host) if self._netrc and host else None
        if found and found[2]:
            return found[0] or "", found[2]
        if told := self._told.get(parts.netloc.rpartition("@")[2]):
            return told
        return (unquote(parts.username), "") if parts.username else None

    def of_keyring(self, url: str, tried: Login | None) -> Login | None:
        """What keyring knows for a URL that asked for a login; `None` when it knows nothing else than was tried."""
        parts = urlsplit(url)
        place = parts.netloc.rpartition("@")[2]
        if place not in self._told:
            user = unquote(parts.username) if parts.username else None
            self._told[place] = self._ask(f"{parts.scheme}://{place}", user) or self._ask(place, user)
        found = self._told[place]
        return found if found != tried else None

    def _ask(self, service: str, user: str | None) -> Login | None:
        program = shutil.which("keyring") if self._use_keyring else None
        if program is None:
            return None
        if user:
            said = _run([program, "get", service, user])
            return (user, said.rstrip("\r\n")) if said else None
        try:
            answer = json.loads(_run([program, "--mode", "creds", "--output", "json", "get", service]) or "null")
        except ValueError:
            return None
        if isinstance(answer, dict) and isinstance(answer.get("password"), str):
            return str(answer.get("username") or ""), answer["password"]
        return None

    @cached_property
    def _netrc(self) -> netrc.netrc | None:
        named = self._environment.get("NETRC")
        for path in (named,) if named else (expanduser("~/.netrc"), expanduser("~/_netrc")):
            if isfile(path):
                try:
                    return netrc.netrc(path)
                except (OSError, netrc.NetrcParseError, UnicodeDecodeError):
                    return None
        return None


def _run(command: list[str]) -> str:
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""
