"""Modules that are there already, modules that others bring in, and their order."""

from __future__ import annotations

import pytest

from tests.oracles.windows.world import CHANGES, Dll, World

pytestmark = pytest.mark.oracle("wine", "mingw")

A = r"{lib}\a.dll"
# python.exe's manifest asks for version 6 of them.
COMMON_CONTROLS = {
    "a bare name": World({}, "comctl32.dll", flags=0),
    "a dependency": World({("lib", "a.dll"): Dll(needs=("COMCTL32.dll",))}, A),
    "a copy beside the file": World(
        {("lib", "a.dll"): Dll(needs=("comctl32.dll",)), ("lib", "comctl32.dll"): Dll()}, A
    ),
    "System32's is there already": World({}, "comctl32", preload=[r"C:\windows\system32\comctl32.dll"]),
    "by its path": World({}, r"C:\windows\system32\comctl32.dll"),
}
CHAIN = {
    ("lib", "a.dll"): Dll(needs=("b.dll", "c.dll")),
    ("lib", "b.dll"): Dll(needs=("c.dll",)),
    ("lib", "c.dll"): Dll(),
}
ALREADY = {
    "a dependency, from elsewhere": World(
        {**CHAIN, ("else where", "b.dll"): Dll()}, A, preload=[r"{else where}\b.dll"]
    ),
    "the file itself": World(CHAIN, A, preload=[A]),
    "a file of the same name elsewhere": World(
        {**CHAIN, ("else where", "a.dll"): Dll()}, A, preload=[r"{else where}\a.dll"]
    ),
    "and a dependency imports that name": World(
        {**CHAIN, ("lib", "b.dll"): Dll(needs=("a.dll",)), ("else where", "a.dll"): Dll()},
        A,
        preload=[r"{else where}\a.dll"],
    ),
    "a bare name": World(CHAIN, "a", flags=0x1000, preload=[A]),
    "through a link of another name": World(
        {**CHAIN, ("lib", "z.dll"): Dll(what="link", link_to="a.dll")}, r"{lib}\z.dll", preload=[A]
    ),
    "a dependency through a link of another name": World(
        {**CHAIN, ("lib", "c.dll"): Dll(what="link", link_to="b.dll")}, A
    ),
    "python3.dll, loaded by the interpreter": World(
        {("lib", "a.dll"): Dll(needs=(("python311.dll", ("Py_IncRef",)),))}, A
    ),
}
GRAPHS = {
    "a chain": World(CHAIN, A),
    "a cycle": World(
        {
            ("lib", "a.dll"): Dll(needs=("b.dll",)),
            ("lib", "b.dll"): Dll(needs=("a.dll", "c.dll")),
            ("lib", "c.dll"): Dll(needs=("b.dll",)),
        },
        A,
    ),
    "a missing one first": World({**CHAIN, ("lib", "a.dll"): Dll(needs=("x.dll", "b.dll"))}, A),
    "a missing one deep": World({**CHAIN, ("lib", "c.dll"): Dll(needs=("x.dll",))}, A),
    "a missing delay load": World({("lib", "a.dll"): Dll(delay=("nosuch.dll",))}, A),
    "Windows' own": World({("lib", "a.dll"): Dll(needs=(("winhttp.dll", ("WinHttpOpen",)),))}, A),
    "KnownDLLs, which Wine lets others get ahead of": World(
        {("lib", "a.dll"): Dll(needs=("psapi.dll",)), ("lib", "psapi.dll"): Dll()}, A
    ),
    "DependentLoadFlags, which Wine ignores": World(
        {("lib", "a.dll"): Dll(needs=("b.dll",), dependent_load_flags=0x800), ("lib", "b.dll"): Dll()}, A
    ),
    "a missing symbol, which Wine lets pass": World(
        {("lib", "a.dll"): Dll(needs=(("b.dll", ("nosuch", 77)),)), ("lib", "b.dll"): Dll()}, A
    ),
}
API_SETS = {
    "hosted": World({("lib", "a.dll"): Dll(needs=(("api-ms-win-core-file-l1-1-0.dll", ("CreateFileW",)),))}, A),
    "whatever the case and the last number": World(
        {("lib", "a.dll"): Dll(needs=("API-MS-win-core-file-l1-1-99.dll",))}, A
    ),
    "a file beside it does not count": World(
        {
            ("lib", "a.dll"): Dll(needs=("api-ms-win-core-file-l1-1-0.dll",)),
            ("lib", "api-ms-win-core-file-l1-1-0.dll"): Dll(),
        },
        A,
    ),
    "unless asked for by path": World(
        {("lib", "api-ms-win-core-file-l1-1-0.dll"): Dll()}, r"{lib}\api-ms-win-core-file-l1-1-0.dll"
    ),
    "not in the schema": World({("lib", "a.dll"): Dll(needs=("api-ms-win-nosuch-l1-1-0.dll",))}, A),
    "not in the schema, and a file has the name": World(
        {
            ("lib", "a.dll"): Dll(needs=("api-ms-win-nosuch-l1-1-0.dll",)),
            ("lib", "api-ms-win-nosuch-l1-1-0.dll"): Dll(),
        },
        A,
    ),
    "asked for itself": World({}, "api-ms-win-crt-runtime-l1-1-0.dll", flags=0),
    "not hosted": World({("lib", "a.dll"): Dll(needs=("api-ms-win-deprecated-apis-advapi-l1-1-0.dll",))}, A),
}


@pytest.mark.parametrize("world", ALREADY.values(), ids=ALREADY)
def test_already_loaded(agree, world):
    agree(world)


@pytest.mark.parametrize("world", GRAPHS.values(), ids=GRAPHS)
def test_order_and_verdict_of_graphs(agree, world):
    agree(world)


@pytest.mark.parametrize("world", API_SETS.values(), ids=API_SETS)
def test_api_sets(agree, world):
    agree(world)


@pytest.mark.parametrize("world", COMMON_CONTROLS.values(), ids=COMMON_CONTROLS)
def test_common_controls(agree, world):
    agree(world)


@pytest.mark.parametrize("takes", [("wl",), ("fw",), ("fw", "wl", 1), ("nobody",)], ids=str)
@pytest.mark.parametrize("change", CHANGES)
def test_import_tables_that_mislead(agree, change, takes):
    """Of two tables of an import one has hints and the other what a binder wrote; the names are in the first."""
    made = {"a.dll": Dll(needs=(("b.dll", takes), "c.dll"), what=change), "b.dll": Dll(forwards=(("fw", "f.wl"),))}
    made |= {"c.dll": Dll(what=change), "f.dll": Dll(needs=("c.dll",), what=change)}
    assert agree(World({("lib", name): one for name, one in made.items()}, A)).error == 0


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_missing_in_a_table_that_misleads(agree, change):
    assert agree(World({("lib", "a.dll"): Dll(needs=("nowhere.dll",), what=change)}, A)).error == 126
