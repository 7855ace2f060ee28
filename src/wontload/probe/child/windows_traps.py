"""Windows' part of `traps`: a vectored exception handler, which is machine code of its own and needs no lock.

For STATUS_ILLEGAL_INSTRUCTION it writes one record: the address, sixteen bytes of code, what memory is there and which
file is mapped there. It asks the kernel alone, because the loader's lock may be held. Then the search for a handler
goes on as it would have: a program that tries out instructions is left alone. x86-64 alone.
"""

from __future__ import annotations

import ctypes
import struct
import sys

assert sys.platform == "win32"  # so mypy reads what follows for Windows alone

from .windows import kernel32  # noqa: E402 - behind the line that tells mypy

GENERIC_WRITE, FILE_SHARE_ALL, CREATE_ALWAYS, INVALID_HANDLE = 0x40000000, 7, 2, 2**64 - 1
MEM_COMMIT_RESERVE, PAGE_READWRITE, PAGE_EXECUTE_READ = 0x3000, 0x04, 0x20
# tests/probe/trap_handler_windows.S, assembled; four words follow. A test holds the one against the other.
HANDLER = bytes.fromhex(
    "5356574881ec80040000488b0181381d0000c00f85b7000000488b5810488d7c2440b98400000031c0f348ab488d74244048891e48c7c1ff"
    "ffffff4889da4c8d461041b910000000488d46084889442420ff159100000048c7c1ffffffff4889da4531c04c8d4e2048c7442420300000"
    "0048c744242800000000ff157000000048c7c1ffffffff4889da41b8020000004c8d4e5048c7442420d003000048c744242800000000ff15"
    "44000000488b0d2d0000004889f241b8200400004c8d4c243848c744242000000000ff152800000031c04881c4800400005f5e5bc30f1f00"
)


def watch_traps(path: str) -> None:
    """Have illegal instructions recorded in the file `path`, where that is possible."""
    if "(AMD64)" not in sys.version:
        return
    functions = [_address(kernel32, "ReadProcessMemory"), _address(ctypes.WinDLL("ntdll"), "NtQueryVirtualMemory")]
    functions.append(_address(kernel32, "WriteFile"))
    place = _executable(HANDLER + struct.pack("<QQQQ", _file(path), *functions))
    if place is not None:
        add = kernel32.AddVectoredExceptionHandler
        add.argtypes = [ctypes.c_ulong, ctypes.c_void_p]
        add(0, place)


def _address(library: ctypes.WinDLL, name: str) -> int:
    return ctypes.cast(getattr(library, name), ctypes.c_void_p).value or 0


def _file(path: str) -> int:
    create = kernel32.CreateFileW
    create.restype = ctypes.c_void_p
    create.argtypes = [
        ctypes.c_wchar_p,
        *[ctypes.c_uint32] * 2,
        ctypes.c_void_p,
        *[ctypes.c_uint32] * 2,
        ctypes.c_void_p,
    ]
    handle: int | None = create(path, GENERIC_WRITE, FILE_SHARE_ALL, None, CREATE_ALWAYS, 0, None)
    if handle in (None, INVALID_HANDLE):
        raise OSError("no file to write to")
    return handle or 0


def _executable(code: bytes) -> int | None:
    """The address of memory of its own that holds `code`; `None` where the system forbids such memory."""
    allocate, protect = kernel32.VirtualAlloc, kernel32.VirtualProtect
    allocate.restype = ctypes.c_void_p
    allocate.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32, ctypes.c_uint32]
    protect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32, ctypes.c_void_p]
    place: int | None = allocate(None, len(code), MEM_COMMIT_RESERVE, PAGE_READWRITE)
    if place is None:
        return None
    ctypes.memmove(place, code, len(code))
    before = ctypes.c_uint32()
    return place if protect(place, len(code), PAGE_EXECUTE_READ, ctypes.byref(before)) else None
