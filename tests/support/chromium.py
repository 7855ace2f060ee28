"""A headless Chromium, driven through the DevTools protocol over a pipe: nothing but the standard library is needed.

Source: https://chromedevtools.github.io/devtools-protocol/, and `--remote-debugging-pipe` (Chromium,
content/public/common/content_switches.cc): messages are JSON, each closed by a NUL, read from file descriptor 3 and
written to 4.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from select import select
from typing import Any

PATIENCE_S = 60
FLAGS = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-sandbox",  # tests run as root in containers, where Chromium has no sandbox; the page has no script
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
    "--hide-scrollbars",
)
COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")  # Debian, Ubuntu, Google
KEYS = {"Tab": 9, "Enter": 13, " ": 32}  # virtual key codes


class Browser:
    """One tab. `events` holds what it told without being asked, in order."""

    def __init__(self, to: int, back: int) -> None:
        self._to, self._back, self._rest, self._number = to, back, b"", 0
        self._session = ""
        self.events: list[dict[str, Any]] = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send one command, and wait for its answer."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result
            self.events.append(answer)

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            assert select([self._back], [], [], PATIENCE_S)[0], "Chromium does not answer"
            data = os.read(self._back, 1 << 20)
            assert data, "Chromium has ended"
            self._rest += data
        message, _, self._rest = self._rest.partition(b"\0")
        answer: dict[str, Any] = json.loads(message)
        return answer

    def wait_for(self, event: str) -> None:
        """Wait until it tells of an event that it has not told of yet."""
        while True:
            self.events.append(self._read())
            if self.events[-1].get("method") == event:
                return

    def open(self, path: Path, *, width: int = 1000, height: int = 1400, dark: bool = False) -> None:
        """Open a file in a window of so many CSS pixels."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[scheme])
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.events.clear()
        self.send("Page.navigate", url=path.as_uri())
        if not any(one.get("method") == "Page.loadEventFired" for one in self.events):
            self.wait_for("Page.loadEventFired")

    def ask(self, expression: str) -> Any:
        """The value of an expression. The page's own policy does not hold for what the protocol evaluates."""
        answer = self.send("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, key: str) -> None:
        """Press and release a key, as a person does."""
        text = {"Enter": "\r", " ": " "}.get(key, "")
        common = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": KEYS[key]}
        self.send("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **common)
        self.send("Input.dispatchKeyEvent", type="keyUp", **common)

    def told(self, *methods: str) -> list[dict[str, Any]]:
        """The events of some kinds since the page was opened."""
        return [one["params"] for one in self.events if one.get("method") in methods]

    def picture(self, path: Path, *, whole: bool = True) -> None:
        """Write a PNG of the page."""
        data = self.send("Page.captureScreenshot", captureBeyondViewport=whole)["data"]
        path.write_bytes(base64.b64decode(data))

    def pdf(self) -> bytes:
        """The page as it would be printed."""
        return base64.b64decode(self.send("Page.printToPDF", preferCSSPageSize=True)["data"])


def executable() -> str | None:
    """The Chromium of this computer, if it has one."""
    return next(filter(None, map(shutil.which, COMMANDS)), None)


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser with a profile of its own, ended when done with."""
    import fcntl  # not on Windows, where these tests are named as not run

    command = executable()
    assert command is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        to_read, to_write = os.pipe()
        back_read, back_write = os.pipe()
        there, here = (fcntl.fcntl(one, fcntl.F_DUPFD, 10) for one in (to_read, back_write))

        def in_child() -> None:
            os.dup2(there, 3)
            os.dup2(here, 4)

        process = subprocess.Popen(
            [command, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            preexec_fn=in_child,
            pass_fds=(3, 4),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for one in (to_read, back_write, there, here):
            os.close(one)
        try:
            yield Browser(to_write, back_read)
        finally:
            process.terminate()
            process.wait(PATIENCE_S)
            os.close(to_write)
            os.close(back_read)
