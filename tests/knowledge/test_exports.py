"""The lists of what Linux' libraries export, held against the libraries that are here."""

from __future__ import annotations

import platform
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.knowledge.test_symbol_versions import loaded, needs_glibc
from wontload.binary import read_image
from wontload.knowledge.exports import exported_names, exports_listed
from wontload.loader.musl.relocations import plain_name
from wontload.machine.profile_exports import SystemExports

# What linkers put into a program or library for itself, which no other file asks for.
OF_LINKERS = {"_init", "_fini", "_start", "__bss_start", "_edata", "_end", "__data_start", "data_start"}


@needs_glibc
@pytest.mark.parametrize("library", ["libc.so.6", "libm.so.6", "libpthread.so.0", "libgcc_s.so.1"])
def test_what_a_library_here_exports_is_listed(library: str):
    image = read_image(loaded(library))
    names = {name for name, versions in image.export_versions.items() if set(versions) != {"GLIBC_PRIVATE"}}
    assert names - set(image.versions_defined) <= exported_names(library, "glibc", platform.machine())


@pytest.mark.oracle("musl")
def test_what_musl_exports_here_is_listed():
    architecture = platform.machine()
    loader = f"/lib/ld-musl-{architecture}.so.1"
    listed = exported_names("libc.musl-x86_64.so.1", "musl", architecture)
    of_large_files = filter(plain_name, read_image(loader).export_versions)  # which newer ones' loaders alone know
    assert read_image(loader).export_versions.keys() - listed <= set(of_large_files)


def test_of_other_libraries_there_is_no_list():
    assert exports_listed("libdl.so.2", "glibc", "x86_64")
    assert not exports_listed("libcrypto.so.3", "glibc", "x86_64")
    assert not exports_listed("libdl.so.2", "musl", "x86_64")
    assert not exports_listed("libdl.so.2", "glibc", "s390x")


@needs_glibc
def test_what_this_python_exports_is_told_by_its_name():
    library = Path(sysconfig.get_config_var("LIBDIR"), str(sysconfig.get_config_var("INSTSONAME")))
    image = read_image(library if library.suffix != ".a" and library.exists() else Path(sys.executable).resolve())
    exports = SystemExports(None, is_glibc=False)
    theirs = exported_names("libc.so.6", "glibc", platform.machine()) | OF_LINKERS  # of which a program has copies
    assert {name for name in image.export_versions if not exports.versions(name)} <= theirs
    assert exports.versions("PyModule_Create2") == (None,)
    assert exports.versions("PyrightConfig") == exports.versions("Pyx") == ()
