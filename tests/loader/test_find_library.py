"""`find_library` where no real one is to be had here: conda's, Alpine's, macOS'; and what no test can lay on a disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.loader.macos_machine import HOME, macho
from tests.support.machines import broken, dll, linux, so, windows
from wontload.binary import Defect
from wontload.loader import LoadResult, Verdict, load
from wontload.machine import FIND_LIBRARY, Finder, LoadRequest, Machine, Process, System
from wontload.machine.ld_so_cache import CacheEntry
from wontload.machine.memory import Content, MemoryFiles

CONDA = "/opt/conda"
TOOLS: Mapping[str, Content] = {"/bin/objdump": None, "/bin/ld": None, "/bin/gcc": None}
FALLBACKS = (f"{HOME}/lib", "/usr/local/lib", "/lib", "/usr/lib")
FRAMEWORKS = ("/Library/Frameworks", "/System/Library/Frameworks")


def search(machine: Machine, name: str, here: str = "/work", **finder: object) -> LoadResult:
    process = Process(executable="/usr/bin/python3", current_directory=here)
    how = Finder(**{"environment": {"PATH": "/bin"}, **finder})  # type: ignore[arg-type]
    return load(machine, LoadRequest(kind=FIND_LIBRARY, name=name, flags=2, process=process, finder=how))


def macos(files: Mapping[str, Content], **disk: object) -> Machine:
    system = System(name="macos", version="14.5", architecture="aarch64")
    return Machine(id="this", system=system, files=MemoryFiles(files, windows=False, **disk))  # type: ignore[arg-type]


def with_cache(machine: Machine, *entries: CacheEntry) -> Machine:
    return replace(machine, system=replace(machine.system, library_cache=entries))


class TestConda:
    """conda-forge's Python looks in its own prefix before anything else."""

    def test_its_prefix_comes_before_the_system(self):
        files = {f"{CONDA}/lib/libportaudio.so": so(soname="libportaudio.so.2"), "/sbin/ldconfig": None}
        machine = with_cache(linux(files), CacheEntry("libportaudio.so.2", "/usr/lib/libportaudio.so.2", 0x303))
        found = search(machine, "portaudio", way="ldconfig", prefix=CONDA)
        assert (found.answer, found.verdict) == (f"{CONDA}/lib/libportaudio.so", Verdict.LOADS)
        assert search(machine, "portaudio", way="ldconfig").answer == "libportaudio.so.2"

    def test_by_its_soname_where_objdump_tells_it(self):
        library = so(soname="libportaudio.so.2")
        files = {f"{CONDA}/lib/libportaudio.so": library, f"{CONDA}/lib/libportaudio.so.2": library}
        assert search(linux(files), "portaudio", way="ldconfig", prefix=CONDA).answer == f"{CONDA}/lib/libportaudio.so"
        told = linux({**files, "/bin/objdump": None})
        assert search(told, "portaudio", way="ldconfig", prefix=CONDA).answer == f"{CONDA}/lib/libportaudio.so.2"

    def test_on_macos(self):
        machine = macos({f"{CONDA}/lib/libportaudio.dylib": macho(name="@rpath/libportaudio.dylib")})
        more = {"way": "dyld", "fallbacks": FALLBACKS}
        assert search(machine, "portaudio", prefix=CONDA, **more).answer == f"{CONDA}/lib/libportaudio.dylib"
        assert search(machine, "portaudio", **more).answer is None


class TestMusl:
    def test_alpine_s_own_looks_in_directories(self):
        machine = linux({"/usr/lib/libportaudio.so.2": so()}, system={"libc": "musl"})
        assert search(machine, "portaudio", way="directories").answer == "libportaudio.so.2"
        assert search(machine, "portaudi", way="directories").answer is None

    def test_that_of_python_org_finds_nothing_without_a_linker(self):
        """The official image python:alpine: ldconfig lists nothing there."""
        files = {"/usr/lib/libportaudio.so.2": so(soname="libportaudio.so.2"), "/sbin/ldconfig": None}
        machine = linux(files, system={"libc": "musl", "default_directories": ("/lib", "/usr/local/lib", "/usr/lib")})
        assert search(machine, "portaudio", way="ldconfig").answer is None

    def test_and_with_one_needs_the_development_package(self):
        library = so(soname="libportaudio.so.2")
        files = {**TOOLS, "/usr/lib/libportaudio.so": library, "/usr/lib/libportaudio.so.2": library}
        machine = linux(files, system={"libc": "musl", "default_directories": ("/lib", "/usr/local/lib", "/usr/lib")})
        assert search(machine, "portaudio", way="ldconfig").answer == "libportaudio.so.2"

    @pytest.mark.parametrize("name", ["c", "m", "pthread", "libm.so"])
    def test_what_musl_has_in_its_libc(self, name: str):
        machine = linux({"/lib/libc.so": so()}, system={"libc": "musl"})
        assert search(machine, name, way="directories").answer == "libc.so"

    def test_text_is_no_library(self):
        machine = linux({"/usr/lib/libz.so": dll(), "/usr/lib/libz.so.1": so()}, system={"libc": "musl"})
        assert search(machine, "z", way="directories").answer == "libz.so.1"


class TestMacos:
    FILES: Mapping[str, Content] = {
        "/opt/homebrew/lib/libportaudio.dylib": macho(name="/opt/homebrew/opt/portaudio/lib/libportaudio.2.dylib")
    }

    def test_homebrew_s_directory_counts_for_its_own_python_alone(self):
        machine = macos(self.FILES)
        assert search(machine, "portaudio", way="dyld", fallbacks=FALLBACKS).answer is None
        own = ("/opt/homebrew/lib", *FALLBACKS)
        assert search(machine, "portaudio", way="dyld", fallbacks=own).answer == "/opt/homebrew/lib/libportaudio.dylib"

    def test_a_variable_takes_the_place_of_the_fallbacks(self):
        environment = {"DYLD_FALLBACK_LIBRARY_PATH": "/opt/homebrew/lib"}
        machine = macos({**self.FILES, "/usr/local/lib/libone.dylib": macho()})
        more = {"way": "dyld", "fallbacks": FALLBACKS, "environment": environment}
        assert search(machine, "portaudio", **more).answer == "/opt/homebrew/lib/libportaudio.dylib"
        assert search(machine, "one", **more).answer is None

    def test_apple_s_own_have_no_file(self):
        machine = macos({}, directories=("/System/Library/Frameworks/OpenGL.framework",))
        more = {"way": "dyld", "fallbacks": FALLBACKS, "framework_fallbacks": FRAMEWORKS}
        assert search(machine, "c", **more).answer == "/usr/lib/libc.dylib"
        framework = "/System/Library/Frameworks/OpenGL.framework/OpenGL"
        assert search(machine, "OpenGL", **more).answer == framework
        assert search(machine, "portaudio", **more).answer is None


class TestWindows:
    @pytest.mark.parametrize("name", ["c", "m"])
    def test_the_c_runtime_is_not_to_be_had(self, name: str):
        machine = windows({rf"C:\work\{name}.dll": dll()})
        environment = {"PATH": r"C:\work"}
        assert search(machine, name, r"C:\work", way="path", environment=environment).answer is None

    def test_an_empty_entry_is_the_current_directory(self):
        machine = windows({r"C:\work\zbar.dll": dll()})
        assert search(machine, "zbar", r"C:\work", way="path", environment={"PATH": r"C:\none;"}).answer == "zbar.dll"


class TestTheCache:
    @pytest.mark.parametrize(
        ("architecture", "flags", "answer"),
        [
            ("x86_64", 0x0303, "libz.so.1"),
            ("x86_64", 0x0803, None),  # libc6,x32
            ("x86_64", 0x0003, None),  # libc6, for 32 bits
            ("aarch64", 0x0A03, "libz.so.1"),
            ("aarch64", 0x0903, "libz.so.1"),  # of another architecture, which `libc6` takes too
            ("aarch64", 0x0002, None),  # libc5
        ],
    )
    def test_entries_of_other_architectures(self, architecture: str, flags: int, answer: str | None):
        machine = linux({"/sbin/ldconfig": None}, system={"architecture": architecture})
        machine = with_cache(machine, CacheEntry("libz.so.1", "/usr/lib/libz.so.1", flags))
        assert search(machine, "z", way="ldconfig").answer == answer

    def test_without_ldconfig_there_is_no_list(self):
        machine = with_cache(linux(), CacheEntry("libz.so.1", "/usr/lib/libz.so.1", 0x303))
        assert search(machine, "z", way="ldconfig").answer is None

    def test_a_linker_script_leaves_it_open(self):
        files = {**TOOLS, "/usr/lib/libz.so": broken(Defect.NOT_NATIVE)}
        found = search(linux(files), "z", way="ldconfig")
        assert (found.verdict, found.answer) == (Verdict.UNDETERMINED, None)
        assert "/usr/lib/libz.so" in found.would_settle[0]
