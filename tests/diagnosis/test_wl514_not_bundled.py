"""WL514: the wheel leaves a library to the system that the system need not have."""

from __future__ import annotations

import pytest

from tests.support.contents import codes, contents
from tests.support.images import elf, macho
from wontload.diagnosis.rules.wl514_not_bundled import not_bundled
from wontload.knowledge.providers import providers_of

MANYLINUX = "cp311-cp311-manylinux_2_28_x86_64"
LOAD, LOAD_WEAK = 0xC, 0x80000018


@pytest.mark.parametrize(
    ("tag", "library", "said"),
    [
        (MANYLINUX, "libc.so.6", []),
        (MANYLINUX, "libX11.so.6", []),
        (MANYLINUX, "ld-linux-x86-64.so.2", []),
        (MANYLINUX, "libssl.so.3", ["WL514 error"]),
        (MANYLINUX, "libpython3.11.so.1.0", ["WL514 warning"]),
        ("cp311-cp311-musllinux_1_2_x86_64", "libc.musl-x86_64.so.1", []),
        ("cp311-cp311-musllinux_1_2_x86_64", "libstdc++.so.6", ["WL514 error"]),
        ("cp311-cp311-linux_x86_64", "libssl.so.3", []),
    ],
)
def test_what_the_policy_of_a_tag_promises(tag: str, library: str, said: list[str]):
    assert codes(list(not_bundled(contents(tag, {"demo/a.abi3.so": elf(needed=[library])})))) == said


def test_what_the_wheel_brings_is_found_by_file_name_or_soname():
    user = elf(needed=["libone.so.1", "libtwo.so.2"])
    files = {"demo/a.abi3.so": user, "demo.libs/libone.so.1": elf(), "demo.libs/two.so": elf(soname="libtwo.so.2")}
    assert list(not_bundled(contents(MANYLINUX, files))) == []


def test_a_declared_dependency_that_brings_it_makes_it_a_warning():
    files = {"demo/a.abi3.so": elf(needed=["libcudart.so.12"])}
    assert codes(list(not_bundled(contents(MANYLINUX, files)))) == ["WL514 error"]
    requires = frozenset({"nvidia-cuda-runtime-cu12"})
    (found,) = not_bundled(contents(MANYLINUX, files, requires=requires))
    assert (found.severity.value, "nvidia-cuda-runtime-cu12" in found.title) == ("warning", True)


@pytest.mark.parametrize(
    ("dylib", "said"),
    [
        ((LOAD, "/usr/lib/libSystem.B.dylib"), []),
        ((LOAD, "/opt/homebrew/opt/libomp/lib/libomp.dylib"), ["WL514 error"]),
        ((LOAD_WEAK, "/opt/homebrew/opt/libomp/lib/libomp.dylib"), []),
        ((LOAD, "@rpath/libomp.dylib"), []),
    ],
)
def test_on_macos_what_is_named_in_full_outside_the_system(dylib: tuple[int, str], said: list[str]):
    files = {"demo/a.abi3.so": macho(dylibs=[dylib])}
    assert codes(list(not_bundled(contents("cp311-cp311-macosx_11_0_arm64", files)))) == said


def test_what_a_part_of_the_same_project_may_bring_is_a_warning():
    kin = frozenset({"demo-libs", "numpy"})
    unknown = {"demo/a.abi3.so": elf(needed=["libengine.so.2"])}
    known = elf(needed=["libssl.so.3"], runpath="$ORIGIN/lib")
    assert codes(list(not_bundled(contents(MANYLINUX, unknown)))) == ["WL514 error"]
    assert codes(list(not_bundled(contents(MANYLINUX, unknown, requires=kin)))) == ["WL514 warning"]
    assert codes(list(not_bundled(contents(MANYLINUX, {"demo/a.abi3.so": known}, requires=kin)))) == ["WL514 warning"]
    here = {"demo/a.abi3.so": known, "demo/lib/other.so": elf()}
    assert codes(list(not_bundled(contents(MANYLINUX, here, requires=kin)))) == ["WL514 error"]


@pytest.mark.parametrize(
    ("library", "package"),
    [
        ("libbrotlidec.so.1", "libbrotli1"),
        ("libXft.so.2", "libxft2"),
        ("libspeechd.so.2", "libspeechd2"),
        ("libfbclient.so.2", "libfbclient2"),
        ("libmlx5.so.1", "ibverbs-providers"),
        ("libkeyutils.so.1", "libkeyutils1"),
    ],
)
def test_what_the_system_s_packages_have_is_not_ascribed_to_a_part_of_the_project(library, package):
    files = {"demo/a.abi3.so": elf(needed=[library])}
    found = not_bundled(contents(MANYLINUX, files, requires=frozenset({"demo-sip"})))
    assert codes(list(found)) == ["WL514 error"]
    assert package in {one.package for one in providers_of(library, system="linux", architecture="x86_64")}


def test_a_library_without_a_suffix_is_the_wheel_s_own():
    files = {"demo/a.abi3.so": elf(needed=["libssl"])}
    assert codes(list(not_bundled(contents(MANYLINUX, files)))) == ["WL514 error"]
    assert list(not_bundled(contents(MANYLINUX, files, unnamed=("demo.libs/libssl",)))) == []


@pytest.mark.parametrize(
    ("library", "requires", "severity"),
    [
        ("libsolver.so.3.7", "solver", "warning"),  # casadi, of pybammsolvers
        ("libengine-math.so.1", "prefix-math", "warning"),  # sought in prefix.lib, as cmeel's packages share one
        ("libengine-math.so.1", "numpy", "error"),
        ("libengine_geo.so", "enginelib", "warning"),  # eckitlib, of eccodeslib
        ("libcudart.so.13", "torch", "warning"),
    ],
)
def test_what_a_dependency_may_bring_by_its_name_its_directory_or_what_it_loads(library, requires, severity):
    user = elf(needed=[library], runpath="$ORIGIN/../lib")
    files = {"prefix.lib/demo/a.abi3.so": user, "prefix.lib/lib/libother.so": elf()}
    found = list(not_bundled(contents(MANYLINUX, files, requires=frozenset({requires}))))
    assert codes(found) == [f"WL514 {severity}"]


@pytest.mark.parametrize(
    ("others", "user", "severity"),
    [
        ({"demo/libengine.so": elf()}, "demo/libengine_providers_cuda.so", "warning"),  # as onnxruntime-gpu has them
        ({}, "demo/libengine_providers_cuda.so", "error"),
        ({"demo/libengine.so": elf()}, "demo/libengine_providers.so", "error"),
        ({"demo/libengine.so": elf()}, "demo/_cuda.abi3.so", "error"),
    ],
)
def test_what_a_part_for_a_gpu_needs_is_a_warning(others: dict[str, bytes], user: str, severity: str):
    exports = ["PyInit__cuda"] if "abi3" in user else []
    files = {**others, user: elf(needed=["libcublas.so.13"], exports=exports)}
    (found,) = not_bundled(contents(MANYLINUX, files))
    assert (found.severity.value, "for a GPU" in found.title) == (severity, severity == "warning")


@pytest.mark.parametrize(("without", "severity"), [({"pool", "mine"}, "warning"), ({"pool"}, "error")])
def test_what_modules_need_that_python_code_does_without_is_a_warning(without: set[str], severity: str):
    """numba's pools for TBB and OpenMP; that all which need a library are such is what counts."""
    files = {f"demo/{name}.abi3.so": elf(needed=["libtbb.so.12"]) for name in ("pool", "mine")}
    wheel = contents(MANYLINUX, files, does_without={f"demo/{name}.abi3.so" for name in without}.__contains__)
    assert [one.severity.value for one in not_bundled(wheel)] == [severity]


def test_what_plugins_alone_need_is_a_warning_of_its_own():
    files = {"demo/a.abi3.so": elf(needed=["libssl.so.3"]), "demo/solver.so": elf(needed=["libbought.so"])}
    found = list(not_bundled(contents(MANYLINUX, files, is_plugin="demo/solver.so".__eq__)))
    assert [(one.subject, one.severity.value) for one in found] == [
        ("demo/solver.so", "warning"),
        ("demo/a.abi3.so", "error"),
    ]
