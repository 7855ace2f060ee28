"""What musl says of files that are not what they should be, asked for by path: the model's text against `dlerror`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.oracles.glibc.test_files import FOREIGN
from tests.oracles.glibc.worlds import LARGE, dynamic_section, with_dynamic
from tests.oracles.musl.oracle import Answer, both
from tests.oracles.musl.worlds import OtherClass
from tests.support.gcc import SharedObject
from tests.support.musl import Program

pytestmark = pytest.mark.oracle("gcc", "musl")
# Offset in the header, bytes put there, and whether musl takes the file: it looks at few of these.
PATCHES = {
    "version of the header": (6, b"\x02", True),
    "OS ABI": (7, b"\x09", True),
    "ABI version": (8, b"\x01", True),
    "padding": (12, b"\x01", True),
    "relocatable": (16, b"\x01", False),
    "executable": (16, b"\x02", True),
    "core dump": (16, b"\x04", False),
    "machine": (18, b"\xb7", True),
    "version": (20, b"\x02", True),
    "program headers behind the end": (33, b"\xf0", False),
    "class": (4, b"\x01", True),
    "class that does not exist": (4, b"\x07", True),
    "byte order": (5, b"\x02", True),
    "size of a program header": (54, b"\x20", False),
}
LIES = ("class", "class that does not exist", "byte order")


def agree(name: str, directory: Path) -> Answer:
    predicted, observed = both(name, directory=directory)
    assert predicted == observed
    return observed


@pytest.mark.parametrize("patch", PATCHES)
def test_a_header_that_is_wrong_in_one_place(patch: str, tmp_path: Path) -> None:
    offset, value, is_taken = PATCHES[patch]
    data = bytearray(SharedObject(soname="liba.so").bytes())
    data[offset : offset + len(value)] = value
    (tmp_path / "liba.so").write_bytes(data)
    assert (agree("./liba.so", tmp_path).error is None) is is_taken


@pytest.mark.parametrize("patch", LIES)
def test_a_file_that_lies_about_itself(patch: str, tmp_path: Path) -> None:
    """Musl goes by where things are in a file of its own kind, with all that the file needs and lacks."""
    (tmp_path / "libb.so").write_bytes(SharedObject(soname="libb.so", defines=("f",)).bytes())
    for uses in ("f", "nobody"):
        data = bytearray(SharedObject(needed=("libb.so",), runpath="$ORIGIN", calls=(uses,)).bytes())
        offset, value, _ = PATCHES[patch]
        data[offset : offset + len(value)] = value
        (tmp_path / "liba.so").write_bytes(data)
        answer = agree("./liba.so", tmp_path)
        assert answer.error == (None if uses == "f" else "Error relocating ./liba.so: nobody: symbol not found")
        assert len(answer.loaded) == (2 if uses == "f" else 0)


@pytest.mark.parametrize("source", ["", "int cleared[99];", "int filled[4] = {1}; int *held = filled;"])
def test_a_file_that_was_cut_in_its_last_pages(source: str, tmp_path: Path) -> None:
    """What lies behind the file's end in its last page reads as zeros; pages behind that may not be touched."""
    whole = SharedObject(soname="liba.so", defines=("f",), source=source).bytes()
    start, end = dynamic_section(whole)
    for size in (start - 200, start, end, end + 8, len(whole) - 1):
        (tmp_path / "liba.so").write_bytes(whole[:size])
        agree("./liba.so", tmp_path)
        (tmp_path / "liba.so").unlink()


def test_a_directory_that_is_a_circle_of_links_ends_the_search(tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "one").mkdir()
    (tmp_path / "one/libb.so").write_bytes(SharedObject().bytes())
    (tmp_path / "liba.so").write_bytes(
        SharedObject(needed=("libb.so",), runpath=f"{tmp_path}/circle:{tmp_path}/one").bytes()
    )
    assert "Symbolic link loop" in str(agree("./liba.so", tmp_path).error)


@pytest.mark.parametrize("size", [0, 3, 40, 63, 64, 100, 300, 5000, 40000])
def test_a_file_that_was_cut_short(size: int, tmp_path: Path) -> None:
    (tmp_path / "liba.so").write_bytes(LARGE.bytes()[:size])
    message = "Error loading shared library ./liba.so: Exec format error"
    assert agree("./liba.so", tmp_path).error == (message if size <= 300 else "Bus error")


@pytest.mark.parametrize(
    "text", ["x", "INPUT(libreal.so.1)\n", "version https://git-lfs.github.com/spec/v1\n" * 3, "\0" * 999]
)
def test_a_file_that_is_none(text: str, tmp_path: Path) -> None:
    """It ends the search as well: nothing behind it is tried."""
    for directory in ("one", "two"):
        (tmp_path / directory).mkdir()
    (tmp_path / "one/libb.so").write_text(text)
    (tmp_path / "two/libb.so").write_bytes(SharedObject().bytes())
    path = f"{tmp_path}/one:{tmp_path}/two"
    (tmp_path / "liba.so").write_bytes(SharedObject(needed=("libb.so",), runpath=path).bytes())
    message = "Error loading shared library libb.so: Exec format error (needed by ./liba.so)"
    assert agree("./liba.so", tmp_path).error == message
    assert agree("./one/libb.so", tmp_path).error is not None


@pytest.mark.parametrize("size", [24, 64, 400])
@pytest.mark.parametrize("kind", FOREIGN)
def test_a_file_of_another_system_that_is_broken_besides(kind: str, size: int, tmp_path: Path) -> None:
    (tmp_path / "liba.so").write_bytes(FOREIGN[kind].ljust(400, b"\0")[:size])
    assert agree("./liba.so", tmp_path).error == "Error loading shared library ./liba.so: Exec format error"


def test_what_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "directory.so").mkdir()
    (tmp_path / "file").write_text("x")
    (tmp_path / "circle.so").symlink_to("circle.so")
    (tmp_path / "dangling.so").symlink_to("nowhere.so")
    for name, why in (
        ("./directory.so", "Is a directory"),
        ("./file/liba.so", "Not a directory"),
        ("./file/", "Not a directory"),
        ("./file/../file", "Not a directory"),
        ("./circle.so", "Symbolic link loop"),
        ("./dangling.so", "No such file or directory"),
        ("./" + "x" * 300, "Filename too long"),
        ("x" * 300, "No error information"),  # it is not even tried
        ("", "Invalid argument"),
    ):
        assert agree(name, tmp_path).error == f"Error loading shared library {name}: {why}"


def test_what_ends_a_search_and_what_does_not(tmp_path: Path) -> None:
    """A directory or a circle of links of that name ends it, a directory that is a file does not."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    (tmp_path / "file").write_text("x")
    (tmp_path / "two/libb.so").write_bytes(SharedObject().bytes())
    path = f"{tmp_path}/file:{tmp_path}/one:{tmp_path}/two"
    (tmp_path / "liba.so").write_bytes(SharedObject(needed=("libb.so",), runpath=path).bytes())
    assert agree("./liba.so", tmp_path).error is None
    (tmp_path / "one/libb.so").symlink_to("libb.so")
    assert "Symbolic link loop" in str(agree("./liba.so", tmp_path).error)
    (tmp_path / "one/libb.so").unlink()
    (tmp_path / "one/libb.so").mkdir()
    assert "Is a directory" in str(agree("./liba.so", tmp_path).error)


def test_a_file_of_another_class(tmp_path: Path) -> None:
    (tmp_path / "liba.so").write_bytes(OtherClass().bytes())
    assert "Exec format error" in str(agree("./liba.so", tmp_path).error)


@pytest.mark.parametrize("option", ["nodlopen", "execstack", "noexecstack", "nodefaultlib", "now"])
def test_what_the_linker_was_asked_for_and_musl_ignores(option: str, tmp_path: Path) -> None:
    (tmp_path / "liba.so").write_bytes(SharedObject(soname="liba.so", options=("-z", option)).bytes())
    assert agree("./liba.so", tmp_path).error is None


def test_executables_are_loaded_as_libraries_are(tmp_path: Path) -> None:
    """Unless they must lie where the program itself does."""
    movable, fixed = Program().built(), Program(options=("-no-pie",)).built()
    assert agree(str(movable), tmp_path).error is None
    for program, name, why in ((fixed, fixed, "Resource busy"), (fixed, movable, None)):
        predicted, observed = both(str(name), directory=tmp_path, program=program)
        assert predicted == observed
        assert observed.error == (why and f"Error loading shared library {name}: {why}")


@pytest.mark.parametrize(
    "name", ["/lib/x86_64-linux-gnu/libc.so.6", "/lib/x86_64-linux-gnu/libz.so.1", "/bin/ls", "/usr/bin/python3"]
)
def test_files_of_glibc_systems(name: str, tmp_path: Path) -> None:
    """glibc's libc is taken for musl itself; what was linked against it lacks symbols."""
    agree(name, tmp_path)


def test_a_dynamic_section_that_says_it_has_no_bytes(tmp_path: Path) -> None:
    """musl asks where it begins, and reads to its end."""
    for uses in ("f", "nobody"):
        data = SharedObject(soname="liba.so", defines=("f",), calls=(uses,)).bytes()
        (tmp_path / "liba.so").write_bytes(with_dynamic(data, size_bytes=0))
        assert (agree("./liba.so", tmp_path).error is None) is (uses == "f")
    (tmp_path / "liba.so").write_bytes(with_dynamic(data, address=0))
    assert "Exec format error" in str(agree("./liba.so", tmp_path).error)


def test_debug_information_on_its_own(tmp_path: Path) -> None:
    whole = SharedObject(defines=("f",)).built()
    subprocess.run(["objcopy", "--only-keep-debug", whole, tmp_path / "liba.so"], check=True)
    assert agree("./liba.so", tmp_path).error == "Segmentation fault"


def test_noload(tmp_path: Path) -> None:
    (tmp_path / "liba.so").write_bytes(SharedObject().bytes())
    assert agree("noload:./liba.so", tmp_path).error == "Library ./liba.so is not already loaded"
    predicted, observed = both("noload:./liba.so", directory=tmp_path, earlier=["./liba.so"])
    assert predicted == observed == Answer(None, ())


def test_a_file_system_from_which_nothing_may_be_executed(tmp_path: Path):
    """In a mount namespace of its own; the model's text is in tests/loader/test_musl.py."""
    if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
        pytest.skip("mounting takes rights that this process does not have")
    (tmp_path / "mnt").mkdir()
    script = 'mount -t tmpfs -o noexec tmpfs "$0" && cp "$1" "$0/liba.so" && "$2" "$0/liba.so"'
    files = [tmp_path / "mnt", SharedObject(defines=("a",)).built(), Program().built()]
    done = subprocess.run(["unshare", "-m", "sh", "-c", script, *files], capture_output=True, text=True, check=True)
    assert f"X\tError loading shared library {tmp_path}/mnt/liba.so: Operation not permitted" in done.stdout
