"""WL517: a file of the wheel searches directories of the machine that it was built on."""

from __future__ import annotations

import pytest

from tests.support.contents import contents
from tests.support.images import elf, macho, pe
from wontload.diagnosis.rules.wl517_absolute_rpath import absolute_rpath

TAG = "cp311-cp311-manylinux_2_28_x86_64"


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (elf(rpath="/home/me/lib"), "/home/me/lib"),
        (elf(runpath="$ORIGIN/../demo.libs:/usr/local/lib"), "/usr/local/lib"),
        (elf(runpath="$ORIGIN:"), "the current directory"),
        (macho(rpaths=["@loader_path/../lib", "/opt/homebrew/lib"]), "/opt/homebrew/lib"),
    ],
)
def test_directories_that_do_not_move_with_the_file(file: bytes, words: str):
    (found,) = absolute_rpath(contents(TAG, {"demo/a.abi3.so": file}))
    assert (found.code, found.severity.value, words in found.evidence[0].text) == ("WL517", "warning", True)


@pytest.mark.parametrize(
    "file", [elf(), elf(runpath="$ORIGIN/.libs"), elf(rpath="${ORIGIN}"), macho(rpaths=["@loader_path"]), pe()]
)
def test_what_moves_with_the_file_is_no_fault(file: bytes):
    assert list(absolute_rpath(contents(TAG, {"demo/a.abi3.so": file}))) == []
