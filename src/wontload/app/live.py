"""Asking the live computer: a child of the interpreter, and the machine around it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wontload.loader import quirks
from wontload.machine import Machine
from wontload.machine.capture import this_machine
from wontload.probe import Report

if TYPE_CHECKING:
    from wontload.machine.readings import Readings


def machine_of(report: Report, readings: Readings | None = None) -> Machine:
    """The live computer as the report's interpreter sees it; on Wine with Wine's departures from Windows.

    `readings`: what earlier runs read of native files; without it, each is read.
    """
    machine = this_machine(report.python, report.facts, report.process, readings)
    if report.facts.get("wine_version"):
        return replace(machine, system=replace(machine.system, quirks=quirks.WINE))
    return machine
