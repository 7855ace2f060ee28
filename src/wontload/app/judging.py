"""What was seen and what the model says, side by side."""

from __future__ import annotations

from wontload.diagnosis import JudgedLoad
from wontload.diagnosis.searches import ended_it
from wontload.loader import load as simulate
from wontload.machine import FIND_LIBRARY, Machine, Observation


def judged_loads(machine: Machine, observation: Observation | None) -> tuple[JudgedLoad, ...]:
    """Every observed load, with the model's answer to the same request beside it.

    Of the searches of `find_library` those that the exception speaks of: packages search for much that they need not.
    """
    if observation is None:
        return ()
    windows = machine.system.name == "windows"
    return tuple(
        JudgedLoad(request=one.request, observed=one, simulated=simulate(machine, one.request))
        for one in observation.loads
        if one.request.kind != FIND_LIBRARY or ended_it(observation, one, windows=windows)
    )
