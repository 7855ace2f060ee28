"""Evidence in, ranked root causes out.

A rule is one module in `rules/` named after its code (`wl202_not_searched.py`), with its page in `pages/` and its test
in `tests/diagnosis/` under the same name. `engine.diagnose` runs them all over one `Case` and ranks what they say.

Not here: what the loader would do (`loader`), what happened (`probe`), how it is shown (`report`).
"""

from wontload.diagnosis.case import Case, Elsewhere
from wontload.diagnosis.engine import diagnose
from wontload.diagnosis.finding import Diagnosis, Evidence, Finding, Severity
from wontload.diagnosis.judged import JudgedLoad

__all__ = ["Case", "Diagnosis", "Elsewhere", "Evidence", "Finding", "JudgedLoad", "Severity", "diagnose"]
