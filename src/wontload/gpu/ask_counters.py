"""Asks Windows how much dedicated GPU memory a process uses: what Task Manager shows. Run as a script, in a child.

    python -I -S ask_counters.py PID

One JSON object on standard output: instance names and bytes. Standard library only.

Source: Microsoft, "Using the PDH Functions to Consume Counter Data" (PdhOpenQuery, PdhAddEnglishCounter, which takes
the English name on any Windows, PdhCollectQueryData, PdhGetFormattedCounterArray; PDH_FMT_LARGE 0x400, PDH_MORE_DATA
0x800007D2); DirectX blog, "GPUs in the task manager" (the `GPU Process Memory` counters exist since Windows 10 1709,
and are those behind the column "Dedicated GPU memory").
"""

from __future__ import annotations

import ctypes
import json
import sys
from typing import Any

FORMAT_LARGE, MORE_DATA = 0x400, 0x800007D2
COUNTER = r"\GPU Process Memory(pid_{}_*)\Dedicated Usage"
MOST_BYTES = 1 << 22


class Value(ctypes.Structure):
    """PDH_FMT_COUNTERVALUE with its `largeValue`."""

    _fields_ = [("status", ctypes.c_uint32), ("large", ctypes.c_longlong)]


class Item(ctypes.Structure):
    """PDH_FMT_COUNTERVALUE_ITEM_W."""

    _fields_ = [("name", ctypes.c_wchar_p), ("value", Value)]


def ask(counter: str) -> dict[str, object]:
    """The counter's instances and their values; else the function that failed and its status."""
    pdh: Any = ctypes.WinDLL("pdh")  # type: ignore[attr-defined,unused-ignore]
    query, handle = ctypes.c_void_p(), ctypes.c_void_p()
    for name, arguments in (
        ("PdhOpenQueryW", (None, ctypes.c_void_p(0), ctypes.byref(query))),
        ("PdhAddEnglishCounterW", (query, counter, ctypes.c_void_p(0), ctypes.byref(handle))),
        ("PdhCollectQueryData", (query,)),
    ):
        if status := call(pdh, name, *arguments):
            return {"failed": f"{name}: status {status:#010x}"}
    size, count = ctypes.c_uint32(), ctypes.c_uint32()
    sizes = ctypes.byref(size), ctypes.byref(count)
    status = call(pdh, "PdhGetFormattedCounterArrayW", handle, FORMAT_LARGE, *sizes, None)
    if status not in (0, MORE_DATA) or size.value > MOST_BYTES:
        return {"failed": f"PdhGetFormattedCounterArrayW: status {status:#010x}"}
    room = ctypes.create_string_buffer(max(size.value, 1))
    if status := call(pdh, "PdhGetFormattedCounterArrayW", handle, FORMAT_LARGE, *sizes, room):
        return {"failed": f"PdhGetFormattedCounterArrayW: status {status:#010x}"}
    items = ctypes.cast(room, ctypes.POINTER(Item))
    return {"instances": [[items[index].name, items[index].value.large] for index in range(count.value)]}


def call(pdh: Any, name: str, *arguments: Any) -> int:
    """One function's status, as an unsigned number; one that this Windows lacks fails as it would."""
    try:
        function = getattr(pdh, name)
    except AttributeError:
        return 0xC0000139  # STATUS_ENTRYPOINT_NOT_FOUND
    function.restype = ctypes.c_uint32
    return int(function(*arguments))


def main(pid: str) -> None:
    """Ask, and say it or what went wrong."""
    try:
        answer = ask(COUNTER.format(int(pid)))
    except (OSError, AttributeError) as error:
        answer = {"failed": str(error)[:256]}
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
