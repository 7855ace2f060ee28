"""WL514: the wheel leaves a library to the system that the system need not have."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from wontload.diagnosis.contents import Contents, finding
from wontload.diagnosis.finding import Finding, Severity
from wontload.diagnosis.words import are, listed
from wontload.knowledge.components import component_of
from wontload.knowledge.linux_releases import wheel_policy
from wontload.knowledge.packages import family_of, named_after, normalised, project_of

OF_PYTHON = re.compile(r"libpython3[\d.]*t?\.so[.\d]*$")
# Part of the C library whatever it is called, and the loader itself.
OF_LIBC = re.compile(r"(libc\.musl-\w+\.so\.1|libc\.so|ld-(linux|musl)[-\w.]*\.so\.\d)$")
SYSTEM_ON_MACOS = ("/usr/lib/", "/System/")


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


def _findings(contents: Contents, missing: dict[str, list[str]], who: str) -> Iterator[Finding]:
    declared = {name: files for name, files in missing.items() if _brought_by(name, contents)}
    kin = {name: _kin(name, files, contents) for name, files in missing.items() if name not in declared}
    likely = {name: missing[name] for name, some in kin.items() if some}
    rest = {name: missing[name] for name, some in kin.items() if not some}
    optional = {name: files for name, files in rest.items() if all(map(contents.is_plugin, files))}
    undeclared = {name: files for name, files in rest.items() if name not in optional}
    if likely:
        told = sorted({one for some in kin.values() for one in some})
        may = f"{listed(told, word='or')}, declared and by its name a part of the same project, may bring"
        yield finding(
            "WL514",
            f"the wheel needs {listed(list(likely))}, which {who}; {may} {'it' if len(likely) == 1 else 'them'}",
            _by_file(likely),
            severity=Severity.WARNING,
            explanation=_explanation(contents, False, listed(told)),
        )
    if optional:
        yield finding(
            "WL514",
            f"plugins of the wheel need {listed(list(optional))}, which {who}",
            _by_file(optional),
            severity=Severity.WARNING,
            explanation="Nothing else in the wheel leads to these files: whoever wants what they do must have what "
            "they need. What imports of the wheel load is not concerned.",
        )
    for group, severity in ((undeclared, Severity.ERROR), (declared, Severity.WARNING)):
        names = list(group)
        if not names:
            continue
        python = all(map(OF_PYTHON.match, names))
        brought = (
            listed(sorted({_brought_by(name, contents) for name in names} - {""}))
            if severity is not Severity.ERROR
            else ""
        )
        yield finding(
            "WL514",
            f"the wheel needs {listed(names)}, which {who}"
            + (
                f"; {brought} {are(brought.split(' and '))} declared to bring {'it' if len(names) == 1 else 'them'}"
                if brought
                else ""
            ),
            _by_file(group),
            severity=Severity.WARNING if python else severity,
            explanation=_explanation(contents, python, brought),
        )


def _explanation(contents: Contents, python: bool, brought: str) -> str:
    if python:
        return (
            "An extension module needs no libpython: the interpreter that imports it has those symbols. Where Python "
            "is built without a shared library, as Debian's and the manylinux images' are, this file is not there."
        )
    if brought:
        return "It is found only if that package is loaded first, or its directory is on the search path of the file."
    tool = "delocate" if any(one.system == "macos" for _, one in contents.platforms) else "auditwheel repair"
    return (
        "It is there on the machine that built the wheel, and perhaps on this one; on others the load fails. "
        f"{tool} would copy it into the wheel; or a dependency that brings it should be declared."
    )


def _brought_by(library: str, contents: Contents) -> str:
    """A declared dependency that brings or loads a library, as far as tables know; empty for none."""
    component = component_of(library)
    wheels = (*component.row.get("wheels", ()), *component.row.get("loaded_by", ())) if component else ()
    return next((str(one) for one in wheels if normalised(str(one)) in contents.requires), "")


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
    image = next((image for native, image in contents.images if native.name == name), None)
    for entry in (*(image.rpath or ()), *(image.runpath or ())) if image else ():
        place = posixpath.normpath(entry.replace("$ORIGIN", posixpath.dirname(name) or "."))
        if entry.startswith("$ORIGIN") and not place.startswith(".."):
            yield place


def _by_file(group: dict[str, list[str]]) -> dict[str, str]:
    needs: dict[str, list[str]] = {}
    for library, files in group.items():
        for file in files:
            needs.setdefault(file, []).append(library)
    return {file: f"needs {listed(libraries, 6)}" for file, libraries in needs.items()}
