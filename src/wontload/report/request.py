"""The request tree: from the import, through the call that asked the loader, down to what is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wontload.diagnosis import Diagnosis, Evidence, Finding
from wontload.loader import Status
from wontload.machine import FIND_LIBRARY, LoadRequest
from wontload.report.layout import Line, Span, beside, flow, span
from wontload.report.names import Names
from wontload.report.screen import UNICODE, Glyphs, Terminal
from wontload.report.text import base_name, cells

MOST_LEAVES = 12
_NATIVE = re.compile(r"\.(dll|pyd|dylib|so(\.[0-9.]+)?)$", re.IGNORECASE)
_RTLD_GLOBAL = 0x100  # dlfcn.h on Linux. CPython's default mode for ctypes is RTLD_LOCAL | RTLD_NOW
# LoadLibraryExW flags that CPython's ctypes gives when no winmode is given: for a path, for a bare name.
_CTYPES_DEFAULTS = (0x1100, 0x1000)

Step = tuple[list[Span], str]  # what is shown, and the Python line that it stands on


def is_file(target: str) -> bool:
    """Whether a target names a file (CONTRACT, Commands: a path separator or a native suffix)."""
    return bool(re.search(r"[\\/]", target) or _NATIVE.search(target))


def request_tree(
    finding: Finding, diagnosis: Diagnosis, terminal: Terminal, *, most_leaves: int = MOST_LEAVES
) -> list[Line]:
    """What was asked of whom, as a tree with one branch, and leaves for what the cause took."""
    draw = terminal.glyphs
    steps = list(steps_of(finding, diagnosis, draw))
    lines: list[Line] = []
    for depth, (text, place) in enumerate(steps):
        indent = 2 if depth == 0 else 3 * depth
        start = [Span(" " * indent + (draw.last if depth else ""), "dim")]
        lines += _with_place(text, place, start, terminal.width)
    lines += _leaves(finding, diagnosis, 3 * len(steps) if steps else 2, terminal, most_leaves)
    return lines


def steps_of(finding: Finding, diagnosis: Diagnosis, glyphs: Glyphs = UNICODE) -> Iterator[Step]:
    """Each step to the leaves: what is shown, and the Python line that it stands on."""
    names = Names(diagnosis.machine)
    root = diagnosis.target
    if not is_file(root):
        # A distribution was asked for by its own name: the chain begins with the module that was tried.
        root = finding.chain[0] if finding.chain and not is_file(finding.chain[0]) else root
        importable = all(part.isidentifier() for part in root.split("."))
        yield [span(f"import {root}" if importable else root)], ""
    if asked := _asked(finding, diagnosis, names, glyphs.ellipsis):
        yield asked
    ends = (diagnosis.target, root, finding.subject, base_name(finding.subject))
    middle = [one for one in finding.chain if one not in ends]
    if middle:
        step = f" {glyphs.step}"
        yield [span(name + step * (i < len(middle) - 1)) for i, name in enumerate(middle)], ""


def _asked(finding: Finding, diagnosis: Diagnosis, names: Names, ellipsis: str) -> Step | None:
    """The call to the loader: as the evidence quotes it, else rebuilt from the load request."""
    request = None if finding.load is None else diagnosis.loads[finding.load].request
    quoted = next((one for one in finding.evidence if one.kind == "request"), None)
    if quoted is not None and (request is None or "expression" in quoted.data):
        text = names.brief_within(str(quoted.data.get("expression") or quoted.text), ellipsis)
        return [span(text)], names.place(quoted.data.get("file"), quoted.data.get("line"))
    if request is None:
        return None
    return [span(expression(request, names, ellipsis))], names.place(request.file, request.line)


def expression(request: LoadRequest, names: Names, ellipsis: str) -> str:
    """A load request as the Python that makes it."""
    name = names.brief(request.name, ellipsis)
    if request.kind == "import":
        return f"the extension module {name}"
    if request.kind == "native":
        return f"{name}, asked for by native code (inferred)"
    if request.kind == FIND_LIBRARY:
        return f'find_library("{request.name}")'
    if names.separator == "/":
        return f'CDLL("{name}"{", mode=RTLD_GLOBAL" if request.flags & _RTLD_GLOBAL else ""})'
    if request.flags in _CTYPES_DEFAULTS:
        return f'CDLL("{name}")'
    return f'CDLL("{name}", winmode={request.flags if request.flags < 10 else hex(request.flags)})'


def _with_place(text: list[Span], place: str, start: list[Span], width: int) -> list[Line]:
    """A step, and where it was asked: at the end of the line, or under it."""
    hang = cells(start[0].text) + 2
    lines = flow(text, width, start, hang)
    if not place:
        return lines
    if len(lines) == 1 and (both := beside(lines[0], [span(place, "dim")], width)):
        return [both]
    return lines + flow([span(f"at {place}", "dim")], width, [Span(" " * hang)], hang)


def _leaves(finding: Finding, diagnosis: Diagnosis, indent: int, terminal: Terminal, most: int) -> Iterator[Line]:
    draw = terminal.glyphs
    everyone = leaves_of(finding)
    shown = everyone[:most] if len(everyone) > most + 1 else everyone
    left_out = len(everyone) - len(shown)
    column = max(cells(one) for one in shown if cells(one) <= 40) if any(cells(one) <= 40 for one in shown) else 0
    for number, name in enumerate(shown):
        last = number == len(shown) - 1 and not left_out
        start = [Span(" " * indent + (draw.last if last else draw.branch), "dim")]
        atoms = [span(name, "strong"), span(draw.cross, "bad", " " * (max(0, column - cells(name)) + 2))]
        if note := note_of(name, finding, diagnosis):
            atoms.append(span(note, "dim", "  "))
        yield from flow(atoms, terminal.width, start, indent + 4)
    if left_out:
        yield [Span(" " * indent + draw.last, "dim"), span(f"and {left_out} more (-v shows them)", "dim")]


def leaves_of(finding: Finding) -> list[str]:
    """What the cause took, in load order."""
    return [base_name(name) for name in (finding.subject, *finding.also)]


def note_of(name: str, finding: Finding, diagnosis: Diagnosis) -> str:
    """What is known of one leaf: the component it belongs to, and why the loader refused it."""
    component = finding.component if name == base_name(finding.subject) else _component_of(name, finding.evidence)
    return ", ".join(part for part in (component, _refusal(name, finding, diagnosis)) if part)


def _component_of(name: str, evidence: tuple[Evidence, ...]) -> str | None:
    """Of a further file: as the evidence about it says in `file` and `component`."""
    found = (one.data.get("component") for one in evidence if one.data.get("file") == name)
    return next((one for one in found if isinstance(one, str)), None)


def _refusal(name: str, finding: Finding, diagnosis: Diagnosis) -> str | None:
    result = None if finding.load is None else diagnosis.loads[finding.load].simulated
    modules = result.modules if result else ()
    folded = base_name(name).casefold()
    refused = (one for one in modules if one.status is Status.REFUSED and base_name(one.name).casefold() == folded)
    return next((one.reason for one in refused if one.reason), None)
