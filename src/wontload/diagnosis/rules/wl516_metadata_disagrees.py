"""WL516: what the wheel says of itself in one place is not what it says in another."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis.contents import Contents, finding
from wontload.diagnosis.finding import Finding, Severity
from wontload.diagnosis.words import listed
from wontload.knowledge.packages import normalised


def metadata_disagrees(contents: Contents) -> Iterator[Finding]:
    """Name, version and tags of the file's name against METADATA and WHEEL; and where its files go."""
    wrong: dict[str, str] = dict(_identity(contents))
    if wrong:
        yield finding(
            "WL516",
            f"the wheel is called {contents.file_name} and says otherwise inside",
            wrong,
            explanation="Installers compare the two and refuse a wheel that was renamed; an index offers it "
            "under the one "
            "name, and the environment has it under the other.",
        )
    yield from _tags(contents)
    native = [one.name for one in contents.natives if ".data/" not in one.name]
    if contents.pure and native:
        yield finding(
            "WL516",
            "the wheel has native code and says that it has none (Root-Is-Purelib: true)",
            dict.fromkeys(native, "would be laid into purelib"),
            severity=Severity.WARNING,
            explanation="Where the directory for pure packages is another than that for packages with native code "
            "(Fedora, Red Hat: lib and lib64), the files go to the wrong one of the two.",
        )


def _identity(contents: Contents) -> Iterator[tuple[str, str]]:
    fields = dict(reversed(contents.metadata))
    metadata = f"{contents.dist_info}/METADATA"
    if not contents.metadata:
        yield metadata, "is not there"
        return
    name, version = fields.get("Name", ""), fields.get("Version", "")
    if normalised(name) != normalised(contents.name):
        yield metadata, f"the name is {name!r}"
    if _plain(version) != _plain(contents.version):
        yield metadata, f"the version is {version!r}"
    told_name, _, told_version = contents.dist_info.removesuffix(".dist-info").partition("-")
    if normalised(told_name) != normalised(contents.name) or _plain(told_version) != _plain(contents.version):
        yield contents.dist_info, "is named otherwise than the wheel"


def _tags(contents: Contents) -> Iterator[Finding]:
    outer, inner = set(contents.tags), set(contents.inner_tags)
    if outer == inner or not inner:
        if not inner:
            yield finding(
                "WL516",
                "the wheel's WHEEL file has no tags",
                {f"{contents.dist_info}/WHEEL": "has no Tag"},
                severity=Severity.WARNING,
                explanation="The file's name has them; tools that look inside find none.",
            )
        return
    only_outer, only_inner = sorted(map(str, outer - inner)), sorted(map(str, inner - outer))
    told = [f"only the file's name has {listed(only_outer)}"] if only_outer else []
    told += [f"only WHEEL has {listed(only_inner)}"] if only_inner else []
    yield finding(
        "WL516",
        "the tags in the file's name are not those of its WHEEL file",
        {f"{contents.dist_info}/WHEEL": "; ".join(told)},
        severity=Severity.WARNING,
        explanation="The file was renamed after it was built: installers go by the name, and what was built may not be "
        "what the name promises.",
    )


def _plain(version: str) -> str:
    """A version as file names may spell it. Source: PyPA, "Binary distribution format", escaping."""
    return version.lower().replace("-", "_").replace("_", ".").strip()
