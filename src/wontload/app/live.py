"""Asking the live computer: a child of the interpreter, and the machine around it."""

from __future__ import annotations

from dataclasses import replace

from wontload.loader import quirks
from wontload.machine import Machine
from wontload.machine.capture import this_machine
from wontload.probe import Report


def machine_of(report: Report) -> Machine:
    """The live computer as the report's interpreter sees it; on Wine with Wine's departures from Windows."""
    machine = this_machine(report.python, report.facts, report.process)
    if report.facts.get("wine_version"):
        return replace(machine, system=replace(machine.system, quirks=quirks.WINE))
    return machine
