"""What it means that glibc, libstdc++ or libgcc lacks a version that a file asks for: whose copy of it was loaded."""

from __future__ import annotations

import re
from functools import lru_cache

from wontload.diagnosis.log.events import Event
from wontload.diagnosis.log.outcome import Reading, base_name

# Files of glibc's own, which ask nothing but each other for symbols. Source: glibc, shlib-versions.
OF_GLIBC_ITSELF = re.compile(
    r"(?:^|/)lib(?:c|pthread|m|dl|rt|util|resolv|nsl|anl|nss_\w{1,20})(?:-2\.\d{1,2})?\.so(?:\.\d)?$"
)

# Directories of an environment that brings its own C++ runtime: conda's, and what is installed for one program alone.
_OF_CONDA = re.compile(
    r"/(?:ana|mini|micro|mamba)?conda\d?/|/(?:mini|mamba)forge\d?/|/micromamba/|/envs/[^/]+/|/\.?pixi/"
)
_OF_SYSTEM = re.compile(r"(?:/usr(?:/local)?)?/lib(?:32|64|x32)?/|/nix/store/|/gnu/store/")


def of_runtime(event: Event, text: str) -> Reading:
    """What it means that glibc, libstdc++ or libgcc lacks a version, by whose copy of it the loader took.

    Source: GCC, ABI Policy and Guidelines; conda-forge, libstdcxx-ng; isl-org/Open3D#5531, where conda's copy was older
    than the system's.
    """
    file, importer = event.values.get("file", ""), event.values.get("importer", "")
    need = event.values.get("version", "a newer version")
    if need.startswith("GLIBC_"):
        return _of_c_library(event, file, importer, text)
    if _is_listed(need, text):
        title = f"a C++ runtime that has {need} is on that machine, as the text lists, and another was loaded"
        return Reading("WL206", False, ("WL303",), title, _OWN_RUNTIME)
    if "/" in file and (_OF_CONDA.search(file) or not _OF_SYSTEM.match(file)):
        if _is_of_its_environment(importer, file):
            title = f"the C++ runtime of that environment ({file}) is too old: it has no {need}"
            return Reading("WL303", False, ("WL206", "WL304"), title, _OWN_RUNTIME)
        whose = "conda's" if _OF_CONDA.search(file) else "not the system's"
        title = f"the C++ runtime that was loaded is {whose} ({file}), and it has no {need}"
        return Reading("WL206", False, ("WL303", "WL304"), title, _OWN_RUNTIME)
    if _OF_CONDA.search(importer):
        return Reading("WL303", False, ("WL206",), "", _SYSTEMS_RUNTIME)
    return Reading(event.message.code, event.message.decides, event.message.suspects)


def _is_of_its_environment(importer: str, file: str) -> bool:
    """Whether a file lies in the environment whose C++ runtime was loaded for it, and in no other one below."""
    root = re.split(r"/(?:bin/\.\./)?lib/", file)[0] + "/lib/"
    return importer.startswith(root) and "/envs/" not in importer.removeprefix(root)


@lru_cache(maxsize=16)  # asked for each version of one text
def _is_listed(version: str, text: str) -> bool:
    """Whether a line of the text is that version alone, as in what `strings libstdc++.so.6 | grep GLIBCXX` prints."""
    return text.count(version) > 1 and bool(re.search(rf"^[ \t]*{re.escape(version)}[ \t]*$", text, re.MULTILINE))


# How programs state the system's glibc: `ldd --version`, libc.so.6 itself, `dpkg -l libc6`, and Python's
# platform.platform() as torch's collect_env and other forms have it. Source: glibc, elf/ldd.bash.in and csu/version.c;
# CPython, Lib/platform.py; PyTorch, torch/utils/collect_env.py.
_STATED_GLIBC = re.compile(
    r"\bldd \([^()\n]{3,60}\) (2\.\d{1,2})\b|GNU C Library \([^()\n]{1,60}\) [^\n]{0,20}version (2\.\d{1,2})\b"
    r"|-with-glibc(2\.\d{1,2})\b|Libc version: glibc-(2\.\d{1,2})\b|\blibc6(?::\w+)?\s+(2\.\d{1,2})-"
)


# Debian's and Ubuntu's glibc says whose it is, and lies in /lib/TRIPLET; in /lib64 they have nothing but the loader.
# Source: Debian, glibc, debian/rules.d/build.mk, --with-pkgversion; Debian wiki, Multiarch; qdrant/fastembed#314.
_OF_DEBIAN = re.compile(r"\((?:Ubuntu|Debian) [EG]?GLIBC")


@lru_cache(maxsize=16)
def _has_stated(need: str, text: str, file: str) -> str:
    """The glibc that the text states for that machine, where the one that is needed is no newer; else nothing.

    `file` is the copy that was loaded: where that is no Debian's, what a Debian states is of the machine of a build.
    """
    wanted = _numbers(need.removeprefix("GLIBC_"))
    is_no_debian = file.startswith(("/lib64/", "/usr/lib64/"))
    stated = [
        next(filter(None, match.groups())) for match in _STATED_GLIBC.finditer(text)
        if not (is_no_debian and _OF_DEBIAN.search(match[0]))
    ]  # fmt: skip
    newest = max(stated, key=_numbers, default="")
    return newest if newest and wanted and _numbers(newest) >= wanted else ""


def _numbers(version: str) -> tuple[int, ...]:
    parts = version.split(".")
    return tuple(map(int, parts)) if all(part.isdigit() for part in parts) else ()


def _of_c_library(event: Event, file: str, importer: str, text: str) -> Reading:
    """The same of glibc, which a snap, an AppImage or a toolchain brings of its own."""
    need = event.values.get("version", "")
    if OF_GLIBC_ITSELF.search(importer):
        return Reading("WL206", True, ("WL302",), "parts of two glibcs meet in one process", PARTS_OF_TWO)
    if stated := _has_stated(need, text, file):
        title = f"that machine's glibc is {stated}, as the text states, and one older than {need} was loaded"
        return Reading("WL206", False, ("WL302",), title, PARTS_OF_TWO)
    if file.startswith("/") and not _OF_SYSTEM.match(file):
        title = (
            f"the glibc that was loaded is not the system's ({file}): {base_name(importer) or 'a file'} needs a newer"
        )
        return Reading("WL206", False, ("WL302",), title, PARTS_OF_TWO)
    if importer.startswith("/snap/"):
        return Reading("WL302", False, ("WL206",))
    return Reading(event.message.code, event.message.decides, event.message.suspects)


_OWN_RUNTIME = (
    "It comes before the system's, which is often newer: `strings /usr/lib/*/libstdc++.so.6 | grep GLIBCXX` tells. In "
    "a conda environment `conda install -c conda-forge libstdcxx-ng` brings a newer one; else the system's has to come "
    "first (LD_PRELOAD), or the file that needs it is built with that environment's compiler."
)
_SYSTEMS_RUNTIME = (
    "The system's copy was taken for a file of a conda environment, which mostly has a newer one in its lib. Either "
    "LD_LIBRARY_PATH or another library that was loaded before put the system's first, or the environment has none."
)
PARTS_OF_TWO = (
    "The symbols of GLIBC_PRIVATE tie glibc's own files to each other, so all have to be of one build. A variable "
    "such as LD_LIBRARY_PATH or LD_PRELOAD, or a terminal that runs inside a snap, brings another system's in."
)
