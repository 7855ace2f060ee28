"""Symbols and relocations: which musl cannot carry out, of which object, and which message comes first."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from tests.oracles.glibc.test_symbols import graphs, now_by_one_flag
from tests.oracles.musl.oracle import Answer, EarlierLoadDied, both, system
from tests.support.gcc import SharedObject
from wontload.binary import read_image
from wontload.loader.musl import symbols
from wontload.loader.musl.relocations import plain_name

pytestmark = pytest.mark.oracle("gcc", "musl")
TWO_VERSIONS = (("V1", ("beta",)), ("V2", ("alpha",)))


def put(path: Path, one: SharedObject) -> str:
    path.write_bytes(one.bytes())
    return str(path)


def agree(name: str, directory: Path, **others: object) -> Answer:
    predicted, observed = both(name, directory=directory, **others)  # type: ignore[arg-type]
    assert predicted == observed
    return observed


def test_versions_play_no_part(tmp_path: Path) -> None:
    new = SharedObject(soname="libv.so", defines=("alpha", "beta"), versions=TWO_VERSIONS)
    put(tmp_path / "liba.so", SharedObject(soname="liba.so", needed=(new,), uses=("alpha",), runpath="$ORIGIN"))
    put(tmp_path / "libv.so", SharedObject(soname="libv.so", defines=("alpha",)))
    assert agree("./liba.so", tmp_path).error is None
    put(tmp_path / "libv.so", SharedObject(soname="libv.so", defines=("alpha",), versions=(("V9", ("alpha",)),)))
    assert agree("./liba.so", tmp_path).error is None


def test_a_symbol_in_old_versions_only_is_not_found(tmp_path: Path) -> None:
    old = 'int old(void) { return 1; } __asm__(".symver old, alpha@V1");'
    user = SharedObject(soname="liba.so", needed=("libv.so",), uses=("alpha",), runpath="$ORIGIN")
    put(tmp_path / "libv.so", SharedObject(soname="libv.so", defines=("b",), source=old, versions=(("V1", ("b",)),)))
    put(tmp_path / "liba.so", user)
    assert agree("./liba.so", tmp_path).error == "Error relocating ./liba.so: alpha: symbol not found"
    put(tmp_path / "libv.so", SharedObject(soname="libv.so", defines=("alpha",), versions=(("V1", ("alpha",)),)))
    assert agree("./liba.so", tmp_path).error is None


def test_an_undefined_symbol(tmp_path: Path) -> None:
    for kind in ("uses", "calls"):
        path = put(tmp_path / f"{kind}.so", SharedObject(**{kind: ("nobody_has_this",)}))
        assert agree(path, tmp_path).error == f"Error relocating {path}: nobody_has_this: symbol not found"
    weak = put(tmp_path / "weak.so", SharedObject(weak_uses=("nobody_has_this",)))
    assert agree(weak, tmp_path).error is None


def test_what_may_wait(tmp_path: Path) -> None:
    """Slots for calls and for addresses; not an address inside data, and nothing in what was linked with `-z now`."""
    address = "extern int nobody_has_this(void); void *get(void) { return nobody_has_this; }"
    made = {
        "called": SharedObject(calls=("nobody_has_this",)),
        "address": SharedObject(source=address),
        "data": SharedObject(uses=("nobody_has_this",)),
        "now": SharedObject(calls=("nobody_has_this",), options=("-z", "now")),
    }
    for name, one in made.items():
        path = put(tmp_path / f"{name}.so", one)
        assert (agree(f"lazy:{path}", tmp_path).error is None) is (name in ("called", "address")), name
        assert agree(path, tmp_path).error is not None
    (tmp_path / "now.so").write_bytes(now_by_one_flag((tmp_path / "now.so").read_bytes()))
    assert agree(f"lazy:{tmp_path}/now.so", tmp_path).error is not None
    # LD_BIND_NOW is no variable of musl's.
    assert agree(f"lazy:{tmp_path}/called.so", tmp_path, environment={"LD_BIND_NOW": "1"}).error is None


def test_calls_come_before_data(tmp_path: Path) -> None:
    path = put(tmp_path / "both.so", SharedObject(uses=("in_data",), calls=("called",)))
    assert agree(path, tmp_path).error == f"Error relocating {path}: called: symbol not found"


def test_rtld_global_and_rtld_local(tmp_path: Path) -> None:
    """What another load brought in counts only if it was made global."""
    giver = put(tmp_path / "giver.so", SharedObject(defines=("given",)))
    taker = put(tmp_path / "taker.so", SharedObject(uses=("given",)))
    assert agree(taker, tmp_path, earlier=[giver]).error is not None
    assert agree(taker, tmp_path, earlier=[f"global:{giver}"], global_modules=[giver]).error is None


def test_names_for_large_files_are_found(tmp_path: Path) -> None:
    """In musl's own table, or from 1.2.4 on by the name without the 64: those and no others."""
    calls = ("fopen64", "lseek64", "readdir64_r", "mkostemps64", "malloc")
    path = put(tmp_path / "liba.so", SharedObject(calls=calls))
    assert agree(path, tmp_path).error is None
    path = put(tmp_path / "libb.so", SharedObject(calls=("malloc64",)))
    assert agree(path, tmp_path).error is not None
    exported = read_image("/lib/ld-musl-x86_64.so.1").plain_names or frozenset()
    ours = {name for name in exported if plain_name(name)}
    assert ours >= {name for name in exported if name.endswith("64") and name[:-2] in exported and name != "random64"}


def test_data_of_threads_that_must_be_there_at_the_start(tmp_path: Path) -> None:
    attribute = '__attribute__((tls_model("initial-exec")))'
    named = f"__thread int each {attribute} = 1; int get(void) {{ return each; }}"
    path = put(tmp_path / "named.so", SharedObject(source=named))
    where = f"initial-exec TLS resolves to dynamic definition in {path}"
    assert agree(path, tmp_path).error == f"Error relocating {path}: each: {where}"
    assert agree(path, tmp_path, environment={"LD_PRELOAD": path}).error is None
    user = put(tmp_path / "user.so", SharedObject(source=f"extern {named.replace(' = 1', '')}"))
    assert agree(user, tmp_path, environment={"LD_PRELOAD": path}).error is None
    usual = put(tmp_path / "usual.so", SharedObject(source="__thread int each = 1; int get(void) { return each; }"))
    assert "__tls_get_addr" not in str(agree(usual, tmp_path).error)


def test_data_of_threads_without_a_name(tmp_path: Path) -> None:
    """musl reads the name for its message from where no name was put: it crashes, or says anything. Ours has none."""
    source = 'static __thread int each __attribute__((tls_model("initial-exec"))) = 1; int *get(void) { return &each; }'
    path = put(tmp_path / "static.so", SharedObject(source=source))
    predicted, observed = both(path, directory=tmp_path)
    where = f"initial-exec TLS resolves to dynamic definition in {path}"
    assert predicted.error == f"Error relocating {path}: : {where}"
    assert observed.error == "Segmentation fault" or str(observed.error).endswith(where)


def test_data_of_threads_without_a_name_behind_slots_that_have_one(tmp_path: Path) -> None:
    """Found by a real wheel: what Go makes a shared library of has such data. The message names the PLT's last slot."""
    source = """#include <stdlib.h>
    #include <string.h>
    static __thread int each __attribute__((tls_model("initial-exec")));
    int *get(void) { free(strdup("a")); return &each; }"""
    path = put(tmp_path / "static.so", SharedObject(source=source))
    where = f"initial-exec TLS resolves to dynamic definition in {path}"
    assert agree(path, tmp_path).error in {f"Error relocating {path}: {name}: {where}" for name in ("free", "strdup")}


@pytest.mark.parametrize("model", ["initial-exec", "global-dynamic"])
def test_data_of_threads_that_is_weak_and_nowhere(model: str, tmp_path: Path) -> None:
    """musl asks the object that has the data where it lies, whether there is one or not."""
    source = f"""extern __thread int room __attribute__((weak, tls_model("{model}")));
        int *get(void) {{ return &room; }}"""
    path = put(tmp_path / "liba.so", SharedObject(source=source))
    assert agree(path, tmp_path).error == "Segmentation fault"
    before = put(tmp_path / "libb.so", SharedObject(source=source, calls=("nobody_has_this",)))
    assert agree(before, tmp_path).error == f"Error relocating {before}: nobody_has_this: symbol not found"
    put(tmp_path / "libc.so", SharedObject(source="__thread int room;", soname="libroom.so"))
    agree(put(tmp_path / "libd.so", SharedObject(source=source, needed=("./libc.so",))), tmp_path)


def test_relocations_that_musl_does_not_know(tmp_path: Path) -> None:
    """IFUNC: its own call is of an unknown type, and a symbol of that kind is none to musl."""
    chosen = "static int a(void) { return 1; } static void *choose(void) { return a; }"
    hidden = f'{chosen} static int f(void) __attribute__((ifunc("choose"))); int call(void) {{ return f(); }}'
    shown = f'{chosen} int f(void) __attribute__((ifunc("choose")));'
    path = put(tmp_path / "hidden.so", SharedObject(source=hidden))
    assert agree(path, tmp_path).error == f"Error relocating {path}: unsupported relocation type 37"
    put(tmp_path / "libshown.so", SharedObject(source=shown))
    path = put(tmp_path / "user.so", SharedObject(needed=("libshown.so",), calls=("f",), runpath="$ORIGIN"))
    assert agree(path, tmp_path).error == f"Error relocating {path}: f: symbol not found"


def test_packed_relocations(tmp_path: Path) -> None:
    """Found by a real wheel's libgcc_s, built for 1.2.4: an older musl calls its constructor where it does not lie."""
    (tmp_path / "a.c").write_text("static void __attribute__((constructor)) begin(void) {}")
    for option, is_packed in (("pack-relative-relocs", True), ("nopack-relative-relocs", False)):
        path = str(tmp_path / f"{option}.so")
        command = ["gcc", "-shared", "-nostdlib", "-fPIC", f"-Wl,-z,{option}", str(tmp_path / "a.c"), "-o", path]
        subprocess.run(command, check=True, timeout=60)
        assert read_image(path).packed_relocations is is_packed
        dies = is_packed and symbols.version_of(system()) < (1, 2, 4)
        assert agree(path, tmp_path).error == ("Segmentation fault" if dies else None)


def test_a_library_for_another_machine(tmp_path: Path) -> None:
    """musl takes it, and the numbers of its relocations for its own: here 1026, R_AARCH64_JUMP_SLOT."""
    data = bytearray(SharedObject(calls=("malloc",)).bytes())
    data[18:20] = (183).to_bytes(2, "little")
    at = data.index(b"\x07\0\0\0\x01\0\0\0")  # R_X86_64_JUMP_SLOT against the first symbol
    data[at : at + 2] = (1026).to_bytes(2, "little")
    (tmp_path / "liba.so").write_bytes(data)
    message = f"Error relocating {tmp_path}/liba.so: unsupported relocation type 1026"
    assert agree(str(tmp_path / "liba.so"), tmp_path).error == message


@settings(
    max_examples=int(os.environ.get("WONTLOAD_MUSL_WORLDS", "25")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(graph=graphs(), lazily=st.sampled_from(["", "", "lazy:"]))
def test_the_first_undefined_symbol_is_the_one_that_musl_names(
    graph: tuple[SharedObject, ...], lazily: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    directory = tmp_path_factory.mktemp("graph")
    for one in graph:
        put(directory / str(one.soname), one)
    try:
        agree(f"{lazily}{directory}/liba.so", directory)
    except EarlierLoadDied:
        reject()
