"""`scoped-path`: let one package find what is on this machine already, in this environment only."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from wontload.diagnosis.missing import missing_of
from wontload.knowledge.components import component_of
from wontload.machine import Kind
from wontload.machine.own_places import scoped_path_module
from wontload.remedy.candidates.copies_here import directories_that_help
from wontload.remedy.change import Change
from wontload.remedy.fix import Fix, Reach
from wontload.remedy.scoped_path import module_text, pth_name, pth_text
from wontload.remedy.steps import RemoveInstalled, ReplaceText, Step, WriteFile

if TYPE_CHECKING:
    from wontload.diagnosis import Case
    from wontload.remedy.candidates import Question


PATH_FILE_WITHOUT_SITE = re.compile(rb"^#[ \t]*import site[ \t]*\r?$", re.MULTILINE)


class Place(NamedTuple):
    """Where the two files go, and what has to be done first for `site` to read them."""

    directory: str
    first: tuple[Step, ...] = ()


def scoped_path(question: Question) -> Iterator[Fix]:
    """Directories added where the load heeds them; else the libraries mapped beforehand, by their full path."""
    package, place = question.package, shim_site(question)
    if package is None or place is None:
        return
    for build in ("add", "preload") if question.case.windows else ("preload",):
        if found := directories_that_help(question.case, build):
            change, proof = found
            yield Fix(
                id="scoped-path",
                kind="scoped-path",
                title=f"let {package} find {what(question.case, change)}, in this environment only",
                steps=shim_steps(question, change),
                change=change,
                proof=proof,
                reach=Reach.PACKAGE,
                caveat="it turns `site` on for this Python, which then reads all .pth files" if place.first else "",
            )
            return


def shim_site(question: Question) -> Place | None:
    """A directory whose `.pth` files this Python reads, or would; `None` where there is none that can be written to.

    An embeddable Python comes with `site` left out in its `pythonNN._pth`, in a line that says how to turn it on.
    Source: Python, "Using Python on Windows", The embeddable package and "Finding modules" (`import site` in `._pth`).
    """
    environment = question.environment
    if environment.site is not None:
        return Place(environment.site)
    content = question.source(environment.path_file) if environment.path_file else None
    found = PATH_FILE_WITHOUT_SITE.findall(content) if content else []
    if content is None or len(found) != 1 or content.count(found[0]) != 1:
        return None
    line = found[0].decode().rstrip("\r")
    turn_on = ReplaceText(
        path=environment.path_file, sha256=hashlib.sha256(content).hexdigest(), before=line, after="import site"
    )
    return Place(question.case.path_module.join(environment.prefix, "Lib", "site-packages"), (turn_on,))


def shim_steps(question: Question, change: Change) -> tuple[Step, ...]:
    """The module first: a `.pth` file without it does nothing."""
    package, place = question.package, shim_site(question)
    if package is None or place is None:
        return ()
    text = module_text(package, add=change.added_directories, preload=change.preload, everywhere=change.everywhere)
    join, files = question.case.path_module.join, question.case.machine.files
    contents = {f"{scoped_path_module(package)}.py": text, pth_name(package): pth_text(package)}
    paths = {join(place.directory, name): content for name, content in contents.items()}
    earlier = [path for path in paths if files.kind(path) is Kind.FILE]  # it leads elsewhere, or to nothing by now
    return (
        *place.first,
        *(RemoveInstalled(path=path, within=(place.directory,)) for path in earlier),
        *(WriteFile(path=path, content=content) for path, content in paths.items()),
    )


def what(case: Case, change: Change) -> str:
    """What is made findable, in a few words: `CUDA 12.4`-like suites by name, else the first file."""
    paths = change.preload or tuple(missing.fit[0].path for missing in missing_of(case) if missing.fit)
    components = [component_of(case.path_module.basename(path)) for path in paths]
    names = tuple(dict.fromkeys(one.name for one in components if one is not None))
    files = tuple(case.path_module.basename(path) for path in paths)
    named = names if names and len(names) <= 3 and all(components) else files
    return ", ".join(named[:3]) + (f" and {len(named) - 3} more" if len(named) > 3 else "")
