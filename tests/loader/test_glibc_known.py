"""What earlier loads worked out is kept, and changes no answer."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from wontload.binary import Export, Format, Image, Import, Symbol
from wontload.loader.glibc import load
from wontload.machine import LoadRequest, Machine, Process, System
from wontload.machine.memory import MemoryFiles

NAMES = [f"lib{letter}.so" for letter in "abcdef"]
SYSTEM = System(name="linux", libc="glibc", libc_version="2.36", default_directories=("/lib", "/usr/lib"))
PYTHON = "/usr/bin/python3"


def image(needs: list[str], soname: str | None, wanted: list[str], offered: list[str]) -> Image:
    return Image(
        format=Format.ELF,
        architecture="x86_64",
        bits=64,
        elf_type=3,
        needed=tuple(map(Import, needs)),
        soname=soname,
        read_undefined=lambda: tuple(map(Symbol, wanted)),
        read_exports=lambda: tuple(map(Export, offered)),
    )


names = st.lists(st.sampled_from(NAMES), max_size=2, unique=True)
symbols = st.lists(st.sampled_from(["f", "g", "h"]), max_size=2, unique=True)
images = st.builds(image, names, st.sampled_from([None, *NAMES]), symbols, symbols)
disks = st.dictionaries(
    st.builds("{}/{}".format, st.sampled_from(["/lib", "/usr/lib", "/opt"]), st.sampled_from(NAMES)),
    images,
    min_size=1,
    max_size=8,
)


def test_a_name_asked_for_later_means_what_it_would_have_meant_at_first() -> None:
    """`liba.so` was needed and answered by a file of that name; then it was asked for and another file came."""
    disk = {"/lib/liba.so": image([], None, [], []), "/lib/libb.so": image(["liba.so"], None, [], [])}
    contents = {**disk, "/opt/libc.so": image([], None, [], []), PYTHON: image([], None, [], [])}
    kept = Machine(id="memory", system=SYSTEM, files=MemoryFiles(contents, windows=False))
    before = Process(executable=PYTHON, current_directory="/", modules=(PYTHON, *disk))
    after = replace(before, modules=(*before.modules, "/opt/libc.so"), asked_for=(("liba.so", "/opt/libc.so"),))
    load(kept, LoadRequest(kind="ctypes", name="liba.so", flags=2, process=before))
    request = LoadRequest(kind="ctypes", name="liba.so", flags=2, process=after)
    fresh = Machine(id="memory", system=SYSTEM, files=MemoryFiles(contents, windows=False))
    assert load(kept, request) == load(fresh, request)


@settings(max_examples=200, deadline=None)
@given(disks, st.data())
def test_a_process_that_grows_is_answered_as_if_each_load_were_the_first(
    disk: dict[str, Image], data: st.DataObject
) -> None:
    contents = {**disk, PYTHON: image([], None, [], ["f"])}
    kept = Machine(id="memory", system=SYSTEM, files=MemoryFiles(contents, windows=False))
    modules = data.draw(st.permutations(sorted(disk)))
    asked = data.draw(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(sorted(disk))), max_size=3))
    for number in range(len(modules) + 1):
        process = Process(
            executable=PYTHON,
            current_directory="/",
            modules=(PYTHON, *modules[:number]),
            asked_for=tuple(asked[: number // 2]),
        )
        request = LoadRequest(
            kind="ctypes", name=data.draw(st.sampled_from([*NAMES, *modules])), flags=2, process=process
        )
        fresh = Machine(id="memory", system=SYSTEM, files=MemoryFiles(contents, windows=False))
        assert load(kept, request) == load(fresh, request)
        assert load(kept, request) == load(fresh, request)


def test_what_the_cache_answered_is_the_answer_of_no_search_that_begins_elsewhere() -> None:
    user = image(["libx.so"], None, [], [])
    contents = {
        "/lib/libx.so": image([], None, [], []),
        "/opt/libx.so": image([], None, [], []),
        "/usr/plain.so": user,
        "/usr/rpath.so": replace(user, rpath=("/opt",)),
        "/usr/runpath.so": replace(user, runpath=("/opt",)),
        "/usr/nodeflib.so": replace(user, flags_1=0x800),
        "/usr/parent.so": replace(image(["/usr/plain.so"], None, [], []), rpath=("/opt",)),
    }
    plain = image([], None, [], [])
    programs = {
        "/plain": plain,
        "/rpath": replace(plain, rpath=("/opt",)),
        "/runpath": replace(plain, runpath=("/opt",)),
    }
    system = replace(SYSTEM, library_cache=(("libx.so", "/lib/libx.so", 0x303),))
    asked = [
        LoadRequest(
            kind="ctypes",
            name=name,
            flags=2,
            process=Process(executable=program, current_directory="/", environment={"LD_LIBRARY_PATH": path}),
        )
        for program in programs
        for path in ("", "/opt")
        for name in contents
    ]

    def machine() -> Machine:
        return Machine(id="memory", system=system, files=MemoryFiles({**contents, **programs}, windows=False))

    kept = machine()
    for request in (asked[2], *asked, *asked[::-1]):  # the plainest comes first
        assert load(kept, request) == load(machine(), request)
    found = {request.name: load(kept, request).modules[-1].path for request in asked[: len(contents)]}
    assert found["/usr/plain.so"] == "/lib/libx.so"
    assert found["/usr/parent.so"] == found["/usr/rpath.so"] == found["/usr/runpath.so"] == "/opt/libx.so"
