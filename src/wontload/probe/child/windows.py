"""What Windows tells about this process: the images mapped, and what the loader consults.

Modules come from `K32EnumProcessModules`, compared before and after each load. `LdrRegisterDllNotification` would also
see images that are unmapped again, but calls back under the loader lock, where Python's own lock must not be awaited.
"""

from __future__ import annotations

import ctypes
import sys
from _ctypes import LoadLibrary  # type: ignore[attr-defined,unused-ignore] # before `watch` stands in its place
from os import fsdecode, getcwd

assert sys.platform == "win32"  # so mypy reads what follows for Windows alone

DEFAULT_DIRS, DLL_LOAD_DIR, USER_DIRS = 0x1000, 0x100, 0x400  # LOAD_LIBRARY_SEARCH_*, Microsoft, LoadLibraryExW
IMPORT_FLAGS = DEFAULT_DIRS | DLL_LOAD_DIR  # Python/dynload_win.c, the same since CPython 3.8
ERROR_MOD_NOT_FOUND = 126
# SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX: nobody is there to close a dialog box
QUIET = 0x0001 | 0x0002 | 0x8000
SESSION_MANAGER = r"SYSTEM\CurrentControlSet\Control\Session Manager"
FILE_SYSTEM = r"SYSTEM\CurrentControlSet\Control\FileSystem"
IMAGE_OPTIONS = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\Image File Execution Options"
APPMODEL_ERROR_NO_PACKAGE = 15700
BUFFER = 32768

kernel32 = ctypes.WinDLL("kernel32")  # our own objects: the target may set `argtypes` on ctypes.windll.kernel32's
_current_process = kernel32.GetCurrentProcess
_current_process.restype = ctypes.c_void_p
_modules = kernel32.K32EnumProcessModules
_modules.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_void_p]
_file_name = kernel32.GetModuleFileNameW
_file_name.argtypes = [ctypes.c_void_p, ctypes.c_wchar_p, ctypes.c_uint32]
_variable = kernel32.GetEnvironmentVariableW
_variable.argtypes = [ctypes.c_wchar_p, ctypes.c_wchar_p, ctypes.c_uint32]
_dll_directory = kernel32.GetDllDirectoryW
_dll_directory.argtypes = [ctypes.c_uint32, ctypes.c_wchar_p]
set_last_error = kernel32.SetLastError
set_last_error.argtypes = [ctypes.c_uint32]


def prepare() -> None:
    """Failures answer a question here, and are not to open a dialog box."""
    kernel32.SetErrorMode(QUIET)


def file_name(handle: int | None) -> str:
    """The path of a mapped image; of the process's own for `None`."""
    buffer = ctypes.create_unicode_buffer(BUFFER)
    return buffer.value if _file_name(handle, buffer, BUFFER) else ""


def main_image() -> str:
    """The file that runs: in a virtual environment, the base interpreter that its launcher started."""
    return file_name(None)


class Images:
    """The images mapped, in the loader's own order (its InLoadOrder list), the executable first."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._room = 512

    def paths(self) -> list[str]:
        """Their paths as the loader spells them."""
        names = {handle: self._names.get(handle) or file_name(handle) for handle in self._handles()}
        self._names = names
        return list(names.values())

    def path_of(self, handle: int) -> str | None:
        """The path of the image behind a handle of `LoadLibrary`."""
        return file_name(handle) or None

    def _handles(self) -> list[int]:
        while True:
            handles = (ctypes.c_void_p * self._room)()
            needed = ctypes.c_uint32()
            size = ctypes.sizeof(handles)
            if not _modules(_current_process(), handles, size, ctypes.byref(needed)):
                return list(self._names)  # the list was changing; the next comparison sees it
            if needed.value <= size:
                return [handle for handle in handles[: needed.value // ctypes.sizeof(ctypes.c_void_p)] if handle]
            self._room *= 2


def current_state() -> dict[str, object]:
    """What the loader consults and what may change meanwhile. `PATH` is the process's, not Python's copy of it."""
    buffer = ctypes.create_unicode_buffer(BUFFER)
    path = buffer.value if _variable("PATH", buffer, BUFFER) else ""
    directory = buffer.value if _dll_directory(BUFFER, buffer) else None
    return {"cwd": getcwd(), "environment": {"PATH": path}, "dll_directory": directory}


def repeat(path: str) -> int:
    """Ask for `path` as an import does, once more: `ImportError` has no number. 0 when the loader has no objection.

    `_ctypes.LoadLibrary` turns error 126 into a FileNotFoundError without a number (Modules/_ctypes/callproc.c).
    """
    try:
        LoadLibrary(path, IMPORT_FLAGS)
    except OSError as error:
        return error_number(error) or 0
    return 0


def error_number(error: BaseException) -> int | None:
    """The Windows error behind an exception of `_ctypes.LoadLibrary` or `nt`."""
    number: int | None = getattr(error, "winerror", None)
    return ERROR_MOD_NOT_FOUND if number is None and type(error) is FileNotFoundError else number


def facts() -> dict[str, object]:
    """The version, the directories of the system, and the settings of its loader."""
    version = sys.getwindowsversion()
    return {
        "windows_version": list(version[:3]),
        "platform_version": list(version.platform_version),
        "product_type": version.product_type,
        "windows_directory": _ask(kernel32.GetWindowsDirectoryW),
        "system_directory": _ask(kernel32.GetSystemDirectoryW),
        "wine_version": _wine_version(),
        "known_dlls": _known_dlls(),
        "safe_dll_search_mode": _registry_value(SESSION_MANAGER, "SafeDllSearchMode"),
        "long_paths": _registry_value(FILE_SYSTEM, "LongPathsEnabled"),
        "dev_override": _registry_value(IMAGE_OPTIONS, "DevOverrideEnable"),
        "packaged": is_packaged(),
        "added_directories": added_at_start(),
        "dlopen_flags": IMPORT_FLAGS,
    }


def _ask(function: ctypes._NamedFuncPointer) -> str:
    buffer = ctypes.create_unicode_buffer(BUFFER)
    return buffer.value if function(buffer, BUFFER) else ""


def _wine_version() -> str | None:
    try:
        function = ctypes.CDLL("ntdll").wine_get_version
    except AttributeError:  # a real Windows
        return None
    function.restype = ctypes.c_char_p
    return fsdecode(function())


def is_packaged() -> bool:
    """Whether this process has a package identity: Python from the Microsoft Store (GetCurrentPackageFullName)."""
    length = ctypes.c_uint32()
    try:
        return bool(kernel32.GetCurrentPackageFullName(ctypes.byref(length), None) != APPMODEL_ERROR_NO_PACKAGE)
    except AttributeError:  # Windows 7
        return False


def added_at_start() -> list[str]:
    """Directories that are in the search already, in the order in which they were added where that can be told.

    conda's interpreter adds its prefix's by itself (AddDllDirectory, conda-forge/python-feedstock), a .pth file may
    have. The loader is asked for the search path of LOAD_LIBRARY_SEARCH_USER_DIRS: ntdll!LdrGetDllPath, undocumented
    and exported since Windows 8; its types are those of System Informer's headers (phnt, ntldr.h). What goes wrong in
    it is no answer, and ctypes turns an access violation into an OSError.
    """
    path, other = ctypes.c_void_p(), ctypes.c_void_p()
    try:
        ntdll = ctypes.WinDLL("ntdll")
        function = ntdll.LdrGetDllPath
        function.argtypes = [ctypes.c_wchar_p, ctypes.c_uint32, ctypes.c_void_p, ctypes.c_void_p]
        if function("x.dll", USER_DIRS, ctypes.byref(path), ctypes.byref(other)) or not path.value:
            return []
        found = ctypes.wstring_at(path.value)
        ntdll.RtlReleasePath(path)
    except (AttributeError, OSError):
        return []
    buffer = ctypes.create_unicode_buffer(BUFFER)
    own = buffer.value if _dll_directory(BUFFER, buffer) else ""  # SetDllDirectory's, told elsewhere
    directories = [one for one in found.split(";") if one and one != own]
    return directories[::-1] if _wine_version() else directories  # Wine asks the newest first


def _known_dlls() -> list[str] | None:
    """Names that the registry lists under KnownDLLs; `None` when it cannot be read."""
    import winreg

    names: list[str] = []
    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, SESSION_MANAGER + r"\KnownDLLs") as key:
            for index in range(winreg.QueryInfoKey(key)[1]):
                _, value, kind = winreg.EnumValue(key, index)
                if kind == winreg.REG_SZ and isinstance(value, str) and value.lower().endswith(".dll"):
                    names.append(value)
    except OSError:
        return None
    return names


def _registry_value(path: str, name: str) -> int | None:
    import winreg

    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path) as key:
            value = winreg.QueryValueEx(key, name)[0]
    except OSError:
        return None
    return value if isinstance(value, int) else None
