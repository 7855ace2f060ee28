"""What people say of a crash, which itself has no message."""

from __future__ import annotations

import re
from functools import lru_cache

from wontload.diagnosis.log.events import Event
from wontload.diagnosis.log.outcome import Reading
from wontload.diagnosis.log.text import says

CRASHES = frozenset(("segmentation-fault", "access-violation", "aborted", "terminated-by-exception", "hint-crash"))
ACCESS_VIOLATION = 0xC0000005  # STATUS_ACCESS_VIOLATION; Python's exit by signal 11 is told by it too

# That it comes of the order of imports, or of the number of OpenMP's threads: two libraries that do not get along.
# Source: isl-org/Open3D#6757 and #1426; dmlc/xgboost#11500; openPMD/openPMD-api#1792.
_ORDER = re.compile(
    r"\b(?:import(?:ing|s)?|load(?:ing)?) order\b|\border of (?:the |these )?imports?\b"
    r"|\b(?:opposite|reversed?|other|different|right|wrong) order\b"
    r"|\b(?:swap|switch|chang|revers)\w{1,4} the (?:order|imports?)\b"
    r"|\bimport(?:s|ed|ing)? [^.,;\n]{1,30} (?:before|after|prior to) [^.,;\n]{0,12}\bimport"
    r"|\bimport(?:ing)? [\w.` ]{1,30} (?:first\b|(?:before|after) (?:importing )?`?\w)",
    re.IGNORECASE,
)
_THREADS = re.compile(
    r"\b(?:fix|solv|resolv|help|avoid|prevent|work)\w{0,4}\b[^.\n]{0,60}\bOMP_NUM_THREADS"
    r"|OMP_NUM_THREADS ?= ?1\b[^.\n]{0,60}\b(?:fix|solv|resolv|help|avoid|prevent|work)"
)
# That there are two OpenMP runtimes, or that another package has one too.
# Source: pytorch/pytorch#191933; faiss-wheels/faiss-wheels#73.
_TWO_OPENMP = re.compile(
    r"\b(?:two|multiple|several|duplicate[sd]?|separate|another|both|second)\b[^.\n]{0,60}\b(?:lib(?:omp|iomp5?|gomp)\b|openmp\b)"
    r"|\b(?:lib(?:omp|iomp5?|gomp)|openmp)(?:\.dylib|\.so)?\b[^.\n]{0,40}\b(?:twice|double|duplicate[sd]?|conflict\w{0,3}|incompatib\w+)",
    re.IGNORECASE,
)
# Words for the crash itself.
_CRASH = re.compile(r"\bseg(?:mentation)?[ -]?fault|\bsig(?:segv|abrt)\b", re.IGNORECASE)
# Source: christoph2/pyA2L#73; microsoft/STL#3824.
_ON_OTHERS = re.compile(
    r"\b(?:works?|worked|runs?|ran) (?:\w{1,12} ){0,3}on (?:\w{1,10} ){0,2}(?:other|another|different) (?:\w{1,10} )?"
    r"(?:machine|computer|pc|laptop|system)s?\b",
    re.IGNORECASE,
)
# OpenMP's runtime of LLVM and Intel says so itself before it ends. Source: LLVM openmp, runtime/src/i18n/en_US.txt.
_BY_OPENMP = re.compile(r"^\W{0,4}OMP: (?:System )?[Ee]rror #\d", re.MULTILINE)


@lru_cache(maxsize=1)  # asked for each crash of one text
def of_crash(text: str) -> Reading | None:
    """What a crash comes of by what stands around it; `None`: nothing tells."""
    if "OMP: " in text and _BY_OPENMP.search(text):
        title = "the process crashed in an OpenMP runtime, of which there is most often a second one in it"
        return Reading("WL604", False, ("WL605", "WL206"), title, _ALONE)
    if says(_TWO_OPENMP, text):
        title = "the process crashed with two OpenMP runtimes in it, as somebody says"
        return Reading("WL604", False, ("WL605", "WL206"), title, _ALONE)
    if says(_ORDER, text) or says(_THREADS, text):
        title = "the process crashed by the order in which two packages are imported: their libraries collide"
        return Reading("WL604", False, ("WL206", "WL605", "WL304"), title, _ALONE)
    if "access violation" in text.lower() and says(_ON_OTHERS, text):
        title = (
            "the process crashed, and works on other computers: a Visual C++ runtime older than the code may be here"
        )
        return Reading("WL305", False, ("WL605", "WL206", "WL304"), title, _OLD_RUNTIME)
    return None


def is_of_crash(event: Event, text: str) -> bool:
    """Whether a message tells of a crash: its own words, or those beside what somebody says of the order of imports."""
    return event.message.id in CRASHES or (event.message.id == "said-import-order" and says(_CRASH, text))


_OLD_RUNTIME = (
    "Code of Visual Studio 2022 17.10 and newer crashes with an older msvcp140.dll, without a word. The newest Visual "
    "C++ Redistributable is what helps where the one of that computer is older than those of the others."
)
_ALONE = (
    "Each of two packages brings an OpenMP, a C++ runtime or another library of its own, and the one that comes first "
    "is used by both. Packages of one source (conda-forge alone, or a distribution's) share one copy; the order that "
    "works, or OMP_NUM_THREADS=1, gets by meanwhile."
)
