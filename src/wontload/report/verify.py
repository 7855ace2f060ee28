"""What a real import showed, for a terminal."""

from __future__ import annotations

from wontload.app.verify import Verification
from wontload.diagnosis.commands import typed_here
from wontload.report.gpu_backend import gpu_backend_said
from wontload.report.layout import Line, Span, draw, flow, labelled, span, words
from wontload.report.names import Names
from wontload.report.screen import Terminal
from wontload.report.why import render_why

MOST_MODULES = 12
SAID = {"python": "asked for by Python", "loader": "a dependency", "native": "asked for by native code (inferred)"}


def render_verify(answer: Verification, terminal: Terminal, *, quiet: bool = False, verbose: bool = False) -> str:
    """The verdict and findings as a diagnosis shows them, then what became mapped."""
    report = render_why(answer.diagnosis, terminal, quiet=quiet, verbose=verbose)
    if quiet or not answer.modules:
        return report
    names = Names(answer.diagnosis.machine)
    backend = gpu_backend_said(answer.gpu_backend, f"{typed_here(answer.diagnosis.target)}{terminal.about}")
    most = len(answer.modules) if verbose else MOST_MODULES
    lines: list[Line] = [[], [Span(f"mapped by the import: {len(answer.modules)}", "strong")]]
    for one in answer.modules[:most]:
        lines += flow([span(names.inside(one.path)), *words(SAID[one.by], "dim")], terminal.width, [Span("  ")], 4)
    if len(answer.modules) > most:
        lines += labelled("", words(f"and {len(answer.modules) - most} more; -v shows them"), terminal.width)
    if backend:
        lines += labelled("GPU", words(backend), terminal.width)
    return report + draw(lines, terminal)
