"""What the operating system's loader would do with a library, worked out without loading it.

One package for each loader: `windows`, `glibc`, `musl`, `dyld`. Each has one entry point, `load(machine, request)`, and
is pure: no file, clock or environment variable is read but through the `Machine`, which holds everything a loader may
know. So the same code judges this computer, somebody's snapshot, and a computer with a fix nobody has applied yet.
`find_library` beside them is no loader: what Python code asks before it asks one.

Not here: what really happened (`probe`), what it means (`diagnosis`), what to do about it (`remedy`).
Start with `rules.py` in one of them; every rule there meets the real loader in `tests/oracles/`, but for dyld's, which
no real one has confirmed.
"""

from wontload.loader.result import LoadResult, Module, SearchedPlace, Status, Tried, Verdict
from wontload.machine import FIND_LIBRARY, LoadRequest, Machine

__all__ = ["LoadResult", "Module", "SearchedPlace", "Status", "Tried", "Verdict", "load", "prepare"]


def load(machine: Machine, request: LoadRequest) -> LoadResult:
    """Work out one load by the rules of the machine's own loader.

    A system whose loader is not known gives `undetermined`, with the sentence that says so. What asks no loader but
    `ctypes.util.find_library` is answered as that would, and then loaded.
    """
    if request.kind == FIND_LIBRARY:
        from wontload.loader import find_library

        return find_library.load(machine, request)
    if machine.system.name == "windows":
        from wontload.loader import windows

        return windows.load(machine, request)
    if machine.system.name == "macos":
        from wontload.loader import dyld

        return dyld.load(machine, request)
    if machine.system.libc == "glibc":
        from wontload.loader import glibc

        return glibc.load(machine, request)
    if machine.system.libc == "musl":
        from wontload.loader import musl

        return musl.load(machine, request)
    return _without_model(machine, request)


def prepare(platform: str) -> None:
    """Import what `load` takes on such a platform (as `sys.platform` names it), while there is nothing else to do."""
    from importlib import import_module

    model = {"win32": "windows", "darwin": "dyld"}.get(platform, "glibc")
    import_module(f"wontload.loader.{model}.walk")


def _without_model(machine: Machine, request: LoadRequest) -> LoadResult:
    name = machine.system.libc or machine.system.name
    first = Module(name=request.name, path=request.name, status=Status.LOADED, needed_by=None, rule="explicit_path")
    return LoadResult(
        request=request,
        verdict=Verdict.UNDETERMINED,
        error=None,
        modules=(first,),
        would_settle=(f"wontload has no model of the {name} loader yet: only a real import tells.",),
    )
