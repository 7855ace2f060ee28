"""One sentence on standard error, beside the report, where what was asked about is itself the trouble."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wontload.diagnosis import Diagnosis

# The next step for a file that was asked for itself and is no library. A dependency like that is the report's story.
NEXT_STEP = {
    "WL101": "Give the path of a library that is there.",
    "WL102": "Get the file again: with pip, install its package with --no-cache-dir.",
    "WL104": "Give a native library: .dll, .pyd, .so or .dylib.",
}


def remark(answer: Diagnosis, timeout_s: float) -> str:
    """The sentence and the next step; empty when the report says it all."""
    if not answer.findings:
        return ""
    first = answer.findings[0]
    if first.code == "WL902" and answer.machine.id == "this":
        return f"{answer.target} did not come to an end within {timeout_s:g} s. Give it longer with --timeout."
    itself = answer.target.replace("\\", "/").endswith("/" + first.subject) or answer.target == first.subject
    if itself and len(first.chain) <= 1 and first.code in NEXT_STEP:
        return f"{first.title}. {NEXT_STEP[first.code]}"
    return ""
