"""Which display adapters Windows has now: its registry also keeps those that were taken out."""

from __future__ import annotations

import sys

DISPLAY_CLASS = "{4d36e968-e325-11ce-bfc1-08002be10318}"
FILTER_PRESENT, FILTER_CLASS = 0x100, 0x200  # Microsoft, CM_Get_Device_ID_ListW
MOST_CHARACTERS = 1 << 16


def present_displays() -> tuple[str, ...] | None:
    """Device instance ids such as `PCI\\VEN_10DE&DEV_2783&…`; `None` where Windows does not tell."""
    if sys.platform != "win32":
        return None
    try:
        import ctypes

        manager = ctypes.WinDLL("cfgmgr32")
        size, flags = ctypes.c_ulong(), FILTER_PRESENT | FILTER_CLASS
        if manager.CM_Get_Device_ID_List_SizeW(ctypes.byref(size), DISPLAY_CLASS, flags):
            return None
        buffer = ctypes.create_unicode_buffer(min(max(size.value, 1), MOST_CHARACTERS))
        if manager.CM_Get_Device_ID_ListW(DISPLAY_CLASS, buffer, len(buffer), flags):
            return None
    except (ImportError, OSError, AttributeError):
        return None
    return tuple(filter(None, buffer[:].split("\0")))
