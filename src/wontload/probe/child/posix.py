"""What Linux and macOS tell about this process: the images mapped, and what the loader consults."""

from __future__ import annotations

import os
import sys
from os import environ, fsdecode, getcwd
from os.path import abspath

assert sys.platform != "win32"  # so mypy reads what follows for the others alone

try:
    import ctypes
    from _ctypes import dlopen  # type: ignore[attr-defined,unused-ignore] # before `watch` stands in its place
except ImportError:  # a Python built without libffi: the memory map must do
    ctypes = None  # type: ignore[assignment]

RTLD_NOLOAD, RTLD_NOW = getattr(os, "RTLD_NOLOAD", 0), getattr(os, "RTLD_NOW", 2)
RTLD_DI_LINKMAP = 2  # dlfcn.h of glibc and of musl
AT_SECURE, AT_PLATFORM = 23, 15  # elf.h
RLIMIT_CORE = 4  # sys/resource.h, the same number on Linux and macOS
LOADER_VARIABLES = (
    "PATH LD_LIBRARY_PATH LD_PRELOAD LD_AUDIT GLIBC_TUNABLES LD_BIND_NOW LIBRARY_PATH DYLD_LIBRARY_PATH "
    "DYLD_FALLBACK_LIBRARY_PATH DYLD_FRAMEWORK_PATH DYLD_FALLBACK_FRAMEWORK_PATH DYLD_INSERT_LIBRARIES"
).split()
IMPORT_FLAGS = sys.getdlopenflags() if hasattr(sys, "getdlopenflags") else 2

if ctypes is not None:

    class LinkMap(ctypes.Structure):
        """`struct link_map` of <link.h>, the public part, which glibc and musl share."""

    LinkMap._fields_ = [
        ("address", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("dynamic", ctypes.c_void_p),
        ("next", ctypes.c_void_p),
        ("previous", ctypes.c_void_p),
    ]


def main_image() -> str:
    """The file that runs: in a virtual environment, the interpreter proper behind the link."""
    try:
        return os.readlink("/proc/self/exe")
    except OSError:
        return os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)


def current_state() -> dict[str, object]:
    """What a loader consults and what may change while the process runs."""
    try:
        directory = getcwd()
    except OSError:  # it was deleted
        directory = ""
    return {"cwd": directory, "environment": {name: environ.get(name) for name in LOADER_VARIABLES if name in environ}}


class Images:
    """The images mapped, in the loader's own order: the link map (ELF) or dyld's list (Mach-O)."""

    def __init__(self) -> None:
        self._main = main_image()
        self._names: dict[tuple[int, int], str] = {}
        self._list = self._from_memory_map
        if ctypes is not None:
            self._choose(ctypes.CDLL(None))

    def _choose(self, process: ctypes.CDLL) -> None:
        if sys.platform == "darwin":
            process._dyld_get_image_name.restype = ctypes.c_char_p
            self._list = lambda: _from_dyld(process)
        elif self._find_head(process):
            self._list = self._from_link_map

    def _find_head(self, process: ctypes.CDLL) -> bool:
        head = ctypes.c_void_p()
        try:
            self._dlinfo = process.dlinfo
        except AttributeError:  # glibc before 2.34 keeps it in libdl, which a static interpreter may not have
            return False
        self._dlinfo.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p]
        if self._dlinfo(process._handle, RTLD_DI_LINKMAP, ctypes.byref(head)) != 0 or not head.value:
            return False
        self._head = head.value
        return True

    def paths(self) -> list[str]:
        """Their paths as the loader spells them; relative ones are joined to the current directory."""
        return self._list()

    def path_of(self, handle: int) -> str | None:
        """The path of the image behind a handle of `dlopen`."""
        if ctypes is None or self._list != self._from_link_map:
            return None
        node = ctypes.c_void_p()
        if self._dlinfo(handle, RTLD_DI_LINKMAP, ctypes.byref(node)) != 0 or not node.value:
            return None
        return self._absolute(LinkMap.from_address(node.value).name)

    def _from_link_map(self) -> list[str]:
        names: dict[tuple[int, int], str] = {}
        address = self._head
        while address and len(names) < 65536:
            node = LinkMap.from_address(address)
            key = (address, node.dynamic or 0)
            name = self._names.get(key)
            names[key] = self._absolute(node.name) if name is None else name
            address = node.next
        self._names = names
        return list(names.values())

    def _absolute(self, name: bytes | None) -> str:
        path = fsdecode(name or b"")
        if not path:
            return self._main
        return abspath(path) if "/" in path and not path.startswith("/") else path

    def _from_memory_map(self) -> list[str]:
        """By address, which is not the order of loading: the last resort."""
        paths: dict[str, None] = {self._main: None}
        try:
            with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as lines:
                for line in lines:
                    fields = line.rstrip("\n").split(None, 5)
                    if len(fields) == 6 and fields[5].startswith("/") and ".so" in fields[5]:
                        paths[fields[5]] = None
        except OSError:
            pass
        return list(paths)


def _from_dyld(process: ctypes.CDLL) -> list[str]:
    names = (process._dyld_get_image_name(index) for index in range(process._dyld_image_count()))
    return [fsdecode(name or b"") for name in names]


def error_number(error: BaseException) -> int | None:
    """`dlopen` gives a text and no number."""
    return None


def facts() -> dict[str, object]:
    """The C library, the process's security and the machine."""
    answer: dict[str, object] = {"machine": os.uname().machine, "dlopen_flags": IMPORT_FLAGS}
    if sys.platform == "darwin":
        return answer
    answer["libc"], answer["libc_version"] = _libc()
    vector = _auxiliary_vector()
    answer["secure"] = bool(vector.get(AT_SECURE))
    if ctypes is not None and vector.get(AT_PLATFORM):
        answer["elf_platform"] = ctypes.string_at(vector[AT_PLATFORM]).decode("ascii", "replace")
    return answer


def _libc() -> tuple[str, str]:
    """`glibc` with its version, or `musl`, which does not tell its version to the programs it runs."""
    try:
        name, _, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").partition(" ")
        if name:
            return name, version
    except (AttributeError, ValueError, OSError):
        pass
    try:
        with open("/proc/self/maps", "rb") as lines:
            return ("musl" if b"musl" in lines.read(1 << 20) else ""), ""
    except OSError:
        return "", ""


def _auxiliary_vector() -> dict[int, int]:
    word = 8 if sys.maxsize > 2**32 else 4
    try:
        with open("/proc/self/auxv", "rb") as file:
            data = file.read(8192)
    except OSError:
        return {}
    words = [int.from_bytes(data[at : at + word], sys.byteorder) for at in range(0, len(data), word)]
    return dict(zip(words[::2], words[1::2]))


def prepare() -> None:
    """A crash answers a question here, and is not to leave a core file in the person's directory."""
    if ctypes is not None:
        ctypes.CDLL(None).setrlimit(RLIMIT_CORE, (ctypes.c_ulong * 2)(0, 0))


def is_mapped(path: str) -> bool:
    """Whether the loader has `path`, asked without loading it."""
    if ctypes is None:
        return path in Images().paths()
    try:
        dlopen(path, RTLD_NOLOAD | RTLD_NOW)
    except OSError:
        return False
    return True
