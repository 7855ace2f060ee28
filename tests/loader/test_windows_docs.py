"""Every rule that an answer can name has its section, and every quirk its line."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

from wontload.loader import quirks
from wontload.loader.windows import rules, search

PAGE = Path(__file__).parents[2].joinpath("docs", "loaders.md").read_text(encoding="utf-8")
HEADINGS = set(re.findall(r"^### (\w+)$", PAGE, re.MULTILINE))


def rules_in_use() -> set[str]:
    orders = (*(rule for _, rule in rules.FLAGGED_ORDER), *rules.STANDARD_ORDER, *rules.UNSAFE_ORDER)
    searched = {rule.__name__ for rule in (*orders, rules.altered_search_path, rules.application_directory)}
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(search))) if isinstance(node, ast.Call)]
    named = {
        word.value.value
        for call in calls
        for word in call.keywords
        if word.arg == "rule" and isinstance(word.value, ast.Constant)
    }
    given = {
        argument.value
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "_mapped_or_file"
        for argument in call.args
        if isinstance(argument, ast.Constant)
    }
    return searched | named | given


def test_every_rule_has_its_section_and_every_section_its_rule():
    assert rules_in_use() == HEADINGS


def test_every_quirk_has_its_line():
    assert set(re.findall(r"^\| `(wine-[\w-]+)`", PAGE, re.MULTILINE)) == quirks.WINE
