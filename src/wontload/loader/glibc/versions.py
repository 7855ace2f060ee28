"""Whether each library defines the symbol versions that its users were linked against.

And whether one with packed relocations says that it needs a glibc that knows them.

Source: glibc 2.36, elf/dl-version.c: `_dl_check_map_versions`, `match_symbol`.
Oracle: tests/oracles/glibc/test_symbols.py
"""

from __future__ import annotations

import re

from wontload.binary import Image
from wontload.knowledge.symbol_versions import glibc_of, numbers
from wontload.loader.glibc.candidate import version_of
from wontload.loader.glibc.mapping import Mapper
from wontload.loader.glibc.objects import Mapped

# The parts of glibc, whose versions are those of glibc itself.
PARTS_OF_GLIBC = re.compile(r"(libc|libm|libpthread|libdl|librt|libutil|libresolv|ld-linux.*)\.so\.\d+$")


# Version that GNU ld has a file with DT_RELR need of libc since 2022. Other linkers do so when told to (`-z
# pack-relative-relocs`), and do not when told `--pack-dyn-relocs=relr`.
RELR = "GLIBC_ABI_DT_RELR"
RELR_KNOWN = (2, 36)


def check(one: Mapped, mapper: Mapper) -> None:
    """Refuse an object whose version needs are not met. The first unmet one makes the message."""
    for need in one.image.versions_needed if one.image else ():
        provider = mapper.namespace.named(need.library)
        # A need for a library that nobody asked for by its name: glibc asserts that this cannot be.
        if provider is None or not _answers_to(need.library, provider, one, mapper):
            one.reason = f"it needs versions of {need.library}, which is none of its dependencies"
            one.error = "Inconsistency detected by ld.so: dl-version.c: _dl_check_map_versions: Assertion failed"
            return
        if need.weak or defines(provider, need.version, mapper):
            continue
        provider_name = as_found(provider, mapper)
        one.reason = f"{need.library} does not define {need.version}"
        one.error = f"{provider_name}: version `{need.version}' not found (required by {one.name})"
        one.symbol = need.version
        return
    if _is_packed_unsaid(one.image) and version_of(mapper.system) >= RELR_KNOWN:
        one.reason = (
            f"its linker packed its relocations (DT_RELR) and did not note that they take a glibc that knows them "
            f"({RELR}), without which glibc refuses such a file"
        )
        one.error = f"{one.name}: DT_RELR without {RELR} dependency"


def _answers_to(name: str, provider: Mapped, user: Mapped, mapper: Mapper) -> bool:
    """Whether glibc knows an object by a name that the object's SONAME is.

    It does once somebody has asked for it by that name: what was opened by a path alone has none but the path. Of a
    process's earlier calls of `dlopen` too little is known; where a search for the name comes to the file, it may have
    been asked for.
    Source: glibc elf/dl-version.c (`find_needed`), elf/dl-load.c (`_dl_map_object`, which notes a SONAME when asked).
    Oracle: test_symbols.py::test_versions_needed_of_a_library_that_is_no_longer_needed
    """
    images = (one.image for one in (user, *mapper.namespace) if one.image is not None)
    if provider.path is None or any(needed.library == name for image in images for needed in image.needed):
        return True
    if name in (provider.name, provider.requested) or name in mapper.namespace.preloads:
        return True
    if not provider.already_loaded:
        return "/" not in provider.requested
    text = mapper.spelling(name, mapper.namespace.main)
    if text is None:
        return False
    path = mapper.search(name, None).absolute(text)
    return mapper.files.identity(path) == mapper.files.identity(provider.path)


def _is_packed_unsaid(image: Image | None) -> bool:
    """Whether a file has DT_RELR, needs versions, and libc itself, and does not say that it needs one that knows it.

    Oracle: test_symbols.py::test_packed_relocations
    """
    if image is None or not image.packed_relocations or not image.versions_needed:
        return False
    if any(need.version == RELR for need in image.versions_needed):
        return False
    return any(needed.library.startswith("libc.so.") for needed in image.needed)


def defines(provider: Mapped, version: str, mapper: Mapper) -> bool:
    """Whether a library has a version. One without any versions passes.

    So does one of which too little is known, unless it is glibc, whose own version says it.
    """
    image = provider.image
    if image is None or (image.opaque and not image.versions_defined):
        release = glibc_of(version)
        if release is None or not PARTS_OF_GLIBC.search(provider.requested or provider.name):
            return True
        return numbers(release)[:2] <= version_of(mapper.system)
    return not image.versions_defined or version in image.versions_defined


def as_found(provider: Mapped, mapper: Mapper) -> str:
    """The loader's own spelling of an object's path.

    A process's list of modules may have real paths (`/usr/lib/…`) where the loader came by a link (`/lib/…`). So a
    library that was there before is sought again, from the executable, and the spelling taken if it is the same file.
    """
    soname = provider.image.soname if provider.image else None
    if not provider.already_loaded or provider.path is None or soname is None or "/" in soname:
        return provider.name
    text = mapper.spelling(soname, provider.loader or mapper.namespace.main)
    if text is None:
        return provider.name
    path = mapper.search(soname, None).absolute(text)
    return text if mapper.files.identity(path) == mapper.files.identity(provider.path) else provider.name
