"""WL518: a bundled library has a name that others have as well, and a process can have one of them."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.binary import Format, Image
from wontload.diagnosis.contents import MANGLED, Contents, Native, finding
from wontload.diagnosis.finding import Finding, Severity
from wontload.diagnosis.words import listed
from wontload.knowledge.components import component_of
from wontload.knowledge.packages import normalised
from wontload.knowledge.vc_runtime import PART_OF_VC_RUNTIME


def common_name(contents: Contents) -> Iterator[Finding]:
    """A library that many packages bring lies in the wheel under its own name.

    A repairing tool would have put a hash into the name. A wheel whose purpose is to bring the library is not meant:
    the tables name it as the library's provider. Two OpenMP runtimes in one wheel are WL604.
    """
    files = {
        native.name: f"is {title}" for native, image in contents.images if (title := _shared(native, image, contents))
    }
    if files:
        names = list(dict.fromkeys(name.rpartition("/")[2] for name in files))
        yield finding(
            "WL518",
            f"{listed(names)}, bundled, {'has a name' if len(names) == 1 else 'have names'} that others have as well",
            files,
            severity=Severity.WARNING,
            explanation="Loaders take a library that is in the process already when its name is asked for again: "
            "Windows "
            "by file name, glibc by SONAME. If another package loaded its copy first, this wheel gets that one, "
            "older or "
            "built otherwise; or the other package gets this one. A name with a hash in it, as delvewheel and "
            "auditwheel "
            "make it, belongs to one wheel alone.",
        )


def _shared(native: Native, image: Image, contents: Contents) -> str:
    """What the library is, where it is one that others bring too; empty where it is not."""
    if native.is_extension or image.format is Format.MACHO or MANGLED.search(native.base):
        return ""
    name = native.base if image.format is Format.PE else image.soname or native.base
    if image.format is Format.PE and PART_OF_VC_RUNTIME.match(name):
        return "a part of the Visual C++ runtime"
    component = component_of(name)
    if component is None:
        return ""
    wheels = {normalised(str(one)) for one in component.row.get("wheels", ())}
    return "" if normalised(contents.name) in wheels else component.name
