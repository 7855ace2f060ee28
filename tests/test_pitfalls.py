"""What other tools got wrong, by public thread, and the tests that show that we do not.

The threads stand here once; the tests stand with what they are about. Those that are about nothing else follow below.
"""

from __future__ import annotations

import ast
import shutil
import struct
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.loader.test_glibc import dlopen, image
from tests.loader.windows_machine import load_on
from tests.loader.windows_machine import pe as dll
from tests.support.images import pe
from wontload.binary import MalformedImage, parse_image
from wontload.loader import Status
from wontload.machine import System
from wontload.machine.profile import profile_system

ROOT = Path(__file__).parent
OURS = "test_pitfalls.py"
A = r"C:\lib\a.dll"

# Threads, then tests as `file::test`.
PITFALLS = {
    "API-set names match whatever their case, without the last number; the default host is the one without an alias": (
        "lucasg/Dependencies#119 #102 #135",
        "oracles/windows/test_modules.py::test_api_sets",
        "loader/test_windows.py::test_an_api_set_is_its_host",
        "loader/test_windows.py::test_an_api_set_that_this_windows_lacks",
        "binary/test_apiset.py::test_a_built_schema",
    ),
    "ext-ms contracts are optional": (
        "lucasg/Dependencies#39 #43",
        "loader/test_windows.py::test_an_optional_contract_that_is_absent_is_not_settled",
    ),
    "a real api-ms file counts only where the schema has no entry, and old Windows lacks some sets": (
        "lucasg/Dependencies#10 pyinstaller/pyinstaller#6201 chalet-org/chalet#367",
        "oracles/windows/test_modules.py::test_api_sets",
        "loader/test_windows.py::test_a_file_where_the_schema_has_no_entry",
        "loader/test_windows.py::test_an_api_set_that_this_windows_lacks",
    ),
    "KnownDLLs differ for 32 and 64 bits": (
        "lucasg/Dependencies#113",
        f"{OURS}::test_known_dlls_are_those_of_the_process_s_bitness",
    ),
    "the activation context is the process's, unless the DLL's own manifest with number 2 makes one": (
        "lucasg/Dependencies#3 hfiref0x/WinDepends#7",
        "oracles/windows/test_manifests.py::test_assemblies_of_the_store",
        "oracles/windows/test_manifests.py::test_manifests_without_effect",
        "oracles/windows/test_modules.py::test_common_controls",
    ),
    "old delay-load descriptors hold addresses; their stride is 32 bytes; delay imports are not forgotten": (
        "erocarrera/pefile#302 microsoft/SizeBench#41",
        "binary/test_pe.py::test_names_and_ordinals",
        f"{OURS}::test_every_descriptor_of_either_delay_import_form_is_read",
    ),
    "malformed tables": (
        "lief-project/LIEF#1314 #260 erocarrera/pefile#66",
        "binary/test_pe.py::test_without_a_lookup_table_the_address_table_tells",
        "binary/test_pe.py::test_a_bound_address_table_is_not_read",
        "binary/test_hostile.py::test_what_asks_for_much_gets_little",
        f"{OURS}::test_an_address_table_without_end_ends",
        f"{OURS}::test_one_bad_entry_takes_no_library_from_the_others",
    ),
    "a missing delay-loaded file is no error, unless somebody needs it at once too": (
        "lucasg/Dependencies",
        "loader/test_windows.py::test_a_delay_load_is_listed_judged_and_has_no_say",
        "loader/test_windows.py::test_a_delay_load_is_sought_without_the_loads_flags",
        f"{OURS}::test_a_delay_load_that_somebody_needs_at_once_is_missing",
    ),
    "a DLL beside its user is found, system DLLs are not missing off Windows, unknown is neither": (
        "adang1345/delvewheel --analyze-existing; mingw-ldd; win-depends",
        "app/test_foreign.py::test_siblings_are_found_and_system_dlls_are_never_missing",
        "loader/test_windows.py::test_what_is_not_known_is_neither_fine_nor_missing",
    ),
    "winmode=0 drops the file's own directory and brings back PATH and the current directory": (
        "abetlen/llama-cpp-python#563 #208 jaseg/python-mpv#285",
        "loader/test_windows.py::test_the_case_winmode_0_ignores_the_directory_that_the_package_added",
        "oracles/windows/test_flags.py::test_standard_order",
    ),
    "a module of the same base name in the process wins": (
        "kmarchais/mmgpy#300 zeromq/pyzmq#2012 JamePeng/llama-cpp-python#156",
        "oracles/windows/test_modules.py::test_already_loaded",
        "loader/test_windows.py::test_a_module_in_the_process_that_lacks_a_symbol_is_found_out",
    ),
    "the import table tells, not the name": (
        "dougeeai/llama-cpp-python-wheels#3 bitsandbytes-foundation/bitsandbytes",
        f"{OURS}::test_the_import_table_tells_and_not_the_name",
    ),
    "RUNPATH is not inherited, RPATH is, LD_LIBRARY_PATH stands between; SONAMEs; DF_1_NODEFLIB; $ORIGIN of a link": (
        "pypa/auditwheel#737 #738 #562 haampie/libtree#93 #80 #27",
        "oracles/glibc/test_rules.py::test_rpath_is_inherited",
        "oracles/glibc/test_rules.py::test_runpath_is_not_inherited",
        "oracles/glibc/test_rules.py::test_ld_library_path_comes_after_rpath_and_before_runpath",
        "oracles/glibc/test_rules.py::test_a_soname_in_the_process_answers_to_its_name",
        "oracles/glibc/test_rules.py::test_nodeflib",
        "oracles/glibc/test_rules.py::test_origin_is_the_directory_by_which_a_library_was_found",
        "oracles/glibc/test_rules.py::test_a_bare_name_is_sought_and_never_in_the_current_directory",
        f"{OURS}::test_without_a_cache_the_built_in_directories_are_searched",
    ),
    "__isoc23_strtoll undefined means a glibc older than 2.38": (
        "xberg-io/xberg#588",
        "diagnosis/test_wl302_glibc_too_old.py",
        f"{OURS}::test_a_function_of_a_newer_glibc_without_a_version_is_an_undefined_symbol",
    ),
    "a linux wheel that is really musl, or the reverse": (
        "abetlen/llama-cpp-python#1628 #2119",
        "diagnosis/test_wl306_other_c_library.py",
        "oracles/musl/test_rules.py",
    ),
    "an executable stack is refused by dlopen since glibc 2.41": (
        "pypa/auditwheel#634",
        "loader/test_glibc.py::test_an_executable_stack_is_refused_since_2_41",
        "oracles/glibc/test_files.py::test_what_the_linker_was_asked_for",
    ),
    "@loader_path inside LC_RPATH; the whole chain's; libraries without a file; slices; another processor": (
        "matthew-brett/delocate#62 #271 abetlen/llama-cpp-python#724",
        "loader/test_dyld.py::test_rpath",
        "loader/test_dyld.py::test_rpaths_of_the_whole_chain_count",
        "loader/test_dyld.py::test_a_system_library_has_no_file",
        "loader/test_dyld.py::test_the_slice_of_the_process_is_read",
        "loader/test_dyld.py::test_architectures",
    ),
    "cuobjdump on Linux finds no device code in Windows DLLs": (
        "NVIDIA's cuobjdump 12.8",
        "binary/test_gpu_code.py::test_a_windows_dll_in_which_cuobjdump_finds_nothing",
    ),
}


@cache
def functions_of(file: str) -> frozenset[str]:
    """The names of the test functions of a file."""
    tree = ast.parse((ROOT / file).read_text())
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("pitfall", PITFALLS, ids=str)
def test_every_pitfall_has_tests_that_exist(pitfall: str) -> None:
    _, *tests = PITFALLS[pitfall]
    assert tests
    for test in tests:
        file, _, name = test.partition("::")
        assert name in functions_of(file) if name else any(one.startswith("test_") for one in functions_of(file)), test


def test_known_dlls_are_those_of_the_process_s_bitness() -> None:
    wide, narrow = (
        profile_system("windows-11", System(name="windows", architecture=architecture)).known_dlls
        for architecture in ("x86_64", "x86")
    )
    (only_wide, *_), files = sorted(wide - narrow), {}
    for directory, architecture in (("System32", "x86_64"), ("SysWOW64", "x86"), ("lib", "x86")):
        files[rf"C:\Windows\{directory}\{only_wide}"] = dll(architecture=architecture)
    files |= {A: dll(only_wide, architecture="x86"), rf"C:\lib\{only_wide}": dll(architecture="x86")}
    for known, path in ((narrow, rf"C:\lib\{only_wide}"), (wide, rf"C:\Windows\SysWOW64\{only_wide}")):
        result = load_on(files, A, system={"architecture": "x86", "known_dlls": known})
        assert result.modules[1].path == path


@pytest.mark.parametrize("old", [False, True])
def test_every_descriptor_of_either_delay_import_form_is_read(old: bool) -> None:
    names = [f"d{index}.dll" for index in range(5)]
    read = parse_image(pe(delays=names, old_delays=old, machine="x86"), "x.dll")
    assert [one.library for one in read.delayed] == names
    assert all(len(one.symbols) == 1 for one in read.imports)


def test_an_address_table_without_end_ends() -> None:
    """A table of thunks that runs to the end of its section, as LIEF followed for ever."""
    data = bytearray(pe(needs=[("a.dll", ["f"])], padding_bytes=0x1000))
    descriptor = struct.unpack_from("<I", data, 64 + 24 + 112 + 8)[0] - 0x1000 + 0x400
    table = len(data) - 0x800
    data[table:] = struct.pack("<Q", 1 << 63 | 7) * (0x800 // 8)
    struct.pack_into("<I", data, descriptor, table - 0x400 + 0x1000)
    read = parse_image(bytes(data), "x.dll")
    assert [one.library for one in read.needed] == ["a.dll"]
    try:
        symbols = read.imports[0].symbols
    except MalformedImage:
        symbols = ()
    assert len(symbols) <= 0x1000 // 8


def test_one_bad_entry_takes_no_library_from_the_others() -> None:
    data = pe(needs=[("a.dll", ["f"]), ("b.dll", ["g"])])
    name = data.index(b"f\0") - 2 - 0x400 + 0x1000
    bad = data.replace(struct.pack("<Q", name), struct.pack("<Q", 0x7FFF0000))
    assert bad != data
    read = parse_image(bad, "x.dll")
    assert [one.library for one in read.needed] == ["a.dll", "b.dll"]
    result = load_on({A: read, r"C:\lib\a.dll": read}, A)
    assert [one.name for one in result.failed] == ["b.dll"]  # and a.dll, which is the file itself, is there


def test_a_delay_load_that_somebody_needs_at_once_is_missing() -> None:
    late = {A: dll("b.dll", delay=("late.dll",)), r"C:\lib\b.dll": dll()}
    assert load_on(late, A).error == 0
    assert load_on(late, A).modules[-1].status is Status.DELAYED
    result = load_on({**late, r"C:\lib\b.dll": dll("late.dll")}, A)
    assert (result.error, [one.name for one in result.failed]) == (126, ["late.dll"])


@pytest.mark.skipif(sys.platform == "win32", reason="the file is foreign elsewhere only")
def test_the_import_table_tells_and_not_the_name(tmp_path: Path) -> None:
    """A wheel that calls itself cu121 and was linked with CUDA 13."""
    from wontload.app.tree import tree

    place = tmp_path / "llama_cpp_cu121" / "cuda_12.1"
    place.mkdir(parents=True)
    (place / "ggml-cuda-cu121.dll").write_bytes(pe(needs=["cublas64_13.dll"]))
    shutil.copy(place / "ggml-cuda-cu121.dll", place / "cublas64_12.dll")
    (answer,) = tree([str(place / "ggml-cuda-cu121.dll")], python=sys.executable)
    assert (answer.result.error, [one.name for one in answer.result.failed]) == (126, ["cublas64_13.dll"])


def test_without_a_cache_the_built_in_directories_are_searched() -> None:
    """Some systems have no ld.so.conf and no cache: NixOS, Guix, small containers."""
    files = {"/work/liba.so": image("libb.so"), "/usr/lib64/libb.so": image(soname="libb.so")}
    result = dlopen("/work/liba.so", files, library_cache=None)
    assert (result.modules[1].path, result.modules[1].rule) == ("/usr/lib64/libb.so", "default_directories")


def test_a_function_of_a_newer_glibc_without_a_version_is_an_undefined_symbol() -> None:
    """The symbol has a version, GLIBC_2.38, which the check of versions finds missing first where the file says so."""
    from wontload.binary import VersionNeeded

    libc = image(soname="libc.so.6", versions_defined=("libc.so.6", "GLIBC_2.2.5", "GLIBC_2.34"))
    user = image("libc.so.6", versions_needed=(VersionNeeded("libc.so.6", "GLIBC_2.38"),))
    result = dlopen("/work/liba.so", {"/work/liba.so": user, "/lib64/libc.so.6": libc})
    assert result.error == "/lib64/libc.so.6: version `GLIBC_2.38' not found (required by /work/liba.so)"
