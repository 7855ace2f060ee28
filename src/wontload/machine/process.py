"""What a loader may know of the process that asks: one value, taken at the moment of one load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AddedDirectory:
    """A directory added with `os.add_dll_directory` (or `AddDllDirectory`) and not removed again.

    Attributes:
        path: as added.
        file, line: the Python line that added it; `None` when not known.
        expression: what names it there, where that is known: a variable such as `CUDA_PATH`.
    """

    path: str
    file: str | None = None
    line: int | None = None
    expression: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """The state of the process that a loader consults.

    Attributes:
        executable: path of the process's main image. In a Windows virtual environment that is the *base* interpreter's
            `python.exe`, whose directory is the application directory.
        current_directory: absolute.
        environment: the variables the loader reads. Windows: as they are now (`PATH` under that very key).
            ELF: as they were when the process started, which is when `LD_LIBRARY_PATH` is read.
        added_directories: in the order in which they were added.
        modules: paths of the images that are mapped, in load order; the executable first.
        asked_for: ELF: names that `dlopen` was called with before, each with the path of what it got: a file without
            SONAME answers to such a name ever after.
        global_modules: ELF: those of them that RTLD_GLOBAL made visible to all after the start, with what they need.
        dll_directory: Windows, `SetDllDirectory`'s; `None` when it was not called.
        default_dll_directories: Windows, the flags of `SetDefaultDllDirectories`; `None` when it was not called.
        safe_search_mode: Windows, `SafeDllSearchMode`.
        packaged: Windows, the process has a package identity, as Python from the Microsoft Store has.
        secure: ELF, AT_SECURE: variables are ignored.
    """

    executable: str
    current_directory: str
    environment: Mapping[str, str] = field(default_factory=dict)
    added_directories: tuple[AddedDirectory, ...] = ()
    modules: tuple[str, ...] = ()
    global_modules: tuple[str, ...] = ()
    asked_for: tuple[tuple[str, str], ...] = ()
    dll_directory: str | None = None
    default_dll_directories: int | None = None
    safe_search_mode: bool = True
    packaged: bool = False
    secure: bool = False


FIND_LIBRARY = "find_library"  # a request's kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Finder:
    """How one Python's `ctypes.util.find_library` searches, which is Python code and no loader.

    Attributes:
        way: `ldconfig` (CPython on Linux, whatever the C library), `directories` (the patch that Alpine and others have
            for musl), `path` (Windows), `dyld` (macOS); empty for one that is none of these.
        prefix: of conda's Python, which looks in its `lib` first; empty elsewhere.
        fallbacks, framework_fallbacks: macOS: the directories that it ends with, which Homebrew's Python adds to.
        environment: the variables that it consults, as they are when it is asked.
    """

    way: str = ""
    prefix: str = ""
    fallbacks: tuple[str, ...] = ()
    framework_fallbacks: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRequest:
    """One call to the loader, or to `ctypes.util.find_library`.

    Attributes:
        kind: `import` (an extension module), `ctypes`, `native` (asked for by native code itself: inferred), or
            `find_library`: a name is looked for, to be loaded with `flags` if it is found.
        name: as handed to the loader: a path, or a bare name to be searched. To `find_library`: a name without `lib`.
        flags: Windows: of `LoadLibraryExW`. Elsewhere: the mode of `dlopen`.
        process: the state at that moment.
        file, line: the Python line that asked; `None` when there is none.
        caller: ELF: path of the image that calls `dlopen`, whose RPATH or RUNPATH counts for a bare name.
        finder: for `find_library`: how it searches.
    """

    kind: str
    name: str
    flags: int
    process: Process
    file: str | None = None
    line: int | None = None
    caller: str | None = None
    finder: Finder | None = None
