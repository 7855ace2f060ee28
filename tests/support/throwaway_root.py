"""This system as a throw-away copy: an overlay of `/` in a mount namespace of its own, in which packages come and go.

    with throwaway_root(tmp_path) as root:
        root.run("dpkg", "--remove", "--force-depends", "libgl1")

Nothing that is done in it reaches the system. It takes root's rights and Linux' overlayfs.
"""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# A tmpfs for what changes (overlayfs takes no overlay as its upper layer), then what programs need besides files.
SETUP = """
mount -t tmpfs tmpfs "$1" && mkdir "$1/up" "$1/work" "$1/root" &&
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/up,workdir=$1/work" "$1/root" &&
for one in proc dev sys; do mount --rbind "/$one" "$1/root/$one" || exit 1; done
for one in /tmp /work; do
    if mountpoint -q "$one"; then mount --rbind "$one" "$1/root$one" || exit 1; fi
done
echo ready && exec sleep 100000
"""


@dataclass(frozen=True)
class ThrowawayRoot:
    """The process that holds the namespace, and where the copy's root is in it."""

    process: int
    path: str

    def _command(self, *command: str) -> list[str]:
        return ["nsenter", f"--mount=/proc/{self.process}/ns/mnt", "chroot", self.path, *command]

    def run(
        self, *command: str, check: bool = True, timeout: float = 300, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of the copy."""
        done = subprocess.run(
            self._command(*command),
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert not check or done.returncode == 0, (command, done.stdout[-2000:], done.stderr[-2000:])
        return done

    def converse(
        self, answers: Mapping[str, Callable[[], str]], *command: str, timeout: float = 300
    ) -> tuple[int, str]:
        """Run a program on a terminal; each prompt is answered once, when it appears. Its status, and what it wrote."""
        master, slave = pty.openpty()
        process = subprocess.Popen(self._command(*command), stdin=slave, stdout=slave, stderr=slave, close_fds=True)
        os.close(slave)
        written, waiting, end = "", dict(answers), time.monotonic() + timeout
        try:
            while time.monotonic() < end:
                if select.select([master], [], [], 0.2)[0]:
                    try:
                        written += os.read(master, 65536).decode("utf-8", "replace")
                    except OSError:  # Linux' way to say that the other end is closed
                        break
                for prompt in [one for one in waiting if one in written]:
                    os.write(master, waiting.pop(prompt)().encode())
            return process.wait(timeout=30), written
        finally:
            process.kill()
            os.close(master)


@cache
def why_not() -> str:
    """Why no such copy can be made here; empty where it can."""
    if os.name == "nt" or os.getuid() != 0:
        return "a copy of the system takes root's rights"
    if not os.path.exists("/usr/bin/apt-get"):
        return "this system has no apt"
    done = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False)
    return "" if done.returncode == 0 else "no mount namespaces here"


@contextmanager
def throwaway_root(directory: Path) -> Iterator[ThrowawayRoot]:
    """Make the copy below an empty directory; it is gone afterwards."""
    place = directory / "copy"
    place.mkdir()
    command = ["unshare", "--mount", "--propagation=private", "sh", "-c", SETUP, "sh", str(place)]
    holder = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert holder.stdout is not None
        said = holder.stdout.readline()
        assert said == "ready\n", said + (holder.stdout.read() or "")
        yield ThrowawayRoot(holder.pid, str(place / "root"))
    finally:
        holder.kill()
        holder.wait()
