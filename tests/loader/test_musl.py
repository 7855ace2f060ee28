"""What the real musl here cannot be asked: other systems, files that nobody knows, machines held in memory."""

from __future__ import annotations

import pytest

from tests.support.elf_images import elf
from wontload.binary import Format, Image, Import, parse_image
from wontload.loader import LoadResult, Status, Verdict, load
from wontload.loader.musl import symbols
from wontload.machine import LoadRequest, Machine, Process, System
from wontload.machine.memory import Content, MemoryFiles

PYTHON = "/usr/bin/python3"
LOADER = "/lib/ld-musl-x86_64.so.1"


def image(*needed: str, **fields: object) -> Image:
    return Image(
        format=Format.ELF,
        **{"architecture": "x86_64", "bits": 64, "needed": tuple(map(Import, needed)), **fields},  # type: ignore[arg-type]
    )


def file(**fields: object) -> Image:
    return parse_image(elf(**fields), "a file")  # type: ignore[arg-type]


def dlopen(
    name: str,
    files: dict[str, Content],
    *,
    environment: dict[str, str] | None = None,
    secure: bool = False,
    complete: tuple[str, ...] | None = None,
    denied: tuple[str, ...] = (),
    modules: tuple[str, ...] = (),
    directory: str = "/work",
    **system: object,
) -> LoadResult:
    facts = {"default_directories": ("/lib", "/usr/lib"), "libc_version": "1.2.5", **system}
    process = Process(
        executable=PYTHON,
        current_directory=directory,
        environment=environment or {},
        secure=secure,
        modules=modules,
    )
    return load(
        Machine(
            id="memory",
            system=System(name="linux", libc="musl", **facts),  # type: ignore[arg-type]
            files=MemoryFiles(files, windows=False, complete=complete, denied=denied),
        ),
        LoadRequest(kind="ctypes", name=name, flags=2, process=process),
    )


def test_the_answer_lists_every_module_with_its_rule_and_every_candidate() -> None:
    result = dlopen(
        "/opt/liba.so",
        {"/opt/liba.so": image("libb.so", "libd.so", "libc.so", runpath=("/opt/sub",)), "/usr/lib/libb.so": image()},
        environment={"LD_LIBRARY_PATH": "/first"},
    )
    first, second, third, itself = result.modules
    assert (first.rule, first.status, first.needed_by) == ("explicit_path", Status.LOADED, None)
    assert (second.rule, second.path, second.needed_by) == ("default_directories", "/usr/lib/libb.so", "/opt/liba.so")
    assert [(one.rule, one.path) for one in third.tried] == [
        ("ld_library_path", "/first/libd.so"),
        ("rpath", "/opt/sub/libd.so"),
        ("default_directories", "/lib/libd.so"),
        ("default_directories", "/usr/lib/libd.so"),
    ]
    assert (third.status, third.path, third.reason) == (Status.MISSING, None, "not found")
    assert (itself.status, itself.path) == (Status.ALREADY_LOADED, LOADER)
    assert result.error == "Error loading shared library libd.so: No such file or directory (needed by /opt/liba.so)"
    assert [(place.rule, place.directory) for place in result.search_order] == [
        ("ld_library_path", "/first"),
        ("rpath", "/opt/sub"),
        ("default_directories", "/lib"),
        ("default_directories", "/usr/lib"),
    ]


def test_everything_missing_is_listed_and_the_first_makes_the_message() -> None:
    result = dlopen("/liba.so", {"/liba.so": image("libb.so", "libd.so"), "/lib/libd.so": image("libe.so")})
    assert [one.name for one in result.failed] == ["libb.so", "libe.so"]
    assert "libb.so" in str(result.error)


def test_a_place_that_is_not_known_leaves_the_answer_open() -> None:
    files: dict[str, Content] = {"/opt/liba.so": image("libb.so", runpath=("/elsewhere",)), "/lib/libb.so": image()}
    result = dlopen("/opt/liba.so", files, complete=("/opt", "/lib", "/usr/lib"))
    assert (result.verdict, result.error) == (Verdict.UNDETERMINED, None)
    assert "/elsewhere/libb.so" in result.would_settle[0]
    assert dlopen("/opt/liba.so", {"/opt/liba.so": None}).verdict is Verdict.UNDETERMINED


def test_what_may_not_be_read_is_passed_over() -> None:
    files: dict[str, Content] = {"/opt/liba.so": image("libb.so", runpath=("/opt",)), "/usr/lib/libb.so": image()}
    result = dlopen("/opt/liba.so", files, denied=("/opt/libb.so",))
    assert (result.verdict, result.modules[1].tried[0].outcome) == (Verdict.LOADS, "denied")
    assert str(dlopen("/no.so", {}, denied=("/no.so",)).error).endswith("/no.so: Permission denied")


def test_a_secure_process_ignores_the_variables_and_some_origins() -> None:
    files: dict[str, Content] = {
        PYTHON: image(rpath=("$ORIGIN/../lib/python",), interpreter=LOADER),
        "/usr/lib/python/libb.so": image(),
        "/work/libb.so": image(),
        "/work/liba.so": image("libb.so", runpath=("$ORIGIN",)),
    }
    variables = {"LD_LIBRARY_PATH": "/work"}
    assert dlopen("libb.so", files, environment=variables).modules[0].path == "/work/libb.so"
    assert dlopen("libb.so", files).modules[0].path == "/usr/bin/../lib/python/libb.so"
    assert dlopen("libb.so", files, environment=variables, secure=True).verdict is Verdict.FAILS
    assert dlopen("/work/liba.so", files, secure=True).modules[1].path == "/work/libb.so"
    assert dlopen("./liba.so", files, secure=True).verdict is Verdict.FAILS


def test_undefined_symbols_of_a_machine_that_is_known_in_part() -> None:
    """One file of the scope of which the symbols are not known, and nothing is said to be missing."""
    taker = file(undefined=("given",), needed=("libc.so", "libgiver.so"))
    files: dict[str, Content] = {
        PYTHON: file(interpreter=LOADER, elf_type=3),
        LOADER: file(exports=("malloc",)),
        "/lib/libgiver.so": file(exports=("taken",)),
        "/taker.so": taker,
    }
    result = dlopen("/taker.so", files)
    assert result.error == "Error relocating /taker.so: given: symbol not found"
    assert (result.failed[0].symbol, result.failed[0].status) == ("given", Status.REFUSED)
    assert dlopen("/taker.so", {**files, "/lib/libgiver.so": image(opaque=True)}).verdict is Verdict.LOADS
    assert dlopen("/taker.so", {**files, "/lib/libgiver.so": file(exports=("given",))}).verdict is Verdict.LOADS


def test_a_list_of_modules_says_what_is_there() -> None:
    """As a probe writes it: the kernel's object under the executable's name, the loader by its real path."""
    files: dict[str, Content] = {
        PYTHON: image("libpython3.so", "libc.musl-x86_64.so.1", interpreter=LOADER),
        LOADER: image(),
        "/usr/lib/libpython3.so": image("libc.so"),
        "/site/ext.so": image("libpython3.so", "ext.so"),
    }
    modules = (PYTHON, "/usr/lib/libpython3.so", LOADER, PYTHON)
    result = dlopen("/site/ext.so", files, modules=modules)
    assert result.modules[1].status is Status.ALREADY_LOADED
    assert str(result.error).startswith("Error loading shared library ext.so")  # its own path is no name


@pytest.mark.parametrize(
    ("architecture", "error"),
    [
        ("aarch64", "Error relocating /a.so: unsupported relocation type 1025"),
        ("riscv64", 0),  # its type 2 is one of x86_64's too: musl puts something there, and is content
        ("s390x", "Error loading shared library /a.so: Exec format error"),  # the other byte order
        ("x86", "Error loading shared library /a.so: Exec format error"),  # the other class
    ],
)
def test_a_library_for_another_machine(architecture: str, error: str | int) -> None:
    """Class and byte order decide where musl looks; the machine shows in the relocations alone."""
    files: dict[str, Content] = {
        LOADER: file(exports=("malloc",)),
        PYTHON: file(interpreter=LOADER),
        "/a.so": file(undefined=("malloc",), machine=architecture),
    }
    assert dlopen("/a.so", files).error == error


def test_the_same_relocations_are_known_on_their_own_machine() -> None:
    for architecture in ("aarch64", "riscv64", "s390x", "x86", "arm", "ppc64le", "x86_64"):
        loader = f"/lib/ld-musl-{architecture}.so.1"
        files: dict[str, Content] = {
            loader: file(exports=("malloc",), machine=architecture),
            PYTHON: file(interpreter=loader, machine=architecture),
            "/a.so": file(undefined=("malloc",), machine=architecture),
        }
        assert dlopen("/a.so", files, architecture=architecture).error == 0, architecture


def test_packed_relocations_count_until_musl_learnt_them() -> None:
    packed: dict[str, Content] = {"/a.so": image(packed_relocations=True)}
    assert dlopen("/a.so", packed, libc_version="1.2.3").error == symbols.SEGMENTATION_FAULT
    for version in ("1.2.4", "1.10.0", ""):
        assert dlopen("/a.so", packed, libc_version=version).error == 0


def test_a_saved_machine_knows_no_types_of_relocation() -> None:
    """Its symbols still count."""
    from wontload.binary.entries import Bindings, Symbol

    def bindings() -> Bindings:
        return Bindings(eager=(Symbol("first"),), lazy=(Symbol("second"), Symbol("weak", weak=True)))

    none: dict[str, Content] = {
        PYTHON: image(read_exports=lambda: (), interpreter=LOADER),
        LOADER: image(read_exports=lambda: ()),
        "/a.so": image(read_exports=lambda: (), read_bindings=bindings),
    }
    assert dlopen("/a.so", none).error == "Error relocating /a.so: second: symbol not found"


def test_a_file_system_from_which_nothing_may_be_executed() -> None:
    """The text is musl's own: tests/oracles/musl/test_files.py."""
    result = dlopen("/mnt/liba.so", {"/mnt/liba.so": image()}, mounts=(("/mnt", True),))
    assert result.error == "Error loading shared library /mnt/liba.so: Operation not permitted"
