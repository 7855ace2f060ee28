"""WL602: no room for static TLS."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis import blame, evidence
from wontload.diagnosis.c_library import image_of
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Evidence, Finding, Severity
from wontload.diagnosis.messages import STATIC_TLS, file_named, said
from wontload.diagnosis.unbound import Unbound, unbound_of
from wontload.loader import Module
from wontload.loader.glibc.tls import NO_ROOM

USERS_SHOWN = 6


def no_static_tls(case: Case) -> Iterator[Finding]:
    """A library wants its thread-local data in the block that every thread gets at its start, and that is full.

    musl has no such spare room at all: it refuses every library of this kind that is not there when the process starts.
    """
    for one in unbound_of(case):
        if one.code == "WL602":
            yield _of_musl(case, one)
    for index in range(len(case.loads) if case.machine.system.libc == "glibc" else 0):
        if case.load_failed(index) and (module := _foreseen(case, index) or _module(case, index, said(case, index))):
            yield _of_glibc(case, index, module)


def is_refused_for_tls(case: Case, index: int) -> bool:
    """Whether the loader refused a load for want of static TLS, which the model foresees on x86 alone."""
    return _module(case, index, said(case, index)) is not None


def _foreseen(case: Case, index: int) -> Module | None:
    """The module for which the model of the loader finds no room."""
    simulated = case.loads[index].simulated
    return next((one for one in (simulated.modules if simulated else ()) if NO_ROOM in str(one.error)), None)


def _module(case: Case, index: int, text: str) -> Module | None:
    """The module that the loader's message names, if that is about TLS and the module has thread-local data."""
    if not STATIC_TLS.search(text):
        return None
    simulated, name = case.loads[index].simulated, file_named(text)
    for module in simulated.modules if simulated else ():
        if module.path and case.path_module.basename(module.path) == case.path_module.basename(name):
            image = image_of(case, module.path)
            if image is None or image.static_tls or image.tls_bytes:
                return module
    return None


def _of_glibc(case: Case, index: int, module: Module) -> Finding:
    path = module.path or module.name
    name = case.path_module.basename(path)
    return Finding(
        code="WL602",
        severity=Severity.ERROR if case.is_fatal(index) else Severity.WARNING,
        title=f"no room is left for the static TLS of {name}",
        subject=name,
        chain=case.chain(index, module),
        evidence=(
            evidence.of_request(case, index),
            *evidence.of_observation(case, index),
            *((Evidence("simulated", module.reason, {"path": path}),) if module.reason else _needs(case, path)),
            *_users(case, index, path),
        ),
        explanation="Its thread-local data must lie in a block that each thread gets when it starts. glibc keeps a "
        "little room to spare in it for libraries that come later, and the earlier ones have used that up. What is "
        "loaded first finds room: importing the package before the others, LD_PRELOAD, or a larger "
        "GLIBC_TUNABLES=glibc.rtld.optional_static_tls helps.",
        explains_error=blame.explains(case, index, (module,)) if module.error else case.is_fatal(index),
        load=index,
    )


def _needs(case: Case, path: str) -> Iterator[Evidence]:
    image = image_of(case, path)
    if image is not None and image.tls_bytes:
        kind = "static TLS (initial-exec)" if image.static_tls else "thread-local data"
        yield Evidence(
            "file", f"{path} needs {image.tls_bytes} bytes of {kind}", {"path": path, "bytes": image.tls_bytes}
        )


def _users(case: Case, index: int, own: str) -> Iterator[Evidence]:
    """Who has used the room: libraries with static TLS that the process had before, the largest first."""
    found = []
    for path in case.loads[index].request.process.modules[1:]:
        image = image_of(case, path)
        if image is not None and image.static_tls and image.tls_bytes and path != own:
            found.append((image.tls_bytes, path))
    for size, path in sorted(found, reverse=True)[:USERS_SHOWN]:
        yield Evidence("file", f"{path} was there before and has {size} bytes of it", {"path": path, "bytes": size})


def _of_musl(case: Case, one: Unbound) -> Finding:
    path = one.module.path or one.module.name
    name = case.path_module.basename(path)
    return Finding(
        code="WL602",
        severity=Severity.ERROR if case.is_fatal(one.load) else Severity.WARNING,
        title=f"{name} wants static TLS, which musl has for what is there at the start alone",
        subject=name,
        chain=case.chain(one.load, one.module),
        evidence=(
            evidence.of_request(case, one.load),
            *evidence.of_observation(case, one.load),
            Evidence("simulated", f"{path}: {one.module.reason}", {"path": path, "symbol": one.symbol}),
            *_needs(case, path),
        ),
        explanation="The library was compiled with -ftls-model=initial-exec, or linked from code for programs. musl "
        "gives no room for that to libraries that come later: LD_PRELOAD loads it at the start, and a build without "
        "that option does not need it.",
        explains_error=blame.explains(case, one.load, (one.module,)),
        load=one.load,
    )
