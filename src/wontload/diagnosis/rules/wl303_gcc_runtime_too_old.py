"""WL303: libstdc++, libgcc or another library of GCC's is too old."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import evidence, symbol_findings
from wontload.diagnosis.c_library import image_of
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding
from wontload.diagnosis.unbound import Unbound
from wontload.diagnosis.words import listed
from wontload.knowledge.symbol_versions import gcc_of, numbers


def gcc_runtime_too_old(case: Case) -> Iterator[Finding]:
    """A file was built with a newer GCC than the runtime library that the loader found is of.

    Where a newer copy of the library is on this machine, and another wins, it is WL206.
    """
    for group in symbol_findings.grouped(case, "WL303", lambda one: one.library):
        newest = max(symbol_findings.symbols(group), key=lambda one: (numbers(gcc_of(one) or ""), numbers(one)))
        gcc = gcc_of(newest)
        users = listed(symbol_findings.users(case, group))
        of = f" of GCC {gcc}" if gcc else ""
        yield symbol_findings.finding(
            case,
            group,
            code="WL303",
            title=f"{group[0].library} is too old here: {users} needs {newest}{of}",
            facts=(*_found(case, group[0]), *evidence.of_components((group[0].library,))),
            explanation="The file was built with a newer GCC than this library is of. Newer ones serve older programs, "
            "so one new copy that comes first suits all.",
        )


def _found(case: Case, one: Unbound) -> Iterator[Evidence]:
    """Which copy is loaded, and up to which version it goes."""
    path = one.provider.path if one.provider else None
    image = image_of(case, path)
    if path is None or image is None:
        return
    prefix = one.symbol.rstrip("0123456789.")
    own = [version for version in image.versions_defined if version.startswith(prefix) and version[-1].isdigit()]
    newest = max(own, key=numbers, default="")
    gcc = f" (GCC {gcc_of(newest)})" if newest and gcc_of(newest) else ""
    text = f"{path} is the one that is loaded" + (f"; its newest is {newest}{gcc}" if newest else "")
    yield Evidence("file", text, {"path": path, "newest": newest, "rule": one.provider.rule if one.provider else None})
