"""`scoped-path`: let one package find what is on this machine already, in this environment only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wontload import knowledge
from wontload.remedy.candidates.copies_here import directories_that_help
from wontload.remedy.change import Change
from wontload.remedy.fix import Fix, Reach
from wontload.remedy.scoped_path import module_name, module_text, pth_name, pth_text
from wontload.remedy.steps import Step, WriteFile

if TYPE_CHECKING:
    from wontload.diagnosis import Case
    from wontload.remedy.candidates import Question


def scoped_path(question: Question) -> Iterator[Fix]:
    """Directories added where the load heeds them; else the libraries mapped beforehand, by their full path."""
    site, package = question.environment.site, question.package
    if site is None or package is None:
        return
    for build in ("add", "preload") if question.case.windows else ("preload",):
        if found := directories_that_help(question.case, build):
            change, proof = found
            yield Fix(
                id="scoped-path",
                kind="scoped-path",
                title=f"let {package} find {what(question.case, change)}, in this environment only",
                steps=shim_steps(question.case, site, package, change),
                change=change,
                proof=proof,
                reach=Reach.PACKAGE,
            )
            return


def shim_steps(case: Case, site: str, package: str, change: Change) -> tuple[Step, ...]:
    """The module first: a `.pth` file without it does nothing."""
    text = module_text(package, add=change.added_directories, preload=change.preload, everywhere=change.everywhere)
    join = case.path_module.join
    return (
        WriteFile(path=join(site, f"{module_name(package)}.py"), content=text),
        WriteFile(path=join(site, pth_name(package)), content=pth_text(package)),
    )


def what(case: Case, change: Change) -> str:
    """What is made findable, in a few words: `CUDA 12.4`-like suites by name, else the first file."""
    paths = change.preload or tuple(missing.fit[0].path for missing in case.missing if missing.fit)
    components = [knowledge.component_of(case.path_module.basename(path)) for path in paths]
    names = tuple(dict.fromkeys(one.name for one in components if one is not None))
    files = tuple(case.path_module.basename(path) for path in paths)
    named = names if names and len(names) <= 3 and all(components) else files
    return ", ".join(named[:3]) + (f" and {len(named) - 3} more" if len(named) > 3 else "")
