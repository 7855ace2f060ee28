"""WL511: what is in the wheel needs a newer system than its tag says."""

from __future__ import annotations

import pytest

from tests.support.contents import codes, contents
from tests.support.images import elf, fat, macho
from wontload.diagnosis.rules.wl511_newer_than_tag import newer_than_tag


def needing(*versions: tuple[str, str], **more) -> bytes:
    libraries = dict.fromkeys(library for library, _ in versions)
    return elf(needed=libraries, versions_needed=versions, **more)


GLIBC_2_34 = needing(("libc.so.6", "GLIBC_2.2.5"), ("libc.so.6", "GLIBC_2.34"))


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("cp311-cp311-manylinux_2_28_x86_64", ["WL511 error"]),
        ("cp311-cp311-manylinux2014_x86_64.manylinux_2_35_x86_64", ["WL511 error"]),
        ("cp311-cp311-manylinux_2_34_x86_64", []),
        ("cp311-cp311-linux_x86_64", []),
        ("cp311-cp311-musllinux_1_2_x86_64", []),
    ],
)
def test_symbol_versions_of_glibc_are_held_against_the_oldest_tag(tag: str, said: list[str]):
    assert codes(list(newer_than_tag(contents(tag, {"demo/a.abi3.so": GLIBC_2_34})))) == said


def test_it_names_the_file_the_version_and_the_tag_that_would_fit():
    (found,) = newer_than_tag(contents("cp311-cp311-manylinux_2_17_x86_64", {"demo/a.abi3.so": GLIBC_2_34}))
    assert found.subject == "demo/a.abi3.so"
    assert "GLIBC_2.34" in found.evidence[0].text
    assert "manylinux_2_34" in found.explanation


def test_libstdcxx_is_held_against_the_policy_unless_the_wheel_brings_it():
    user = needing(("libstdc++.so.6", "GLIBCXX_3.4.30"))
    tag = "cp311-cp311-manylinux_2_28_x86_64"
    assert codes(list(newer_than_tag(contents(tag, {"demo/a.abi3.so": user})))) == ["WL511 error"]
    own = {"demo/a.abi3.so": user, "demo.libs/libstdc++.so.6": elf(soname="libstdc++.so.6")}
    assert list(newer_than_tag(contents(tag, own))) == []


@pytest.mark.parametrize(
    ("tag", "minimum", "machine", "said"),
    [
        ("cp311-cp311-macosx_10_9_x86_64", (11, 0, 0), "x86_64", ["WL511 warning"]),  # which dyld does not ask about
        ("cp311-cp311-macosx_12_0_x86_64", (11, 0, 0), "x86_64", []),
        ("cp311-cp311-macosx_11_0_arm64", (14, 0, 0), "aarch64", ["WL511 warning"]),
        ("cp311-cp311-macosx_11_0_arm64", (11, 0, 0), "aarch64", []),
        ("cp311-cp311-macosx_12_0_arm64", (12, 3, 0), "aarch64", ["WL511 warning"]),  # no tag could say so
        ("cp311-cp311-macosx_10_9_x86_64", (10, 13, 0), "x86_64", ["WL511 warning"]),
    ],
)
def test_the_macos_that_files_were_built_for(tag: str, minimum: tuple[int, int, int], machine: str, said: list[str]):
    found = newer_than_tag(contents(tag, {"demo/a.abi3.so": macho(machine=machine, minimum_os=minimum)}))
    assert codes(list(found)) == said


@pytest.mark.parametrize(("tag", "said"), [("10_14", "error"), ("10_15", "warning"), ("11_0", "warning")])
def test_chained_fixups_are_refused_by_a_dyld_of_before_them(tag: str, said: str):
    image = macho(machine="x86_64", minimum_os=(13, 0, 0), chained=True)
    found = newer_than_tag(contents(f"cp311-cp311-macosx_{tag}_x86_64", {"demo/a.abi3.so": image}))
    assert codes(list(found)) == [f"WL511 {said}"]


def test_chained_fixups_of_the_arm_slice_concern_no_macos_that_is_older():
    arm = macho(machine="aarch64", minimum_os=(13, 0, 0), chained=True)
    both = fat(macho(machine="x86_64", minimum_os=(10, 9, 0)), arm)
    found = newer_than_tag(contents("cp311-cp311-macosx_10_9_universal2", {"demo/a.abi3.so": both}))
    assert codes(list(found)) == ["WL511 warning"]


def test_the_arm_slice_of_a_universal_wheel_may_ask_for_macos_11():
    both = fat(macho(machine="x86_64", minimum_os=(10, 9, 0)), macho(machine="aarch64", minimum_os=(11, 0, 0)))
    assert list(newer_than_tag(contents("cp311-cp311-macosx_10_9_universal2", {"demo/a.abi3.so": both}))) == []
