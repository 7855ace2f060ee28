"""Copies of what is missing: where they are, which they are, and how their directories were added in vain."""

from __future__ import annotations

from wontload.diagnosis import Evidence, Finding
from wontload.report.exhibit import LONG_VARIABLES, MOST_OF_A_KIND, Exhibit, Rows, after_gap, places_of, told
from wontload.report.layout import span, words
from wontload.report.text import base_name, folder

MOST_FOLDERS = 4


def copy_rows(exhibit: Exhibit, evidence: list[Evidence]) -> Rows:
    """Copies that would do, by directory, each with the way in which it was added, if it was."""
    yield from _environments(exhibit, [one for one in evidence if one.data.get("environment")])
    evidence = [one for one in evidence if not one.data.get("environment")]
    fold = exhibit.names.folded
    searched = {fold(directory) for one in exhibit.of("searched") for _, directory in places_of(one)}
    folders: dict[str, list[Evidence]] = {}
    for one in evidence:
        folders.setdefault(folder(str(one.data.get("path", ""))), []).append(one)
    before = None
    for directory, copies in list(folders.items())[: exhibit.most(MOST_FOLDERS)]:
        label = "also here" if fold(directory) in searched else "not searched" if searched else "a copy in"
        has = words(_has(copies, exhibit.finding))
        yield exhibit.row("" if label == before else label, [span(directory), *after_gap(has)])
        before = label
        for added in exhibit.of("added"):
            if fold(str(added.data.get("directory", ""))) == fold(directory):
                yield exhibit.row("", words(_how_added(added, exhibit)))
    yield from exhibit.left_out(len(folders) - MOST_FOLDERS, " directories with copies")


def _environments(exhibit: Exhibit, evidence: list[Evidence]) -> Rows:
    """Other environments that have the target itself."""
    for number, one in enumerate(evidence[: exhibit.most(MOST_OF_A_KIND)]):
        location = [span(str(one.data["path"]), "dim")] if one.data.get("path") else []
        yield exhibit.row("" if number else "installed in", [span(str(one.data["environment"])), *after_gap(location)])
    yield from exhibit.left_out(len(evidence) - MOST_OF_A_KIND, "")


def _has(copies: list[Evidence], finding: Finding) -> str:
    """`has both (12.4.99)`: what one directory holds of what is missing."""
    names = list(dict.fromkeys(base_name(str(one.data.get("path", ""))) for one in copies))
    wanted = {base_name(one).casefold() for one in (finding.subject, *finding.also)}
    if wanted == {one.casefold() for one in names}:
        text = {1: "has it", 2: "has both"}.get(len(names), f"has all {len(names)}")
    else:
        text = f"has {', '.join(names[:3])}" + f" and {len(names) - 3} more" * (len(names) > 3)
    versions = list(dict.fromkeys(str(one.data["version"]) for one in copies if one.data.get("version")))
    return text + (f" ({', '.join(versions)})" if 0 < len(versions) <= 2 else "")


def _how_added(added: Evidence, exhibit: Exhibit) -> str:
    """How a directory was added, where, and that it does not count."""
    load, by = exhibit.finding.load, str(added.data.get("expression") or "")
    flags = None if load is None else exhibit.diagnosis.loads[load].request.flags
    ignored = f"which {'winmode=0' if flags == 0 and exhibit.names.separator != '/' else 'this load'} ignores"
    if by in LONG_VARIABLES.values():
        return f"put on {by} by the program while it ran, {ignored}"
    place = exhibit.names.place(added.data.get("file"), added.data.get("line"))
    source = f", from {by}," if by.isidentifier() else f"({by})" if by else ""
    vain = str(added.data.get("when") or ignored)
    return f"added with os.add_dll_directory{source}{f' at {place}' if place else ''}, {vain}".replace(",,", ",")


def added_rows(exhibit: Exhibit, evidence: list[Evidence]) -> Rows:
    """Directories added in vain that were not already told of beside a copy."""
    beside_copies = {exhibit.names.folded(folder(str(one.data.get("path", "")))) for one in exhibit.of("copy")}
    left = [one for one in evidence if exhibit.names.folded(str(one.data.get("directory", ""))) not in beside_copies]
    if left:
        yield from told(exhibit, left)


def other_major_rows(exhibit: Exhibit, evidence: list[Evidence]) -> Rows:
    """Copies of another major version: where, and which."""
    for number, one in enumerate(evidence[: exhibit.most(MOST_OF_A_KIND)]):
        version = one.data.get("version")
        atoms = [span(str(one.data.get("path") or one.text)), *([span(f"({version})")] if version else [])]
        yield exhibit.row("" if number else "only here", atoms)
