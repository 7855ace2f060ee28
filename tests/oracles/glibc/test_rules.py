"""One test for each rule of the search, named in its docstring: the model, the real loader, and what we expect."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.oracles.glibc.oracle import Answer, both, observe, predict, system
from tests.support.gcc import SharedObject
from wontload.loader.glibc.capabilities import subdirectories
from wontload.loader.glibc.walk import NOT_LOADED, NOT_LOADED_BY_IMPORT

pytestmark = pytest.mark.oracle("gcc")
ABSENT = "cannot open shared object file: No such file or directory"


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


def test_rpath_is_inherited(root: Path) -> None:
    first = put(root / "one/liba.so", needed=("libb.so",), rpath=str(root / "two"))
    second = put(root / "two/libb.so", needed=("libd.so",))
    third = put(root / "two/libd.so")
    assert agree(first, root / "here").loaded == (first, second, third)


def test_runpath_is_not_inherited(root: Path) -> None:
    first = put(root / "one/liba.so", needed=("libb.so",), runpath=str(root / "two"))
    put(root / "two/libb.so", needed=("libd.so",))
    put(root / "two/libd.so")
    assert agree(first, root / "here").error == f"libd.so: {ABSENT}"


def test_a_runpath_switches_rpath_off(root: Path) -> None:
    first = put(root / "one/liba.so", needed=("libb.so",), rpath=str(root / "two"))
    put(root / "two/libb.so", needed=("libd.so",), runpath="/nowhere")
    put(root / "two/libd.so")
    assert agree(first, root / "here").error == f"libd.so: {ABSENT}"


def test_ld_library_path_comes_after_rpath_and_before_runpath(root: Path) -> None:
    put(root / "one/libb.so")
    put(root / "two/libb.so")
    for kind, chosen in (("rpath", "one"), ("runpath", "two")):
        first = put(root / f"{kind}.so", needed=("libb.so",), **{kind: str(root / "one")})
        answer = agree(first, root / "here", str(root / "two"))
        assert answer.loaded == (first, str(root / chosen / "libb.so"))


def test_empty_elements(root: Path) -> None:
    first = put(root / "one/liba.so", needed=("libb.so",))
    put(root / "here/libb.so")
    for path, found in ((":", True), ("/nowhere::", True), (";", True), (".", True), ("", False), ("/nowhere", False)):
        answer = agree(first, root / "here", path)
        assert (answer.error is None) is found, path
        assert found is (answer.loaded == (first, str(root / "here/libb.so")))


def test_the_name_of_a_rpath_that_is_empty_is_no_directory(root: Path) -> None:
    first = put(root / "one/liba.so", needed=("libb.so",), rpath="")
    put(root / "here/libb.so")
    assert agree(first, root / "here").error == f"libb.so: {ABSENT}"


def test_nodeflib(root: Path) -> None:
    """Without its directories, glibc has nothing to try, and nothing to say after the colon."""
    closed = put(root / "one/liba.so", needed=("libz.so.1",), options=("-z", "nodefaultlib"))
    opened = put(root / "one/libb.so", needed=("libz.so.1",))
    assert agree(opened, root / "here").error is None
    assert agree(closed, root / "here").error == "libz.so.1: cannot open shared object file"


def test_a_caller_without_default_directories_and_a_name_that_nothing_is_tried_for(root: Path) -> None:
    source = """
        extern void *dlopen(const char *, int); extern char *dlerror(void);
        char *ask(const char *name, int mode) { return dlopen(name, mode) ? 0 : dlerror(); }
    """
    caller = put(root / "one/libb.so", source=source, options=("-z", "nodefaultlib"))
    bare = "libz.so.1: cannot open shared object file"
    assert agree("libz.so.1", root / "here", via=caller).error == bare


def test_the_kernel_s_own_object_is_there_by_its_name_on_this_machine(root: Path) -> None:
    """`linux-gate.so.1` is that of 32-bit x86."""
    for name in ("linux-vdso.so.1", "linux-gate.so.1"):
        first = put(root / "one/liba.so", needed=(name,))
        agree(first, root / "here")


def test_a_directory_known_not_to_exist_leaves_no_trace_in_the_message(root: Path) -> None:
    """Found by a generated world: glibc tried it when the process started, and does not again."""
    first = put(root / "one/liba.so", needed=("libgone.so",), options=("-z", "nodefaultlib"))
    bare = "libgone.so: cannot open shared object file"
    assert agree(first, root / "here", "/nowhere").error == bare
    assert agree(first, root / "here", str(root / "two")).error == f"libgone.so: {ABSENT}"


def test_origin_is_the_directory_by_which_a_library_was_found(root: Path) -> None:
    put(root / "one/real.so", needed=("libb.so",), runpath="$ORIGIN/sub")
    put(root / "one/sub/libb.so")
    (root / "two/link.so").symlink_to(root / "one/real.so")
    assert agree(root / "two/link.so", root / "here").error == f"libb.so: {ABSENT}"
    beside = put(root / "two/sub/libb.so")
    assert agree(root / "two/link.so", root / "here").loaded == (str(root / "two/link.so"), beside)


def test_origin_in_ld_library_path_is_the_executable_s(root: Path) -> None:
    """The real directory of the interpreter's file, not that of the link by which it was started."""
    first = put(root / "one/liba.so", needed=("libb.so",))
    up = os.path.relpath(root / "two", Path(os.path.realpath(sys.executable)).parent)
    second = put(root / "two/libb.so")
    answer = agree(first, root / "here", f"$ORIGIN/{up}")
    assert [os.path.realpath(path) for path in answer.loaded] == [first, second]


def test_tokens_of_a_needed_name(root: Path) -> None:
    first = put(root / "one/liba.so", needed=("$ORIGIN/../two/libb.so", "${ORIGIN}/libd.so"))
    put(root / "two/libb.so")
    put(root / "one/libd.so")
    assert len(agree(first, root / "here").loaded) == 3


def test_an_explicit_path_is_not_searched(root: Path) -> None:
    put(root / "one/liba.so")
    assert agree("./liba.so", root / "here", str(root / "one")).error == f"./liba.so: {ABSENT}"
    assert agree("../one/liba.so", root / "here").loaded == (str(root / "here/../one/liba.so"),)


def test_a_bare_name_is_sought_and_never_in_the_current_directory(root: Path) -> None:
    put(root / "here/liba.so")
    assert agree("liba.so", root / "here").error == f"liba.so: {ABSENT}"
    assert agree("liba.so", root / "one", str(root / "here")).loaded == (str(root / "here/liba.so"),)


def test_a_soname_in_the_process_answers_to_its_name(root: Path) -> None:
    first = put(root / "one/liba.so", needed=("libb.so",))
    hidden = put(root / "two/other-name.so", soname="libb.so")
    assert agree(first, root / "here").error == f"libb.so: {ABSENT}"
    assert agree(first, root / "here", earlier=[hidden]).loaded == (first,)


def test_a_full_path_to_another_file_of_that_soname_is_loaded_beside_it(root: Path) -> None:
    one, two = put(root / "one/liba.so"), put(root / "two/liba.so")
    assert agree(two, root / "here", earlier=[one]).loaded == (two,)


def test_the_same_file_by_another_path_is_not_loaded_again(root: Path) -> None:
    one = put(root / "one/liba.so", soname=None)
    (root / "two/link.so").symlink_to(one)
    os.link(one, root / "two/hard.so")
    assert agree(root / "two/link.so", root / "here", earlier=[one]) == Answer(None)
    assert agree(root / "two/hard.so", root / "here", earlier=[one]) == Answer(None)


def test_a_file_answers_to_the_name_of_a_link_by_which_it_was_needed(root: Path) -> None:
    """Found by a generated world: the list of modules has the file's own name alone."""
    first = put(root / "one/liba.so", needed=("libb.so",), rpath=str(root / "two"))
    put(root / "here/real.so", soname=None)
    (root / "two/libb.so").symlink_to(root / "here/real.so")
    assert agree("libb.so", root / "here").error == f"libb.so: {ABSENT}"
    assert agree("libb.so", root / "here", earlier=[first]) == Answer(None)


def test_a_file_without_soname_answers_to_the_name_that_dlopen_was_called_with(root: Path) -> None:
    """Found by a generated world: another file would be found by the search."""
    first = put(root / "one/liba.so", needed=("libb.so",), rpath=str(root / "here"))
    put(root / "here/libb.so")
    put(root / "two/libb.so", soname=None)
    assert agree(first, root / "here", str(root / "two"), earlier=["libb.so"]).loaded == (first,)


def test_what_cannot_be_loaded_here_is_passed_over(root: Path) -> None:
    good = put(root / "here/libb.so")
    first = put(root / "one/liba.so", needed=("libb.so",), runpath=f"{root}/one:{root}/two:{root}/here")
    data = Path(good).read_bytes()
    (root / "one/libb.so").write_bytes(data[:4] + b"\x01" + data[5:])  # 32 bits
    (root / "two/libb.so").write_bytes(data[:18] + b"\xb7" + data[19:])  # AArch64
    assert agree(first, root / "here").loaded == (first, good)
    Path(good).unlink()
    assert agree(first, root / "here").error == "libb.so: wrong ELF class: ELFCLASS32"


def test_a_file_that_is_no_library_ends_the_search(root: Path) -> None:
    put(root / "two/libb.so")
    first = put(root / "one/liba.so", needed=("libb.so",), runpath=f"{root}/one:{root}/two")
    (root / "one/libb.so").write_text("INPUT(libreal.so)" * 9)
    assert agree(first, root / "here").error == f"{root}/one/libb.so: invalid ELF header"


def test_subdirectories_are_tried_in_the_loader_s_order(root: Path) -> None:
    """Every subdirectory has a copy; the one chosen goes; and so on to the directory itself."""
    copies = [root / "one" / name / "liba.so" for name in (*subdirectories(system()), "glibc-hwcaps/x86-64-v9/", "")]
    for path in copies:
        put(path)
    order = []
    while (answer := agree("liba.so", root / "here", str(root / "one"))).error is None:
        order.append(Path(answer.loaded[0]))
        order[-1].unlink()
    assert order == [path for path in copies if "v9" not in str(path)]


def test_links_in_a_circle_end_the_list_of_directories(root: Path) -> None:
    """Found by generated worlds: in a directory itself they do, in a subdirectory for some CPU they do not."""
    good = put(root / "two/liba.so")
    path = f"{root}/one:{root}/two"
    for name in ("one/glibc-hwcaps/x86-64-v2/liba.so", "one/liba.so"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / "one/glibc-hwcaps/x86-64-v2/liba.so").symlink_to("liba.so")
    assert agree("liba.so", root / "here", path).loaded == (good,)
    (root / "one/liba.so").symlink_to("liba.so")
    assert agree("liba.so", root / "here", path).error == f"liba.so: {ABSENT}"


def test_objects_are_mapped_breadth_first(root: Path) -> None:
    path = str(root / "one")
    put(root / "one/libd.so")
    put(root / "one/libe.so")
    put(root / "one/libb.so", needed=("libd.so",), runpath=path)
    put(root / "one/libc1.so", needed=("libe.so", "libd.so"), runpath=path)
    first = put(root / "one/liba.so", needed=("libb.so", "libc1.so"), runpath=path)
    names = [Path(one).name for one in agree(first, root / "here").loaded]
    assert names == ["liba.so", "libb.so", "libc1.so", "libd.so", "libe.so"]


def test_the_caller_s_search_path_counts_for_a_bare_name(root: Path) -> None:
    """The object that calls `dlopen` lends its RUNPATH, and its RPATH; the new object inherits nothing of it."""
    source = """
        extern void *dlopen(const char *, int); extern char *dlerror(void);
        char *ask(const char *name, int mode) { return dlopen(name, mode) ? 0 : dlerror(); }
    """
    put(root / "two/libb.so", needed=("libd.so",))
    for kind in ("runpath", "rpath"):
        caller = put(root / f"one/{kind}.so", source=source, **{kind: str(root / "two")})
        (root / "two/libd.so").unlink(missing_ok=True)
        assert agree("libb.so", root / "here", via=caller).error == f"libd.so: {ABSENT}"
        put(root / "two/libd.so")
        assert agree("libd.so", root / "here", via=caller).loaded == (str(root / "two/libd.so"),)
        assert agree("libd.so", root / "here").error == f"libd.so: {ABSENT}"


def test_to_ask_whether_a_file_is_loaded_loads_nothing(root: Path) -> None:
    """RTLD_NOLOAD: no handle and no words where the file is there, the ordinary message where the search fails.

    Seen with cuda-pathfinder, which asks for `libcublasLt.so.13` this way before it looks for it elsewhere.
    """
    path = str(root / "one")
    first = put(root / "one/liba.so", needed=("libb.so",), runpath=path)
    put(root / "one/libb.so")
    assert agree("noload:liba.so", root / "here", path).error == NOT_LOADED
    assert agree(f"noload:{first}", root / "here").error == NOT_LOADED
    assert agree(f"import={os.RTLD_NOW | os.RTLD_NOLOAD}:{first}", root / "here").error == NOT_LOADED_BY_IMPORT
    assert agree("noload:libz9.so", root / "here", path).error == f"libz9.so: {ABSENT}"
    assert agree("noload:libb.so", root / "here", earlier=[first]) == Answer(None)
    (root / "one/libc1.so").write_text("INPUT(libreal.so)" * 9)
    assert agree("noload:libc1.so", root / "here", path).error == f"{root}/one/libc1.so: invalid ELF header"


def test_a_filter(root: Path) -> None:
    """What it stands for comes before it and must be there; the file asked for stays first in the answer."""
    filtering = put(
        root / "one/libb.so", filters=("libd.so",), auxiliaries=("libc1.so",), needed=("libe.so",), runpath="$ORIGIN"
    )
    first = put(root / "one/liba.so", needed=("libb.so",), runpath="$ORIGIN")
    others = [put(root / f"one/{name}") for name in ("libc1.so", "libd.so", "libe.so")]
    assert agree(first, root / "here").loaded == (first, others[1], others[0], filtering, others[2])
    os.remove(others[1])
    assert agree(first, root / "here").error == f"libd.so: {ABSENT}"


def test_an_auxiliary(root: Path) -> None:
    """It may be absent or no library; where it is there, its symbols are found first."""
    first = put(root / "one/liba.so", needed=("libb.so",), calls=("taken",), runpath="$ORIGIN")
    auxiliary = put(root / "one/libc1.so", defines=("taken",))
    user = put(root / "one/libb.so", auxiliaries=("nowhere.so", "libc1.so"), runpath="$ORIGIN")
    assert agree(first, root / "here").loaded == (first, auxiliary, user)
    Path(auxiliary).write_text("none\n" * 99)
    assert agree(first, root / "here").error == f"{first}: undefined symbol: taken"


@pytest.mark.parametrize(
    ("filtered", "crashes"),
    [
        ({"liba.so": "liba.so"}, False),
        ({"liba.so": "libb.so", "libb.so": "liba.so"}, True),
        ({"liba.so": "libb.so", "libb.so": "libc1.so", "libc1.so": "libb.so"}, True),
        ({"liba.so": "libb.so", "libb.so": "libc1.so"}, False),
        ({"libb.so": "liba.so"}, False),
    ],
)
def test_filters_in_a_circle(filtered: dict[str, str], crashes: bool, root: Path) -> None:
    """glibc moves the objects about in a list that it is walking through, and loses itself."""
    for name, other in filtered.items():
        put(root / "one" / name, auxiliaries=(other,), runpath="$ORIGIN")
    first = str(root / "one/liba.so")
    if "liba.so" not in filtered:
        put(Path(first), needed=tuple(filtered), runpath="$ORIGIN")
    for name in {*filtered.values()} - {*filtered, "liba.so"}:
        put(root / "one" / name)
    assert agree(first, root / "here").error == ("Segmentation fault" if crashes else None)


def test_what_was_there_for_a_filter_counts_in_later_loads(root: Path) -> None:
    put(root / "one/libc1.so", defines=("taken",))
    user = put(root / "one/libb.so", auxiliaries=("libc1.so",), runpath="$ORIGIN")
    first = put(root / "two/liba.so", needed=("libb.so",), calls=("taken",))
    assert agree(first, root / "here", earlier=[user]).error is None


def test_a_needed_name_is_expanded_before_it_is_named(root: Path) -> None:
    first = put(root / "one/liba.so", needed=("$ORIGIN/libb.so",))
    assert agree(first, root / "here").error == f"{root}/one/libb.so: {ABSENT}"
    first = put(root / "one/libc1.so", needed=("${ORIGIN}",))
    assert agree(first, root / "here").error == f"{root}/one: cannot read file data: Is a directory"


def test_a_path_into_a_directory_that_a_search_found_gone(root: Path) -> None:
    put(root / "one/libb.so")
    needed = ("libb.so", "$ORIGIN/../gone/libc1.so")
    first = put(root / "one/liba.so", needed=needed, rpath="$ORIGIN/../gone:$ORIGIN")
    assert agree(first, root / "here").error == f"{root}/one/../gone/libc1.so: {ABSENT}"


def test_a_needed_name_that_is_empty_is_the_program_s(root: Path) -> None:
    path = Path(put(root / "one/liba.so", needed=("libgone.so",)))
    path.write_bytes(path.read_bytes().replace(b"libgone.so\0", b"\0ibgone.so\0"))
    assert agree(path, root / "here").loaded == (str(path),)


def test_the_program_does_not_answer_to_its_path(root: Path) -> None:
    answer = agree(os.path.realpath(sys.executable), root / "here")
    assert answer.error is not None


@pytest.mark.parametrize("separator", [":", " ", " :: "])
def test_ld_preload_in_a_process_that_is_only_assumed(separator: str, root: Path) -> None:
    """`tree --env LD_PRELOAD=…` has the list of modules of a process without it."""
    needed = put(root / "two/libd.so", defines=("taken",))
    named = put(root / "one/libb.so", needed=("libd.so",), runpath=str(root / "two"))
    first = put(root / "one/liba.so", calls=("taken",), needed=("libb.so", "libd.so"))
    environment = {"LD_PRELOAD": separator.join([named, "/nowhere.so"])}
    predicted, observed = both(first, directory=root / "here", environment=environment, assumed=True)
    assert predicted == observed == Answer(None, (first,))
    predicted, observed = both(needed, directory=root / "here", environment=environment, assumed=True)
    assert predicted == observed == Answer(None)


# In a namespace of mounts whose /etc is a copy with that file: the model has to see it as well.
IN_ANOTHER_ETC = """
import sys
from tests.oracles.glibc.oracle import both
predicted, observed = both(sys.argv[1], directory=sys.argv[2])
assert predicted == observed, (predicted, observed)
print(observed.error)
"""


@pytest.mark.parametrize("line", ["{}", "# why\n/nowhere.so:{} # and what", "\t{}\n{}"])
def test_the_file_that_preloads_for_every_process(line: str, root: Path, tmp_path: Path) -> None:
    if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
        pytest.skip("mounting takes rights that this process does not have")
    giver = put(root / "one/libb.so", defines=("given",))
    first = put(root / "two/liba.so", needed=("libb.so",), uses=("given",))
    alone = put(root / "two/libd.so", uses=("given",))
    shutil.copytree("/etc", tmp_path / "etc", symlinks=True)
    (tmp_path / "etc/ld.so.preload").write_text(line.format(giver, giver) + "\n")
    for path in (first, alone):
        asked = (sys.executable, "-c", IN_ANOTHER_ETC, path, root / "here")
        done = subprocess.run(
            ["unshare", "-m", "sh", "-c", 'mount --bind "$0" /etc && exec "$@"', tmp_path / "etc", *asked],
            cwd=Path(__file__).parents[3],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout == "None\n", done.stderr


def test_ld_preload_of_what_lacks_something(root: Path) -> None:
    """No process starts; only one that is assumed can be asked of."""
    named = put(root / "one/libb.so", needed=("$ORIGIN/libgone.so",))
    first = put(root / "one/liba.so")
    environment = {"LD_PRELOAD": named}
    done = subprocess.run([sys.executable, "-c", ""], env=environment, capture_output=True, text=True, check=False)
    _, state = observe(first, str(root / "here"), {}, (), None)
    predicted = predict(first, str(root / "here"), environment, state, ())
    real = os.path.realpath(sys.executable)
    assert done.returncode == 127
    assert predicted.error == done.stderr.strip().replace(f"{sys.executable}:", f"{real}:")


@pytest.mark.parametrize(
    ("flags", "text"),
    [(0, "{}: invalid mode for dlopen(): Invalid argument"), (0x4002, "invalid mode parameter"), (0x1002, None)],
)
def test_flags_that_dlopen_refuses(flags: int, text: str | None, root: Path) -> None:
    path = put(root / "one/liba.so")
    assert agree(f"import={flags}:{path}", root / "here").error == (text and text.format(path))


def test_a_path_that_is_too_long_ends_the_list_only_where_its_directory_is_there(root: Path) -> None:
    """A relative directory counts as there: it may be, once the program goes elsewhere."""
    put(root / "two/libb.so")
    first = put(root / "one/liba.so", needed=("libb.so",))
    found = agree(first, root / "here", f"/{'y/' * 2100}:{root}/two")
    assert found.error is None
    assert agree(first, root / "here", f"{'y' * 300}:{root}/two").error == f"libb.so: {ABSENT}"
