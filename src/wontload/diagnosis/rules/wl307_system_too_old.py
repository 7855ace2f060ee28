"""WL307: the operating system is too old."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from wontload.diagnosis import grouping, symbol_findings
from wontload.diagnosis.c_library import image_of
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding
from wontload.diagnosis.missing import Missing, asking_newer_kernel
from wontload.diagnosis.words import are, listed
from wontload.knowledge.symbol_versions import numbers

UNIVERSAL_CRT = "api-ms-win-crt-"


def system_too_old(case: Case) -> Iterator[Finding]:
    """The code takes what a newer system has: a contract, a procedure of one of its libraries, on Linux the kernel.

    glibc, which is Linux' part of this, is WL302. A runtime that comes with a compiler is WL303 or WL305.
    """
    contracts = []
    for group in grouping.grouped(case, "WL307"):
        if asking_newer_kernel(case, group[0].module):
            yield _of_kernel(case, group)
        else:
            contracts.append(_of_contracts(case, group))
    symbols = [_of_symbols(case, group) for group in symbol_findings.grouped(case, "WL307")]
    for finding in contracts:
        same = [one for one in symbols if one.severity is finding.severity]
        symbols = [one for one in symbols if one not in same]
        yield replace(
            finding,
            also=(*finding.also, *(name for one in same for name in (one.subject, *one.also))),
            evidence=(*finding.evidence, *(item for one in same for item in one.evidence if item.kind == "simulated")),
            explains_error=finding.explains_error or any(one.explains_error for one in same),
        )
    yield from symbols


def _of_contracts(case: Case, group: tuple[Missing, ...]) -> Finding:
    names = grouping.names(group)
    crt = any(name.lower().startswith(UNIVERSAL_CRT) for name in names)
    return grouping.finding(
        case,
        group,
        code="WL307",
        title=f"{listed(names)} {are(names)} no part of this {_system(case)}",
        evidence=(
            Evidence("simulated", "the API-set schema of this Windows gives it no host", {"names": list(names)}),
            *_made_for(case, group[0].module.needed_by),
        ),
        explanation="Such names stand for parts of Windows, and no file provides them: the code is made for a newer "
        "Windows."
        + (
            " These are the Universal C Runtime's, which Windows Update brings to older ones (KB2999226)."
            if crt
            else ""
        ),
    )


def _of_kernel(case: Case, group: tuple[Missing, ...]) -> Finding:
    """Glibc passed over libraries whose note names a later kernel, and says that it cannot find them."""
    names, system = grouping.names(group), case.machine.system
    paths = tuple(dict.fromkeys(path for one in group for path in asking_newer_kernel(case, one.module)))
    asked = {path: ".".join(map(str, image.minimum_os or ())) for path in paths if (image := image_of(case, path))}
    newest = max(asked.values(), key=numbers)
    return grouping.finding(
        case,
        group,
        code="WL307",
        title=f"{listed(names)} {'asks' if len(names) == 1 else 'ask'} for Linux {newest}, and this kernel is "
        f"{system.kernel}: glibc {system.libc_version} passes over such a file",
        evidence=[
            Evidence("file", f"{path} has a note that asks for Linux {version}", {"path": path, "version": version})
            for path, version in asked.items()
        ],
        explanation="The file is there, and the loader says that it cannot be found. glibc asked for this note until "
        "2.35. A container has the kernel of its host, whatever system is in it.",
    )


def _of_symbols(case: Case, group: symbol_findings.Group) -> Finding:
    first = group[0]
    names = symbol_findings.symbols(group)
    users = listed(symbol_findings.users(case, group))
    return symbol_findings.finding(
        case,
        group,
        code="WL307",
        title=f"this {_system(case)} is too old for {users}: its {first.library} has no {listed(names)}",
        facts=tuple(_made_for(case, first.module.path)),
        explanation=f"{first.library} is part of the system and comes with no package: the code is made for a newer "
        "one. Copying the file from a newer system breaks this one.",
    )


def _system(case: Case) -> str:
    system = case.machine.system
    name = {"windows": "Windows", "macos": "macOS"}.get(system.name, "system")
    return f"{name} ({system.version})" if system.version else name


def _made_for(case: Case, path: str | None) -> Iterator[Evidence]:
    """What the file itself says of the least system, where that is newer than this one."""
    image = image_of(case, path)
    version = ".".join(map(str, image.minimum_os)) if image and image.minimum_os else ""
    if version and case.machine.system.name == "macos":
        yield Evidence("file", f"{path} was built for macOS {version} and newer", {"path": path, "version": version})
