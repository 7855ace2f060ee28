"""Keeps what an instruction that this processor does not have looks like, for whoever reads the record afterwards.

Linux and Windows (`windows_traps`), x86-64 alone. The process is inside a loader then, perhaps with locks held, so that
no Python may run: the handler is machine code of its own, made of system calls. It writes the address, sixteen bytes of
code and the memory map to a file; the instruction is then met again, and this time ends the process as it always would
have. A signal that somebody sent is passed on. What was there before (a handler, an ignored signal) is left alone.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ctypes import CDLL

SUFFIX = ".trap"  # of the file beside the channel's
SIGILL, SA_SIGINFO, SA_RESETHAND = 4, 4, 0x80000000  # Linux, asm-generic/signal-defs.h
PROT_READ, PROT_WRITE, PROT_EXEC = 1, 2, 4
MAP_PRIVATE_ANONYMOUS = 0x22
PAGE_BYTES = 4096
# tests/probe/trap_handler.S, assembled; the path of the file follows. A test holds the one against the other.
HANDLER = bytes.fromhex(
    "837e08000f8ebd0000005341544155488b5e10488d3dde000000be41020800ba80010000b8020000000f0585c00f888e0000004189c489c7"
    "4889deba1000000041ba10000000b8120000000f0550534489e74889e6ba10000000b8010000000f054883c4104489e7be2000000031d2b8"
    "080000000f05488d3d6b00000031f6b8020000000f0585c078374189c54881ec001000004489ef4889e6ba0010000031c00f054885c07e12"
    "4889c24889e64489e7b8010000000f05ebda4881c400100000415d415c5bc3b8270000000f0589c757b8ba0000000f055f89c6ba04000000"
    "b8ea0000000f05c32f70726f632f73656c662f6d61707300"
)


def watch_traps(channel: str) -> None:
    """Have an illegal instruction recorded beside `channel`, where that is possible."""
    if sys.maxsize < 2**32 or sys.platform not in ("linux", "win32"):
        return
    try:
        if sys.platform == "win32":
            from . import windows_traps

            windows_traps.watch_traps(channel + SUFFIX)
        elif os.uname().machine == "x86_64":
            import ctypes

            _watch(ctypes.CDLL(None), os.fsencode(channel + SUFFIX))
    except (ImportError, OSError, AttributeError, ValueError):  # no libffi, or a C library without these names
        return


def _watch(process: CDLL, path: bytes) -> None:
    import ctypes

    class Action(ctypes.Structure):
        """`struct sigaction` of glibc and of musl."""

    Action._fields_ = [
        ("handler", ctypes.c_void_p),
        ("mask", ctypes.c_char * 128),
        ("flags", ctypes.c_uint),
        ("restorer", ctypes.c_void_p),
    ]
    before = Action()
    if process.sigaction(SIGILL, None, ctypes.byref(before)) != 0 or before.handler:
        return
    place = _executable(process, HANDLER + path + b"\0")
    if place is not None:
        action = Action(handler=place, flags=SA_SIGINFO | SA_RESETHAND)
        process.sigaction(SIGILL, ctypes.byref(action), None)


def _executable(process: CDLL, code: bytes) -> int | None:
    """The address of a page of its own that holds `code`; `None` where the system forbids such pages."""
    import ctypes

    size = -(-len(code) // PAGE_BYTES) * PAGE_BYTES
    process.mmap.restype = ctypes.c_void_p
    process.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    process.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    place = process.mmap(None, size, PROT_READ | PROT_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0)
    if place in (None, 2**64 - 1):
        return None
    ctypes.memmove(place, code, len(code))
    if process.mprotect(place, size, PROT_READ | PROT_EXEC) != 0:
        return None
    return int(place)
