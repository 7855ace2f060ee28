"""What glibc's loader would do with one `dlopen`: `load(machine, request) -> LoadResult`.

Pure: files, process and system come from the machine and the request. Read in the order of a load: `process` (what is
there before), `rules` (where a name is sought; `SEARCH_ORDER` is the whole of it), `candidate` (what is made of each
file), `mapping` (one object), `walk` (all of them), `versions`, `symbols`.

Not modelled: LD_AUDIT, DT_AUXILIARY and DT_FILTER, room for static TLS, `dlmopen` namespaces, what constructors do.
docs/loaders-elf.md says so to the reader.
"""

from __future__ import annotations

from wontload.loader.result import LoadResult
from wontload.machine import LoadRequest, Machine


def load(machine: Machine, request: LoadRequest) -> LoadResult:
    """What glibc would do with one request, with the text that `dlerror` would give."""
    from wontload.loader.glibc.walk import Walk

    return Walk(machine, request).result()


__all__ = ["load"]
