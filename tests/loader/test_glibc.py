"""What no real loader here can be asked: other systems, files that nobody knows, machines held in memory."""

from __future__ import annotations

import pytest

from wontload.binary import Defect, Format, Image, Import, MalformedImage
from wontload.binary.entries import Export, Symbol, VersionNeeded
from wontload.loader import LoadResult, Status, Verdict
from wontload.loader.glibc import load
from wontload.machine import LoadRequest, Machine, Process, System
from wontload.machine.ld_so_cache import CacheEntry
from wontload.machine.memory import Content, MemoryFiles

PYTHON = "/usr/bin/python3"


def image(*needed: str, **fields: object) -> Image:
    return Image(
        format=Format.ELF,
        **{"architecture": "x86_64", "bits": 64, "needed": tuple(map(Import, needed)), **fields},  # type: ignore[arg-type]
    )


def dlopen(
    name: str,
    files: dict[str, Content],
    *,
    environment: dict[str, str] | None = None,
    secure: bool = False,
    complete: tuple[str, ...] | None = None,
    denied: tuple[str, ...] = (),
    **system: object,
) -> LoadResult:
    facts = {"default_directories": ("/lib64", "/usr/lib64"), "lib": "lib64", "libc_version": "2.36", **system}
    return load(
        Machine(
            id="memory",
            system=System(name="linux", libc="glibc", **facts),  # type: ignore[arg-type]
            files=MemoryFiles(files, windows=False, complete=complete, denied=denied),
        ),
        LoadRequest(
            kind="ctypes",
            name=name,
            flags=2,
            process=Process(executable=PYTHON, current_directory="/work", environment=environment or {}, secure=secure),
        ),
    )


def test_the_answer_lists_every_module_with_its_rule_and_every_candidate() -> None:
    result = dlopen(
        "/opt/liba.so",
        {"/opt/liba.so": image("libb.so", "libd.so", runpath=("/opt/sub",)), "/usr/lib64/libb.so": image()},
    )
    first, second, third = result.modules
    assert (first.rule, first.status, first.needed_by) == ("explicit_path", Status.LOADED, None)
    assert (second.rule, second.path, second.needed_by) == ("default_directories", "/usr/lib64/libb.so", "/opt/liba.so")
    assert [(one.rule, one.path) for one in third.tried] == [
        ("runpath", "/opt/sub/libd.so"),
        ("default_directories", "/lib64/libd.so"),
        ("default_directories", "/usr/lib64/libd.so"),
    ]
    assert (third.status, third.path) == (Status.MISSING, None)
    assert result.error == "libd.so: cannot open shared object file: No such file or directory"
    assert [(place.rule, place.directory) for place in result.search_order] == [
        ("runpath", "/opt/sub"),
        ("default_directories", "/lib64"),
        ("default_directories", "/usr/lib64"),
    ]


def test_the_walk_goes_on_behind_a_failure() -> None:
    files = {"/a.so": image("gone1.so", "/b.so"), "/b.so": image("gone2.so", "gone1.so")}
    result = dlopen("/a.so", files)
    assert [one.name for one in result.failed] == ["gone1.so", "gone2.so"]
    assert str(result.error).startswith("gone1.so: ")


def test_a_secure_process_ignores_its_variables_and_untrusted_origins() -> None:
    files = {"/opt/liba.so": image("libb.so", runpath=("$ORIGIN",)), "/opt/libb.so": image()}
    path = {"LD_LIBRARY_PATH": "/opt"}
    assert dlopen("/opt/liba.so", files, environment=path).verdict is Verdict.LOADS
    assert dlopen("/opt/liba.so", files, environment=path, secure=True).verdict is Verdict.FAILS


def test_a_place_that_nobody_looked_at_is_undetermined() -> None:
    files = {"/opt/liba.so": image("libb.so", runpath=("/srv",)), "/lib64/libb.so": image()}
    result = dlopen("/opt/liba.so", files, complete=("/opt", "/lib64", "/usr/lib64"))
    assert (result.verdict, result.error) == (Verdict.UNDETERMINED, None)
    assert "/srv/libb.so" in result.would_settle[0]


def test_a_file_of_which_only_its_presence_is_known_is_undetermined() -> None:
    assert dlopen("/opt/liba.so", {"/opt/liba.so": None}).verdict is Verdict.UNDETERMINED


def test_a_failure_that_is_certain_is_told_beside_one_that_is_not() -> None:
    files = {"/opt/liba.so": image("/srv/libb.so", "libgone.so")}
    result = dlopen("/opt/liba.so", files, complete=("/opt", "/lib64", "/usr/lib64"))
    assert result.verdict is Verdict.FAILS
    assert str(result.error).startswith("libgone.so: ")


@pytest.mark.parametrize(
    ("fields", "version", "environment", "loads"),
    [
        ({"executable_stack": True}, "2.40", {}, True),
        ({"executable_stack": True}, "2.41", {}, False),
        ({"executable_stack": None}, "2.41", {}, False),
        ({"executable_stack": False}, "2.41", {}, True),
        ({"executable_stack": True}, "2.41", {"GLIBC_TUNABLES": "a=b:glibc.rtld.execstack=2"}, True),
    ],
)
def test_an_executable_stack_is_refused_since_2_41(
    fields: dict[str, object], version: str, environment: dict[str, str], loads: bool
) -> None:
    result = dlopen("/a.so", {"/a.so": image(**fields)}, environment=environment, libc_version=version)
    message = "/a.so: cannot enable executable stack as shared object requires: Invalid argument"
    assert result.error == (0 if loads else message)


def test_a_clean_system_s_libc_has_the_versions_of_its_own_age() -> None:
    libc = image(soname="libc.so.6", opaque=True)
    for wanted, loads in (("GLIBC_2.28", True), ("GLIBC_2.36", True), ("GLIBC_2.38", False), ("GLIBC_PRIVATE", True)):
        user = image("libc.so.6", versions_needed=(VersionNeeded("libc.so.6", wanted),))
        result = dlopen("/a.so", {"/a.so": user, "/lib64/libc.so.6": libc})
        assert (result.verdict is Verdict.LOADS) is loads
        if not loads:
            assert result.error == "/lib64/libc.so.6: version `GLIBC_2.38' not found (required by /a.so)"
            assert result.failed[0].symbol == "GLIBC_2.38"


@pytest.mark.parametrize(("version", "loads"), [("2.35", False), ("2.36", True)])
def test_a_version_without_a_number_is_of_an_age_too(version: str, loads: bool) -> None:
    libc = image(soname="libc.so.6", opaque=True)
    user = image("libc.so.6", versions_needed=(VersionNeeded("libc.so.6", "GLIBC_ABI_DT_RELR"),))
    result = dlopen("/a.so", {"/a.so": user, "/lib64/libc.so.6": libc}, libc_version=version)
    assert (result.verdict is Verdict.LOADS) is loads


def test_a_glibc_that_knows_no_packed_relocations_asks_nothing_of_them() -> None:
    libc = image(soname="libc.so.6", versions_defined=("libc.so.6", "GLIBC_2.2.5"))
    fields: dict[str, object] = {
        "packed_relocations": True,
        "versions_needed": (VersionNeeded("libc.so.6", "GLIBC_2.2.5"),),
    }
    files: dict[str, Content] = {"/a.so": image("libc.so.6", **fields), "/lib64/libc.so.6": libc}
    assert dlopen("/a.so", files, libc_version="2.35").verdict is Verdict.LOADS
    message = "/a.so: DT_RELR without GLIBC_ABI_DT_RELR dependency"
    assert dlopen("/a.so", files, libc_version="2.36").error == message


@pytest.mark.parametrize(
    ("kernel", "version", "taken"),
    [
        ("3.10.0", "2.35", False),
        ("3.16.99", "2.17", False),
        ("3.17", "2.35", True),
        ("4.4.0", "2.35", True),
        ("", "2.35", True),
        ("3.10.0", "2.36", True),
    ],
)
def test_a_note_that_names_a_later_kernel(kernel: str, version: str, taken: bool) -> None:
    """The search goes on, and finds another copy or nothing."""
    files: dict[str, Content] = {
        "/opt/liba.so": image("libb.so", runpath=("/opt",)),
        "/opt/libb.so": image(minimum_os=(3, 17, 0)),
        "/usr/lib64/libb.so": image(),
    }
    result = dlopen("/opt/liba.so", files, kernel=kernel, libc_version=version)
    assert result.modules[1].path == ("/opt/libb.so" if taken else "/usr/lib64/libb.so")
    del files["/usr/lib64/libb.so"]
    message = "libb.so: cannot open shared object file: No such file or directory"
    assert dlopen("/opt/liba.so", files, kernel=kernel, libc_version=version).error == (0 if taken else message)


@pytest.mark.parametrize("secure", [False, True])
def test_the_file_that_preloads_has_tokens_as_raspberry_pi_os_writes_it(secure: bool) -> None:
    given = Symbol("given", None, None, False)
    files: dict[str, Content] = {
        PYTHON: image(read_exports=lambda: ()),
        "/a.so": image(read_undefined=lambda: (given,), read_exports=lambda: ()),
        "/usr/lib/libmem-v7l.so": image(read_exports=lambda: (Export("given", None),)),
        "/etc/ld.so.preload": b"/usr/lib/libmem-${PLATFORM}.so\n",
    }
    assert dlopen("/a.so", files, platform="v7l", secure=secure).error == 0
    assert dlopen("/a.so", files, platform="v6l", secure=secure).error == "/a.so: undefined symbol: given"


def test_the_cache_of_a_snapshot_may_be_plain_rows() -> None:
    files = {"/a.so": image("libb.so"), "/opt/libb.so": image()}
    for row in (CacheEntry("libb.so", "/opt/libb.so", 0x303), ("libb.so", "/opt/libb.so", 0x303)):
        result = dlopen("/a.so", files, library_cache=(row,))
        assert (result.modules[1].rule, result.modules[1].path) == ("ld_so_cache", "/opt/libb.so")


def test_other_architectures_have_their_own_header() -> None:
    arm = image(architecture="aarch64")
    assert dlopen("/a.so", {"/a.so": arm}, architecture="aarch64").verdict is Verdict.LOADS
    foreign = dlopen("/a.so", {"/a.so": image()}, architecture="aarch64")
    assert foreign.error == "/a.so: cannot open shared object file: No such file or directory"
    assert foreign.modules[0].tried[0].outcome == "passed over"
    small = dlopen("/a.so", {"/a.so": image()}, architecture="x86")
    assert small.error == "/a.so: wrong ELF class: ELFCLASS64"


def test_files_of_other_systems() -> None:
    dll = Image(format=Format.PE, architecture="x86_64", bits=64, size_bytes=9000)
    assert dlopen("/a.so", {"/a.so": dll}).error == "/a.so: invalid ELF header"
    text = MalformedImage("/a.so", Defect.NOT_NATIVE, "it is text", content="text")
    assert dlopen("/a.so", {"/a.so": text}).error == "/a.so: invalid ELF header"


def test_what_may_not_be_read() -> None:
    result = dlopen("/a.so", {"/a.so": image()}, denied=("/a.so",))
    assert result.error == "/a.so: cannot open shared object file: Permission denied"
    assert (result.modules[0].status, result.modules[0].tried[0].outcome) == (Status.MISSING, "denied")


def test_the_start_of_a_process_is_worked_out_when_nobody_listed_its_modules() -> None:
    files = {
        PYTHON: image("libpython.so", rpath=("$ORIGIN/../lib",)),
        "/usr/bin/../lib/libpython.so": image("libc.so.6"),
        "/lib64/libc.so.6": image(soname="libc.so.6"),
        "/a.so": image("libc.so.6", "libonly.so"),
        "/usr/bin/../lib/libonly.so": image(),
    }
    result = dlopen("/a.so", files)
    assert [(one.name, one.status) for one in result.modules] == [
        ("/a.so", Status.LOADED),
        ("libc.so.6", Status.ALREADY_LOADED),
        ("libonly.so", Status.LOADED),
    ]
    assert [one.rule for one in result.modules] == ["explicit_path", "already_loaded", "rpath"]


def test_circles_end() -> None:
    files = {"/a.so": image("/b.so", "/a.so"), "/b.so": image("/a.so", "/b.so")}
    assert len(dlopen("/a.so", files).modules) == 2


def test_the_vdso_has_no_file() -> None:
    result = dlopen("/a.so", {"/a.so": image("linux-vdso.so.1")})
    assert (result.modules[1].status, result.modules[1].path) == (Status.VIRTUAL, None)
