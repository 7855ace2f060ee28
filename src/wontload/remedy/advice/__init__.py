"""Advice in circulation, judged: what each remedy would change is laid over the machine, and the load worked out again.

`overlays` says what a remedy changes, `judging` what comes of it. Nothing is changed, fetched or asked for.

Not here: the remedies themselves (`knowledge/advice.toml`), and what we propose ourselves (`candidates`).
"""

from wontload.diagnosis.rules.wl801_unhelpful_advice import JudgedAdvice
from wontload.remedy.advice.judging import judge_advice

__all__ = ["JudgedAdvice", "judge_advice"]
