"""How a child process ended, in words.

A status is what `subprocess` gives: an exit code, minus a signal's number (POSIX), or on Windows the unsigned 32 bits
of GetExitCodeProcess, which are an NTSTATUS value when an unhandled exception ended the process.
"""

from __future__ import annotations

import signal

from wontload.machine import Observation, Outcome

# Microsoft, MS-ERREF, section 2.3.1 "NTSTATUS Values", unless another source stands beside the row.
NTSTATUS = {
    0x80000003: ("STATUS_BREAKPOINT", "a breakpoint outside a debugger"),
    0xC0000005: ("STATUS_ACCESS_VIOLATION", "access to memory that it may not touch"),
    0xC0000008: ("STATUS_INVALID_HANDLE", "an invalid handle"),
    0xC0000017: ("STATUS_NO_MEMORY", "not enough memory"),
    0xC000001D: ("STATUS_ILLEGAL_INSTRUCTION", "an instruction that this CPU does not have"),
    0xC0000025: ("STATUS_NONCONTINUABLE_EXCEPTION", "it went on after an exception that forbids it"),
    0xC000007B: ("STATUS_INVALID_IMAGE_FORMAT", "a library of the wrong format or bitness"),
    0xC0000094: ("STATUS_INTEGER_DIVIDE_BY_ZERO", "an integer division by zero"),
    0xC0000096: ("STATUS_PRIVILEGED_INSTRUCTION", "an instruction that programs may not use"),
    0xC00000FD: ("STATUS_STACK_OVERFLOW", "the stack overflowed"),
    0xC0000135: ("STATUS_DLL_NOT_FOUND", "a DLL that the program itself needs is missing"),
    0xC0000138: ("STATUS_ORDINAL_NOT_FOUND", "a DLL lacks an ordinal that the program needs"),
    0xC0000139: ("STATUS_ENTRYPOINT_NOT_FOUND", "a DLL lacks a procedure that the program needs"),
    0xC000013A: ("STATUS_CONTROL_C_EXIT", "it was interrupted"),
    0xC0000142: ("STATUS_DLL_INIT_FAILED", "a DLL's initialisation failed"),
    0xC0000374: ("STATUS_HEAP_CORRUPTION", "the heap was corrupted"),
    0xC0000409: ("STATUS_STACK_BUFFER_OVERRUN", "it stopped itself at once: abort(), or a damaged stack"),
    0xC0000417: ("STATUS_INVALID_CRUNTIME_PARAMETER", "an invalid argument to a C runtime function"),
    # Microsoft, "Helper functions for delay loading": VcppException(ERROR_SEVERITY_ERROR, 126 and 127)
    0xC06D007E: ("delay load, module not found", "a delay-loaded DLL is missing"),
    0xC06D007F: ("delay load, procedure not found", "a delay-loaded DLL lacks a procedure"),
    # Raymond Chen, "Decoding the parameters of a thrown C++ exception (0xE06D7363)"
    0xE06D7363: ("C++ exception", "a C++ exception that nobody caught"),
}
SIGNALS = {
    "SIGABRT": "it called abort()",
    "SIGBUS": "access to memory that is not there",
    "SIGFPE": "an arithmetic error",
    "SIGILL": "an instruction that this CPU does not have, or a deliberate trap",
    "SIGKILL": "it was killed from outside, perhaps for want of memory",
    "SIGSEGV": "access to memory that it may not touch",
    "SIGSYS": "a system call that is not allowed here",
    "SIGTRAP": "a deliberate trap",
}
ILLEGAL = frozenset({0xC000001D, -4})  # STATUS_ILLEGAL_INSTRUCTION; SIGILL, the same number on Linux and macOS
_ERROR_NOACCESS = 998  # what RtlNtStatusToDosError makes of STATUS_ACCESS_VIOLATION; seen on Wine, of a DllMain
_SEVERITY_ERROR = 0xC0000000  # MS-ERREF, 2.3: the two highest bits
# `os._exit(-1)` gives 0xFFFFFFFF: a small negative exit code, and no NTSTATUS value stands there.
_NEGATIVE_CODES = 0xFFFF0000


def is_crash(status: int | None) -> bool:
    """Whether a signal or an unhandled Windows exception ended the process, and not an exit code of its own."""
    return status is not None and (status < 0 or 0x80000000 <= status < _NEGATIVE_CODES)


def exception_of(number: int | None) -> int | None:
    """The NTSTATUS value of a Windows exception that a call gives as its error number, else `None`.

    A DllMain that raises one makes `LoadLibrary` fail with it (998 for an access violation), and `ctypes` makes an
    `OSError` of one that a function raises: `[WinError -1073741795] Windows Error 0xc000001d` (CPython,
    Modules/_ctypes/callproc.c, SetException).
    """
    value = 0xC0000005 if number == _ERROR_NOACCESS else (number or 0) & 0xFFFFFFFF
    return value if value in NTSTATUS or _SEVERITY_ERROR <= value < _NEGATIVE_CODES else None


def was_refused(observation: Observation) -> bool:
    """Whether an instruction that the processor refused is what ended the process, or the import."""
    if observation.outcome is Outcome.CRASHED:
        return observation.exit_status in ILLEGAL
    error = observation.error
    return error is not None and exception_of(error.number) in ILLEGAL


def describe_exit(status: int) -> str:
    """An exit status in words, without a full stop: `0xC0000005 STATUS_ACCESS_VIOLATION: access to memory that …`."""
    if status < 0:
        name = _signal_name(-status)
        return f"signal {-status} {name}: {SIGNALS[name]}" if name in SIGNALS else f"signal {-status} {name}".rstrip()
    if status >= _NEGATIVE_CODES:
        return f"exit code {status - (1 << 32)}"
    if not is_crash(status):
        return f"exit code {status}"
    name, words = NTSTATUS.get(status, ("", ""))
    return f"0x{status:08X} {name}: {words}" if name else f"0x{status:08X}, an exception that nobody handled"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return ""
