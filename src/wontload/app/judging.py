"""What was seen and what the model says, side by side."""

from __future__ import annotations

from wontload.diagnosis import JudgedLoad
from wontload.loader import load as simulate
from wontload.machine import Machine, Observation


def judged_loads(machine: Machine, observation: Observation | None) -> tuple[JudgedLoad, ...]:
    """Every observed load, with the model's answer to the same request beside it."""
    return tuple(
        JudgedLoad(request=one.request, observed=one, simulated=simulate(machine, one.request))
        for one in (observation.loads if observation else ())
    )
