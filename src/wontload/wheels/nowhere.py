"""What a finding says of libraries that are plainly nowhere, for more of them or fewer than it was made for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from wontload.diagnosis.finding import Evidence, Finding
from wontload.diagnosis.words import are, listed


def is_plain(finding: Finding) -> bool:
    """Whether nothing is said of its libraries but that they are nowhere."""
    return finding.code == "WL201" and finding.title == title_of((finding.subject, *finding.also))


def title_of(names: Sequence[str]) -> str:
    """The title for these libraries."""
    return f"{listed(names)} {are(names)} nowhere on this machine"


def about(looked: Evidence, names: Sequence[str]) -> Evidence:
    """The sentence about where was looked, for these names."""
    own = [str(name) for name in looked.data["names"]]  # type: ignore[attr-defined]
    text = looked.text.replace(listed(own, word="or"), listed(names, word="or"))
    return replace(looked, text=text, data={**looked.data, "names": list(names)})


def narrowed(finding: Finding, names: Sequence[str]) -> Finding:
    """A plain finding about some of its libraries alone."""
    others = {finding.subject, *finding.also} - set(names)
    kept = [one for one in finding.evidence if one.data.get("file") not in others]
    return replace(
        finding,
        title=title_of(names),
        subject=names[0],
        also=tuple(names[1:]),
        evidence=tuple(about(one, names) if one.kind == "looked" else one for one in kept),
    )
