"""Our places of NVIDIA's libraries against those that its own cuda-pathfinder looks into."""

from __future__ import annotations

import pytest

from wontload.knowledge.providers import providers_of

catalog = pytest.importorskip("cuda.pathfinder._dynamic_libs.descriptor_catalog").DESCRIPTOR_CATALOG
PLACES = [
    (file, system, architecture, places)
    for library in catalog
    for files, system, architecture, places in (
        (library.linux_sonames, "linux", "x86_64", library.site_packages_linux),
        (library.linux_sonames, "linux", "aarch64", library.site_packages_linux),
        (library.windows_dlls, "windows", "x86_64", library.site_packages_windows.x64),
        (library.windows_dlls, "windows", "aarch64", library.site_packages_windows.arm64),
    )
    for file in files
    if places
]
# No row has these: they are of Jetson, of clusters, of no wheel yet, or superseded.
UNKNOWN = {
    "libcudla.so.1", "libcublasmp.so.0", "libcufftMp.so.12", "libcufftMp.so.11", "libcusolverMp.so.0",
    "libmathdx.so.0", "mathdx64_0.dll", "libcudss.so.0", "cudss64_0.dll", "libcupauliprop.so.0",
    "libcustabilizer.so.0", "libnvpl_fftw.so.0", "libcurand.so.11", "curand64_11.dll",
    "libnvvm.so", "nvvm70.dll", "nvvm64.dll",
}  # fmt: skip


@pytest.mark.parametrize(("file", "system", "architecture", "places"), PLACES)
def test_a_wheel_s_directory_is_one_of_pathfinder_s(file, system, architecture, places):
    found = providers_of(file, system=system, architecture=architecture)
    assert {one.where for one in found if one.kind == "wheel"} <= set(places)


def test_pathfinder_knows_no_library_that_we_do_not():
    unknown = {
        file
        for file, system, architecture, _ in PLACES
        if architecture == "x86_64" and not any(one.kind == "wheel" for one in providers_of(file, system=system))
    }
    assert unknown == UNKNOWN
