"""Clean machines: what each extra brings, and what the loaders' models make of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.images import elf, pe
from wontload.binary import parse_image
from wontload.errors import UsageError
from wontload.knowledge.profiles import profile_names
from wontload.loader import LoadResult, Verdict, load
from wontload.loader.modes import default_mode, flags_for
from wontload.machine import LoadRequest, own_format
from wontload.machine.overlay import OverlayFiles
from wontload.machine.profile import clean_machine, wanted


def loaded(profile: str, name: str, content: bytes, architecture: str = "x86_64") -> LoadResult:
    """What becomes of a file that is laid on a clean machine."""
    machine, process = clean_machine(profile, architecture=architecture, python=(3, 11))
    windows = machine.system.name == "windows"
    path = ("C:\\wheel\\" if windows else "/wheel/") + name
    files = OverlayFiles(machine.files, {path: parse_image(content, name)}, windows=windows)
    flags = flags_for(default_mode(name), own_format(machine.system), path)
    request = LoadRequest(kind="import", name=path, flags=flags, process=process)
    return load(replace(machine, files=files), request)


NEEDS_MSVCP = pe(needs=["MSVCP140.dll", "VCRUNTIME140.dll", "KERNEL32.dll"])


@pytest.mark.parametrize(
    ("profile", "verdict"),
    [
        ("windows-11", Verdict.FAILS),
        ("windows-10", Verdict.FAILS),
        ("windows-server-2022", Verdict.FAILS),
        ("windows-11+vc", Verdict.LOADS),
        ("windows-11+conda", Verdict.LOADS),
        ("windows-11+store", Verdict.FAILS),
        ("windows-11+store+vc", Verdict.LOADS),
    ],
)
def test_the_visual_c_runtime_is_there_with_what_brings_it(profile: str, verdict: Verdict):
    assert loaded(profile, "a.cp311-win_amd64.pyd", NEEDS_MSVCP).verdict is verdict


@pytest.mark.parametrize(("profile", "verdict"), [("windows-11", Verdict.FAILS), ("windows-11+nvidia", Verdict.LOADS)])
def test_the_driver_is_there_when_asked_for(profile: str, verdict: Verdict):
    assert loaded(profile, "a.dll", pe(needs=["nvcuda.dll"])).verdict is verdict


def test_media_foundation_is_no_part_of_a_server():
    needs = pe(needs=["MFPlat.DLL"])
    assert loaded("windows-10", "a.pyd", needs).verdict is Verdict.LOADS
    assert loaded("windows-server-2022", "a.pyd", needs).verdict is Verdict.FAILS


def needing(library: str, version: str, machine: str = "x86_64") -> bytes:
    return elf(needed=[library], versions_needed=[(library, version)], machine=machine)


@pytest.mark.parametrize(
    ("profile", "version", "verdict"),
    [
        ("debian-11", "GLIBC_2.31", Verdict.LOADS),
        ("debian-11", "GLIBC_2.34", Verdict.FAILS),
        ("ubuntu-20.04", "GLIBC_2.32", Verdict.FAILS),
        ("rhel-8", "GLIBC_2.28", Verdict.LOADS),
        ("rhel-8", "GLIBC_2.29", Verdict.FAILS),
        ("rhel-9", "GLIBC_2.34", Verdict.LOADS),
        ("debian-13", "GLIBC_2.41", Verdict.LOADS),
    ],
)
def test_glibc_has_its_versions_and_no_newer_ones(profile: str, version: str, verdict: Verdict):
    assert loaded(profile, "a.abi3.so", needing("libc.so.6", version)).verdict is verdict


@pytest.mark.parametrize(
    ("profile", "version", "verdict"),
    [
        ("rhel-8", "GLIBCXX_3.4.25", Verdict.LOADS),
        ("rhel-8", "GLIBCXX_3.4.26", Verdict.FAILS),
        ("debian-12", "GLIBCXX_3.4.30", Verdict.LOADS),
        ("debian-12", "GLIBCXX_3.4.31", Verdict.FAILS),
    ],
)
def test_libstdcxx_has_its_versions_and_no_newer_ones(profile: str, version: str, verdict: Verdict):
    assert loaded(profile, "a.abi3.so", needing("libstdc++.so.6", version)).verdict is verdict


@pytest.mark.parametrize(
    ("architecture", "version", "verdict"),
    [
        ("x86_64", "GCC_4.8.0", Verdict.LOADS),
        ("x86_64", "GCC_4.5.0", Verdict.FAILS),
        ("aarch64", "GCC_4.5.0", Verdict.LOADS),
    ],
)
def test_libgcc_has_versions_of_its_own_on_each_architecture(architecture: str, version: str, verdict: Verdict):
    own = needing("libgcc_s.so.1", version, architecture)
    assert loaded("debian-13", "a.abi3.so", own, architecture).verdict is verdict


def test_a_musl_system_has_no_glibc():
    own = elf(needed=["libc.musl-x86_64.so.1", "libz.so.1"])
    assert loaded("alpine-3.22", "a.abi3.so", own).verdict is Verdict.LOADS
    assert loaded("alpine-3.22", "a.abi3.so", elf(needed=["libcrypt.so.2"])).verdict is Verdict.FAILS


@pytest.mark.parametrize(
    ("profile", "python", "suffix"),
    [
        ("debian-12", (3, 11), ".cpython-311-x86_64-linux-gnu.so"),
        ("debian-12", (3, 7), ".cpython-37m-x86_64-linux-gnu.so"),
        ("alpine-3.22", (3, 11), ".cpython-311-x86_64-linux-musl.so"),
        ("alpine-3.22", (3, 10), ".cpython-310-x86_64-linux-gnu.so"),
        ("macos-14", (3, 7), ".cpython-37m-darwin.so"),
        ("macos-14", (3, 8), ".cpython-38-darwin.so"),
        ("windows-11", (3, 7), ".cp37-win_amd64.pyd"),
    ],
)
def test_a_python_takes_the_names_that_its_version_had_for_modules(profile: str, python: tuple[int, int], suffix: str):
    machine, _ = clean_machine(profile, architecture="x86_64", python=python)
    assert machine.python is not None
    assert machine.python.extension_suffixes[0] == suffix


@pytest.mark.parametrize("profile", profile_names())
@pytest.mark.parametrize("architecture", ["x86_64", "aarch64"])
def test_every_profile_makes_a_machine_of_each_processor(profile: str, architecture: str):
    machine, process = clean_machine(profile, architecture=architecture, python=(3, 12))
    assert machine.files.kind(process.executable).value == "file"
    assert machine.system.architecture == architecture
    cpu = machine.inventory.cpu
    assert cpu is not None
    assert (cpu.features is not None and "sse4_2" in cpu.features) == (architecture == "x86_64")


def test_a_processor_of_a_level_has_the_loader_s_subdirectories_of_it():
    machine, _ = clean_machine("debian-13+v3", architecture="x86_64", python=(3, 12))
    assert machine.system.hwcaps == ("x86-64-v3", "x86-64-v2")
    assert machine.inventory.cpu is not None
    assert "avx2" in (machine.inventory.cpu.features or ())


@pytest.mark.parametrize("name", ["windows-95", "windows-11+avx", "debian-12+vc", ""])
def test_what_there_is_not_is_said_with_what_there_is(name: str):
    with pytest.raises(UsageError, match=r"There are|extras of Windows"):
        wanted(name)


NOBODY_S, OF_PYTHON, OF_GLIBC = "nk_configure_thread", "PyModule_Create2", "dlopen"


@pytest.mark.parametrize(
    ("profile", "needed", "undefined", "verdict"),
    [
        ("debian-13", ["libc.so.6"], NOBODY_S, Verdict.FAILS),
        ("rhel-8", ["libc.so.6", "libstdc++.so.6", "libgcc_s.so.1", "libz.so.1"], NOBODY_S, Verdict.FAILS),
        ("debian-13", [], NOBODY_S, Verdict.FAILS),
        ("debian-13", ["libc.so.6"], OF_PYTHON, Verdict.LOADS),
        ("debian-13+conda", [], OF_PYTHON, Verdict.LOADS),
        # Of libc and libm every Python makes the symbols known to all.
        ("debian-13", [], OF_GLIBC, Verdict.LOADS),
        ("debian-11", [], "pow", Verdict.LOADS),
        ("debian-13", ["libstdc++.so.6"], "_ZNSt6thread4joinEv", Verdict.LOADS),
        ("debian-13", [], "_ZNSt6thread4joinEv", Verdict.FAILS),
        # What a library exports of which there is no list is not known.
        ("debian-13", ["libcrypto.so.3"], NOBODY_S, Verdict.LOADS),
        ("debian-13+nvidia", ["libcuda.so.1"], "cuInit", Verdict.LOADS),
        ("alpine-3.22", ["libc.so"], NOBODY_S, Verdict.FAILS),
        ("alpine-3.22", ["libstdc++.so.6", "libgcc_s.so.1", "libz.so.1"], NOBODY_S, Verdict.FAILS),
        ("alpine-3.22", [], OF_PYTHON, Verdict.LOADS),
        ("alpine-3.22", [], OF_GLIBC, Verdict.LOADS),
        ("alpine-3.22", [], "fopen64", Verdict.LOADS),  # which its loader knows, and its table does not
        ("alpine-3.22", [], "__isoc23_strtol", Verdict.FAILS),
        ("alpine-3.22", ["libstdc++.so.6"], "_ZNSt6thread4joinEv", Verdict.LOADS),
        ("alpine-3.22", [], "_ZNSt6thread4joinEv", Verdict.FAILS),
        ("alpine-3.22", ["libcrypto.so.3"], NOBODY_S, Verdict.LOADS),
    ],
)
@pytest.mark.parametrize("architecture", ["x86_64", "aarch64"])
def test_a_symbol_that_nothing_on_a_clean_system_defines_is_undefined(
    profile: str, needed: list[str], undefined: str, verdict: Verdict, architecture: str
):
    module = elf(needed=needed, undefined=[undefined], machine=architecture)
    result = loaded(profile, "a.abi3.so", module, architecture)
    assert result.verdict is verdict
    assert [one.symbol for one in result.modules if one.symbol] == [undefined] * (verdict is Verdict.FAILS)


def test_a_version_that_a_system_library_has_stands_for_the_symbols_in_it():
    asked = [("sin", "libm.so.6", "GLIBC_2.2.5"), ("_Unwind_Resume", "libgcc_s.so.1", "GCC_3.0")]
    module = elf(needed=["libm.so.6", "libgcc_s.so.1"], undefined=asked)
    assert loaded("ubuntu-20.04", "a.abi3.so", module).verdict is Verdict.LOADS


@pytest.mark.parametrize(("architecture", "verdict"), [("x86_64", Verdict.LOADS), ("aarch64", Verdict.FAILS)])
@pytest.mark.parametrize(("profile", "libc"), [("debian-13", "libm.so.6"), ("alpine-3.22", "libc.so")])
def test_each_processor_has_the_symbols_of_its_own_libraries(
    profile: str, libc: str, architecture: str, verdict: Verdict
):
    module = elf(needed=[libc], undefined=["arch_prctl"], machine=architecture)
    assert loaded(profile, "a.abi3.so", module, architecture).verdict is verdict


def test_a_processor_with_its_bytes_the_other_way_round_has_libraries_of_its_own():
    assert (
        loaded("debian-13", "a.abi3.so", elf(needed=["libc.so.6"], machine="s390x"), "s390x").verdict is Verdict.LOADS
    )


def test_what_is_exported_for_a_processor_of_which_there_is_no_list_is_not_known():
    module = elf(needed=["libc.so.6"], undefined=[NOBODY_S], machine="s390x")
    assert loaded("debian-13", "a.abi3.so", module, "s390x").verdict is Verdict.LOADS
