"""The native files of a wheel as they will lie on the machine, read in the wheel before anything is installed."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial

from wontload.machine.memory import Content, Unread
from wontload.remedy.wheel_members import place_of, wheel_files
from wontload.wheels.archive import Archive
from wontload.wheels.wheel import read_wheel


def wheel_images(wheels: Sequence[str], places: Mapping[str, str], opened: ExitStack) -> dict[str, Content]:
    """Every native file of some wheels.

    Args:
        wheels: paths. places: `sysconfig`'s. opened: closes the wheels, when nobody asks for their files any more.

    Returns:
        What is in each file, by the path at which the installer will lay it.

    Raises:
        Refused, BadArchive: no wheel, or one that is made to do harm.
    """
    found: dict[str, Content] = {}
    for path in wheels:
        root = os.path.dirname(wheel_files(path, places).dist_info)
        wheel = read_wheel(opened.enter_context(Archive(path)))
        for member in wheel.natives:
            found[place_of(member.name, root, places, path)] = Unread(partial(wheel.content, member))
    return found
