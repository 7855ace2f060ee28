"""Which file names are the same library, and in which major version: `cudart64_110.dll` and `cudart64_12.dll`.

A name is read as a stem (what the library is) and a version (which binaries it is compatible with). Rules for names
with manners of their own stand in `families.toml` and go first; the few general shapes below take the rest. A digit
that is part of a name (`kernel32`, `vcruntime140_1`) must never be taken for a version: that would turn a missing
file into a wrong one. A name of no known shape has no family.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from wontload.knowledge.tables import table

# Up to four digits a part: names that delvewheel and auditwheel made unique end in longer runs (`-5f1c5dd3….dll`).
VERSION = r"(?P<major>\d{1,4}(?:[._]\d{1,4})*)"

# General shapes of a DLL's name, tried in order. All match lower case.
DLL_SHAPES = (
    # CUDA's and AMD's manner: foo64_12.dll, foo64_120_0.dll
    re.compile(rf"(?P<stem>.*[a-z]64)_{VERSION}\.dll"),
    # mingw's, FFmpeg's and OpenSSL's manner: libfoo-6.dll, avcodec-58.dll, libssl-1_1-x64.dll
    re.compile(rf"(?P<stem>.*[a-z0-9])-{VERSION}(?P<rest>-x64|-x86|-arm64)?\.dll"),
    # foo_10.dll: a word, then a number that is not a bitness
    re.compile(r"(?P<stem>.*[a-z])_(?!(?:32|64|86)\.)(?P<major>\d{1,4})\.dll"),
    # Intel's manner: mkl_rt.2.dll
    re.compile(r"(?P<stem>.*[a-z0-9])\.(?P<major>\d{1,2})\.dll"),
)
# Contract names are versioned by rules of their own (Microsoft, Windows API sets): never another major.
API_SET = re.compile(r"(?:api|ext)-ms-")

# ELF: libfoo.so.1.2.3, then libfoo-14.so and libfoo1.2.so. Mach-O: libfoo.1.2.dylib.
SHARED_OBJECT_SHAPES = (
    re.compile(r"(?P<stem>.+\.so)\.(?P<major>\d+(?:\.\d+)*)"),
    re.compile(r"(?P<stem>lib.*[A-Za-z])-(?P<major>\d+(?:\.\d+)*)\.so"),
    # a number with a dot is a version also without a hyphen: libtcl8.6.so, liblua5.4.so
    re.compile(r"(?P<stem>lib[A-Za-z_+-]*[A-Za-z])(?P<major>\d{1,2}(?:\.\d{1,3})+)\.so"),
    re.compile(r"(?P<stem>lib.+?)\.(?P<major>\d+(?:\.\d+)*)\.dylib"),
)


@dataclass(frozen=True, slots=True)
class Family:
    """A file name read as a library and its version.

    Attributes:
        stem: equal for every version of one library; lower case for DLLs. Not a file name.
        major: the version as far as the name tells it, in dots: `12`, `1.1`, `11.2`.
    """

    stem: str
    major: str


@cache
def _rules() -> tuple[tuple[re.Pattern[str], str, str | None, str], ...]:
    return tuple(
        (re.compile(row["pattern"]), row["stem"], row.get("major"), row.get("digits", ""))
        for row in table("families")["family"]
    )


@lru_cache(maxsize=4096)
def base_name(file_name: str) -> str:
    """The last part of a path of either manner, DLL names in lower case: Windows compares without case."""
    name = file_name.replace("\\", "/").rpartition("/")[2]
    return name.lower() if name.lower().endswith((".dll", ".pyd")) else name


@lru_cache(maxsize=4096)
def family_of(file_name: str) -> Family | None:
    """The library and version that a file name says; `None` where the name tells no version."""
    name = base_name(file_name)
    for pattern, stem, major, digits in _rules():
        if match := pattern.fullmatch(name):
            parts = {key: value or "" for key, value in match.groupdict().items()}
            return Family(stem.format(**parts), _version(major or parts["major"], digits))
    return _general_shape(name)


def library_of(file_name: str) -> str:
    """What is equal for all names of one library, with a version and without: `libmpi.so` and `libmpi.so.12`."""
    family = family_of(file_name)
    return family.stem if family else base_name(file_name).removesuffix(".dll").removesuffix(".dylib")


def _general_shape(name: str) -> Family | None:
    if API_SET.match(name):
        return None
    for shape in DLL_SHAPES if name.endswith(".dll") else SHARED_OBJECT_SHAPES:
        if match := shape.fullmatch(name):
            rest = match.groupdict().get("rest") or ""
            return Family(match["stem"] + rest, match["major"].replace("_", "."))
    return None


def _version(written: str, digits: str) -> str:
    """A version in dots, from the manner of writing it that a rule of `families.toml` names."""
    version = written.replace("_", ".")
    if digits == "minor last":  # 12, 120_0, 110
        first = version.partition(".")[0]  # what follows counts patches of the file, not of the interface
        if len(first) < 3 or len(first) == 4:  # a four-digit number is a year
            return version.removesuffix(".0")
        return f"{first[:-1]}.{first[-1]}".removesuffix(".0")
    if digits == "major first":  # 311, 86
        return f"{version[0]}.{version[1:]}"
    return version


def other_majors(file_name: str, names: Iterable[str]) -> list[str]:
    """Those of `names` that are the same library as `file_name` in another major version, in their order.

    `libfoo.so.1` and `libfoo.so.1.2.3` are one version (the second is the file behind the first), so one dotted
    version being the other's beginning is no difference.
    """
    wanted = family_of(file_name)
    if wanted is None:
        return []
    found = []
    # Every version of a name begins with the same letters, which spares reading the thousands that do not.
    beginning = _leading_letters(base_name(file_name))
    for name in names:
        if not base_name(name).startswith(beginning):
            continue
        family = family_of(name)
        if family is not None and family.stem == wanted.stem and _differ(family.major, wanted.major):
            found.append(name)
    return found


def _leading_letters(name: str) -> str:
    match = re.match(r"[A-Za-z]*", name)
    return match[0] if match else ""


def _differ(one: str, other: str) -> bool:
    return not f"{one}.".startswith(f"{other}.") and not f"{other}.".startswith(f"{one}.")
