"""A clean Linux with a Python on it: one that was built for it, or conda's."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Set
from dataclasses import replace

from wontload.binary import Image, Import
from wontload.binary.export_index import ExportIndex
from wontload.knowledge.profiles import Profile
from wontload.knowledge.symbol_versions import numbers
from wontload.machine.linux import LOADERS
from wontload.machine.machine import Machine, Python, System
from wontload.machine.memory import Content, MemoryFiles
from wontload.machine.process import Process
from wontload.machine.profile_exports import exports_of

# Source: glibc, `make install` of each distribution (the loader's own list); musl, ldso/dynlink.c.
MUSL_DIRECTORIES = ("/lib", "/usr/local/lib", "/usr/lib")
UNAME = {"x86": "i686", "arm": "armv7l"}
TRIPLETS = {"x86": "i386-linux-gnu", "arm": "arm-linux-gnueabihf", "ppc64le": "powerpc64le-linux-gnu"}
# What NVIDIA's driver puts there. Source: NVIDIA, driver README for Linux, "Installed Components".
NVIDIA_DRIVER = (
    "libcuda.so.1 libnvidia-ml.so.1 libnvidia-ptxjitcompiler.so.1 libnvcuvid.so.1 libnvidia-encode.so.1".split()
)
# What conda's Python has in its own lib. Source: dependencies of conda-forge's package python.
CONDA = """libstdc++.so.6 libgcc_s.so.1 libgomp.so.1 libz.so.1 libbz2.so.1.0 liblzma.so.5 libffi.so.8 libsqlite3.so.0
    libssl.so.3 libcrypto.so.3 libreadline.so.8 libtinfo.so.6 libncursesw.so.6 libexpat.so.1 libuuid.so.1""".split()
# Libraries whose symbol versions differ between architectures, and which have those of the list, which is x86_64's.
# GCC 14's libgcc_s has GCC_4.5.0 on arm64 and i386, and GCC_4.8.0 on amd64 alone.
# Source: libgcc-s1 and libstdc++6 14.2.0-19 of Debian 13, for amd64, arm64, armhf and i386, read on 2026-11-27.
VERSIONS_BY_ARCHITECTURE = {"libgcc_s.so.1": {"x86_64"}, "libstdc++.so.6": {"x86_64", "x86", "aarch64"}}
# Versions from which the suffix of extension modules names musl, and no longer says `m`, for pymalloc.
# Source: python/cpython#87278 (Alpine's own older Pythons are patched; those of wheels are not: cp310 wheels for
# musllinux have `linux-gnu` in their names); CPython, "What's New In Python 3.8", "Build and C API Changes".
NAMES_MUSL, WITHOUT_PYMALLOC_FLAG = (3, 11), (3, 8)
# Source: glibc 2.34, NEWS: "functionality formerly implemented in the libraries libpthread, libdl, libutil, libanl".
IN_LIBC, PARTS_IN_LIBC = ("libpthread.so.0", "libdl.so.2", "libutil.so.1"), (2, 34)
OPTIONS = ("", "x86-64-v2", "x86-64-v3", "x86-64-v4")


def linux_machine(
    name: str, profile: Profile, own: Image, python: tuple[int, int], extras: Set[str], level: int
) -> tuple[Machine, Process]:
    """The machine, and a fresh process of its Python.

    Args:
        name: of the profile, as asked. own: what stands for a file of it. python: version.
        extras: see `profile.EXTRAS`. level: of the processor, x86-64-v1 to v4.
    """
    conda = "conda" in extras
    prefix = "/opt/conda" if conda else "/usr/local"
    executable = f"{prefix}/bin/python{python[0]}.{python[1]}"
    directories = _directories(profile, own.architecture)
    contents = _libraries(profile, own, directories[0], nvidia="nvidia" in extras)
    contents[executable] = _program(profile, own, rpath=("$ORIGIN/../lib",) if conda else None)
    contents |= {f"{prefix}/lib/{file}": replace(own, soname=file) for file in CONDA if conda}
    machine = Machine(
        id=name,
        system=_system(profile, own.architecture, directories, level),
        files=MemoryFiles(contents, windows=False),
        python=_interpreter(profile, own.architecture, python, executable, conda=conda),
        environment={},
    )
    return machine, Process(executable=executable, current_directory="/", environment={})


def _libraries(profile: Profile, own: Image, directory: str, *, nvidia: bool) -> dict[str, Content]:
    """The system's libraries and its loader, by path."""
    libraries = {
        _of(file, own.architecture): versions
        if own.architecture in VERSIONS_BY_ARCHITECTURE.get(file, {own.architecture})
        else ()  # not known
        for file, versions in profile.libraries.items()
    }
    if nvidia:
        libraries |= dict.fromkeys(NVIDIA_DRIVER, ())
    contents: dict[str, Content] = {
        f"{directory}/{file}": _library(profile, own, file, versions) for file, versions in libraries.items() if file
    }
    loader = LOADERS.get(UNAME.get(own.architecture, own.architecture), "")
    if loader and profile.libc == "glibc":
        contents[loader] = _library(profile, own, posixpath.basename(loader), ())
        # It is in every process, and so found under its SONAME whatever directory it lies in.
        contents[f"{directory}/{posixpath.basename(loader)}"] = contents[loader]
    if profile.libc == "musl":
        file = f"ld-musl-{own.architecture}.so.1"  # which other processors' loaders are called, nobody asks here
        contents[f"{directory}/{file}"] = _library(profile, own, file, ())
    return contents


def _library(profile: Profile, own: Image, file: str, versions: tuple[str, ...]) -> Image:
    return replace(
        own,
        soname=file,
        versions_defined=(file, *versions) if versions else (),
        read_export_index=_exports(profile, own, file, versions),
    )


def _program(profile: Profile, own: Image, rpath: tuple[str, ...] | None) -> Image:
    """Python's own, with what every build of it needs: what it brings in, all modules may take symbols from.

    Source: DT_NEEDED of CPython's programs and libpythons, 3.7 to 3.13: what `configure` adds to LIBS for `sem_init`,
    `dlopen` and `openpty` is in libc itself since 2.34.
    """
    exports = _exports(profile, own, "", ())
    if profile.libc != "glibc":  # the one library is there without being asked for
        return replace(own, is_library=False, rpath=rpath, read_export_index=exports)
    of_libc = IN_LIBC if numbers(profile.libc_version) < PARTS_IN_LIBC else ()
    needed = tuple(map(Import, (*of_libc, "libm.so.6", "libc.so.6")))
    return replace(own, is_library=False, rpath=rpath, needed=needed, read_export_index=exports)


def _exports(profile: Profile, own: Image, file: str, versions: tuple[str, ...]) -> Callable[[], ExportIndex] | None:
    found = exports_of(file, versions, profile.libc, own.architecture)
    return None if found is None else lambda: found


def _system(profile: Profile, architecture: str, directories: tuple[str, ...], level: int) -> System:
    levelled = architecture == "x86_64" and profile.libc == "glibc"
    return System(
        name="linux",
        version=profile.version,
        architecture=architecture,
        libc=profile.libc,
        libc_version=profile.libc_version,
        default_directories=directories,
        lib=directories[0].lstrip("/"),
        platform=architecture,
        hwcaps=tuple(reversed(OPTIONS[1:level])) if levelled else (),
    )


def implementation_tag(version: tuple[int, int]) -> str:
    """What the names of a CPython's extension modules begin their suffix with, on Linux and macOS: `cpython-311`."""
    return f"cpython-{version[0]}{version[1]}{'' if version >= WITHOUT_PYMALLOC_FLAG else 'm'}"


def _interpreter(
    profile: Profile, architecture: str, version: tuple[int, int], executable: str, *, conda: bool
) -> Python:
    prefix = posixpath.dirname(posixpath.dirname(executable))
    libc = "musl" if profile.libc == "musl" and version >= NAMES_MUSL else "gnu"
    tag = f"{implementation_tag(version)}-{_machine(architecture)}-linux-{libc}"
    return Python(
        executable=executable,
        base_executable=executable,
        version=f"{version[0]}.{version[1]}",
        prefix=prefix,
        base_prefix=prefix,
        layout="conda" if conda else "plain",
        platform=f"linux_{architecture}",
        extension_suffixes=(f".{tag}.so", ".abi3.so", ".so"),
    )


def _of(file: str, architecture: str) -> str:
    """A library of the list, which is that of x86_64, as another architecture has it; empty for one that it has not."""
    if architecture == "x86_64" or not file.startswith(("ld-linux", "libmvec", "libc.musl")):
        return file
    return f"libc.musl-{architecture}.so.1" if file.startswith("libc.musl") else ""


def _machine(architecture: str) -> str:
    return {"x86": "i386", "arm": "arm"}.get(architecture, architecture)


def _directories(profile: Profile, architecture: str) -> tuple[str, ...]:
    if profile.directories == "musl":
        return MUSL_DIRECTORIES
    if profile.directories == "lib64":
        wide = "64" if architecture not in ("x86", "arm") else ""
        return (f"/lib{wide}", f"/usr/lib{wide}")
    triplet = TRIPLETS.get(architecture, f"{architecture}-linux-gnu")
    return (f"/lib/{triplet}", f"/usr/lib/{triplet}", "/lib", "/usr/lib")
