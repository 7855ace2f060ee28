"""Why a build failed, of logs that real builds left: what is a suspicion elsewhere is the cause where it came first."""

from __future__ import annotations

from pathlib import Path

import pytest

from wontload.build.diagnosing import diagnosed

HEADER = "src/blob.c:30:10: fatal error: git2.h: No such file or directory"
MESON = '../cairo/meson.build:31:12: ERROR: Dependency "cairo" not found (tried pkg-config and cmake)'
CMAKE = """CMake Error at CMakeLists.txt:9 (find_package):
  By not providing "FindOdd.cmake" in CMAKE_MODULE_PATH this project has
  asked CMake to find a package configuration file provided by "Odd", but
  CMake did not find one."""
LATER = "error: metadata-generation-failed\nERROR: Failed building wheel for odd"


def of(tmp_path: Path, *lines: str):
    log = tmp_path / "build.log"
    log.write_text("\n".join(("# wontload build odd 1.0", "copying site-packages/patchelf/__init__.py", *lines, LATER)))
    return diagnosed(str(log))


@pytest.mark.parametrize(("said", "subject"), [(HEADER, "git2.h"), (MESON, "cairo"), (CMAKE, "Odd")])
def test_the_first_error_is_the_cause_where_it_is_a_known_message(tmp_path, said, subject):
    found = of(tmp_path, said)
    assert found.verdict == "fails"
    (cause,) = found.findings
    assert (cause.subject, cause.explains_error) == (subject, True)
    assert found.facts.package == "odd"


def test_a_known_message_behind_another_error_stays_a_suspicion(tmp_path):
    found = of(tmp_path, "src/odd.c:1:1: error: unknown type name 'odd'", HEADER)
    assert found.verdict == "undetermined"
    assert "src/odd.c:1:1" in found.would_settle[0]


def test_an_extension_that_may_be_left_out_decides_nothing(tmp_path):
    found = of(tmp_path, HEADER, 'WARNING: building extension "odd._fast" failed: command failed')
    assert found.verdict == "undetermined"
