"""What dyld's source says of searching and loading. No real dyld is to be had here; see docs/loaders-macho.md."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.loader.macos_machine import CRYPTEX, HOME, PYTHON, SYSTEM_LIBRARY, load_on, macho, module
from wontload.binary import Defect, Format, Image, MalformedImage
from wontload.loader import LoadResult, Status, Verdict
from wontload.loader import load as load_anywhere
from wontload.machine import LoadRequest, Machine, Process, System
from wontload.machine.memory import MemoryFiles

A, B = "/x/liba.dylib", "/y/libb.dylib"


def tried(result: LoadResult, name: str) -> list[tuple[str, str]]:
    return [(one.rule, one.path) for one in module(result, name).tried]


def test_the_loader_of_a_mac_is_dyld():
    machine = Machine(id="mac", system=System(name="macos", version="14.5"), files=MemoryFiles({}, windows=False))
    process = Process(executable=PYTHON, current_directory=HOME)
    result = load_anywhere(machine, LoadRequest(kind="ctypes", name="/gone.dylib", flags=6, process=process))
    assert result.verdict is Verdict.FAILS
    assert str(result.error).startswith("dlopen(/gone.dylib, 0x0006): tried: ")


def test_a_system_library_has_no_file():
    result = load_on({A: macho(SYSTEM_LIBRARY, "/System/Library/Frameworks/Metal.framework/Versions/A/Metal")}, A)
    assert result.verdict is Verdict.LOADS
    assert [(one.status, one.path, one.rule) for one in result.modules[1:]] == [
        (Status.VIRTUAL, None, "shared_cache"),
        (Status.VIRTUAL, None, "shared_cache"),
    ]


def test_a_known_shared_cache_has_what_it_lists():
    files = {A: macho("/usr/lib/libz.1.dylib", "/usr/lib/swift/libswiftCore.dylib", "/usr/lib/libgone.dylib")}
    result = load_on(files, A, cache=frozenset({"/usr/lib/libz.1.dylib", "/usr/lib/swift/"}))
    assert [one.name for one in result.failed] == ["/usr/lib/libgone.dylib"]
    gone = "'/usr/lib/libgone.dylib' (no such file"
    tried = f"{gone}), '{CRYPTEX}/usr/lib/libgone.dylib' (no such file), {gone}, not in dyld cache)"
    assert str(result.error).endswith(f"Reason: tried: {tried}")


def test_a_place_in_usr_lib_proves_nothing_for_what_a_search_proposes():
    assert load_on({}, "libSystem.B.dylib").verdict is Verdict.LOADS
    assert load_on({}, "libcudart.dylib").verdict is Verdict.FAILS


@pytest.mark.parametrize(
    ("rpath", "found"),
    [
        ("@loader_path", "/x/libb.dylib"),
        ("@loader_path/", "/x/libb.dylib"),
        ("@loader_path/../y", "/x/../y/libb.dylib"),
        ("@executable_path/../lib", "/opt/py/lib/libb.dylib"),
        ("/y", "/y/libb.dylib"),
        ("libs", f"{HOME}/libs/libb.dylib"),
    ],
)
def test_rpath(rpath: str, found: str):
    files = {A: macho("@rpath/libb.dylib", rpaths=[rpath]), found: macho(name="@rpath/libb.dylib")}
    result = load_on(files, A)
    assert result.verdict is Verdict.LOADS
    assert (module(result, "@rpath/libb.dylib").rule, result.error) == ("rpath", 0)


def test_rpaths_of_the_whole_chain_count():
    """matthew-brett/delocate#271: the library that asks last has none of its own."""
    files = {
        A: macho("@loader_path/libmiddle.dylib", rpaths=["@loader_path/deep"]),
        "/x/libmiddle.dylib": macho("@rpath/libb.dylib", name="@rpath/libmiddle.dylib"),
        "/x/deep/libb.dylib": macho(name="@rpath/libb.dylib"),
    }
    assert load_on(files, A).verdict is Verdict.LOADS
    assert load_on(files, "/x/libmiddle.dylib").verdict is Verdict.FAILS


def test_rpaths_of_the_caller_and_of_the_executable_count():
    files = {
        A: macho("@rpath/libb.dylib", "@rpath/libc.dylib"),
        PYTHON: macho(rpaths=["@executable_path/../lib"], file_type=2),
        "/opt/py/lib/libb.dylib": macho(name="@rpath/libb.dylib"),
        "/c/call.dylib": macho(rpaths=["@loader_path"], name="/c/call.dylib"),
        "/c/libc.dylib": macho(name="@rpath/libc.dylib"),
    }
    modules = (PYTHON, "/c/call.dylib")
    assert load_on(files, A, modules=modules, caller="/c/call.dylib").verdict is Verdict.LOADS
    assert [one.name for one in load_on(files, A, modules=modules).failed] == ["@rpath/libc.dylib"]


def test_ctypes_calls_from_its_extension_module():
    ctypes = "/opt/py/lib/_ctypes.cpython-311-darwin.so"
    files = {"/t/libt.dylib": macho(name="@rpath/libt.dylib"), ctypes: macho(rpaths=["/t"])}
    assert load_on(files, "libt.dylib", modules=(PYTHON, ctypes)).modules[0].rule == "implicit_rpath"
    assert load_on(files, "libt.dylib", modules=(PYTHON, ctypes), kind="native").verdict is Verdict.FAILS


def test_loader_path_is_where_the_file_really_is():
    files = {"/store/liba.dylib": macho("@loader_path/libb.dylib"), "/store/libb.dylib": macho(name="b")}
    result = load_on(files, "/links/liba.dylib", links={"/links/liba.dylib": "/store/liba.dylib"})
    assert [one.path for one in result.modules] == ["/store/liba.dylib", "/store/libb.dylib"]


def test_dyld_library_path_comes_before_the_path_itself():
    files = {A: macho("/y/libb.dylib"), B: macho(name=B), "/env/libb.dylib": macho(name=B)}
    variables = {"DYLD_LIBRARY_PATH": "/nowhere:/env"}
    result = load_on(files, A, environment=variables)
    assert (module(result, B).rule, module(result, B).path) == ("dyld_library_path", "/env/libb.dylib")
    assert load_on(files, A, environment=variables, secure=True).modules[1].path == B


def test_dyld_library_path_overrides_a_system_library():
    files = {A: macho("/usr/lib/libiconv.2.dylib"), "/brew/libiconv.2.dylib": macho(name="/brew/libiconv.2.dylib")}
    result = load_on(files, A, environment={"DYLD_LIBRARY_PATH": "/brew"})
    assert result.modules[1].path == "/brew/libiconv.2.dylib"


def test_frameworks_have_variables_of_their_own():
    name = "/Library/Frameworks/F.framework/Versions/A/F"
    files = {A: macho(name), "/env/F.framework/Versions/A/F": macho(name=name)}
    assert load_on(files, A, environment={"DYLD_FRAMEWORK_PATH": "/env"}).verdict is Verdict.LOADS
    assert load_on(files, A, environment={"DYLD_FALLBACK_FRAMEWORK_PATH": "/env"}).verdict is Verdict.LOADS
    assert load_on(files, A, environment={"DYLD_LIBRARY_PATH": "/env"}).verdict is Verdict.FAILS


def test_a_bare_name():
    """The order of man dlopen(3), but for the current directory, which a system with a cryptex asks first."""
    result = load_on({}, "libt.dylib", environment={"DYLD_LIBRARY_PATH": "/env", "DYLD_FALLBACK_LIBRARY_PATH": "/fall"})
    assert tried(result, "libt.dylib") == [
        ("dyld_library_path", "/env/libt.dylib"),
        ("explicit_path", f"{HOME}/libt.dylib"),
        ("cryptex", f"{CRYPTEX}libt.dylib"),
        ("usr_lib", "/usr/lib/libt.dylib"),
        ("current_directory", f"{HOME}/libt.dylib"),
        ("dyld_fallback_library_path", "/fall/libt.dylib"),
    ]
    assert load_on({f"{HOME}/libt.dylib": macho(name="t")}, "libt.dylib").modules[0].path == f"{HOME}/libt.dylib"


@pytest.mark.parametrize(("sdk", "loads"), [((13, 3, 0), True), ((14, 0, 0), False), (None, True)])
def test_default_fallbacks_are_for_old_binaries(sdk, loads: bool):
    files = {A: macho("/gone/libb.dylib", sdk=sdk), "/usr/local/lib/libb.dylib": macho(name="b")}
    result = load_on(files, A)
    assert (result.verdict is Verdict.LOADS) is loads
    if loads:
        assert module(result, "/gone/libb.dylib").rule == "default_fallback"
        assert load_on(files, A, secure=True).verdict is Verdict.FAILS  # of a restricted process only /usr/lib counts


def test_an_explicit_path_of_dlopen_has_no_fallback():
    files = {"/usr/local/lib/libb.dylib": macho(name="b")}
    assert load_on(files, "/gone/libb.dylib").verdict is Verdict.FAILS
    assert load_on(files, "/gone/libb.dylib", environment={"DYLD_FALLBACK_LIBRARY_PATH": "/usr/local/lib"}).failed


def test_a_hardened_process_takes_no_relative_path():
    result = load_on({f"{HOME}/libt.dylib": macho(name="t")}, "libt.dylib", secure=True)
    assert result.verdict is Verdict.FAILS
    assert "'libt.dylib' (relative path not allowed in hardened program)" in str(result.error)


def test_already_loaded_under_its_install_name():
    files = {A: macho("@rpath/libb.dylib"), B: macho(name="@rpath/libb.dylib")}
    assert load_on(files, A).verdict is Verdict.FAILS
    result = load_on(files, A, modules=(PYTHON, B))
    assert (result.verdict, result.modules[1].status, result.modules[1].path) == (
        Verdict.LOADS,
        Status.ALREADY_LOADED,
        B,
    )
    assert load_on(files, "libb.dylib", modules=(PYTHON, B)).modules[0].path == B


def test_already_loaded_by_its_file():
    result = load_on({B: macho(name="b")}, "/link.dylib", modules=(PYTHON, B), links={"/link.dylib": B})
    assert (result.modules[0].status, result.modules[0].path) == (Status.ALREADY_LOADED, B)


def test_rtld_noload_asks_what_is_there_and_looks_at_no_file():
    files = {A: macho("/gone.dylib", name=A), B: macho(name=B)}
    result = load_on(files, B, flags=0x12)
    assert (result.verdict, result.error) == (Verdict.FAILS, f"dlopen({B}, 0x0012): ")
    assert result.modules[0].tried == ()
    assert load_on(files, B, flags=0x12, modules=(PYTHON, B)).modules[0].status is Status.ALREADY_LOADED
    assert load_on(files, A, flags=0x12, modules=(PYTHON, A)).verdict is Verdict.LOADS  # and not a second time
    linked = load_on(files, "/link.dylib", flags=0x12, modules=(PYTHON, B), links={"/link.dylib": B})
    assert (linked.verdict, linked.modules[0].path) == (Verdict.LOADS, B)


def test_a_weak_library_may_be_absent_or_unfit():
    files = {A: macho(weak=["/y/gone.dylib", B]), B: macho(name=B, architecture="x86_64")}
    result = load_on(files, A)
    assert (result.verdict, result.error) == (Verdict.LOADS, 0)
    assert module(result, "/y/gone.dylib").status is Status.MISSING
    assert module(result, B).error is None


def test_a_weak_library_that_is_re_exported_is_not_weak():
    weak = macho(weak=["/gone.dylib"])
    assert load_on({A: weak}, A).verdict is Verdict.LOADS
    assert load_on({A: replace(weak, reexports=("/gone.dylib",))}, A).verdict is Verdict.FAILS


def test_a_lazy_library_is_left_alone():
    result = load_on({A: macho(lazy=["/gone.dylib"])}, A)
    assert (result.verdict, result.modules[1].status) == (Verdict.LOADS, Status.DELAYED)


def test_order_of_loading():
    """All that an image needs, then what the first of these needs: neither breadth nor depth first."""
    files = {
        "/a": macho("/b", "/c"),
        "/b": macho("/d", "/c", name="/b"),
        "/c": macho("/e", name="/c"),
        "/d": macho("/f", name="/d"),
        "/e": macho(name="/e"),
        "/f": macho(name="/f"),
    }
    assert [one.path for one in load_on(files, "/a").modules] == ["/a", "/b", "/c", "/d", "/f", "/e"]


def test_a_circle_ends():
    files = {"/a": macho("/b", name="/a"), "/b": macho("/a", "/b", name="/b")}
    assert [one.path for one in load_on(files, "/a").modules] == ["/a", "/b"]


@pytest.mark.parametrize(
    ("image", "architecture", "loads"),
    [
        ({"architecture": "x86_64"}, "aarch64", False),
        ({"architecture": "aarch64"}, "x86_64", False),
        ({"architecture": "arm64e"}, "aarch64", False),
        ({"architecture": "x86_64"}, "x86_64", True),
        ({"architecture": "aarch64"}, "aarch64", True),
    ],
)
def test_architectures(image, architecture: str, loads: bool):
    assert (load_on({A: macho(**image)}, A, architecture=architecture).verdict is Verdict.LOADS) is loads


def test_the_search_goes_on_behind_a_file_for_another_processor():
    files = {
        A: macho("@rpath/libb.dylib", rpaths=["/intel", "/arm"]),
        "/intel/libb.dylib": macho(name="b", architecture="x86_64"),
        "/arm/libb.dylib": macho(name="b"),
    }
    found = module(load_on(files, A), "@rpath/libb.dylib")
    assert found.path == "/arm/libb.dylib"
    assert [one.outcome for one in found.tried if one.path == "/intel/libb.dylib"] == ["passed over"]


def test_the_slice_of_the_process_is_read():
    arm = macho("/only/arm.dylib", slices=("x86_64", "aarch64"))
    both = macho(architecture="x86_64", slices=("x86_64", "aarch64"), read_slice=lambda _: arm)
    assert load_on({A: both}, A, architecture="x86_64").verdict is Verdict.LOADS
    assert [one.name for one in load_on({A: both}, A).failed] == ["/only/arm.dylib"]


def test_a_slice_that_nobody_kept_is_undetermined():
    one_of_two = macho(architecture="x86_64", slices=("x86_64", "aarch64"))
    assert load_on({A: one_of_two}, A).verdict is Verdict.UNDETERMINED


def test_a_newer_minimum_os_is_no_reason():
    assert load_on({A: macho(minimum_os=(26, 0, 0))}, A).verdict is Verdict.LOADS


def test_another_platform_is_one():
    result = load_on({A: macho(platforms=(2,))}, A)
    assert f"'{A}' (mach-o file ({A}), but incompatible platform (have 'iOS', need 'macOS'))" in str(result.error)
    assert load_on({A: macho(platforms=(6, 1))}, A).verdict is Verdict.LOADS


@pytest.mark.parametrize(
    ("file_type", "asked_for", "needed"),
    [(8, True, False), (2, True, False), (6, True, True), (1, False, False)],
)
def test_kinds_of_files(file_type: int, asked_for: bool, needed: bool):
    files = {A: macho(B), B: macho(name=B, file_type=file_type)}
    assert (load_on(files, B).verdict is Verdict.LOADS) is asked_for
    assert (load_on(files, A).verdict is Verdict.LOADS) is needed


@pytest.mark.parametrize(
    ("version", "sdk", "loads"), [("15.5", (15, 4), False), ("15.5", (15, 2), True), ("14.5", (15, 4), True)]
)
def test_a_doubled_rpath(version: str, sdk: tuple[int, ...], loads: bool):
    result = load_on({A: macho(rpaths=["@loader_path", "@loader_path"], sdk=sdk)}, A, version=version)
    assert (result.verdict is Verdict.LOADS) is loads
    assert loads or "(duplicate LC_RPATH '@loader_path')" in str(result.error)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (Image(format=Format.ELF, architecture="aarch64", bits=64), "slice is not valid mach-o file"),
        (MalformedImage(A, Defect.NOT_NATIVE, "it is text", content="text"), "slice is not valid mach-o file"),
        (MalformedImage(A, Defect.TRUNCATED, "", part="headers"), "slice is not valid mach-o file"),
        (MalformedImage(A, Defect.EMPTY, "it is empty"), ""),
        (
            MalformedImage(A, Defect.TRUNCATED, "", part="segments"),
            "segment '__LINKEDIT' load command content extends beyond end of file",
        ),
    ],
)
def test_what_is_no_library(content, why: str):
    result = load_on({A: content}, A)
    assert result.modules[0].status is Status.REFUSED
    assert (
        str(result.error) == f"dlopen({A}, 0x0006): tried: '{A}' ({why}), '{CRYPTEX}{A}' (no such file), '{A}' ({why})"
    )


def test_a_directory_and_what_may_not_be_read():
    assert "'/x' (not a file)" in str(load_on({A: macho()}, "/x").error)
    assert f"'{A}' (open() failed with errno=13)" in str(load_on({}, A, denied=(A,)).error)


def test_what_nobody_knows_is_undetermined():
    result = load_on({A: macho("@rpath/libb.dylib", SYSTEM_LIBRARY, rpaths=["/srv"])}, A, complete=("/x",))
    assert (result.verdict, result.error) == (Verdict.UNDETERMINED, None)
    assert "/srv/libb.dylib" in result.would_settle[0]
    assert load_on({A: None}, A).verdict is Verdict.UNDETERMINED


def test_a_symbol_belongs_to_one_library():
    files = {A: macho((B, ["_gone", "_wl"]), "/z"), B: macho(name=B), "/z": macho(name="/z", exports=("_gone",))}
    result = load_on(files, A)
    assert (result.failed[0].path, result.failed[0].symbol) == (A, "_gone")
    files[B] = macho(name=B, reexports=["/z"])
    assert load_on(files, A).verdict is Verdict.LOADS
    del files["/z"]  # of what the process has loaded, this was never captured
    files[A] = macho((B, ["_gone"]))
    assert load_on(files, A, modules=(PYTHON, B)).verdict is Verdict.LOADS


def test_a_weak_symbol_and_a_system_library_s_may_be_what_they_are():
    assert load_on({A: macho((SYSTEM_LIBRARY, ["_anything"]))}, A).verdict is Verdict.LOADS
    assert load_on({A: macho((B, ["_gone"])), B: macho(name=B, exports=())}, A).verdict is Verdict.LOADS


def test_flat_names_are_judged_where_only_python_can_have_them():
    python = macho(file_type=2, exports=("_PyModule_Create2",))
    files = {PYTHON: python, A: macho(flat=["_PyModule_Create2", "_somewhere"])}
    assert load_on(files, A).verdict is Verdict.LOADS
    files[A] = macho(flat=["_PyInt_FromLong"])
    error = load_on(files, A).error
    assert error == f"dlopen({A}, 0x0006): symbol not found in flat namespace '_PyInt_FromLong'"
    assert load_on({A: files[A]}, A).verdict is Verdict.LOADS  # of that interpreter nothing is known


def test_the_whole_program():
    assert load_on({}, "").verdict is Verdict.LOADS


def test_the_walk_goes_on_behind_a_failure():
    files = {A: macho("/gone1", B, "/gone2"), B: macho("/gone3", name=B)}
    result = load_on(files, A)
    assert [one.name for one in result.failed] == ["/gone1", "/gone2", "/gone3"]
    assert "/gone1" in str(result.error)
    assert "/gone2" not in str(result.error)


def test_the_places_of_a_search():
    files = {A: macho(rpaths=["@loader_path/.dylibs", "/y"])}
    assert [(one.rule, one.directory) for one in load_on(files, A).search_order] == [
        ("rpath", "/x/.dylibs"),
        ("rpath", "/y"),
    ]
