"""Which C library a Linux file was built for: one process has one, and code for the other does not fit it."""

from __future__ import annotations

from wontload.binary import Format, Image, MalformedImage
from wontload.diagnosis.case import Case
from wontload.loader import Module
from wontload.machine import NotKnown

# What each C library is called by those that need it. musl's own SONAME is `libc.so`, Alpine's abuild writes
# `libc.musl-<arch>.so.1`; glibc's is `libc.so.6` (ld.so(8); Alpine Linux, abuild, "so:" dependencies).
NAMES_OF = {"musl": ("libc.musl-", "ld-musl-"), "glibc": ("libc.so.6", "ld-linux", "libm.so.6", "libpthread.so.0")}
MUSL_SONAME = "libc.so"
OTHER = {"glibc": "musl", "musl": "glibc"}
# Of the versions of libgcc_s one is called after glibc, also where it was built for musl.
# Source: GCC, libgcc/config/libgcc-glibc.ver; read off Alpine's for aarch64 in contourpy 1.4.0's musllinux wheel.
LIBGCC = "libgcc_s"
WHEEL_TAG = {"glibc": "manylinux", "musl": "musllinux"}


def named_by(name: str) -> str:
    """The C library that a file name is part of: `musl`, `glibc`, or empty."""
    base = name.rpartition("/")[2]
    if base == MUSL_SONAME:
        return "musl"
    return next((libc for libc, names in NAMES_OF.items() if base.startswith(names)), "")


def built_for(image: Image | None) -> str:
    """The C library that a file asks for by name or by symbol version; empty where it says nothing."""
    if image is None or image.format is not Format.ELF:
        return ""
    if versions_of_glibc(image):
        return "glibc"
    return next(filter(None, (named_by(one.library) for one in image.needed)), "")


def versions_of_glibc(image: Image) -> list[str]:
    """The symbol versions of glibc that a file asks for."""
    needs = (need for need in image.versions_needed if not need.library.startswith(LIBGCC))
    return [need.version for need in needs if need.version.startswith("GLIBC_")]


def is_foreign(case: Case, module: Module) -> bool:
    """Whether a module that was not loaded is the C library that this process does not have."""
    other = OTHER.get(case.machine.system.libc, "")
    return bool(other) and named_by(module.name) == other and built_for(image_of(case, module.needed_by)) == other


def is_for_the_other(case: Case, path: str | None) -> bool:
    """Whether a file was built for the C library that this process does not have."""
    other = OTHER.get(case.machine.system.libc, "")
    return bool(other) and built_for(image_of(case, path)) == other


def image_of(case: Case, path: str | None) -> Image | None:
    """The parsed file; `None` where there is none or too little is known of it."""
    try:
        return case.machine.files.image(path) if path else None
    except (MalformedImage, NotKnown, KeyError, OSError):
        return None
