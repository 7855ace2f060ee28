"""WL518: a bundled library has a name that others have as well."""

from __future__ import annotations

import pytest

from tests.support.contents import codes, contents
from tests.support.images import elf, macho, pe
from wontload.diagnosis.rules.wl518_common_name import common_name
from wontload.diagnosis.rules.wl604_runtimes_collide import bundled_together

WINDOWS, LINUX = "cp311-cp311-win_amd64", "cp311-cp311-manylinux_2_28_x86_64"


@pytest.mark.parametrize(
    ("tag", "name", "file", "said"),
    [
        (WINDOWS, "demo/msvcp140.dll", pe(), ["WL518 warning"]),
        (WINDOWS, "demo.libs/msvcp140-263139962577ecda4cd9469ca360a746.dll", pe(), []),
        (WINDOWS, "demo/libomp140.x86_64.dll", pe(), ["WL518 warning"]),
        (WINDOWS, "demo/our_own_thing.dll", pe(), []),
        (LINUX, "demo.libs/libgomp.so.1.0.0", elf(soname="libgomp.so.1"), ["WL518 warning"]),
        (LINUX, "demo.libs/libgomp-a34b3233.so.1.0.0", elf(soname="libgomp-a34b3233.so.1.0.0"), []),
        ("cp311-cp311-macosx_11_0_arm64", "demo/.dylibs/libomp.dylib", macho(name="@rpath/libomp.dylib"), []),
    ],
)
def test_libraries_that_many_packages_bring(tag: str, name: str, file: bytes, said: list[str]):
    assert codes(list(common_name(contents(tag, {name: file})))) == said


def test_a_wheel_whose_purpose_it_is_to_bring_the_library_is_not_meant():
    files = {"nvidia/cuda_runtime/lib/libcudart.so.12": elf(soname="libcudart.so.12")}
    assert codes(list(common_name(contents(LINUX, files)))) == ["WL518 warning"]
    assert list(common_name(contents(LINUX, files, name="nvidia_cuda_runtime_cu12"))) == []


def test_two_openmp_runtimes_in_one_wheel_are_wl604():
    one = {"demo.libs/libgomp-a34b3233.so.1.0.0": elf()}
    assert list(bundled_together(contents(LINUX, one))) == []
    two = one | {"demo.libs/libiomp5.so": elf()}
    assert codes(list(bundled_together(contents(LINUX, two)))) == ["WL604 warning"]
