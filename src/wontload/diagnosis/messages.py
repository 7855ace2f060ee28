"""What loaders say in words alone: refusals that no model foresees, as they hang on what a process has done before."""

from __future__ import annotations

import re

from wontload.diagnosis.case import Case

# glibc, elf/dl-reloc.c (`_dl_allocate_static_tls`). Its messages are translated; the abbreviation is not.
STATIC_TLS = re.compile(r"static TLS block|\bTLS\b")
# glibc, elf/dl-load.c and dl-execstack.c; the end is the kernel's answer to mprotect.
EXECUTABLE_STACK = re.compile(r"cannot enable executable stack as shared object requires")

# glibc, elf/dl-map-segments.h: a file system mounted `noexec`, SELinux, or a limit of memory. dyld: macOS' policies.
NOT_MAPPED = re.compile(
    r"failed to map segment from shared object|code signature .*not valid for use in process|"
    r"library load (?:disallowed by system policy|denied by system policy)"
)
# Windows' numbers for what a policy or an antivirus program stops: 225 and 226 a virus was found, 577 no valid
# signature, 1260 forbidden by policy, 4551 application control. Source: Microsoft, System Error Codes.
POLICY_NUMBERS = frozenset({225, 226, 577, 1260, 4551})


def is_blocked(case: Case, index: int) -> bool:
    """Whether the system said of a load that it is not allowed, which no model of a loader foresees."""
    observed = case.loads[index].observed
    number = observed.error.number if observed is not None and observed.error is not None else None
    return (case.windows and number in POLICY_NUMBERS) or bool(NOT_MAPPED.search(said(case, index)))


# Another process has the file, or a part of it, for itself. Source: Microsoft, System Error Codes.
ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION = 32, 33
HELD_NUMBERS = frozenset({ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION})


def is_held(case: Case, index: int) -> bool:
    """Whether Windows said of a load that another program holds a file; it may have let go of it since."""
    observed = case.loads[index].observed
    number = observed.error.number if observed is not None and observed.error is not None else None
    return case.windows and number in HELD_NUMBERS


# glibc, elf/dl-version.c and dl-lookup.c; musl, ldso/dynlink.c (`do_relocs`). The names stand in every language.
SYMBOL_MISSING = (
    re.compile(r"version [`'\"](?P<symbol>[\w.]+)[`'\"] not found \(required by (?P<user>[^)]+)\)"),
    re.compile(r"^(?P<user>/[^:]+): undefined symbol: (?P<symbol>[^\s,]+)"),
    re.compile(r"Error relocating (?P<user>[^:]+): (?P<symbol>\S+): symbol not found"),
)


def said(case: Case, index: int) -> str:
    """What the loader said when a load failed; empty where it said nothing or the load did not fail."""
    observed = case.loads[index].observed
    return observed.error.text if observed is not None and observed.error is not None else ""


def file_named(text: str) -> str:
    """The file that a message of glibc's begins with."""
    return text.partition(": ")[0]
