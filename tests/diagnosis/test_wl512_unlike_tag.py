"""WL512: what is in the wheel is for another platform or processor than its tag."""

from __future__ import annotations

import pytest

from tests.support.contents import codes, contents
from tests.support.images import elf, fat, macho, pe
from wontload.diagnosis.rules.wl512_unlike_tag import unlike_tag

WINDOWS, LINUX, ARM_MAC, INTEL_MAC = pe(), elf(), macho(machine="aarch64"), macho(machine="x86_64")


@pytest.mark.parametrize(
    ("tag", "file", "said"),
    [
        ("cp311-cp311-win_amd64", WINDOWS, []),
        ("cp311-cp311-win32", WINDOWS, ["WL512 error"]),
        ("cp311-cp311-win_amd64", LINUX, ["WL512 error"]),
        ("cp311-cp311-manylinux_2_28_x86_64", LINUX, []),
        ("cp311-cp311-manylinux_2_28_aarch64", LINUX, ["WL512 error"]),
        ("cp311-cp311-macosx_11_0_arm64", ARM_MAC, []),
        ("cp311-cp311-macosx_11_0_arm64", INTEL_MAC, ["WL512 error"]),
        ("cp311-cp311-macosx_11_0_universal2", ARM_MAC, ["WL512 error"]),
        ("cp311-cp311-macosx_11_0_universal2", fat(INTEL_MAC, ARM_MAC), []),
        ("cp311-cp311-manylinux_2_28_x86_64", elf(needed=["libc.musl-x86_64.so.1"]), ["WL512 error"]),
        ("cp311-cp311-musllinux_1_2_x86_64", elf(needed=["libc.so.6"]), ["WL512 error"]),
        ("cp311-cp311-musllinux_1_2_x86_64", elf(needed=["libc.musl-x86_64.so.1"]), []),
        ("py3-none-any", WINDOWS, ["WL512 error"]),
    ],
)
def test_each_file_against_the_tag(tag: str, file: bytes, said: list[str]):
    assert codes(list(unlike_tag(contents(tag, {"demo/a.dll": file})))) == said


def test_what_is_carried_for_others_beside_what_fits_is_a_warning():
    files = {"demo/attach_amd64.dll": pe(), "demo/attach_x86.dll": pe(machine="x86")}
    (found,) = unlike_tag(contents("cp311-cp311-win_amd64", files))
    assert (found.severity.value, found.subject) == ("warning", "demo/attach_x86.dll")


def test_an_extension_module_of_another_processor_is_an_error_whatever_else_fits():
    files = {"demo/a.dll": pe(), "demo/b.pyd": pe(machine="aarch64")}
    assert codes(list(unlike_tag(contents("cp311-cp311-win_amd64", files)))) == ["WL512 error"]


def test_libraries_for_several_systems_in_a_wheel_for_any_are_a_warning():
    files = {"demo/a.dll": WINDOWS, "demo/liba.so": LINUX}
    assert codes(list(unlike_tag(contents("py3-none-any", files)))) == ["WL512 warning"]


def test_libraries_for_several_processors_in_a_wheel_for_any_are_a_warning():
    """As clr_loader's, of which code takes one where there is a .NET Framework."""
    files = {"demo/amd64/a.dll": WINDOWS, "demo/x86/a.dll": pe(machine="x86")}
    assert codes(list(unlike_tag(contents("py3-none-any", files)))) == ["WL512 warning"]


def test_programs_without_a_native_name_in_a_wheel_for_any_are_worth_a_note():
    found = list(unlike_tag(contents("py3-none-any", unnamed=("demo/launcher.exe",))))
    assert codes(found) == ["WL512 note"]
    assert list(unlike_tag(contents("py3-none-any"))) == []
