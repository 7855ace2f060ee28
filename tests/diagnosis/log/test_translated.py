"""What glibc and bash say in other languages, and which line is shown for it."""

from __future__ import annotations

import pytest

from tests.support.logs import first, verdict
from wontload.diagnosis.log.text import numbered
from wontload.diagnosis.log.translated import LONGEST, translated
from wontload.knowledge.tables import table


@pytest.mark.parametrize(
    ("text", "answer", "subject"),
    [
        ("ImportError: libGL.so.1: 无法打开共享对象文件: 没有那个文件或目录", ("fails", "WL201"), "libGL.so.1"),
        # The program's part in English, the system's part in French: as Python gives it.
        (
            "OSError: libodd.so.2: cannot open shared object file: Aucun fichier ou dossier de ce type",
            ("undetermined", "WL201"),
            "libodd.so.2",
        ),
        (
            "odd: error al cargar las bibliotecas compartidas: libodd.so.2: no se puede abrir el fichero del objeto "
            "compartido: No existe el fichero o el directorio",
            ("undetermined", "WL201"),
            "libodd.so.2",
        ),
        ("/odd/lib.so: ungültiger ELF-Header", ("undetermined", "WL903"), "the text"),  # not how it is spelt
        ("/odd/lib.so: Ungültiger ELF-Header", ("fails", "WL104"), "lib.so"),
        ("Недопустимая инструкция", ("fails", "WL401"), "illegal-instruction"),
        ("Erreur de segmentation", ("undetermined", "WL605"), "segmentation-fault"),
    ],
)
def test_words_of_another_language_say_the_same(text, answer, subject):
    assert verdict(text) == answer
    assert first(text).subject == subject


def test_the_line_is_shown_as_it_was_written():
    text = "first line\n/odd/lib.so: Ungültiger ELF-Header\n"
    assert first(text).evidence[0].text == "line 2: /odd/lib.so: Ungültiger ELF-Header"


def test_english_is_left_alone():
    assert translated(numbered("ImportError: libodd.so.2: cannot open shared object file")) is None


def test_only_the_end_of_a_long_text_is_translated():
    words = "Erreur de segmentation\n"
    assert translated(numbered(words + "x\n" * LONGEST)) is None
    whole = translated(numbered("x\n" * LONGEST + words))
    assert whole is not None
    assert whole.text.endswith("Segmentation fault\n")
    assert len(whole.starts) == len(whole.numbers)


def test_every_text_is_a_line_and_says_something_else_than_the_english():
    for row in table("messages/words/posix")["words"]:
        assert row["texts"]
        assert all("\n" not in text and text != row["english"] and len(text.strip()) > 2 for text in row["texts"])


@pytest.mark.parametrize(
    "text",
    [
        'Der Befehl "nvcc" ist entweder falsch geschrieben oder\nkonnte nicht gefunden werden.',
        "'nvcc' n'est pas reconnu en tant que commande interne\nou externe, un programme exécutable",
        "'nvcc' 不是内部或外部命令，也不是可运行的程序\n或批处理文件。",
        "'nvcc'은(는) 내부 또는 외부 명령, 실행할 수 있는 프로그램, 또는\n배치 파일이 아닙니다.",
        '"nvcc" не является внутренней или внешней\nкомандой, исполняемой программой или пакетным файлом.',
    ],
)
def test_a_program_that_windows_shell_does_not_find(text):
    assert verdict(text) == ("fails", "WL702")
    assert verdict(text.replace("nvcc", "cmake")) == ("fails", "WL701")


def test_a_program_that_bash_does_not_find_in_french():
    assert verdict("bash: gcc : commande introuvable") == ("fails", "WL701")
