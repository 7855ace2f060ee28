"""WL301: a symbol or ordinal is missing from the library that should export it."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import symbol_findings
from wontload.diagnosis.c_library import image_of
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding
from wontload.diagnosis.mangled import readable
from wontload.diagnosis.words import are, listed


def symbol_missing(case: Case) -> Iterator[Finding]:
    """Everything was found, and one library lacks what another takes from it.

    A copy elsewhere that has it is WL206. Whose library is too old is WL302 (glibc), WL303 (GCC's), WL305 (Visual
    C++'s), WL307 (the system's), and WL304 where it belongs to another package.
    """
    for group in symbol_findings.grouped(case, "WL301", lambda one: one.library or one.module.path):
        library, names = group[0].library, symbol_findings.symbols(group)
        what = listed([readable(name) for name in names])
        users = listed(symbol_findings.users(case, group))
        where = f"missing from {library}" if library else "defined by nothing that is loaded"
        yield symbol_findings.finding(
            case,
            group,
            code="WL301",
            title=f"{what} {are(names)} {where}, and {users} needs {'it' if len(names) == 1 else 'them'}",
            facts=tuple(_provider(case, group)),
            explanation=_explanation(case, group),
        )


def _provider(case: Case, group: symbol_findings.Group) -> Iterator[Evidence]:
    for one in group[:1]:
        image = image_of(case, one.provider.path if one.provider else None)
        if one.provider is not None and image is not None:
            version = symbol_findings.version_of(case, one)
            text = f"{one.provider.path} is the {one.library} that is loaded" + (
                f", version {version}" if version else ""
            )
            yield Evidence("file", text, {"path": one.provider.path, "version": version, "rule": one.provider.rule})


def _explanation(case: Case, group: symbol_findings.Group) -> str:
    first = group[0]
    if not first.library:
        return (
            "The file was linked in the belief that something else in the process would define this: a library that it "
            "does not name, the program itself, or another version of one that it names."
        )
    number = "182 (ordinal)" if first.symbol.startswith("ordinal ") else "127"
    error = f" Windows gives error {number} for it." if case.windows else ""
    return (
        f"The {first.library} that was found is not the one that the file was linked against: another version, another "
        f"build, or another library of that name.{error}"
    )
