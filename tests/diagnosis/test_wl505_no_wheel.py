"""WL505: no wheel fits, and pip gives up or takes the source."""

from __future__ import annotations

import zipfile

from tests.support.logs import codes, first, pip, read, verdict


def test_what_pip_says_when_no_wheel_fits(tmp_path):
    with zipfile.ZipFile(tmp_path / "lonely-1.0-cp27-cp27m-win32.whl", "w"):
        pass
    said = pip("download", "--no-index", "--find-links", str(tmp_path), "lonely")
    answer = read(said)
    assert (answer.verdict, answer.findings[0].code) == ("fails", "WL505"), said
    assert answer.findings[0].subject == "lonely"
    assert answer.facts.package == "lonely"


def test_the_source_was_taken_and_could_not_be_built():
    text = (
        "Collecting oddlib\n  Downloading oddlib-2.1.tar.gz (1.2 MB)\nBuilding wheels for collected packages: oddlib\n"
        "  error: subprocess-exited-with-error\n  ERROR: Failed building wheel for oddlib\nFailed to build oddlib\n"
    )
    answer = read(text)
    assert (answer.verdict, answer.findings[0].code) == ("undetermined", "WL505")
    assert "oddlib" in answer.findings[0].title
    assert "WL701" in codes(text)
    assert "pip install -v --no-cache-dir oddlib" in answer.would_settle[0]


def test_other_installers():
    assert verdict("error: Distribution `a==1 @ registry+x` can't be installed because it doesn't have a source "
                   "distribution or wheel for the current platform") == ("fails", "WL505")  # fmt: skip
    assert verdict("hint: You require CPython 3.14 (`cp314`), but we only found wheels for `a` (v1)")[1] == "WL505"
    assert verdict("Unable to find installation candidates for oddlib (2.1)") == ("fails", "WL505")
    assert verdict("ERROR: Package 'a' requires a different Python: 3.13.1 not in '<3.12'") == ("fails", "WL505")


def test_a_setup_script_that_looked_for_a_library():
    found = first(
        "Getting requirements to build wheel\nerror: Could not find module 'odd.dll' (or one of its dependencies)."
    )
    assert (found.code, found.explains_error) == ("WL505", False)


def test_is_silent_when_the_build_says_what_it_lacks():
    lines = (
        "  Downloading oddlib-2.1.tar.gz",
        "  error: command 'gcc' failed: No such file or directory",
        "Failed to build oddlib",
    )
    assert verdict("\n".join(lines)) == ("fails", "WL701")


def test_is_silent_when_a_wheel_was_taken():
    assert "WL505" not in codes(
        "Collecting a\n  Downloading a-1.0-cp311-cp311-win_amd64.whl (1 MB)\nSuccessfully installed a"
    )


def test_is_silent_of_a_library_that_a_program_did_not_find():
    assert verdict("FileNotFoundError: Could not find module 'odd.dll' (or one of its dependencies).")[1] == "WL202"
