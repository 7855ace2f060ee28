"""Fetching the build of a package that fits this machine, as `pick` finds it, for a fix that installs it."""

from __future__ import annotations

import os
import shutil

from wontload.app.pick import Pick, pick
from wontload.app.pick_places import Options, settings_here, web_for
from wontload.app.places import this_computer
from wontload.machine import Machine
from wontload.remedy.fetching import CannotFetch
from wontload.wheels.cache import Cache
from wontload.wheels.index.folders import path_of
from wontload.wheels.index.link import shown_url
from wontload.wheels.ranking import Ranked
from wontload.wheels.whole import fetch_whole


def fetch_matching(project: str, *, python: str, directory: str) -> tuple[str, ...]:
    """The best wheel of a project for this interpreter that goes with what is installed, laid into a directory.

    It is installed alone: what else an installer would put in place of something is another fix's.

    Raises:
        CannotFetch: none fits. WontloadError: none could be reached, or it could not be fetched.
    """
    answer = pick(project, python=python, options=Options(alone=True))
    if answer.recommended is None and (refused := next((one for one in answer.ranked if one.works), None)):
        assert refused.appraisal is not None
        asked = refused.appraisal.replaces[0].told(answer.project, str(refused.candidate.version))
        raise CannotFetch(
            f"{asked}; no build of it is known to go with that.", f"`wontload pick {project}` tells more."
        )
    return (_laid(_best(answer), python, directory),)


def matching_requirement(project: str, machine: Machine, *, offline: bool, about: str = "") -> str:
    """What pip is told to install to get the best wheel of a project for a machine, and no other file.

    Args:
        about: what a command ends in, to be about the same machine.

    Raises:
        CannotFetch: none fits. WontloadError: none could be reached.
    """
    link = _best(pick(project, machine=machine, options=Options(offline=offline)), about).candidate.link
    # Without credentials: pip has its own for the host, and a script is passed on.
    return path_of(link.url) or shown_url(link.url).replace("****@", "") + f"#sha256={link.sha256}" * bool(link.sha256)


def _best(answer: Pick, about: str = "") -> Ranked:
    if answer.recommended is None:
        unreached = sum(1 for one in answer.asked if one.problem)
        left = f"; places not reached: {unreached}" if unreached else ""
        step = f"`wontload pick {answer.project}{about}` tells more."
        raise CannotFetch(f"no wheel of {answer.project} is known to fit this machine{left}.", step)
    return answer.recommended


def _laid(best: Ranked, python: str, directory: str) -> str:
    link = best.candidate.link
    local = path_of(link.url)
    if local is None:
        pip, _ = settings_here(this_computer(python), Options())
        local = fetch_whole(link, web_for(pip, Cache(), Options()))
    path = os.path.join(directory, os.path.basename(link.filename))
    shutil.copyfile(local, path)
    return path
