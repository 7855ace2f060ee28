"""`@executable_path`, `@loader_path` and `@rpath`.

Source: dyld/Loader.cpp (`expandAtLoaderPath`, `expandAndNormalizeAtExecutablePath`, `forEachResolvedAtPathVar`).
"""

from __future__ import annotations

import posixpath

from wontload.loader.dyld.objects import Loaded

LOADER_PATH, EXECUTABLE_PATH, RPATH = "@loader_path", "@executable_path", "@rpath/"


def expand(text: str, owner: Loaded, executable: str) -> str | None:
    """A path that begins with `@loader_path` or `@executable_path`, made plain; `None` for any other.

    Args:
        owner: the image in which the path stands. Its directory is the real one, even when a link led to it.
        executable: real path of the process's main image.
    """
    if (rest := _behind(text, LOADER_PATH)) is not None:
        return owner.path.rpartition("/")[0] + rest
    if (rest := _behind(text, EXECUTABLE_PATH)) is not None:
        return _below_executable(executable.rpartition("/")[0], rest)
    return None


def under_rpath(path: str, directory: str, owner: Loaded, executable: str) -> str:
    """What `@rpath/…` stands for under one LC_RPATH of one image."""
    return join(expand(directory, owner, executable) or directory, path[len(RPATH) :])


def join(directory: str, rest: str) -> str:
    """Two parts of a path, with one slash between them."""
    return f"{directory}{rest}" if directory.endswith("/") else f"{directory}/{rest}"


def is_framework(path: str) -> str | None:
    """The part of a framework's path that begins with `Foo.framework/`; `None` for what is none.

    A framework's library has the framework's name. Source: `PathOverrides::getFrameworkPartialPath`.
    """
    before, mark, _ = path.rpartition(".framework/")
    name = before.rpartition("/")[2]
    if not mark or posixpath.basename(path) != name:
        return None
    return path[len(before) - len(name) :]


def _behind(text: str, token: str) -> str | None:
    """What follows a token that stands alone or before a slash."""
    if text == token or text.startswith(token + "/"):
        return text[len(token) :]
    return None


def _below_executable(directory: str, rest: str) -> str:
    """The executable's path is real, so `/..` can be cut off without asking the disk."""
    if not rest:
        return directory + "/"
    while (rest == "/.." or rest.startswith("/../")) and directory.count("/") > 1:
        directory, rest = directory.rpartition("/")[0], rest[3:]
    return directory + rest
