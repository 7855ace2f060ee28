"""Runs inside the real Windows CPython: does one load for each line on stdin, and says what came of it."""

import _ctypes
import ctypes
import json
import os
import sys

kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
kernel32.K32EnumProcessModulesEx.argtypes = [ctypes.c_void_p] * 2 + [ctypes.c_uint32, ctypes.c_void_p, ctypes.c_uint32]
kernel32.SetDllDirectoryW.argtypes = [ctypes.c_wchar_p]
kernel32.GetModuleFileNameW.argtypes = [ctypes.c_void_p, ctypes.c_wchar_p, ctypes.c_uint32]


def modules():
    """Paths of the mapped modules, in load order."""
    handles = (ctypes.c_void_p * 1000)()
    needed = ctypes.c_uint32()
    kernel32.K32EnumProcessModulesEx(ctypes.c_void_p(-1), handles, ctypes.sizeof(handles), ctypes.byref(needed), 3)
    paths = []
    for handle in handles[: needed.value // ctypes.sizeof(ctypes.c_void_p)]:
        buffer = ctypes.create_unicode_buffer(2000)
        kernel32.GetModuleFileNameW(handle, buffer, 2000)
        paths.append(buffer.value)
    return paths


def load(name, flags):
    """Handle (0 when it fails) and error number (0 when it succeeds)."""
    try:
        return _ctypes.LoadLibrary(name, flags), 0
    except FileNotFoundError as error:  # CPython's own words for 126, without the number (Modules/_ctypes/callproc.c)
        return 0, error.winerror or 126
    except OSError as error:
        return 0, error.winerror


def answer(todo):
    """Arrange the process, load, say what came of it, and put everything back as far as Windows lets us."""
    clean = modules()
    os.chdir(todo["current_directory"])
    os.environ["PATH"] = todo["path"]
    added = [os.add_dll_directory(directory) for directory in todo["added"]]
    if todo["dll_directory"] is not None:
        kernel32.SetDllDirectoryW(todo["dll_directory"])
    if todo["default_dll_directories"] is not None:
        kernel32.SetDefaultDllDirectories(todo["default_dll_directories"])
    handles = [load(name, 0x1100)[0] for name in todo["preload"]]
    before = modules()
    handle, error = load(todo["name"], todo["flags"])
    mapped = [path for path in modules() if path not in before]
    for one in (handle, *reversed(handles)):
        if one:
            _ctypes.FreeLibrary(one)
    for directory in added:
        directory.close()
    kernel32.SetDllDirectoryW(None)
    os.chdir("C:\\")
    spoilt = modules() != clean or todo["default_dll_directories"] is not None
    return {"executable": sys.executable, "before": before, "error": error, "mapped": mapped, "spoilt": spoilt}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
