"""What macOS' dyld would do with one `dlopen`: `load(machine, request) -> LoadResult`.

Written from Apple's published source (github.com/apple-oss-distributions/dyld, commit 031f1c6, dyld 4 of macOS 15) and
its manual pages; no real dyld has confirmed it, every rule here is known from the source alone. Messages are those of
macOS 13 and later, with what was left out in macOS 12.

Pure: files, process and system come from the machine and the request. Read in the order of a load: `process` (what is
there before), `rules` (which paths a name stands for; `SEARCH_ORDER` is the whole of it), `candidate` (what is made of
each file), `mapping` (one name), `walk` (all of them), `symbols`.

Not modelled: code signatures, the sandbox, what initialisers do, DYLD_VERSIONED_*_PATH and DYLD_IMAGE_SUFFIX.
DYLD_INSERT_LIBRARIES counts when a process starts, so it is seen in its modules. docs/loaders-macho.md says so to the
reader.
"""

from __future__ import annotations

from wontload.loader.result import LoadResult
from wontload.machine import LoadRequest, Machine


def load(machine: Machine, request: LoadRequest) -> LoadResult:
    """What dyld would do with one request, with the text that `dlerror` would give."""
    from wontload.loader.dyld.walk import Walk

    return Walk(machine, request).result()


__all__ = ["load"]
