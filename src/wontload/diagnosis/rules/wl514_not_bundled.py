"""WL514: the wheel leaves a library to the system that the system need not have."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from wontload.binary import Image
from wontload.diagnosis.alone import initialises
from wontload.diagnosis.contents import Contents, finding
from wontload.diagnosis.finding import Finding, Severity
from wontload.diagnosis.gpu import comes_with_a_driver
from wontload.diagnosis.gpu_parts import is_gpu_part, is_of_a_gpu
from wontload.diagnosis.words import are, listed
from wontload.knowledge.components import component_of
from wontload.knowledge.linux_releases import wheel_policy
from wontload.knowledge.packages import family_of, named_after, project_of

OF_PYTHON = re.compile(r"libpython3[\d.]*t?\.so[.\d]*$")
# Part of the C library whatever it is called, and the loader itself.
OF_LIBC = re.compile(r"(libc\.musl-\w+\.so\.1|libc\.so|ld-(linux|musl)[-\w.]*\.so\.\d)$")
SYSTEM_ON_MACOS = ("/usr/lib/", "/System/")
OF_ANOTHER = "It is found only if that package is loaded first, or its directory is on the search path of the file."
# In the order in which they are told: how a finding begins, how grave it is, and what follows from it.
KINDS = {
    "likely": ("the wheel needs", Severity.WARNING, OF_ANOTHER),
    "optional": (
        "plugins of the wheel need",
        Severity.WARNING,
        "Nothing else in the wheel leads to these files: whoever wants what they do must have what they need. What "
        "imports of the wheel load is not concerned.",
    ),
    "tried": (
        "modules that the wheel does without need",
        Severity.WARNING,
        "The Python code that imports these files goes on where they do not load: whoever wants what they do must have "
        "what they need.",
    ),
    "partner": (
        "parts of the wheel need",
        Severity.WARNING,
        "Python code imports that package before it loads these files: who does not have it misses nothing. An extra "
        "can declare it, in the versions that fit.",
    ),
    "gpu": (
        "parts of the wheel for a GPU need",
        Severity.WARNING,
        "What the wheel does without a GPU is not concerned. Whoever wants the GPU must have what brings these "
        "libraries, in that very major version; an extra can declare it.",
    ),
    "undeclared": (
        "the wheel needs",
        Severity.ERROR,
        "It is there on the machine that built the wheel, and perhaps on this one; on others the load fails. {tool} "
        "would copy it into the wheel; or a dependency that brings it should be declared.",
    ),
    "python": (
        "the wheel needs",
        Severity.WARNING,
        "An extension module needs no libpython: the interpreter that imports it has those symbols. Where Python is "
        "built without a shared library, as Debian's and the manylinux images' are, this file is not there.",
    ),
    "driver": (
        "the wheel needs",
        Severity.WARNING,
        "It belongs to the driver and must fit it, so that no wheel may bring it. Where there is no such driver the "
        "load fails: a file that opens it with dlopen when it is first wanted loads without it.",
    ),
    "declared": ("the wheel needs", Severity.WARNING, OF_ANOTHER),
}


def not_bundled(contents: Contents) -> Iterator[Finding]:
    """A library that no policy of the tag lets the wheel expect, and that the wheel does not hold.

    With a declared dependency that is known to bring it, it is a warning: the wheel relies on that one being loaded
    first, or found. What a clean Windows lacks comes out when the wheel is laid over one: WL201.
    """
    yield from _linux(contents)
    yield from _macos(contents)


def _linux(contents: Contents) -> Iterator[Finding]:
    tags = [tag for tag, one in contents.platforms if one.system == "linux" and one.libc]
    policies = [policy for policy in map(wheel_policy, tags) if policy]
    if not policies:
        return
    allowed = frozenset.intersection(*(policy.libraries for policy in policies))
    missing: dict[str, list[str]] = {}
    for native, image in contents.of_system("linux"):
        for one in image.needed:
            name = one.library
            own = name in contents.offered or OF_LIBC.match(name) or name in allowed
            if not own:
                missing.setdefault(name, []).append(native.name)
    yield from _findings(contents, missing, f"{tags[0]} does not promise")


def _macos(contents: Contents) -> Iterator[Finding]:
    if not any(one.system == "macos" for _, one in contents.platforms):
        return
    missing: dict[str, list[str]] = {}
    for native, image in contents.of_system("macos"):
        for one in image.needed:
            name = one.library
            base = name.rpartition("/")[2]
            framework = ".framework/" in name and "Python" in base
            if name.startswith(SYSTEM_ON_MACOS) or base in contents.offered or one.weak or framework:
                continue
            if name != image.soname and name.startswith("/"):
                missing.setdefault(name, []).append(native.name)
    yield from _findings(contents, missing, "no macOS has")


class _Why(NamedTuple):
    """Why a library need not be in the wheel, and by whom it may come then."""

    kind: str
    bringers: tuple[str, ...] = ()


def _why(library: str, files: list[str], contents: Contents) -> _Why:
    component = component_of(library)
    known = [one for one in component.distributions if one in contents.requires] if component else []
    if comes_with_a_driver(library):
        return _Why("driver")
    if known:
        return _Why("declared", (known[0],))
    if kin := _kin(library, files, contents):
        return _Why("likely", tuple(kin))
    if all(map(contents.is_plugin, files)):
        return _Why("optional")
    if all(map(contents.does_without, files)):
        return _Why("tried")
    partners = {contents.partner_of(one) for one in files}
    if "" not in partners:
        return _Why("partner", tuple(sorted(partners)))
    if is_of_a_gpu(library) and all(_is_gpu_part(one, contents) for one in files):
        return _Why("gpu")
    return _Why("python" if OF_PYTHON.match(library) else "undeclared")


def _is_gpu_part(name: str, contents: Contents) -> bool:
    image = _image_of(name, contents)
    is_module = image is not None and initialises(image, posixpath.basename(name))
    return is_gpu_part(name, (one.name for one in contents.natives)) and not is_module


def _findings(contents: Contents, missing: dict[str, list[str]], who: str) -> Iterator[Finding]:
    """One finding of each kind that there is."""
    why = {name: _why(name, files, contents) for name, files in missing.items()}
    macos = any(one.system == "macos" for _, one in contents.platforms)
    for kind, (subject, severity, explanation) in KINDS.items():
        names = [name for name in missing if why[name].kind == kind]
        if not names:
            continue
        told = sorted({one for name in names for one in why[name].bringers})
        yield finding(
            "WL514",
            f"{subject} {listed(names)}, which {who}{_who_brings(kind, told, names)}",
            _by_file({name: missing[name] for name in names}),
            severity=severity,
            explanation=explanation.format(tool="delocate" if macos else "auditwheel repair"),
        )


def _who_brings(kind: str, told: list[str], names: list[str]) -> str:
    it = "it" if len(names) == 1 else "them"
    if kind == "driver":
        return f"; the driver of a GPU brings {it}"
    if kind == "likely":
        return f"; {listed(told, word='or')}, declared and by its name a part of the same project, may bring {it}"
    if kind == "partner":
        return f"; for those who have {listed(told)}"
    return f"; {listed(told)} {are(told)} declared to bring {it}" if told else ""


def _kin(library: str, files: list[str], contents: Contents) -> list[str]:
    """The declared dependencies that may bring a library, by what they are called.

    One has the library's own name. Or its name begins as the wheel's does (`sherpa-onnx-core` of `sherpa-onnx`), or as
    that of the directory where the library is sought (`cmeel-boost` and `cmeel.prefix/lib`); of a library that tables
    know, the former alone and only where it is sought in a directory that the wheel does not have. Or it is named after
    the library's project (`eckitlib` and `libeckit_geo.so`).
    """
    if namesakes := contents.requires & named_after(library):
        return sorted(namesakes)
    places = {place for name in files for place in _own_places(name, contents)}
    unknown = component_of(library) is None
    families = {family_of(place.partition("/")[0]) for place in places} if unknown else set()
    if unknown or not places <= contents.directories:
        families.add(family_of(contents.name))
    if unknown:
        families.add(project_of(library))
    return sorted(one for one in contents.requires if family_of(one) in families)


def _own_places(name: str, contents: Contents) -> Iterator[str]:
    """Directories of the wheel's own tree that a file's RPATH or RUNPATH names."""
    image = _image_of(name, contents)
    for entry in (*(image.rpath or ()), *(image.runpath or ())) if image else ():
        place = posixpath.normpath(entry.replace("$ORIGIN", posixpath.dirname(name) or "."))
        if entry.startswith("$ORIGIN") and not place.startswith(".."):
            yield place


def _image_of(name: str, contents: Contents) -> Image | None:
    return next((image for native, image in contents.images if native.name == name), None)


def _by_file(group: dict[str, list[str]]) -> dict[str, str]:
    needs: dict[str, list[str]] = {}
    for library, files in group.items():
        for file in files:
            needs.setdefault(file, []).append(library)
    return {file: f"needs {listed(libraries, 6)}" for file, libraries in needs.items()}
