"""Every rule that an answer of dyld's model can name has its section."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from wontload.loader.dyld import mapping, objects, rules

PAGE = Path(__file__).parents[2].joinpath("docs", "loaders-macho.md").read_text(encoding="utf-8")
HEADINGS = set(re.findall(r"^### `(\w+)`$", PAGE, re.MULTILINE))


def rules_in_use() -> set[str]:
    source = "".join(map(inspect.getsource, (mapping, objects, rules)))
    named = re.findall(r'(?:Candidate\(|_rpaths\(|rule ?= ?)"(\w+)"', source)
    return {*named, "loader_path", "executable_path", "already_loaded"}


def test_every_rule_has_its_section_and_every_section_its_rule():
    assert rules_in_use() == HEADINGS


def test_the_page_says_that_no_real_dyld_confirmed_it():
    assert "No real dyld has confirmed it" in PAGE
