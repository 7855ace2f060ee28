"""What could not be had from the network, as a sentence for people."""

from __future__ import annotations

import re

from wontload.errors import WontloadError
from wontload.wheels.index.link import shown_url

NUMBER = re.compile(r"\[(?:Errno|WinError) -?\d+\] ")
UNKNOWN_HOST = "its name is not known here (no network?)"
LOGIN = "Put it into your netrc file or keyring, as for pip."


class Unreachable(WontloadError):
    """Something could not be had from the network.

    Attributes:
        url: as shown to people. why: one clause. status: the HTTP status; `None` where there was none.
    """

    def __init__(self, url: str, why: str, status: int | None = None, next_step: str = "") -> None:
        super().__init__(f"{shown_url(url)} could not be reached: {why}.", next_step)
        self.url = shown_url(url)
        self.why = why
        self.status = status


def refused(url: str, status: int) -> Unreachable:
    """What an answer that is no success means, for people."""
    why = {
        401: "it asks for a login (401)",
        403: "it refuses the request (403)",
        404: "it has no such page (404)",
        407: "the proxy asks for a login (407)",
        429: "it has been asked too often (429)",
    }.get(status, f"it answers with status {status}")
    step = {
        401: LOGIN,
        403: "GitHub's API answers 60 requests an hour without a login." if "api.github.com" in url else "",
    }.get(status, "")
    return Unreachable(url, why, status, step)


def cause_of(error: BaseException) -> BaseException:
    """What lies under urllib3's wrapping."""
    inner = getattr(error, "reason", None) or (error.args[-1] if error.args else None) or error.__cause__
    return inner if isinstance(inner, BaseException) and inner is not error else error


def _of_proxy(error: Exception) -> str:
    """What is wrong with the proxy that was to be gone through, which no index can help."""
    import urllib3

    if isinstance(error, urllib3.exceptions.NameResolutionError):
        return "the proxy's name is not known here"
    return f"the proxy did not let it through ({words_of(error)})"


def words_of(error: BaseException) -> str:
    """An error as one clause; urllib3 begins its own with the repr of a connection."""
    import urllib3

    if isinstance(error, urllib3.exceptions.ProxyError):
        return _of_proxy(error.original_error)
    if isinstance(error, urllib3.exceptions.NameResolutionError):
        return UNKNOWN_HOST
    if isinstance(error, urllib3.exceptions.NewConnectionError):  # a ConnectTimeoutError to urllib3, and no such thing
        return NUMBER.sub("", str(error).rpartition(": ")[2]).rstrip(".") or "no connection"
    if isinstance(error, urllib3.exceptions.ConnectTimeoutError):
        return "it did not take the connection in time"
    if isinstance(error, urllib3.exceptions.ReadTimeoutError):
        return "it did not answer in time"
    if isinstance(error, urllib3.exceptions.IncompleteRead) or isinstance(
        cause_of(error), urllib3.exceptions.IncompleteRead
    ):
        return "it broke the answer off"
    cause = cause_of(error)
    return (str(cause) or type(cause).__name__).rstrip(".")[:300]
