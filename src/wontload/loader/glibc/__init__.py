"""What glibc's loader would do with one `dlopen`: `load(machine, request) -> LoadResult`.

Pure: files, process and system come from the machine and the request. Read in the order of a load: `process` (what is
there before), `rules` (where a name is sought; `SEARCH_ORDER` is the whole of it), `candidate` (what is made of each
file), `mapping` (one object), `walk` (all of them), `versions`, `symbols`.

Not modelled: what a library of LD_AUDIT answers, `dlmopen` namespaces, what constructors do, and more of the kind.
docs/loaders-elf.md has all of it, under "Not modelled".
"""

from __future__ import annotations

from wontload.loader.result import LoadResult
from wontload.machine import LoadRequest, Machine


def load(machine: Machine, request: LoadRequest) -> LoadResult:
    """What glibc would do with one request, with the text that `dlerror` would give."""
    from wontload.loader.glibc.walk import Walk

    return Walk(machine, request).result()


__all__ = ["load"]
