"""What musl's loader would do with one `dlopen`: `load(machine, request) -> LoadResult`.

Pure: files, process and system come from the machine and the request. Read in the order of a load: `process` (what is
there before), `rules` (where a name is sought; `SEARCH_ORDER` is the whole of it), `candidate` (what is made of each
file), `mapping` (one object), `walk` (all of them), `symbols`. What musl does as glibc does is imported from there.

Source: musl's ldso/dynlink.c, the whole loader in one file, as its repository had it after 1.2.4; tried on 1.2.3, which
differs where that is said. SONAMEs and symbol versions play no part in it. docs/loaders-elf.md names what is not
modelled.
"""

from __future__ import annotations

from wontload.loader.result import LoadResult
from wontload.machine import LoadRequest, Machine


def load(machine: Machine, request: LoadRequest) -> LoadResult:
    """What musl would do with one request, with the text that `dlerror` would give."""
    from wontload.loader.musl.walk import Walk

    return Walk(machine, request).result()


__all__ = ["load"]
