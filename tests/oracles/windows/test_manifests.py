"""Manifests of DLLs: the activation context under which a module's own imports are sought."""

from __future__ import annotations

import pytest

from tests.oracles.windows.world import Dll, World

pytestmark = pytest.mark.oracle("wine", "mingw")

A = r"{lib}\a.dll"
HEAD = '<?xml version="1.0"?><assembly xmlns="urn:schemas-microsoft-com:asm.v1" manifestVersion="1.0">'
VC90 = ("Microsoft.VC90.CRT", "9.0.21022.8", "1fc8b3b9a1e18e3b")
COMMON_CONTROLS = ("Microsoft.Windows.Common-Controls", "6.0.0.0", "6595b64144ccf1df")


def identity(name: str, version: str = "1.0.0.0", token: str = "") -> str:
    key = f' publicKeyToken="{token}"' if token else ""
    return f'<assemblyIdentity type="win32" name="{name}" version="{version}" processorArchitecture="amd64"{key}/>'


def wants(*assemblies: tuple[str, ...], files: tuple[str, ...] = (), optional: bool = False) -> str:
    """A manifest that depends on assemblies, and has files of its own."""
    may = ' optional="yes"' if optional else ""
    asked = (
        f"<dependency{may}><dependentAssembly>{identity(*one)}</dependentAssembly></dependency>" for one in assemblies
    )
    return HEAD + "".join((*asked, *(f'<file name="{file}"/>' for file in files))) + "</assembly>"


def describes(name: str, *files: str, version: str = "1.0.0.0", needs: tuple[tuple[str, ...], ...] = ()) -> str:
    """An assembly's manifest."""
    return wants(*needs, files=files).replace(HEAD, HEAD + identity(name, version))


def importer(manifest: str, *needs: str, number: int = 2) -> Dll:
    return Dll(needs=needs or ("b.dll",), manifest=manifest, manifest_number=number)


PRIVATE = wants(("My.Assembly",))
DESCRIBED = Dll(what="manifest", manifest=describes("My.Assembly", "b.dll"))
B_ELSEWHERE = {("lib", "b.dll"): Dll(), ("lib", "my.assembly/b.dll"): Dll()}
STORE = {
    "a part of the store": World({("lib", "a.dll"): importer(wants(VC90), "msvcr90.dll")}, A),
    "an older build asked for": World(
        {("lib", "a.dll"): importer(wants((VC90[0], "9.0.1.1", VC90[2])), "msvcr90.dll")}, A
    ),
    "a newer build asked for": World(
        {("lib", "a.dll"): importer(wants((VC90[0], "9.0.99999.1", VC90[2])), "b.dll"), ("lib", "b.dll"): Dll()}, A
    ),
    "another minor version": World(
        {("lib", "a.dll"): importer(wants((VC90[0], "9.1.0.0", VC90[2])), "b.dll"), ("lib", "b.dll"): Dll()}, A
    ),
    "the common controls": World({("lib", "a.dll"): importer(wants(COMMON_CONTROLS), "comctl32.dll")}, A),
    "not of an importer without manifest": World(
        {("lib", "a.dll"): Dll(needs=("c.dll", "msvcr90.dll")), ("lib", "c.dll"): importer(wants(VC90), "msvcr90.dll")},
        A,
    ),
    "of the importer, for what it brings in": World(
        {("lib", "a.dll"): importer(wants(VC90), "c.dll"), ("lib", "c.dll"): Dll(needs=("msvcr90.dll",))}, A
    ),
    "a copy beside it": World(
        {("lib", "a.dll"): importer(wants(VC90), "msvcr90.dll"), ("lib", "msvcr90.dll"): Dll()}, A
    ),
}
BESIDE = {
    "in a directory of its name": World(
        {("lib", "a.dll"): importer(PRIVATE), ("lib", "My.Assembly/My.Assembly.manifest"): DESCRIBED,
         ("lib", "My.Assembly/b.dll"): Dll(), ("lib", "b.dll"): Dll()}, A),
    "beside it": World(
        {("lib", "a.dll"): importer(PRIVATE), ("lib", "My.Assembly.manifest"): DESCRIBED, ("lib", "b.dll"): Dll(),
         ("added one", "b.dll"): Dll()}, A, added=["added one"]),
    "a manifest inside a DLL of its name": World(
        {("lib", "a.dll"): importer(PRIVATE, "My.Assembly.dll"),
         ("lib", "My.Assembly/My.Assembly.dll"):
             Dll(manifest=describes("My.Assembly", "My.Assembly.dll"), manifest_number=1),
         ("lib", "My.Assembly.dll"): Dll(what="text")}, A),
    "the importer's own, of which it has no files": World(
        {("lib", "sub/a.dll"): importer(describes("My.Assembly", needs=(("My.Assembly",),))),
         ("lib", "sub/My.Assembly.manifest"): DESCRIBED, ("lib", "sub/b.dll"): Dll(),
         ("lib", "x.dll"): Dll(needs=(r"sub\a.dll",))}, r"{lib}\x.dll"),
    "found by no search of this load": World(
        {("lib", "sub/a.dll"): importer(PRIVATE), ("lib", "sub/My.Assembly.manifest"): DESCRIBED,
         ("lib", "sub/b.dll"): Dll(), ("lib", "x.dll"): Dll(needs=(r"sub\a.dll",))}, r"{lib}\x.dll"),
    "another version": World(
        {("lib", "a.dll"): importer(PRIVATE), ("lib", "b.dll"): Dll(), ("lib", "My.Assembly/b.dll"): Dll(),
         ("lib", "My.Assembly/My.Assembly.manifest"):
             Dll(what="manifest", manifest=describes("My.Assembly", "b.dll", version="2.0.0.0"))}, A),
    "an assembly that needs another": World(
        {("lib", "a.dll"): importer(PRIVATE, "c.dll"), ("lib", "c.dll"): Dll(),
         ("lib", "My.Assembly/My.Assembly.manifest"):
             Dll(what="manifest", manifest=describes("My.Assembly", "b.dll", needs=(("Other",),))),
         ("lib", "Other/Other.manifest"): Dll(what="manifest", manifest=describes("Other", "c.dll")),
         ("lib", "Other/c.dll"): Dll()}, A),
    "its file is not there": World(
        {("lib", "a.dll"): importer(PRIVATE), ("lib", "My.Assembly/My.Assembly.manifest"): DESCRIBED,
         ("lib", "b.dll"): Dll()}, A),
}  # fmt: skip
OWN_FILES = {
    "in a directory that is not searched": World(
        {
            ("lib", "x.dll"): Dll(needs=(r"sub\a.dll",)),
            ("lib", "sub/a.dll"): importer(wants(files=("b.dll",))),
            ("lib", "sub/b.dll"): Dll(),
        },
        r"{lib}\x.dll",
    ),
    "whatever is loaded already": World(
        {
            ("lib", "a.dll"): importer(wants(files=("B.dll",))),
            ("lib", "b.dll"): Dll(),
            ("added one", "b.dll"): Dll(),
        },
        A,
        preload=[r"{added one}\b.dll"],
    ),
}
WITHOUT_EFFECT = {
    "number 1": World({("lib", "a.dll"): importer(wants(VC90), "msvcr90.dll", number=1)}, A),
    "number 3": World({("lib", "a.dll"): importer(wants(VC90), "msvcr90.dll", number=3)}, A),
    "a file of that name": World(
        {
            ("lib", "a.dll"): Dll(needs=("msvcr90.dll",)),
            ("lib", "a.dll.2.manifest"): Dll(what="manifest", manifest=wants(VC90)),
            ("lib", "a.dll.manifest"): Dll(what="manifest", manifest=wants(VC90)),
        },
        A,
    ),
    "no dependency": World({("lib", "a.dll"): importer(wants()), ("lib", "b.dll"): Dll()}, A),
}
ABSENT = {
    "nowhere": World({("lib", "a.dll"): importer(PRIVATE), ("lib", "b.dll"): Dll()}, A),
    "nowhere, and one that is there": World(
        {("lib", "a.dll"): importer(wants(VC90, ("My.Assembly",)), "msvcr90.dll")}, A
    ),
    "nowhere and optional, and one that is there": World(
        {
            ("lib", "a.dll"): importer(
                wants(VC90).replace("</assembly>", wants(("My.Assembly",), optional=True).removeprefix(HEAD)),
                "msvcr90.dll",
            )
        },
        A,
    ),
    "nowhere and optional": World(
        {("lib", "a.dll"): importer(wants(("My.Assembly",), optional=True)), ("lib", "b.dll"): Dll()}, A
    ),
}


B_PRIVATE = {("lib", "b.dll"): Dll(), ("lib", "P/b.dll"): Dll(), ("lib", "Q/b.dll"): Dll()}


def described(place: str, name: str, *files: str, **more: object) -> dict[tuple[str, str], Dll]:
    """An assembly's manifest in a place beside its user."""
    return {("lib", f"{place}.manifest"): Dll(what="manifest", manifest=describes(name, *files, **more))}  # type: ignore[arg-type]


def asks(*assemblies: tuple[str, ...], files: tuple[str, ...] = (), **others: Dll) -> World:
    """`a.dll` has a manifest that asks for assemblies, and needs `b.dll`, of which there are three."""
    made = {("lib", name): one for name, one in others.items()}
    return World({("lib", "a.dll"): importer(wants(*assemblies, files=files)), **B_PRIVATE, **made}, A)


def with_files(world: World, *more: dict[tuple[str, str], Dll]) -> World:
    return World({**world.files, **{key: one for part in more for key, one in part.items()}}, world.name)


P, Q = ("P",), ("Q",)
HAS_B = described("P/P", "P", "b.dll")
SEVERAL = {
    "two, the first first": with_files(asks(P, Q), HAS_B, described("Q/Q", "Q", "b.dll")),
    "two, the other first": with_files(asks(Q, P), HAS_B, described("Q/Q", "Q", "b.dll")),
    "a file of its own first": with_files(asks(P, files=("b.dll",)), HAS_B),
    "a circle": with_files(asks(P), described("P/P", "P", needs=(Q,)), described("Q/Q", "Q", "b.dll", needs=(P,))),
    "one that needs itself": with_files(asks(P), described("P/P", "P", "b.dll", needs=(P,))),
    "one that needs what is nowhere": with_files(asks(P), described("P/P", "P", "b.dll", needs=(("R",),))),
    "one that needs another, inside its own directory": with_files(
        asks(P), described("P/P", "P", needs=(Q,)), described("P/Q/Q", "Q", "b.dll")
    ),
    "one that needs a part of the store": with_files(asks(P), described("P/P", "P", "b.dll", needs=(VC90,))),
    "two versions, of which one is there": with_files(asks(("P", "3.0.0.0"), P), HAS_B),
    "two versions, in two places": with_files(asks(P, ("P", "2.0.0.0")), HAS_B, described("P", "P", version="2.0.0.0")),
    "of another name": with_files(asks(P), described("P/P", "Other", "b.dll")),
    "another version before it": with_files(asks(P), HAS_B, described("P", "P", version="2.0.0.0")),
    "a library of its name without a manifest": with_files(asks(P), HAS_B, {("lib", "P/P.dll"): Dll()}),
    "a part of the store without a key": World(
        {("lib", "a.dll"): importer(wants((VC90[0], VC90[1])), "msvcr90.dll")}, A
    ),
}
VERSIONS = ("", "1", "1.0", "1.0.0", "01.0.0.0", "1.0.0.1", "1.0.0.0.0", "65536.0.0.0", "one")
ODD = {
    "no version of manifests": wants(P).replace(' manifestVersion="1.0"', ""),
    "another version of manifests": wants(P).replace('manifestVersion="1.0"', 'manifestVersion="2.0"'),
    "no namespace": wants(P).replace(' xmlns="urn:schemas-microsoft-com:asm.v1"', ""),
    "not closed": wants(P).replace("</assembly>", ""),
    "cut": wants(P)[:150],
    "names in capitals": wants(P).replace("dependency", "Dependency"),
    "no manifest": "hello",
}


@pytest.mark.parametrize("world", SEVERAL.values(), ids=SEVERAL)
def test_several_assemblies(agree, world):
    agree(world)


@pytest.mark.parametrize("version", VERSIONS)
def test_versions_are_numbers(agree, version):
    agree(with_files(asks(("P", version)), HAS_B))
    agree(with_files(asks(P), described("P/P", "P", "b.dll", version=version)))


@pytest.mark.parametrize("manifest", ODD.values(), ids=ODD)
def test_what_is_no_manifest(agree, manifest):
    agree(with_files(asks(), HAS_B, {("lib", "a.dll"): importer(manifest)}))


def test_a_manifest_that_asks_for_nothing_is_an_empty_context(agree):
    for own, path in ((importer(wants()), "b.dll"), (Dll(needs=("b.dll",)), r"p\b.dll")):
        outcome = agree(
            with_files(asks(P), HAS_B, {("lib", "a.dll"): importer(wants(P), "c.dll"), ("lib", "c.dll"): own})
        )
        assert outcome.mapped[-1].endswith(rf"lib\{path}")


@pytest.mark.parametrize("world", STORE.values(), ids=STORE)
def test_assemblies_of_the_store(agree, world):
    agree(world)


@pytest.mark.parametrize("world", BESIDE.values(), ids=BESIDE)
def test_assemblies_beside_their_user(agree, world):
    agree(world)


@pytest.mark.parametrize("world", OWN_FILES.values(), ids=OWN_FILES)
def test_files_of_the_manifest_itself(agree, world):
    agree(world)


@pytest.mark.parametrize("world", WITHOUT_EFFECT.values(), ids=WITHOUT_EFFECT)
def test_manifests_without_effect(agree, world):
    agree(world)


@pytest.mark.parametrize("world", ABSENT.values(), ids=ABSENT)
def test_a_missing_assembly_which_wine_lets_pass(agree, world):
    agree(world)
