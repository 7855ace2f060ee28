"""The same message in every dress that it comes in: encodings, colours, quoting, wrapping, markup."""

from __future__ import annotations

import codecs

import pytest

from tests.support.logs import read
from wontload.diagnosis.log.judging import diagnose_log
from wontload.diagnosis.log.reading import decoded
from wontload.diagnosis.log.text import QUOTED, cleaned, numbered, rejoined

MESSAGE = "ImportError: /usr/lib64/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /opt/odd/_core.so)"
BEFORE = 'Traceback (most recent call last):\n  File "odd.py", line 1, in <module>\n    import odd\n'
LOG = BEFORE + MESSAGE + "\n"
WIDTH = 80


def said(data: bytes) -> tuple[str, str, int]:
    """The first code, its subject's version, and the line that says it."""
    finding = diagnose_log(data).findings[0]
    return finding.code, finding.title.split(" needs ")[1].split(",")[0], int(str(finding.evidence[0].data["line"]))


EXPECTED = ("WL303", "GLIBCXX_3.4.32", 4)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_encodings(encoding):
    assert said(LOG.encode(encoding)) == EXPECTED


def test_utf_16_of_the_other_order_with_its_mark():
    assert said(codecs.BOM_UTF16_BE + LOG.encode("utf-16-be")) == EXPECTED


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_what_another_program_appends_to_utf_16(encoding):
    mark = codecs.BOM_UTF16_LE if encoding == "utf-16-le" else codecs.BOM_UTF16_BE
    assert said(mark + BEFORE.encode(encoding) + MESSAGE.encode() + b"\n") == EXPECTED
    chinese = "找不到指定的模块，请检查安装目录。" * 20
    assert decoded(mark + chinese.encode(encoding))[0] == chinese


def test_what_is_cut_in_the_middle_of_a_character():
    data = "größer".encode()
    assert decoded(data[:3]) == ("gr\ufffd", "utf-8")
    assert decoded("é".encode("latin-1") + b"abcdef")[1] == "latin-1"


DRESSES = {
    "Windows' line ends": LOG.replace("\n", "\r\n"),
    "a progress bar": LOG.replace("import odd\n", "import odd 10%\rimport odd 20%\r\n"),
    "colours": LOG.replace("ImportError", "\x1b[1;31mImportError\x1b[0m").replace("GLIBCXX", "\x1b[4mGLIBCXX\x1b[24m"),
    "colours without their escape": LOG.replace("ImportError", "[1;31mImportError[0m"),
    "a terminal's title": LOG.replace("ImportError", "\x1b]0;odd\x07ImportError"),
    "quoting": "".join(f"> {line}\n" for line in LOG.splitlines()),
    "quoting twice": "".join(f"> > {line}\n" for line in LOG.splitlines()),
    "pip's box": "".join(f"      │ {line}\n" for line in LOG.splitlines()),
    "a container's builder": "".join(f"#12 {10 + n}.{n}49 {line}\n" for n, line in enumerate(LOG.splitlines())),
    "a service's clock": "".join(f"2025-01-26T17:22:49.7727317Z {line}\n" for line in LOG.splitlines()),
    "markup that was escaped twice": LOG.replace("`", "&amp;#96;").replace("'", "&amp;#x27;"),
    "markup": LOG.replace("`", "&#96;").replace("'", "&#x27;").replace("<", "&lt;").replace(">", "&gt;"),
    "tags": LOG.replace("\n", "<br />\n"),
    "typographer's quotes": LOG.replace("'", "’").replace("`", "‘"),
    "wide blanks": LOG.replace(" not found", "\u00a0not\u00a0found"),
    "invisible characters": LOG.replace("GLIBCXX", "\u200bGLIBCXX").replace("Import", "\ufeffImport"),
    "wrapped at blanks": LOG.replace(" not found (required", "\n    not found\n    (required"),
    "one line of JSON": LOG.replace("version `", "version\\n`"),
}


@pytest.mark.parametrize("dress", DRESSES)
def test_dresses(dress):
    assert said(DRESSES[dress].encode()) == EXPECTED


def test_a_terminal_that_breaks_in_the_middle_of_words():
    lines = [
        line[at : at + WIDTH]
        for line in (*[MESSAGE.replace("odd", "o" * 60)] * 2,)
        for at in range(0, len(line), WIDTH)
    ]
    finding = read("\n".join(lines)).findings[0]
    assert finding.code == "WL303"
    assert "GLIBCXX_3.4.32" in finding.title


def test_lines_keep_their_numbers_when_they_are_joined():
    text = numbered("a" * 70 + "\n" + "b" * 70 + "\nc\nd")
    whole = rejoined(text)
    assert whole is not None
    assert [whole.text.splitlines()[0][-1], whole.line_at(whole.text.index("d"))] == ["c", 4]


def test_text_without_breaks_of_a_terminal_is_left_alone():
    assert rejoined(numbered(LOG)) is None


def test_python_prompts_are_no_quoting():
    assert cleaned(">>> import odd\n> said") == f">>> import odd\n{QUOTED}said"


def test_cleaning_keeps_the_number_of_lines():
    text = "".join(DRESSES.values())
    assert cleaned(text).count("\n") == text.replace("\r\n", "\n").count("\n")


@pytest.mark.parametrize(
    ("text", "system"),
    [
        (
            "ImportError: dlopen(/a/odd.so, 0x0002): tried: '/a/odd.so' (mach-o file, but is an incompatible "
            "architecture (have 'x86_64', need 'arm64'))",
            "macos",
        ),
        ("ImportError: dlopen(/a/odd.so, 0x0002): symbol not found in flat namespace '_odd'", "macos"),
        ("ImportError: /a/odd.so: undefined symbol: _odd", "linux"),
        ("OSError: libodd.so: cannot open shared object file: No such file or directory", "linux"),
        (r"FileNotFoundError: Could not find module 'C:\a\odd.dll' (or one of its dependencies)", "windows"),
    ],
)
def test_the_system_is_told_by_whose_words_they_are(text: str, system: str):
    """Extension modules end in `.so` on macOS as on Linux: in dyld's own message the ending tells nothing."""
    assert diagnose_log(text.encode()).facts.system == system


def test_what_a_template_says_is_not_what_happened():
    hint = "If you see `no kernel image is available`,\nyour GPU is too old."
    template = f"<!-- {hint} -->\n- [ ] I use no 32-bit Python (WinError 193)\n  * [x] no Illegal instruction\n"
    assert read(template + LOG).findings[0].code == "WL303"
    assert read(template).findings[0].code == "WL903"
    assert cleaned(template).count("\n") == template.count("\n")
    assert read(hint).findings[0].code == "WL404"


@pytest.mark.parametrize("before", ["", "compiling odd.c\n" * 40_000])
def test_a_sentence_that_was_wrapped_and_indented(before):
    text = f"{before}CMake Warning:\n  Manually-specified variables were not\n  used by the project:\n\n    ODD_FLAG\n"
    answer = read(text)
    assert (answer.verdict, answer.findings[0].code) == ("fails", "WL704")
    assert answer.findings[0].evidence[0].data["line"] == before.count("\n") + 2


def test_words_that_other_words_stand_between_are_no_sentence():
    assert read("  Manually-specified variables were\n  now not used by the project:\n").findings[0].code == "WL903"
