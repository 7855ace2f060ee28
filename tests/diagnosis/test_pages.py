"""Every finding has its rule, its page and its test under one name, and the pages promise only what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import wontload.diagnosis
import wontload.knowledge
from wontload.cli.options import COMMANDS, parse
from wontload.diagnosis.catalogue import CODES

DIAGNOSIS = Path(wontload.diagnosis.__file__).parent
TESTS = Path(__file__).parent
NAMES = {code: f"{code.lower()}_{name}" for code, name in CODES.items()}
HEADINGS = ["## What it means", "## How it was established", "## Why the usual advice fails", "## What fixes it"]
PLACEHOLDERS = ("TARGET", "llama_cpp")  # what our pages write in a target's place
LONGEST_LINE = 120
LONGEST_CODE = 76  # a line of code cannot be wrapped, and a terminal of 80 columns indents it by four
LINES = range(30, 61)  # a page that a tired person reads to its end

FENCED = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")


def page_of(code: str) -> str:
    return (DIAGNOSIS / "pages" / f"{NAMES[code]}.md").read_text(encoding="utf-8")


def prose_of(page: str) -> str:
    """The page without its blocks of code."""
    return FENCED.sub("", page)


def code_of(page: str) -> list[str]:
    """Each line of a block of code, and each piece of code in the text."""
    lines = [line for block in FENCED.findall(page) for line in block.splitlines()]
    return lines + INLINE.findall(prose_of(page))


def commands_of(page: str) -> list[list[str]]:
    """The arguments of each `wontload …` that a page tells its reader to type."""
    return [code.split()[1:] for code in code_of(page) if code.startswith("wontload ")]


@pytest.fixture(params=CODES)
def code(request) -> str:
    return request.param


@pytest.fixture
def page(code) -> str:
    return page_of(code)


def test_rule_page_and_test_share_one_name(code):
    assert (DIAGNOSIS / "rules" / f"{NAMES[code]}.py").is_file()
    assert (DIAGNOSIS / "pages" / f"{NAMES[code]}.md").is_file()
    assert (TESTS / f"test_{NAMES[code]}.py").is_file()


@pytest.mark.parametrize(("folder", "suffix"), [("rules", "py"), ("pages", "md")])
def test_nothing_is_there_that_the_catalogue_does_not_know(folder, suffix):
    found = {path.stem for path in (DIAGNOSIS / folder).glob(f"*.{suffix}")} - {"__init__"}
    assert found == set(NAMES.values())


def test_the_title_names_the_code(code, page):
    title = page.splitlines()[0]
    assert re.fullmatch(rf"# {code}: \S.*[^.]", title), title


def test_the_four_headings_stand_in_order_each_with_text_below(page):
    assert [line for line in page.splitlines() if line.startswith("##")] == HEADINGS
    sections = re.split(r"^##? .*$", page, flags=re.MULTILINE)[2:]
    assert len(sections) == len(HEADINGS)
    assert all(section.strip() for section in sections)


def test_length_and_width(page):
    lines = page.splitlines()
    assert len(lines) in LINES
    assert max(map(len, lines)) <= LONGEST_LINE
    assert all(len(line) <= LONGEST_CODE for block in FENCED.findall(page) for line in block.splitlines())
    assert page.endswith("\n")
    assert not page.endswith("\n\n")


def test_only_the_markdown_that_our_terminal_draws(page):
    assert page.count("```") == 2 * len(FENCED.findall(page))
    text = prose_of(page)
    assert all(block.count("`") % 2 == 0 for block in text.split("\n\n"))
    plain = INLINE.sub("", text)
    assert not re.search(r"</?[a-zA-Z!]", plain), "no HTML"
    assert "](" not in plain, "a source stands in brackets, without a link"


def test_codes_that_are_mentioned_can_be_explained(code, page):
    mentioned = set(re.findall(r"\bWL\d+\b", page))
    assert code in mentioned
    assert mentioned <= set(CODES)


def test_commands_of_ours_exist_with_these_arguments(page):
    for arguments in commands_of(page):
        assert arguments[0] in (*COMMANDS, *PLACEHOLDERS), arguments
        parse(arguments)  # exits on an option that there is not


def test_prose_names_no_command_outside_code(page):
    plain = INLINE.sub("", prose_of(page))
    assert not re.search(r"\bwontload\b", plain)


def test_some_pages_do_name_commands():
    found = {arguments[0] for code in CODES for arguments in commands_of(page_of(code))}
    assert {"TARGET", "tree", "explain"} <= found


def test_every_code_that_a_message_can_name_can_be_explained():
    tables = Path(wontload.knowledge.__file__).parent.joinpath("messages").rglob("*.toml")
    named = {code for path in tables for code in re.findall(r"\bWL\d{3}\b", path.read_text(encoding="utf-8"))}
    assert named
    assert named <= set(CODES)
