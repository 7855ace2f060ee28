"""WL512: what is in the wheel is for another platform or processor than its tag."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.binary import Format, Image
from wontload.diagnosis.contents import FORMAT_OF, Contents, Native, finding
from wontload.diagnosis.finding import Finding, Severity
from wontload.diagnosis.words import listed

CALLED = {Format.PE: "a Windows file", Format.ELF: "a Linux file", Format.MACHO: "a macOS file"}
# Of a 64-bit ARM Windows: code of these kinds is in a file that its processes take.
ALIKE = {"aarch64": {"aarch64", "arm64ec", "arm64x"}, "x86_64": {"x86_64", "arm64x"}}
MUSL, GLIBC = "libc.musl-", "libc.so.6"


def unlike_tag(contents: Contents) -> Iterator[Finding]:
    """Native code in a wheel for any platform, or code for another platform, processor or C library than the tag's.

    A wheel that fits some of its files to its tag and carries others beside them, as debuggers do for processes of
    other kinds, gets a warning. A file for another Python is WL513.
    """
    known = [one for _, one in contents.platforms if one.system in FORMAT_OF]
    if any(one.system == "any" for _, one in contents.platforms):
        yield from _native_in_pure(contents)
        return
    if not known:
        return
    strange: dict[str, str] = {}
    fitting = 0
    for native, image in contents.images:
        wrong = _wrong(image, contents)
        if wrong:
            strange[native.name] = wrong
        else:
            fitting += 1
    if strange:
        yield _finding(contents, strange, fitting)


def _native_in_pure(contents: Contents) -> Iterator[Finding]:
    files = {native.name: _described(native) for native in contents.natives}
    files |= dict.fromkeys(contents.unnamed, "native code, by what it begins with")
    if not files:
        return
    several = len({(image.format, image.architecture) for _, image in contents.images}) > 1
    yield finding(
        "WL512",
        f"the wheel says that it runs anywhere ({contents.tags[0]}), and holds native code",
        files,
        severity=_gravity(contents, several),
        explanation="Installers take a wheel with the platform tag `any` on every system and every processor; "
        "its native "
        "files run on one kind alone."
        + (" This one carries files for several kinds, which its code may choose from." if several else ""),
    )


def _gravity(contents: Contents, several: bool) -> Severity:
    """Programs that lie there for others to be given, as launchers do, are no fault."""
    if not contents.natives:
        return Severity.NOTE
    return Severity.WARNING if several else Severity.ERROR


def _described(native: Native) -> str:
    image = native.image
    return f"{CALLED[image.format]} for {listed(image.slices or (image.architecture,))}" if image else "cannot be read"


def _wrong(image: Image, contents: Contents) -> str:
    """What does not fit; empty when some tag of the wheel takes the file."""
    reasons = []
    for tag, platform in contents.platforms:
        if platform.system not in FORMAT_OF:
            continue
        if image.format is not FORMAT_OF[platform.system]:
            reasons.append(f"{CALLED[image.format]}, under the tag {tag}")
            continue
        have = set(image.slices or (image.architecture,))
        missing = [one for one in platform.architectures if not have & ALIKE.get(one, {one})]
        if missing:
            what = f"code for {listed(sorted(have))}"
            if len(missing) < len(platform.architectures):
                what += f" and none for {listed(missing)}"
            reasons.append(f"{what}, under the tag {tag}")
        elif platform.libc and (other := _other_libc(image, platform.libc)):
            reasons.append(f"linked against {other}, under the tag {tag}")
        else:
            return ""
    return reasons[0] if reasons else ""


def _other_libc(image: Image, libc: str) -> str:
    names = [one.library for one in image.needed]
    if libc == "glibc" and any(name.startswith(MUSL) for name in names):
        return "musl"
    return "glibc" if libc == "musl" and GLIBC in names else ""


def _finding(contents: Contents, strange: dict[str, str], fitting: int) -> Finding:
    grave = fitting == 0 or any(native.is_extension and native.name in strange for native in contents.natives)
    platforms = listed([tag for tag, _ in contents.platforms])
    files = "the files" if fitting == 0 else f"{len(strange)} of the files"
    return finding(
        "WL512",
        f"{files} {'is' if fitting and len(strange) == 1 else 'are'} not for {platforms}, the tag of the wheel",
        strange,
        severity=Severity.ERROR if grave else Severity.WARNING,
        explanation="Installers choose a wheel by its tag alone. On a machine of the tag's kind the loader "
        "refuses these "
        "files." + ("" if grave else " Others in the wheel fit; these may be meant for other processes."),
    )
