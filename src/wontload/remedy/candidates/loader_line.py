"""`loader-line`: the remedy in circulation: take `winmode` out of the package's own loader."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from wontload.remedy.change import CDLL_FLAGS, Change
from wontload.remedy.fix import Fix, Reach
from wontload.remedy.proof import must_load, prove
from wontload.remedy.steps import ReplaceText

if TYPE_CHECKING:
    from wontload.remedy.candidates import Question

# As llama-cpp-python writes it (llama_cpp/_ctypes_extensions.py), and as an argument of the call itself.
SETTINGS = (
    re.compile(rb'^(?P<indent>[ \t]*)(?P<setting>\w+\["winmode"\][ \t]*=[^\r\n]*)', re.MULTILINE),
    re.compile(rb"(?P<indent>)(?P<setting>winmode[ \t]*=[ \t]*(?:0|ctypes\.RTLD_GLOBAL|RTLD_GLOBAL))\b"),
)


def loader_line(question: Question) -> Iterator[Fix]:
    """Where a load with flags 0 would do with the default ones, and exactly one line of the package sets them."""
    case = question.case
    requests = [case.loads[index].request for index in must_load(case)] if case.windows else []
    files = {one.file for one in requests if one.kind == "ctypes" and one.flags == 0 and one.file}
    if len(files) != 1:
        return
    path = files.pop()
    content = question.source(path)
    found = _setting(content) if content is not None else None
    proof = prove(case, change := Change(flags=CDLL_FLAGS))
    if content is None or found is None or not proof.works:
        return
    before, after = found
    yield Fix(
        id="loader-line",
        kind="loader-line",
        title=f"take winmode out of {case.path_module.basename(path)}, so that added directories count",
        steps=(ReplaceText(path=path, sha256=hashlib.sha256(content).hexdigest(), before=before, after=after),),
        change=change,
        proof=proof,
        reach=Reach.PACKAGE,
        caveat="it edits the package's own code: lost at the next upgrade, and `pip check` does not see it",
    )


def _setting(content: bytes) -> tuple[str, str] | None:
    """The text to exchange and what takes its place; `None` unless one pattern fits exactly once."""
    for number, pattern in enumerate(SETTINGS):
        found = list(pattern.finditer(content))
        if len(found) == 1 and content.count(found[0].group()) == 1:
            text = found[0].group().decode("utf-8", "replace")
            indent = found[0]["indent"].decode()
            return text, f"{indent}pass  # wontload: {text.strip()}" if number == 0 else "winmode=None"
    return None
