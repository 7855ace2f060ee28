"""Evidence in, ranked root causes out.

A rule is one module in `rules/` named after its code (`wl202_not_searched.py`), with its page in `pages/` and its test
in `tests/diagnosis/` under the same name. `engine.diagnose` runs them all over one `Case` and ranks what they say.

Not here: what the loader would do (`loader`), what happened (`probe`), how it is shown (`report`).
"""

from wontload.diagnosis.finding import Diagnosis, Evidence, Finding, JudgedLoad, Severity

__all__ = ["Diagnosis", "Evidence", "Finding", "JudgedLoad", "Severity"]
