"""Places, packages, profiles and error numbers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from wontload.knowledge.packages import distribution_for, import_name_for, package, packages
from wontload.knowledge.places import places
from wontload.knowledge.profiles import newest_profiles, profile, profile_names
from wontload.knowledge.tables import table
from wontload.knowledge.toolchains import versions_of_gcc
from wontload.knowledge.windows_errors import windows_error

PLACEHOLDERS = {
    "site", "prefix", "base_prefix", "program_files", "program_files_x86", "windows", "home", "local_app_data",
}  # fmt: skip


@pytest.mark.parametrize("system", ["windows", "linux", "macos"])
def test_places_are_absolute_and_use_known_placeholders(system):
    assert places(system)
    for place in places(system):
        assert place.pattern.startswith(("{", "/", "C:\\")), place
        assert "**" not in place.pattern
        assert ("/" in place.pattern) <= (system != "windows")
        for name in re.findall(r"\{(.*?)\}", place.pattern):
            assert name in PLACEHOLDERS or re.fullmatch(r"env:[A-Z_*]+", name), place


def test_the_cases_own_places_are_among_them():
    patterns = {place.pattern for place in places("windows")}
    assert r"{program_files}\NVIDIA GPU Computing Toolkit\CUDA\v*\bin\x64" in patterns
    assert r"{env:CUDA_PATH}\bin" in patterns
    assert r"{site}\nvidia\*\bin" in patterns
    assert "{site}/nvidia/*/lib" in {place.pattern for place in places("linux")}


@pytest.mark.parametrize(
    ("import_name", "distribution"),
    [
        ("cv2", "opencv-python"),
        ("PIL", "pillow"),
        ("sklearn", "scikit-learn"),
        ("llama_cpp", "llama-cpp-python"),
        ("torch", "torch"),
    ],
)
def test_import_names_lead_to_distributions_and_back(import_name, distribution):
    assert distribution_for(import_name) == distribution
    assert distribution_for(f"{import_name}.sub.module") == distribution
    assert import_name_for(distribution.upper().replace("-", "_")) == import_name
    assert package(distribution) == package(import_name)


def test_unknown_packages_are_unknown():
    assert distribution_for("nobody_wrote_this") is None
    assert import_name_for("nobody-wrote-this") is None
    assert package("nobody-wrote-this") is None


def test_packages_have_one_line_each():
    names = [known.import_name for known in packages()]
    assert sorted(names) == sorted(set(names))
    assert all(known.distributions for known in packages())


def test_how_the_best_known_package_loads():
    loading = package("llama-cpp-python").loading
    assert loading.winmode == 0
    assert loading.libraries["windows"] == ("llama_cpp/lib/llama.dll",)
    assert "CUDA_PATH" in loading.variables
    assert package("sklearn").loading is None


def test_every_loader_row_is_about_a_known_package():
    for row in table("loaders")["loader"]:
        assert package(row["import_name"]).loading is not None
        assert set(row["distributions"]) <= set(package(row["import_name"]).distributions)


def test_what_a_package_loads_for_a_gpu_is_among_what_it_loads():
    rows = [row for row in table("loaders")["loader"] if any(name.startswith("libraries_for_") for name in row)]
    assert {"bitsandbytes", "onnxruntime"} <= {row["import_name"] for row in rows}
    for row in rows:
        for_gpus = {name: set(row[name]) for name in row if name.startswith("libraries_for_")}
        every = {
            one for name, some in row.items() if name.startswith("libraries_") and name not in for_gpus for one in some
        }
        assert for_gpus.keys() <= {"libraries_for_nvidia", "libraries_for_amd", "libraries_for_intel"}
        assert set().union(*for_gpus.values()) < every


def test_a_clean_windows_has_the_c_runtime_and_not_the_visual_c_one():
    clean = profile("windows-11")
    for directory in (clean.system32, clean.syswow64):
        assert {"ucrtbase.dll", "kernel32.dll", "kernelbase.dll", "ntdll.dll", "ws2_32.dll", "d3d12.dll"} <= directory
        absent = {
            "vcruntime140.dll",
            "vcruntime140_1.dll",
            "msvcp140.dll",
            "nvcuda.dll",
            "vulkan-1.dll",
            "vcomp140.dll",
        }
        assert not absent & directory
        assert all(name == name.lower() for name in directory)
    assert clean.known_dlls <= clean.system32
    assert clean.known_dlls_32 <= clean.syswow64
    assert clean.version.startswith("10.0.2")


def test_api_sets_of_a_clean_windows_have_hosts_that_are_there():
    clean = profile("windows-11")
    assert clean.api_sets["api-ms-win-crt-runtime-l1-1"] == "ucrtbase.dll"
    assert clean.api_sets["api-ms-win-core-file-l1-2"] in {"kernelbase.dll", "kernel32.dll"}
    hosts = {host for host in clean.api_sets.values() if host}
    assert hosts <= clean.system32
    assert all(re.fullmatch(r"(api|ext)-.*-l\d+-\d+", contract) for contract in clean.api_sets)


def test_a_clean_debian_has_python_s_libraries_and_no_others():
    clean = profile("debian-12")
    assert {"libc.so.6", "libstdc++.so.6", "libz.so.1", "libssl.so.3"} <= clean.libraries.keys()
    assert not {"libGL.so.1", "libglib-2.0.so.0", "libgomp.so.1"} & clean.libraries.keys()
    assert (clean.libc, clean.libc_version) == ("glibc", "2.36")
    assert "GLIBCXX_3.4.30" in clean.libraries["libstdc++.so.6"]
    assert "GLIBCXX_3.4.31" not in clean.libraries["libstdc++.so.6"]


LINUX = [name for name in profile_names() if profile(name).system == "linux"]


@pytest.mark.parametrize("name", LINUX)
def test_every_clean_linux_has_what_python_itself_needs(name):
    clean = profile(name)
    assert {"libz.so.1", "libexpat.so.1", "liblzma.so.5", "libstdc++.so.6", "libgcc_s.so.1"} <= clean.libraries.keys()
    assert re.fullmatch(r"[12]\.\d+(\.\d+)?", clean.libc_version)
    assert clean.libc == "musl" or {"libc.so.6", "libm.so.6", "libpthread.so.0"} <= clean.libraries.keys()


def test_the_symbol_versions_of_a_gcc_are_those_that_debian_s_libraries_define():
    """Debian 12 has GCC 12's libstdc++, of which every version was read from the file itself."""
    assert set(versions_of_gcc("12.2")) == set(profile("debian-12").libraries["libstdc++.so.6"])


def test_a_windows_server_lacks_media_foundation_until_it_is_added():
    assert "mfplat.dll" in profile("windows-10").system32
    assert "mfplat.dll" not in profile("windows-server-2022").system32


def test_a_check_without_names_asks_the_newest_systems_of_each_kind():
    assert newest_profiles("windows") == ("windows-11",)
    assert {"debian-13", "ubuntu-24.04"} <= set(newest_profiles("linux", "glibc"))
    assert newest_profiles("linux", "musl") == ("alpine-3.22",)
    assert newest_profiles("macos") == ("macos-14", "macos-15")


def test_an_unknown_profile_says_which_there_are():
    assert {"debian-12", "windows-11", "macos-14"} <= set(profile_names())
    assert profile("rocky-9") == profile("rhel-9")
    with pytest.raises(KeyError, match="windows-11"):
        profile("windows-95")


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (126, "ERROR_MOD_NOT_FOUND"),
        (127, "ERROR_PROC_NOT_FOUND"),
        (182, "ERROR_INVALID_ORDINAL"),
        (193, "ERROR_BAD_EXE_FORMAT"),
        (1114, "ERROR_DLL_INIT_FAILED"),
        (14001, "ERROR_SXS_CANT_GEN_ACTCTX"),
        (0xC0000005, "STATUS_ACCESS_VIOLATION"),
        (-1073741819, "STATUS_ACCESS_VIOLATION"),
        (0xC06D007E, "DELAYLOAD_MODULE_NOT_FOUND"),
        (0x8007007E, "ERROR_MOD_NOT_FOUND"),
    ],
)
def test_error_numbers_have_names(number, name):
    assert windows_error(number).name == name


def test_error_sentences_read_as_sentences():
    for row in table("winerrors")["error"]:
        assert re.fullmatch(r"[A-Z].{15,}\.", row["short"]), row
    assert windows_error(999_999) is None


@pytest.mark.oracle("wine")
def test_the_contracts_are_those_of_this_wine_or_later():
    """The profile's contracts contain every one that the Wine beside us hosts: a new Wine calls for a new list."""
    from wontload.binary.apiset import read_api_sets

    library = "/usr/lib/x86_64-linux-gnu/wine/x86_64-windows/apisetschema.dll"
    if not Path(library).exists():
        pytest.skip("this Wine keeps its DLLs elsewhere")
    assert set(read_api_sets(library)) <= set(profile("windows-11").api_sets)


@pytest.mark.parametrize(
    ("version", "library", "variable", "on_path"),
    [
        ("0.2.38", "llama_cpp/llama.dll", "LLAMA_CPP_LIB", ()),
        ("0.2.79", "llama_cpp/llama.dll", "LLAMA_CPP_LIB", ()),
        ("0.2.80", "llama_cpp/lib/llama.dll", "LLAMA_CPP_LIB", ("{site}/llama_cpp/lib",)),
        ("0.3.0", "llama_cpp/lib/llama.dll", "LLAMA_CPP_LIB", ("{site}/llama_cpp/lib",)),
        ("0.3.1+cu124", "llama_cpp/lib/llama.dll", "LLAMA_CPP_LIB_PATH", ("{site}/llama_cpp/lib",)),
        ("", "llama_cpp/lib/llama.dll", "LLAMA_CPP_LIB_PATH", ("{site}/llama_cpp/lib",)),
        ("of nobody", "llama_cpp/lib/llama.dll", "LLAMA_CPP_LIB_PATH", ("{site}/llama_cpp/lib",)),
    ],
)
def test_how_a_package_loads_is_told_by_its_version(version, library, variable, on_path):
    loading = package("llama_cpp").loading_of(version)
    assert loading.libraries["windows"] == (library,)
    assert variable in loading.variables
    assert loading.path_prepends == on_path
    assert loading.raises


def test_the_newest_row_of_a_package_is_the_first():
    rows: dict[str, list[SpecifierSet]] = {}
    for row in table("loaders")["loader"]:
        rows.setdefault(row["import_name"], []).append(SpecifierSet(row.get("versions", "")))
    for name, ranges in rows.items():
        assert ranges[0].contains("9999"), name
        for version in ("0.0.1", "0.2.79", "0.3", "1", "4.6", "4.7", "4.7.1", "225", "226", "9999"):
            assert sum(one.contains(version) for one in ranges) <= 1, (name, version)


def test_a_package_of_several_import_names_has_one_manner_for_all():
    assert package("pywintypes").loading == package("win32api").loading
    assert package("win32com.client").loading_of("224").add_dll_directory == ()
    assert package("pywin32").loading_of("311").add_dll_directory == ("{site}/pywin32_system32",)


def test_ctranslate2_4_7_0_asks_for_directories_that_are_seldom_there():
    assert [package("ctranslate2").loading_of(version).raises for version in ("4.6.2", "4.7.0", "4.7.1")] == [
        False,
        True,
        False,
    ]
