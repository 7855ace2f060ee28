"""What documents say of Windows and Wine does not show: each test is about one rule's own claim."""

from __future__ import annotations

import pytest

from tests.loader.windows_machine import PYTHON, load_on, pe, rows
from wontload.binary import Assembly, Defect, Format, Image, MalformedImage, Manifest
from wontload.loader import Status, Verdict, quirks
from wontload.machine import System

A, B = r"C:\lib\a.dll", r"C:\lib\b.dll"
SYSTEM32 = r"C:\Windows\System32"


def test_the_case_winmode_0_ignores_the_directory_that_the_package_added():
    files = {
        r"C:\site\llama_cpp\lib\llama.dll": pe("ggml.dll"),
        r"C:\site\llama_cpp\lib\ggml.dll": pe("ggml-cuda.dll"),
        r"C:\site\llama_cpp\lib\ggml-cuda.dll": pe("cudart64_12.dll", "cublas64_12.dll"),
        r"C:\CUDA\bin\cudart64_12.dll": pe(),
        r"C:\CUDA\bin\cublas64_12.dll": pe(),
    }
    name = r"C:\site\llama_cpp\lib\llama.dll"
    setting = {"added": [r"C:\CUDA\bin"], "path": r"C:\site\llama_cpp\lib"}
    legacy = load_on(files, name, 0, **setting)
    assert (legacy.verdict.value, legacy.error) == ("fails", 126)
    assert [module.name for module in legacy.failed] == ["cudart64_12.dll", "cublas64_12.dll"]
    assert legacy.chain(legacy.failed[0]) == ("llama.dll", "ggml.dll", "ggml-cuda.dll", "cudart64_12.dll")
    assert r"C:\CUDA\bin" not in {place.directory for place in legacy.search_order}
    assert load_on(files, name, 0x1100, **setting).verdict.value == "loads"


def test_every_rule_of_the_standard_order_says_where_it_looked():
    result = load_on({}, "nosuch", 0, path=r"C:\one;C:\two;;C:\ONE")
    assert [(place.rule, place.directory) for place in result.search_order] == [
        ("application_directory", r"C:\Python311"),
        ("system32", SYSTEM32),
        ("system16", r"C:\Windows\System"),
        ("windows_directory", r"C:\Windows"),
        ("current_directory", r"C:\work"),
        ("path_variable", r"C:\one"),
        ("path_variable", r"C:\two"),
    ]
    assert [tried.path for tried in result.modules[0].tried][-1] == r"C:\two\nosuch.dll"


def test_without_safe_search_the_current_directory_comes_second():
    order = load_on({}, "nosuch", 0, safe_search_mode=False).search_order
    assert [place.rule for place in order][:2] == ["application_directory", "current_directory"]


def test_an_empty_dll_directory_takes_the_current_directory_out():
    order = load_on({}, "nosuch", 0, dll_directory="").search_order
    assert "current_directory" not in {place.rule for place in order}


@pytest.mark.parametrize(("taken", "error", "symbol"), [("gone", 127, "gone"), (7, 182, "ordinal 7")])
def test_a_missing_symbol_fails_its_importer(taken, error, symbol):
    result = load_on({A: pe(("b.dll", ("wl", taken))), B: pe()}, A)
    importer = result.modules[0]
    assert (result.error, importer.status.value, importer.symbol, importer.error) == (error, "refused", symbol, error)
    assert B in importer.reason


def test_what_is_bound_on_one_machine_is_bound_alike_on_the_next():
    """The same images, over and over: what is remembered of them is what was found, of each exporter its own."""
    importer = pe(("b.dll", ("f", "gone")), ("c.dll", (1,)))
    with_it, without = pe(exports=("f", "gone")), pe(exports=("f",))
    forwarding, end = pe(forwards={"wl": "d.x"}, exports=()), pe(exports=("x",))
    for exporter, third, error in ((with_it, pe(), 0), (without, pe(), 127), (with_it, pe(exports=()), 182)) * 2:
        result = load_on({A: importer, B: exporter, r"C:\lib\c.dll": third}, A)
        assert result.error == error
    files = {A: pe(("b.dll", ("wl",))), B: forwarding, r"C:\lib\d.dll": end}
    for _ in range(3):
        assert [module.path for module in load_on(files, A).modules] == [A, B, r"C:\lib\d.dll"]
    assert len(forwarding.remarkable) == 1
    assert not end.remarkable  # what a forwarder asks for is made anew each time


def test_a_module_in_the_process_that_lacks_a_symbol_is_found_out():
    """PITFALLS 13: error 127 is the clue to an old copy that was loaded first."""
    old = r"C:\elsewhere\b.dll"
    files = {A: pe(("b.dll", ("new",))), B: pe(exports=("wl", "new")), old: pe()}
    result = load_on(files, A, modules=(old,))
    assert (result.error, result.modules[1].rule) == (127, "already_loaded")
    assert load_on(files, A).error == 0


def test_an_absent_file_comes_before_a_missing_symbol():
    result = load_on({A: pe(("b.dll", ("gone",)), "c.dll"), B: pe()}, A)
    assert (result.error, [module.name for module in result.failed]) == (126, [A, "c.dll"])


@pytest.mark.parametrize("departures", [frozenset(), quirks.WINE], ids=["Windows", "Wine"])
def test_a_circle_of_forwarders_is_not_decided(departures):
    """No document says what becomes of one. Oracle: tests/oracles/windows/test_forwarders.py, where Wine dies."""
    files = {A: pe(("b.dll", ("f",))), B: pe(forwards={"f": "c.f"}), r"C:\lib\c.dll": pe(forwards={"f": "b.f"})}
    result = load_on(files, A, system={"quirks": departures})
    assert [module.path for module in result.modules] == [A, B, r"C:\lib\c.dll"]
    assert (result.verdict, result.error) == (Verdict.UNDETERMINED, None)
    assert "in a circle" in result.would_settle[0]


@pytest.mark.parametrize("target", ["nodot", "#1", ".f"])
def test_a_forwarder_that_leads_nowhere(target):
    files = {A: pe(("b.dll", ("f",))), B: pe(forwards={"f": target})}
    assert load_on(files, A).error == 127
    assert load_on(files, A, system={"quirks": quirks.WINE}).error == 0


def test_a_forwarder_to_a_symbol_that_is_not_there():
    files = {A: pe(("b.dll", ("f",))), B: pe(forwards={"f": "c.gone"}), r"C:\lib\c.dll": pe()}
    result = load_on(files, A)
    assert (result.error, result.modules[0].symbol) == (127, "gone")


BAD = MalformedImage(B, Defect.EMPTY, "it is empty")
ELF = Image(format=Format.ELF, architecture="x86_64", bits=64)


@pytest.mark.parametrize("bad", [BAD, ELF, pe(architecture="x86"), pe(architecture="aarch64")], ids=str)
def test_a_dependency_that_no_loader_could_take_gives_193_and_on_wine_126(bad):
    files = {A: pe("b.dll"), B: bad}
    result = load_on(files, A)
    assert (result.error, result.modules[1].status.value, result.modules[1].path) == (193, "refused", B)
    assert load_on(files, A, system={"quirks": quirks.WINE}).error == 126


def test_another_machine_is_passed_over_and_remembered():
    files = {A: pe("b.dll"), B: pe(architecture="aarch64"), SYSTEM32 + r"\b.dll": pe()}
    found = load_on(files, A).modules[1]
    assert (found.path, found.rule) == (SYSTEM32 + r"\b.dll", "system32")
    assert (found.tried[0].path, found.tried[0].outcome) == (B, "passed over")


@pytest.mark.parametrize(
    ("process", "image", "loads"),
    [
        ("x86_64", "arm64x", True),
        ("aarch64", "arm64x", True),
        ("aarch64", "x86_64", False),
        ("x86_64", "arm64ec", True),
    ],
)
def test_arm64_processes(process, image, loads):
    result = load_on({A: pe(architecture=image)}, A, system={"architecture": process})
    assert result.error == (0 if loads else 193)


def test_a_file_that_may_not_be_read():
    assert load_on({A: pe("b.dll")}, A, denied=(B,)).error == 5


def test_known_dlls_come_before_every_directory():
    files = {A: pe("psapi.dll"), r"C:\lib\psapi.dll": pe(), SYSTEM32 + r"\psapi.dll": pe()}
    result = load_on(files, A, system={"known_dlls": frozenset({"psapi.dll"})})
    assert (result.modules[1].path, result.modules[1].rule) == (SYSTEM32 + r"\psapi.dll", "known_dlls")
    assert load_on(files, A).modules[1].path == r"C:\lib\psapi.dll"


SCHEMA = {"api-ms-win-core-file-l1-1": "kernelbase.dll", "api-ms-win-gone-l1-1": "", "ext-ms-win-gone-l1-1": ""}


def test_an_api_set_is_its_host():
    """PITFALLS 1 and 3: letter case and the last number do not count, and a file of that name neither."""
    name = "API-MS-Win-Core-File-l1-1-7.dll"
    files = {
        A: pe(name),
        rf"C:\lib\{name}": pe(),
        SYSTEM32 + r"\kernelbase.dll": pe("ntdll.dll"),
        SYSTEM32 + r"\ntdll.dll": pe(),
    }
    result = load_on(files, A, system={"api_sets": SCHEMA})
    assert rows(result)[1:] == [
        (name, "virtual", "api_set"),
        ("kernelbase.dll", "loaded", "api_set"),
        ("ntdll.dll", "loaded", "system32"),
    ]


def test_an_api_set_that_this_windows_lacks():
    result = load_on({A: pe("api-ms-win-gone-l1-1-0.dll")}, A, system={"api_sets": SCHEMA})
    assert (result.error, result.modules[1].rule) == (126, "api_set")


def test_a_file_where_the_schema_has_no_entry():
    name = "api-ms-win-crt-own-l1-1-0.dll"
    result = load_on({A: pe(name), rf"C:\lib\{name}": pe()}, A, system={"api_sets": SCHEMA})
    assert result.modules[1].path == rf"C:\lib\{name}"


def test_an_optional_contract_that_is_absent_is_not_settled():
    """PITFALLS 2. Whether an import of it survives is not documented: undetermined, and says so."""
    result = load_on({A: pe("ext-ms-win-gone-l1-1-0.dll")}, A, system={"api_sets": SCHEMA})
    assert (result.verdict.value, result.error) == ("undetermined", None)
    assert "ext-ms-win-gone" in result.would_settle[0]


def test_without_a_schema_the_name_decides():
    result = load_on({A: pe("api-ms-win-crt-runtime-l1-1-0.dll")}, A)
    assert (result.verdict.value, result.modules[1].status.value) == ("loads", "virtual")


def test_added_directories_have_no_promised_order():
    files = {r"C:\one\b.dll": pe(), r"C:\two\b.dll": pe()}
    found = load_on(files, "b", 0x1000, added=[r"C:\one", r"C:\two"]).modules[0]
    assert found.path == r"C:\one\b.dll"
    assert r"C:\two\b.dll" in found.reason
    system = {"quirks": frozenset({quirks.NEWEST_ADDED_FIRST})}
    newest = load_on(files, "b", 0x1000, added=[r"C:\one", r"C:\two"], system=system).modules[0]
    assert (newest.path, newest.reason) == (r"C:\two\b.dll", None)


def test_dependent_load_flags_are_the_modules_own():
    files = {
        A: pe("b.dll", dependent_load_flags=0x800),
        B: pe(),
        SYSTEM32 + r"\b.dll": pe("c.dll"),
        r"C:\lib\c.dll": pe(),
    }
    assert [module.path for module in load_on(files, A).modules] == [A, SYSTEM32 + r"\b.dll", r"C:\lib\c.dll"]


@pytest.mark.parametrize(
    ("flags", "rule"), [(0x400, "dll_load_directory"), (0x8, "dll_load_directory"), (0x2000, None)]
)
def test_dependent_load_flags_that_decide_nothing_and_those_of_intels_libraries(flags: int, rule: str | None):
    """tbb12.dll with 0x2000 does not find the runtime beside it (uxlfoundation/oneTBB#1465)."""
    files = {A: pe("b.dll", dependent_load_flags=flags), B: pe()}
    assert load_on(files, A, 0x1100).modules[1].rule == rule


def test_a_delay_load_is_listed_judged_and_has_no_say():
    files = {A: pe("b.dll", delay=("late.dll", "system.dll", "b.dll")), B: pe(), SYSTEM32 + r"\system.dll": pe()}
    result = load_on(files, A)
    assert result.verdict.value == "loads"
    late, system = result.modules[2:]
    assert (late.name, late.status.value, late.path, late.needed_by) == ("late.dll", "delayed", None, A)
    assert "would fail" in late.reason
    assert (system.status.value, system.path) == ("delayed", SYSTEM32 + r"\system.dll")


def test_a_delay_load_is_sought_without_the_loads_flags():
    """PITFALLS 8: beside the file is not enough, since the helper's own call has flags 0."""
    files = {A: pe(delay=("late.dll",)), r"C:\lib\late.dll": pe()}
    assert load_on(files, A).modules[1].path is None
    assert load_on(files, A, path=r"C:\lib").modules[1].path == r"C:\lib\late.dll"


def test_a_32_bit_process_sees_syswow64():
    wow = {r"C:\Windows\SysWOW64\b.dll": pe(architecture="x86"), SYSTEM32 + r"\b.dll": pe()}
    system = {"architecture": "x86"}
    assert load_on(wow, "b", 0x800, system=system).modules[0].path == r"C:\Windows\SysWOW64\b.dll"
    assert load_on(wow, r"c:\windows\system32\B.dll", system=system).modules[0].path == r"C:\Windows\SysWOW64\B.dll"
    sysnative = load_on(wow, r"C:\Windows\Sysnative\b.dll", system=system)
    assert (sysnative.error, sysnative.modules[0].path) == (193, SYSTEM32 + r"\b.dll")
    plain = {SYSTEM32 + r"\b.dll": pe(architecture="x86")}
    assert load_on(plain, "b", 0x800, system=system).modules[0].path == SYSTEM32 + r"\b.dll"


def test_dot_local_needs_the_registrys_word():
    files = {A: pe(), r"C:\Python311\python.exe.local": None, r"C:\Python311\a.dll": pe()}
    assert load_on(files, A).modules[0].path == A
    redirected = load_on(files, A, system={"dot_local": True}).modules[0]
    assert (redirected.path, redirected.rule) == (r"C:\Python311\a.dll", "dot_local")
    directory = {A: pe(), r"C:\Python311\python.exe.local\a.dll": pe()}
    assert load_on(directory, A, system={"dot_local": True}).modules[0].path == r"C:\Python311\python.exe.local\a.dll"
    on_wine = {"dot_local": True, "quirks": frozenset({quirks.NO_DOT_LOCAL})}
    assert load_on(files, A, system=on_wine).modules[0].path == A


def test_what_is_not_known_is_neither_fine_nor_missing():
    result = load_on({A: pe("b.dll")}, A, complete=(r"C:\lib",))
    assert (result.verdict.value, result.error, result.modules[1].status.value) == ("undetermined", None, "missing")
    assert r"C:\Python311\b.dll" in result.would_settle[0]
    listed = load_on({A: pe("b.dll"), B: None}, A)
    assert (listed.verdict.value, listed.modules[1].path) == ("undetermined", B)


def test_something_missing_for_certain_decides_although_something_else_is_unknown():
    result = load_on({A: pe("b.dll", "api-ms-win-gone-l1-1-0.dll"), B: None}, A, system={"api_sets": SCHEMA})
    assert (result.verdict.value, result.error) == ("fails", 126)


def test_an_opaque_file_of_a_clean_system_is_taken_to_load():
    files = {A: pe(("b.dll", ("anything",))), SYSTEM32 + r"\b.dll": pe(opaque=True)}
    assert load_on(files, A).verdict.value == "loads"


def test_a_link_to_a_loaded_file_is_that_file():
    result = load_on({A: pe()}, r"C:\link\a.dll", modules=(A,), links={r"C:\link": r"C:\lib"})
    assert (result.modules[0].status.value, result.modules[0].path) == ("already_loaded", A)


def test_a_chain_longer_than_any_stack():
    files = {rf"C:\lib\n{i}.dll": pe(f"n{i + 1}.dll") for i in range(3000)}
    result = load_on(files, r"C:\lib\n0.dll")
    assert (result.error, len(result.modules)) == (126, 3001)


def test_a_hostile_import_directory_is_bounded():
    result = load_on({A: pe(*(f"n{i}.dll" for i in range(20_000)))}, A)
    assert (result.error, len(result.modules)) == (126, 5000)


def test_the_default_is_documented_windows():
    assert System(name="windows").quirks == frozenset()
    assert len(quirks.WINE) == len(
        {value for name, value in vars(quirks).items() if name.isupper() and isinstance(value, str)}
    )


def test_common_controls_come_from_the_newest_build_of_the_version_that_python_asks_for():
    assembly = "microsoft.windows.common-controls_6595b64144ccf1df"
    wanted = Assembly("Microsoft.Windows.Common-Controls", "6.0.0.0", "*", "6595b64144ccf1df")
    builds = ("amd64_{}_6.0.999.9_none_a", "AMD64_{}_6.0.22621.3672_none_b", "x86_{}_6.0.99999.1_none_c")
    builds += ("amd64_{}_5.82.99999.1_none_d", "amd64_{}_6.1.0.0_none_e")
    places = [rf"C:\Windows\WinSxS\{build.format(assembly)}\comctl32.dll" for build in builds]
    files = {place: pe() for place in places}
    files |= {rf"{SYSTEM32}\comctl32.dll": pe(), A: pe("COMCTL32.dll", "other.dll"), rf"{SYSTEM32}\other.dll": pe()}
    files[PYTHON] = pe(read_manifest=lambda: Manifest(dependencies=(wanted,)))
    modules = {module.name: (module.path, module.rule) for module in load_on(files, A).modules}
    assert modules["COMCTL32.dll"] == (places[1], "side_by_side")
    assert modules["other.dll"][1] == "system32"
    files[PYTHON] = pe()
    assert load_on(files, A).modules[1].rule == "system32"


ROOT = '<assembly xmlns="urn:schemas-microsoft-com:asm.v1" manifestVersion="1.0">'
VC90 = Assembly("Microsoft.VC90.CRT", "9.0.21022.8", "amd64", "1fc8b3b9a1e18e3b")
STORE = r"C:\Windows\WinSxS\amd64_microsoft.vc90.crt_1fc8b3b9a1e18e3b_9.0.{}_none_a\msvcr90.dll"


def asking(*assemblies, needs=("msvcr90.dll",)):
    return pe(*needs, read_manifest=lambda: Manifest(dependencies=assemblies))


def test_an_assembly_that_is_nowhere_ends_the_load_in_14001():
    """Wine ignores it, so no oracle tells: Microsoft, "System Error Codes", ERROR_SXS_CANT_GEN_ACTCTX."""
    files = {A: asking(VC90), STORE.format("1.1"): pe()}
    result = load_on(files, A)
    assert result.error == 14001
    missing = result.modules[1]
    assert (missing.name, missing.status, missing.error) == ("Microsoft.VC90.CRT", Status.MISSING, 14001)
    assert missing.tried[-1].path == r"C:\lib\Microsoft.VC90.CRT\Microsoft.VC90.CRT.manifest"
    assert load_on({**files, STORE.format("30729.6161"): pe()}, A).error == 0
    optional = {A: asking(VC90._replace(optional=True), needs=()), STORE.format("1.1"): pe()}
    assert load_on(optional, A).error == 0


def test_an_assembly_is_not_called_missing_where_the_store_is_not_known():
    result = load_on({A: asking(VC90, needs=())}, A, complete=[r"C:\lib"])
    assert (result.verdict, result.error) == (Verdict.UNDETERMINED, None)
    assert "Microsoft.VC90.CRT 9.0.21022.8" in result.would_settle[0]
    of_windows = Assembly("Microsoft.Windows.Common-Controls", "6.0.0.0", "*")
    assert load_on({A: asking(of_windows, needs=())}, A, complete=[r"C:\lib"]).error == 0


def test_a_manifest_beside_the_executable_counts_where_it_has_none_inside():
    manifest = f'{ROOT}<file name="b.dll"/></assembly>'.encode()
    files = {A: pe("b.dll"), PYTHON: pe(), PYTHON + ".manifest": manifest, r"C:\Python311\b.dll": pe()}
    files |= {r"C:\lib\b.dll": pe()}
    assert load_on(files, A).modules[1].path == r"C:\Python311\b.dll"
    files[PYTHON] = pe(read_manifest=lambda: Manifest())
    assert load_on(files, A).modules[1].path == r"C:\lib\b.dll"


def test_assemblies_that_ask_for_each_other_are_bounded():
    names = [f"a{i}" for i in range(500)]
    texts = {
        rf"C:\lib\{name}.manifest": f'{ROOT}<assemblyIdentity name="{name}"/><dependency><dependentAssembly>'
        f'<assemblyIdentity name="{following}"/></dependentAssembly></dependency></assembly>'.encode()
        for name, following in zip(names, [*names[1:], names[0]], strict=True)
    }
    files = {A: asking(Assembly("a0"), needs=()), STORE.format("1.1"): pe(), **texts}
    assert load_on(files, A).error == 0


def test_a_manifest_of_another_assembly_ends_the_search_for_it():
    """Of another name: Wine takes it. Of another version: nobody looks into the next place."""
    asked = Assembly("My", "1.0.0.0")
    other = f'{ROOT}<assemblyIdentity name="Other" version="1.0.0.0"/><file name="b.dll"/></assembly>'.encode()
    right = other.replace(b"Other", b"My")
    files = {A: asking(asked, needs=("b.dll",)), STORE.format("1.1"): pe(), B: pe(), r"C:\lib\My\b.dll": pe()}
    files[r"C:\lib\My\My.manifest"] = right
    assert load_on(files, A).modules[1].path == r"C:\lib\My\b.dll"
    files[r"C:\lib\My.manifest"] = other
    result = load_on(files, A)
    assert (result.error, result.failed[0].tried[-1].outcome) == (14001, "refused")
    assert load_on(files, A, system={"quirks": quirks.WINE}).modules[1].path == B


def test_a_damaged_manifest_is_not_decided():
    for departures, verdict in ((frozenset(), Verdict.UNDETERMINED), (quirks.WINE, Verdict.LOADS)):
        damaged = pe(read_manifest=lambda: Manifest(files=("b.dll",), sound=False))
        assert load_on({A: damaged}, A, system={"quirks": departures}).verdict is verdict


def test_a_packaged_process_searches_neither_path_nor_the_current_directory():
    """Store Python with winmode=0: Microsoft, "Search order for packaged apps"; numpy/numpy#12667."""
    store = r"C:\Program Files\WindowsApps\PythonSoftwareFoundation.Python.3.11_3.11.2544.0_x64__qbz5n2kfra8p0"
    process = {"executable": store + r"\python3.11.exe", "packaged": True, "path": r"C:\cuda", "dll_directory": r"C:\d"}
    files = {A: pe("b.dll"), r"C:\cuda\b.dll": pe(), r"C:\work\b.dll": pe(), r"C:\d\b.dll": pe()}
    result = load_on(files, A, 0, **process)
    assert [(one.rule, one.directory) for one in result.search_order] == [
        ("application_directory", store),
        ("system32", SYSTEM32),
    ]
    assert result.error == 126
    assert load_on(files, A, 8, **process).search_order[0].directory == r"C:\lib"
    assert load_on(files, A, added=[r"C:\work"], **process).error == 0
    assert load_on(files, A, 0, **{**process, "packaged": False}).error == 0


@pytest.mark.parametrize(
    ("name", "long_paths", "error"),
    [("{}", True, 0), ("{}", False, 206), ("{}", None, None), (r"\\?\{}", False, 0), (r"\\?\{}", None, 0)],
)
def test_paths_of_more_than_260_characters(name, long_paths, error):
    """The limit is the registry's LongPathsEnabled: Microsoft, "Maximum Path Length Limitation"."""
    deep = "C:\\" + "\\".join(["d" * 60] * 5)
    files = {rf"{deep}\a.dll": pe("b.dll"), rf"{deep}\b.dll": pe()}
    result = load_on(files, name.format(rf"{deep}\a.dll"), system={"long_paths": long_paths})
    assert result.error == error
    assert ["LongPathsEnabled" in one for one in result.would_settle] == [True] * (error is None)
