r"""Windows' file names as its loader reads them: on any host, without case, with either slash.

`ntpath` is pure text and the same on every host; what it does not know (`\\?\`, trailing dots) is here.
"""

from __future__ import annotations

import ntpath

from wontload.machine.files import windows_fold

DEVICE_PREFIX = "\\\\.\\"
LITERAL_PREFIXES = ("\\\\?\\", "\\??\\")  # behind these a name is taken as it stands, and a slash is no separator
NT_PREFIXES = (*LITERAL_PREFIXES, DEVICE_PREFIX)


def fold(path: str) -> str:
    """The key under which two spellings of one path are equal."""
    return windows_fold(path.replace("/", "\\"))


def base_name(path: str) -> str:
    """What stands behind the last slash of either kind."""
    return path.replace("/", "\\").rsplit("\\", 1)[-1]


def is_bare(name: str) -> bool:
    """Whether a name holds no directory and no drive, so that it is matched with loaded modules by base name."""
    return not ("\\" in name or "/" in name or name[1:2] == ":")


def is_qualified(name: str) -> bool:
    r"""Whether a name says by itself where the file is: `C:\x`, `\x`, `\\server\x`, `\\?\x`; not `C:x`, not `a\x`.

    Source: Wine, ntdll/loader.c, LdrGetDllPath, which asks RtlDetermineDosPathNameType_U for just these.
    """
    drive, rest = ntpath.splitdrive(name.replace("/", "\\"))
    return rest.startswith("\\") or drive.startswith("\\\\")


def is_unc(name: str) -> bool:
    r"""Whether a name is `\\server\share\…`, not a device path (`\\?\`, `\\.\`)."""
    name = name.replace("/", "\\")
    return name.startswith("\\\\") and name[2:4] not in ("?\\", ".\\")


def as_read(name: str) -> str:
    """A name of an import directory as the loader takes it: byte for byte, not as UTF-8, without spaces at its end.

    Source: Wine, ntdll/loader.c, ascii_to_unicode. Windows is believed to take them by the system's code page, which
    for Western Europe comes to much the same. Oracle: test_names.py::test_names_in_an_import_directory_are_no_utf_8
    """
    name = name.rstrip(" ")
    return name if name.isascii() else name.encode("utf-8", "surrogateescape").decode("latin-1")


def with_extension(name: str) -> str:
    """A file name without an extension gets `.dll`; a trailing dot says that there is none.

    Source: Microsoft, LoadLibraryExW, lpLibFileName.
    """
    return name if "." in base_name(name) else name + ".dll"


def absolute(name: str, current_directory: str) -> str:
    r"""The full path behind a name, without a `\\?\` prefix, as the file system would be asked for it.

    Drive-relative names (`C:x`) are taken against the current directory where it is on that drive, else against the
    drive's root: another drive's own current directory is a convention of command shells that we do not know here.
    Source: Microsoft, "Naming Files, Paths, and Namespaces".
    """
    for prefix in NT_PREFIXES:
        if name.startswith(prefix):
            rest = name[len(prefix) :].replace("/", "\\") if prefix == DEVICE_PREFIX else name[len(prefix) :]
            return "\\\\" + rest[4:] if rest[:4].upper() == "UNC\\" else rest
    name = name.replace("/", "\\")
    drive, rest = ntpath.splitdrive(name)
    here, _ = ntpath.splitdrive(current_directory)
    if drive and not rest.startswith("\\") and not drive.startswith("\\\\"):
        start = current_directory if here.lower() == drive.lower() else drive + "\\"
        name = ntpath.join(start, rest)
    elif not drive and rest.startswith("\\"):
        name = here + rest
    elif not drive:
        name = ntpath.join(current_directory, rest)
    *parents, tail = ntpath.normpath(name).split("\\")
    return "\\".join([*map(_without_one_dot, parents), tail.rstrip(". ") or tail])


def absolute_directory(name: str, current_directory: str) -> str:
    """The full path of a directory to be searched: a space at its end belongs to it, since a file name follows."""
    if not name or name.endswith(":"):
        return absolute(name, current_directory)
    directory = absolute(name.rstrip("\\/") + "\\x", current_directory)[:-2]
    return directory + "\\" if directory.endswith(":") else directory


def _without_one_dot(segment: str) -> str:
    """Windows drops one dot at a segment's end, and all dots and spaces at a path's end.

    Source: Microsoft, "File path formats on Windows systems", "Trim characters".
    """
    return segment[:-1] if segment.endswith(".") and not segment.endswith("..") else segment


def directory_of(path: str) -> str:
    """The directory of a path, in its own spelling, with a drive's root kept whole."""
    return ntpath.dirname(path.replace("/", "\\"))


def is_under(path: str, directory: str) -> bool:
    """Whether `path` lies in `directory` or below it."""
    return fold(path).startswith(fold(directory).rstrip("\\") + "\\")
