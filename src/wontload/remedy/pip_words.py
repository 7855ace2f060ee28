"""Why pip could not fetch something, out of what it wrote: a host that it did not reach, or its own errors.

Source: pip, `_vendor/urllib3` (`util/retry.py`, `connection.py`: "Retrying (Retry(total=…", "Max retries exceeded",
"[Errno N] …") and `_internal/index/collector.py` ("Looking in indexes: …"), as 20 to 26 write them.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlsplit

MOST_SAID = 600  # characters of pip's own words
_GIVEN_UP = re.compile(r"Retry\(total=0,|Max retries exceeded")
_HOST = re.compile(r"host='([\w.:-]+)'|Failed to resolve '([\w.-]+)'")
_REASON = re.compile(
    r"\[Errno -?\d+\] (?P<errno>[^'\"\])>\n]+)|(?P<certificate>CERTIFICATE_VERIFY_FAILED)|(?P<late>timed out)"
    r"|(?P<proxy>(?:Cannot|Unable to) connect to proxy|Tunnel connection failed)"
)
_REASONS = {
    "certificate": "its certificate is not trusted here",
    "late": "it did not answer in time",
    "proxy": "the connection through the proxy failed",
}
_INDEXES = re.compile(r"^Looking in indexes: (.*)$", re.MULTILINE)
PYPI = "pypi.org"  # what pip asks where no index is configured; it does not say so then


class Unreached(NamedTuple):
    """The hosts that pip may have meant, and what became of the connection; empty where it does not say."""

    hosts: tuple[str, ...]
    reason: str


def unreached(output: str) -> Unreached | None:
    """What pip did not reach, after its last attempt; `None` where it failed for something else."""
    if not _GIVEN_UP.search(output):
        return None
    named = tuple(dict.fromkeys(one or other for one, other in _HOST.findall(output)))
    return Unreached(named or _hosts_of_indexes(output), _reason(output))


def errors_of(output: str) -> str:
    """Pip's own errors, one behind the other; the end of what it wrote where it names none."""
    lines = [line.strip() for line in output.splitlines()]
    errors = dict.fromkeys(line.removeprefix("ERROR:").strip() for line in lines if line.startswith("ERROR:"))
    return ("; ".join(errors) or output.strip())[-MOST_SAID:]


def _hosts_of_indexes(output: str) -> tuple[str, ...]:
    """Older pips leave the host out of their complaint."""
    told = _INDEXES.search(output)
    hosts = (urlsplit(one.strip()).hostname for one in told[1].split(",")) if told else (PYPI,)
    return tuple(dict.fromkeys(one for one in hosts if one))


def _reason(output: str) -> str:
    found = list(_REASON.finditer(output))
    if not found:
        return ""
    # Behind the proxy's own failure stands a number, which says no more.
    last = next((one for one in found if one["proxy"]), found[-1])
    return last["errno"].strip() if last["errno"] else _REASONS[str(last.lastgroup)]
