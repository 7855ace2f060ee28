"""What somebody who pasted a text is told to do, and who provides what it says is missing."""

from __future__ import annotations

import pytest

from tests.support.logs import first, read

NO_HEADER = "odd.c:1:10: fatal error: sql.h: No such file or directory\n"


def offers(text: str) -> list[str]:
    evidence = (one for one in first(text).evidence if one.kind == "provider")
    return [one.data["providers"][0]["command"] for one in evidence]


def test_development_files_on_the_system_of_the_text_else_on_both():
    assert offers(NO_HEADER) == ["sudo apt install unixodbc-dev", "brew install unixodbc"]
    assert offers(NO_HEADER + "error: command '/usr/bin/x86_64-linux-gnu-gcc' failed with exit code 1") == [
        "sudo apt install unixodbc-dev"
    ]


def test_what_python_itself_was_built_without():
    assert offers("ModuleNotFoundError: No module named '_sqlite3'")[0] == "sudo apt install libsqlite3-dev"


def test_nobody_provides_a_library_that_is_there():
    text = "OSError: /usr/lib/x86_64-linux-gnu/libgomp.so.1: cannot allocate memory in static TLS block"
    assert first(text).code == "WL602"
    assert offers(text) == []


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("ImportError: libcuda.so.1: cannot open shared object file: No such file or directory", "wontload doctor"),
        (
            'File "/odd/site-packages/torch/__init__.py", line 1\nNVIDIA Odd with CUDA capability sm_120 is not '
            "compatible with the current PyTorch installation.",
            "wontload pick torch",
        ),
        (
            'File "/odd/site-packages/odd/__init__.py", line 1\nImportError: /odd/libodd.so.1: undefined symbol: odd_a',
            "wontload fix odd",
        ),
    ],
)
def test_a_text_that_decides_has_a_next_step(text, command):
    answer = read(text)
    assert answer.verdict == "fails"
    assert command in answer.next_step
    assert answer.would_settle == ()


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("Could not locate odd_ops64_9.dll. Please make sure it is in your library path!", "which odd_ops64_9.dll"),
        ("RuntimeError: CUDA driver version is insufficient for CUDA runtime version", "wontload doctor"),
    ],
)
def test_an_open_question_has_the_command_that_answers_it(text, command):
    answer = read(text)
    assert command in answer.would_settle[0]
    assert answer.next_step == ""


def test_the_command_says_what_it_does_there():
    (asked, _) = read("ModuleNotFoundError: No module named 'odd'").would_settle
    assert asked.endswith("it says in which environments the package is, and which one the import asks.")
    (unnamed, _) = read("OSError: PortAudio library not found").would_settle
    assert unnamed.startswith("Run wontload PACKAGE (the name that the program imports) on that machine")


def test_a_message_that_names_nothing_is_not_listed_by_its_own_name():
    text = "Package cairo was not found in the pkg-config search path.\nerror: subprocess-exited-with-error"
    assert (first(text).subject, first(text).also) == ("cairo", ())


def test_words_of_windows_that_are_known_are_not_called_unknown():
    text = "ImportError: DLL load failed while importing _odd: The specified procedure could not be found."
    assert not any("not known here" in finding.title for finding in read(text).findings)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("UnsatisfiedLinkError: C:\\odd\\odd.dll: Can't find dependent libraries", "wontload tree C:\\odd\\odd.dll on"),
        ("UnsatisfiedLinkError: C:\\my odd\\odd.dll: Can't find dependent libraries", 'tree "C:\\my odd\\odd.dll" on'),
        ("UnsatisfiedLinkError: no odd in java.library.path: [/usr/lib]", "wontload tree FILE on"),
        ("System.DllNotFoundException: Unable to load DLL 'odd.dll'", "wontload tree FILE on"),
        ("Error: Module did not self-register: '/odd/odd.node'.", "wontload tree /odd/odd.node on"),
    ],
)
def test_what_java_net_and_node_ask_for_is_no_package_of_python(text, command):
    (asked,) = read(text).would_settle
    assert command in asked
    assert read("Traceback (most recent call last):\n" + text).would_settle[0] != asked


def test_a_module_of_another_node_is_not_mended_by_a_fix_of_python():
    text = (
        "Error: The module '/odd/odd.node' was compiled against a different Node.js version using\n"
        "NODE_MODULE_VERSION 93. This version of Node.js requires NODE_MODULE_VERSION 115."
    )
    assert read(text).next_step == ""
