"""The terminal's reports: `Terminal`, what is drawn for it, and `write`, which gets it there."""

from __future__ import annotations

from wontload.report.advice import render_advice
from wontload.report.build import render_build
from wontload.report.doctor import render_doctor
from wontload.report.fixes import render_attempt, render_plan
from wontload.report.log import render_log
from wontload.report.page import render_page
from wontload.report.screen import Terminal, write
from wontload.report.tree import render_tree
from wontload.report.verify import render_verify
from wontload.report.which import render_which
from wontload.report.why import render_why

__all__ = [
    "Terminal",
    "render_advice",
    "render_attempt",
    "render_build",
    "render_doctor",
    "render_log",
    "render_page",
    "render_plan",
    "render_tree",
    "render_verify",
    "render_which",
    "render_why",
    "write",
]
