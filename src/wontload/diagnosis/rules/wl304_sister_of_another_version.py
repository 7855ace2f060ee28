"""WL304: an undefined symbol, because the file was built against another version of a sister package."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import symbol_findings
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding
from wontload.diagnosis.mangled import readable
from wontload.diagnosis.unbound import Unbound, exports_of, shared_start
from wontload.diagnosis.words import listed

NEAREST_SHOWN = 2
LEAST_LIKENESS = 12  # characters that two names must share to be worth showing; `_ZN3c10` alone says nothing


def sister_of_another_version(case: Case) -> Iterator[Finding]:
    """A library of one package takes a symbol from a library of another package, which does not have it.

    Within one package, or without any, it is WL301. The interpreter's own symbols are WL501.
    """
    for group in symbol_findings.grouped(case, "WL304", lambda one: one.sister and one.sister.name):
        first = group[0]
        users = listed(symbol_findings.users(case, group))
        names = listed([readable(one) for one in symbol_findings.symbols(group)])
        yield symbol_findings.finding(
            case,
            group,
            code="WL304",
            title=f"{users} was built against another version of {first.sister.name if first.sister else first.library}"
            f": {names} is not in the one that is here",
            facts=(*_packages(first), *_nearest(case, first)),
            explanation=f"{_name(first.package) or users} and {_name(first.sister)} are installed in versions that do "
            "not fit each other. Their binary interface changes from release to release: install them together, in "
            "versions that were built for each other.",
        )


def _name(package: object) -> str:
    return str(package) if package is not None else ""


def _packages(one: Unbound) -> Iterator[Evidence]:
    for package in (one.package, one.sister):
        if package is not None:
            known = f"is here in version {package.version}" if package.version else "has no record of its version"
            text = f"{package.name} {known}"
            yield Evidence("record", text, {"package": package.name, "version": package.version})


def _nearest(case: Case, one: Unbound) -> Iterator[Evidence]:
    """Exports of the sister's that begin as the missing symbol does: the function has changed its arguments."""
    path = one.provider.path if one.provider else None
    found = [(shared_start(name, one.symbol), name) for name in exports_of(case, path)]
    for likeness, name in sorted(found, reverse=True)[:NEAREST_SHOWN]:
        if likeness >= max(LEAST_LIKENESS, len(one.symbol) // 2):
            changed = "; the strings of the two differ in their ABI" if _other_strings(name, one.symbol) else ""
            yield Evidence("file", f"{one.library} has {name}{changed}", {"path": path, "symbol": name})


def _other_strings(one: str, other: str) -> bool:
    """Whether one of two C++ names has the strings of GCC 5 and later, and the other those of before.

    Source: GCC, libstdc++ manual, "Dual ABI" (`_GLIBCXX_USE_CXX11_ABI`).
    """
    return ("__cxx11" in one) != ("__cxx11" in other)
