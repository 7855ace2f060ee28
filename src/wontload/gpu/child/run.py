"""The stages of one exercise, the same for every package.

`started` (nothing imported), `imported` (what the package says of itself), `loaded` (a model or an array on the GPU),
`ran`, `released`, `compared` (the same work on the processor). `failed` takes the place of the stage that did not come.
"""

from __future__ import annotations

import gc
import json
import sys
import traceback
from importlib import import_module
from time import perf_counter

from .talk import Talk

IMAGES = import_module("_wontload_gpu." + ("windows" if sys.platform == "win32" else "posix")).Images

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LONGEST_ERROR = 4000  # characters


def main(options_json: str) -> None:
    """Run the whole of it."""
    options = json.loads(options_json)
    sys.argv[:] = ["-c"]
    talk = Talk()
    talk.stage("started")
    try:
        module = import_module("_wontload_gpu.exercises." + options["exercise"])
        begin = perf_counter()
        exercise = module.Exercise(options)
        talk.stage("imported", seconds=perf_counter() - begin, registered=exercise.registered())
        _work(exercise, talk, gpu=True, names=("loaded", "ran"))
        exercise.release()
        gc.collect()
        talk.stage("released")
        _work(exercise, talk, gpu=False, names=("", "compared"))
    except BaseException as error:
        text = "".join(traceback.format_exception_only(type(error), error)).strip()
        talk.stage("failed", error=text[:LONGEST_ERROR], exception=type(error).__name__)


def _work(exercise: Any, talk: Talk, *, gpu: bool, names: tuple[str, str]) -> None:
    begin = perf_counter()
    placed = exercise.load(gpu)
    if names[0]:
        talk.stage(names[0], seconds=perf_counter() - begin, placed=placed)
    begin = perf_counter()
    figures = exercise.run()
    talk.stage(names[1], seconds=perf_counter() - begin, figures=figures, modules=IMAGES().paths())
