"""What is made of a text without any known message, by the shape of what its writer complains about."""

from __future__ import annotations

import pytest

from tests.support.logs import Row, codes, first, read, verdict
from wontload.diagnosis.log.hints import hinted
from wontload.diagnosis.log.text import cleaned
from wontload.knowledge.messages import messages_of

# Of each row: a text in which it speaks, what is answered, and a text that resembles it in which it does not.
ROWS: list[Row] = [
    (
        "hint-blocked",
        "Our antivirus quarantined odd.pyd, and now there is an error",
        ("undetermined", "WL105"),
        "The server blocked my address, why?",
    ),
    (
        "hint-instructions",
        "It does not start. My processor is a Celeron without AVX",
        ("undetermined", "WL401"),
        "Why is the processor at 100 % while it imports?",
    ),
    (
        "hint-c-plus-plus-runtime",
        "odd fails here and they say it wants GLIBCXX_3.4.30",
        ("undetermined", "WL303"),
        "no help with libstdc++",
    ),
    (
        "hint-glibc",
        "odd 2 cannot be used on CentOS 7, whose glibc is too old",
        ("undetermined", "WL302"),
        "there is no glibc in this sentence's second half",
    ),
    (
        "hint-cuda-compiler",
        "the extension is not built, because nvcc is missing here",
        ("undetermined", "WL702"),
        "nvcc prints no warning",
    ),
    (
        "hint-host-compiler",
        "odd does not build: my gcc 15 is too new for it",
        ("undetermined", "WL703"),
        "gcc 15 prints no warning",
    ),
    (
        "hint-gpu-code",
        "odd's release lacks my card: it has compute capability 3.0. Any help?",
        ("undetermined", "WL404"),
        "which capability does it not have?",
    ),
    (
        "hint-architecture",
        "odd's file is x86_64 but my Mac's Python is arm64, no idea why",
        ("undetermined", "WL103"),
        "the arm64 release is out, no idea why",
    ),
    (
        "hint-build-tool",
        "odd did not install. It says that swig is required",
        ("undetermined", "WL701"),
        "swig is not my thing",
    ),
    (
        "hint-two-in-one-process",
        "It crashes if I import odd before even, and goes well the other way",
        ("undetermined", "WL604"),
        "It did not work before I left",
    ),
    (
        "hint-memory-or-disk",
        "the installation on the small machine fails, it ran out of memory",
        ("undetermined", "WL707"),
        "I have no memory of that",
    ),
    (
        "hint-driver",
        "odd does not run, is the driver too old?",
        ("undetermined", "WL403"),
        "the odbc driver does not answer",
    ),
    (
        "hint-other-version",
        "Problem: even was compiled with odd 1.0 but 2.0 is installed",
        ("undetermined", "WL304"),
        "Problem: even was compiled with odd 1.0",
    ),
    (
        "hint-entry-point",
        "A box says the procedure odd_init is not located in even",
        ("undetermined", "WL206"),
        "the usual procedure, no more",
    ),
    (
        "hint-two-versions",
        "it wants libodd.so.3 and only libodd.so.4 comes with my system, any workaround?",
        ("undetermined", "WL204"),
        "it wants libodd.so.3, any workaround?",
    ),
    (
        "hint-library",
        "odd.dll fehlt bei mir",
        ("undetermined", "WL201"),
        "odd.dll kommt von dort, help",
    ),
    (
        "hint-file-does-not-load",
        'Erro loading "C:\\odd\\lib\\even.dll"',
        ("undetermined", "WL201"),
        "no loading of even.dll",
    ),
    (
        "hint-crash",
        "with the new release the import crashes, why?",
        ("undetermined", "WL605"),
        "no crash any more",
    ),
    (
        "hint-processor-without-avx",
        "The program crashes when opened.\n\nWindows 10\nAMD Phenom II X6, 8 GB",
        ("undetermined", "WL401"),
        "My Phenom II is slow, no crash",
    ),
    (
        "hint-symbol",
        'I get the error "symbol not found" when odd is imported',
        ("undetermined", "WL304"),
        "I have no symbol of that",
    ),
    (
        "hint-no-wheel",
        "On 3.14 it wants to compile, and I have no idea how",
        ("undetermined", "WL505"),
        "the wheel is there, no problem",
    ),
    (
        "hint-no-gpu",
        "odd does not use my card at all, the version ends in +cpu",
        ("undetermined", "WL405"),
        "my gpu is hot, no idea why",
    ),
    (
        "hint-name-of-module",
        "cannot import name odd",
        ("undetermined", "WL503"),
        "I cannot import anything",
    ),
]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The AVX2 build crashes here, the other one is fine", "WL401"),
        ("I cannot run it on an older machine, is that related to AVX2?", "WL401"),
        ("Are there wheels of odd for 3.14? The installation fails", "WL505"),
        ("Your release was built for AVX2 and I like it, no complaint", "WL903"),
        ("It crashes at launch", "WL605"),
        ("odd may segfault where another package has libomp too. Why?", "WL604"),
        ("odd wants Gatekeeper off, why?", "WL105"),
        ("Windows Defender deletes it. Is it a false alarm?", "WL105"),
        ("The dll is 32 bit but all the rest is 64 bit. Is there another?", "WL103"),
        ("It does not crash", "WL903"),
    ],
)
def test_other_words_of_the_same_shapes(text, code):
    assert verdict(text) == ("undetermined", code)


@pytest.mark.parametrize(("row", "text", "answer", "other"), ROWS, ids=[row[0] for row in ROWS])
def test_a_hint_is_taken_where_nothing_else_is_known(row, text, answer, other):
    assert row in {event.message.id for event in hinted(cleaned(text))}
    assert verdict(text) == answer
    assert row not in {event.message.id for event in hinted(cleaned(other))}


def test_each_hint_is_tried():
    assert {row[0] for row in ROWS} == {message.id for message in messages_of("hints")}


def test_no_hint_decides():
    assert not any(message.decides for message in messages_of("hints"))


def test_a_known_message_silences_all_hints():
    known = "ImportError: /a/odd.so: invalid ELF header"
    alone = codes(known)
    assert codes(f"{known}\nMy processor does not support AVX, and the antivirus blocked it") == alone


@pytest.mark.parametrize(
    "text",
    [
        "Successfully built odd: compute capability 8.9, AVX2 and the driver were upgraded",
        "libodd.so.3 and libodd.so.4 are installed",
        "It no longer crashes on import",
        "built with odd 1 but 2 is there: this can be ignored",
        "",
    ],
)
def test_who_does_not_complain_gives_no_hint(text):
    assert verdict(text) == ("undetermined", "WL903")


def test_a_hint_shows_the_line_and_what_would_settle_it():
    answer = read("Hello\nodd wants to compile on 3.14 and I have no compiler")
    assert [one.data["line"] for one in first("Hello\nodd.dll fehlt bei mir").evidence if one.kind == "said"] == [2]
    assert answer.would_settle
