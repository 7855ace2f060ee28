"""One test for each rule of the search, named in its docstring: the model, the real loader, and what we expect."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.oracles.musl.oracle import Answer, answer_of, both, observe, predict, system
from tests.support.gcc import SharedObject
from tests.support.musl import Program
from wontload.machine.musl import WITHOUT_PATH_FILE, musl_facts, path_file, search_directories

pytestmark = [pytest.mark.oracle("gcc", "musl"), pytest.mark.xdist_group("glibc-worlds")]
ABSENT = "No such file or directory"
LOADER = "/lib/ld-musl-x86_64.so.1"


def put(path: Path, **fields: object) -> str:
    """A shared object at a path, with the file's name as SONAME."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(SharedObject(**{"soname": path.name, **fields}).bytes())  # type: ignore[arg-type]
    return str(path)


def agree(name: str | Path, directory: Path, library_path: str | None = None, **others: object) -> Answer:
    environment = {} if library_path is None else {"LD_LIBRARY_PATH": library_path}
    predicted, observed = both(str(name), directory=directory, environment=environment, **others)  # type: ignore[arg-type]
    assert predicted == observed
    return observed


def test_runpath_is_inherited_as_rpath_is(root: Path) -> None:
    """Where glibc asks for a RUNPATH of its own in each library."""
    for kind in ("rpath", "runpath"):
        first = put(root / "one" / f"{kind}.so", needed=("libb.so",), **{kind: str(root / "two")})
        second = put(root / "two/libb.so", needed=("libd.so",), runpath="/nowhere")
        third = put(root / "two/libd.so")
        assert agree(first, root / "here").loaded == (first, second, third)


def test_ld_library_path_comes_first(root: Path) -> None:
    put(root / "one/libb.so")
    put(root / "two/libb.so")
    for kind in ("rpath", "runpath"):
        first = put(root / f"{kind}.so", needed=("libb.so",), **{kind: str(root / "one")})
        assert agree(first, root / "here", str(root / "two")).loaded == (first, str(root / "two/libb.so"))


def test_elements_are_taken_as_they_are(root: Path) -> None:
    """Empty ones are nothing, `;` separates nothing, `$ORIGIN` is no token; a line end separates."""
    first = put(root / "one/liba.so", needed=("libb.so",))
    found = put(root / "here/libb.so")
    for path, is_found in ((":", False), ("", False), (".", True), (f"/nowhere;{root}/here", False)):
        assert (agree(first, root / "here", path).error is None) is is_found, path
    assert agree(first, root / "one", f"/nowhere\n{root}/here").loaded == (first, found)
    assert agree(first, root / "here", "$ORIGIN/../here").error is not None
    assert agree(first, root / "here", ".").loaded == (first, f"{root}/here/libb.so")


def test_the_caller_lends_nothing(root: Path) -> None:
    """A bare name asked for at run time has the executable's search path, nobody else's."""
    put(root / "two/libb.so")
    assert agree("libb.so", root / "here").error == f"Error loading shared library libb.so: {ABSENT}"
    program = Program(options=(f"-Wl,-rpath,{root / 'two'}",)).built()
    assert agree("libb.so", root / "here", program=program).loaded == (str(root / "two/libb.so"),)
    first = put(root / "one/liba.so", needed=("libb.so",))
    assert agree(first, root / "here", program=program).loaded == (first, str(root / "two/libb.so"))


def test_origin(root: Path) -> None:
    """It is the directory by which a library was found, so that of a link; for the executable the real one."""
    first = put(root / "one/liba.so", needed=("libb.so",), runpath="${ORIGIN}/../two:$ORIGIN")
    second = put(root / "two/libb.so")
    assert agree(first, root / "here").loaded == (first, f"{root}/one/../two/libb.so")
    (root / "here/deep").mkdir()
    (root / "here/deep/link.so").symlink_to(first)
    message = f"Error loading shared library libb.so: {ABSENT} (needed by {root}/here/deep/link.so)"
    assert agree(root / "here/deep/link.so", root / "here").error == message
    assert agree("../one/liba.so", root / "here").loaded == (
        f"{root}/here/../one/liba.so",
        f"{root}/here/../one/../two/libb.so",
    )
    shutil.copy(Program(options=("-Wl,-rpath,$ORIGIN/../two",)).built(), root / "one/program")
    (root / "here/program").symlink_to("../one/program")
    observed = agree("libb.so", root / "here", program=root / "here/program")
    assert observed.loaded == (f"{root}/one/../two/libb.so",)
    assert Path(second).samefile(observed.loaded[0])


def test_another_dollar_drops_the_whole_path(root: Path) -> None:
    put(root / "two/libb.so")
    for path in (f"{root}/two:$LIB", f"{root}/two:$PLATFORM/x", f"$$ORIGIN:{root}/two", f"{root}/two:$"):
        first = put(root / "one/liba.so", needed=("libb.so",), rpath=path)
        assert agree(first, root / "here").error is not None, path
    first = put(root / "one/liba.so", needed=("libb.so",), rpath=f"$ORIGINAL:{root}/two")  # `$ORIGIN` and `AL`
    assert agree(first, root / "here").error is None


def test_default_directories(root: Path) -> None:
    """Those of the path file; the loader is told where that is by its own path, so a copy of it has another."""
    assert system().default_directories == search_directories("/etc/ld-musl-x86_64.path")
    prefix = root / "prefix"
    (prefix / "lib").mkdir(parents=True)
    (prefix / "etc").mkdir()
    loader = shutil.copy(LOADER, prefix / "lib/ld-musl-x86_64.so.1")
    program = Program(options=(f"-Wl,--dynamic-linker={loader}",)).built()
    found = put(root / "two/libb.so")
    for text in (f"/nowhere\n{root}/two\n", f"{root}/two:/nowhere", "", f"\n:{root}/two"):
        (prefix / "etc/ld-musl-x86_64.path").write_text(text)
        facts = musl_facts(str(loader))
        observed, state = observe("libb.so", str(root), {}, (), program)
        assert answer_of(predict("libb.so", str(root), {}, state, program, facts=facts)) == observed, text
        assert observed.loaded == ((found,) if text else ())
    (prefix / "etc/ld-musl-x86_64.path").unlink()
    assert musl_facts(str(loader))["default_directories"] == WITHOUT_PATH_FILE
    assert path_file("/ld-musl-x86_64.so.1", b"") == "/etc/ld-musl-x86_64.path"


def test_an_explicit_path_is_not_searched(root: Path) -> None:
    put(root / "one/liba.so")
    assert agree("./liba.so", root / "here", str(root / "one")).error is not None
    assert agree("$ORIGIN/liba.so", root / "one").error is not None
    first = put(root / "two/libb.so", needed=("../one/liba.so",), runpath=str(root / "one"))
    assert agree(first, root / "here").loaded == (first, f"{root}/here/../one/liba.so")


def test_names_that_are_musl_itself(root: Path) -> None:
    """By their beginning, whatever follows the dot, a path or not; a libc under another name is recognised too."""
    names = ["libc.so.6", "libm.so", "libpthread.so.0", "librt.so.1", "libdl.so.2", "libutil.so.9", "libxnet.", LOADER]
    for name in (*names, "libc.musl-x86_64.so.1", "libc./no/such/file", "linux-gate.so.1"):
        assert agree(name, root / "here") == Answer(None, ()), name
    shutil.copy(LOADER, root / "one/other.so")
    assert agree(root / "one/other.so", root / "here") == Answer(None, ())
    for name in ("libresolv.so.2", "libcrypt.so.1", "ld-linux-x86-64.so.2", "libc", "linux-vdso.so.1"):
        assert agree(name, root / "here").error == f"Error loading shared library {name}: {ABSENT}"


def test_a_soname_is_not_matched(root: Path) -> None:
    """What is loaded under another file's name does not answer to its SONAME."""
    loaded = put(root / "one/first.so", soname="libb.so")
    first = put(root / "one/liba.so", needed=("libb.so",))
    assert agree(first, root / "here", earlier=[loaded]).error is not None
    found = put(root / "two/libb.so")
    assert agree(first, root / "here", str(root / "two"), earlier=[loaded]).loaded == (first, found)


def test_a_name_that_a_search_has_led_to_is_known(root: Path) -> None:
    """By its file's name; a path alone teaches musl no name, a search that comes to the same file does."""
    put(root / "two/libb.so")
    first = put(root / "one/liba.so", needed=("libb.so",))
    program = Program(options=(f"-Wl,-rpath,{root / 'two'}",)).built()
    assert agree(first, root / "here", program=program, earlier=["libb.so"]).loaded == (first,)
    shutil.copy(root / "two/libb.so", root / "here/libb.so")
    assert agree(first, root / "here", earlier=[str(root / "two/libb.so")]).error is not None
    bare = agree("libb.so", root / "here", program=program, earlier=[str(root / "here/libb.so")])
    assert bare.loaded == (str(root / "two/libb.so"),)


def test_a_link_to_a_loaded_file_is_that_file(root: Path) -> None:
    """Its name stays the one by which it came."""
    real = put(root / "two/libb.so")
    (root / "one/libd.so").symlink_to(real)
    first = put(root / "one/liba.so", needed=("libd.so", "libb.so"), runpath="$ORIGIN")
    assert agree(first, root / "here", earlier=[real]).loaded == (first,)
    program = Program(options=(f"-Wl,-rpath,{root / 'one'}",)).built()
    first = put(root / "one/liba.so", needed=("libb.so",))
    assert agree(first, root / "here", program=program, earlier=[real]).error is not None
    assert agree(first, root / "here", program=program, earlier=[real, "libd.so"]).loaded == (first,)


def test_a_candidate_that_is_too_long_is_passed_over(root: Path) -> None:
    """511 bytes is the most; the message is then about whatever was tried before."""
    deep = root / "one"
    while len(os.fsencode(deep)) < 505 - 60:
        deep = deep / "directory-of-a-long-name-that-goes-on-and-on-and-on"
    for total, is_found in ((511, True), (512, False)):
        directory = deep / ("x" * (total - len(os.fsencode(deep)) - len("//libb.so")))
        put(directory / "libb.so")
        first = put(root / "two/liba.so", needed=("libb.so",), runpath=str(directory))
        assert (agree(first, root / "here").error is None) is is_found


def test_the_process_is_worked_out_where_its_modules_are_not_known(root: Path) -> None:
    """The executable's own needs and LD_PRELOAD; what they brought in is there already."""
    needed = SharedObject(soname="libb.so", needed=("libd.so",), runpath="$ORIGIN", defines=("given",))
    put(root / "two/libd.so")
    (root / "two/libb.so").write_bytes(needed.bytes())
    options = (f"-Wl,-rpath,{root / 'two'}", "-Wl,--no-as-needed", str(needed.built()), "-Wl,--allow-shlib-undefined")
    program = Program(options=options).built()
    first = put(root / "one/liba.so", needed=("libd.so", "libb.so"), uses=("given",))
    for listed in (True, False):
        assert agree(first, root / "here", program=program, listed=listed).loaded == (first,)
    put(root / "two/libb.so", defines=("given",))
    first = put(root / "one/liba.so", uses=("given",))
    second = put(root / "one/libe.so", needed=("libb.so",))
    preload = {"LD_PRELOAD": f"{root}/two/libb.so"}
    for listed in (True, False):
        assert both(first, directory=root / "here", environment=preload, listed=listed) == (Answer(None, (first,)),) * 2
        predicted, observed = both(second, directory=root / "here", environment=preload, listed=listed)
        assert predicted == observed
        assert observed.error is not None  # what LD_PRELOAD named by path answers to no name


def test_breadth_first_order(root: Path) -> None:
    put(root / "one/libd.so")
    put(root / "one/libb.so", needed=("libd.so",))
    put(root / "one/libc1.so.1", needed=("libe.so", "libb.so"))
    put(root / "one/libe.so", needed=("liba.so",))
    first = put(root / "one/liba.so", needed=("libb.so", "libc1.so.1"), runpath="$ORIGIN")
    names = ["libb.so", "libc1.so.1", "libd.so", "libe.so"]
    # musl does not know the file asked for by its name: a circle back to it is closed by the inode.
    assert agree(first, root / "here").loaded == (first, *(f"{root}/one/{name}" for name in names))


def test_going_up_from_a_directory_that_is_not_there_leads_nowhere(root: Path) -> None:
    """Found by a generated world: `gone/../one` was taken for links in a circle, as `one` has the file."""
    put(root / "one/libb.so", soname="libb.so")
    first = put(root / "here/liba.so", needed=("libb.so",))
    answer = agree(first, root / "here", f"{root}/gone/../one")
    assert answer.error == f"Error loading shared library libb.so: No such file or directory (needed by {first})"


def test_ld_preload_in_a_process_that_is_only_assumed(root: Path) -> None:
    needed = put(root / "two/libd.so", defines=("taken",))
    named = put(root / "one/libb.so", needed=("libd.so",), runpath=str(root / "two"))
    first = put(root / "one/liba.so", calls=("taken",), needed=("libd.so",))
    for path, loaded in ((first, (first,)), (needed, ()), (named, ())):
        environment = {"LD_PRELOAD": f"{named}:/nowhere.so"}
        predicted, observed = both(path, directory=root / "here", environment=environment, assumed=True)
        assert predicted == observed == Answer(None, loaded)


def test_ld_preload_of_what_lacks_something(root: Path) -> None:
    """No process starts; only one that is assumed can be asked of."""
    named = put(root / "one/libb.so", needed=("libgone.so",))
    first, environment = put(root / "one/liba.so"), {"LD_PRELOAD": named}
    program = Program().built()
    done = subprocess.run([program, first], env=environment, capture_output=True, text=True, check=False)
    _, state = observe(first, str(root / "here"), {}, (), program)
    predicted = answer_of(predict(first, str(root / "here"), environment, state, program))
    assert done.returncode == 127
    assert predicted.error == done.stderr.strip()
