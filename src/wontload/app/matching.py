"""Fetching the build of a package that fits this machine, as `pick` finds it, for a fix that installs it."""

from __future__ import annotations

import os
import shutil

from wontload.app.pick import pick
from wontload.app.pick_places import Options, settings_here, web_for
from wontload.app.places import this_computer
from wontload.remedy.fetching import CannotFetch
from wontload.wheels.cache import Cache
from wontload.wheels.index.folders import path_of
from wontload.wheels.ranking import Ranked
from wontload.wheels.whole import fetch_whole


def fetch_matching(project: str, *, python: str, directory: str) -> tuple[str, ...]:
    """The best wheel of a project for this interpreter, laid into a directory.

    Raises:
        CannotFetch: none fits. WontloadError: none could be reached, or it could not be fetched.
    """
    answer = pick(project, python=python)
    best = answer.recommended
    if best is None:
        unreached = sum(1 for one in answer.asked if one.problem)
        left = f"; {unreached} places were not reached" if unreached else ""
        step = f"`wontload pick {answer.project}` tells more."
        raise CannotFetch(f"no wheel of {answer.project} is known to fit this machine{left}.", step)
    return (_laid(best, python, directory),)


def _laid(best: Ranked, python: str, directory: str) -> str:
    link = best.candidate.link
    local = path_of(link.url)
    if local is None:
        pip, _ = settings_here(this_computer(python), Options())
        local = fetch_whole(link, web_for(pip, Cache(), Options()))
    path = os.path.join(directory, os.path.basename(link.filename))
    shutil.copyfile(local, path)
    return path
