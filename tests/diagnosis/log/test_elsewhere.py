"""Listings that people paste below an error: the library itself, or another version of it, is there."""

from __future__ import annotations

import pytest

from tests.support.logs import first, verdict
from wontload.diagnosis.log.elsewhere import elsewhere

MISSING = "ImportError: libodd.so.3: cannot open shared object file: No such file or directory\n"


@pytest.mark.parametrize(
    ("listing", "itself", "others"),
    [
        ("/opt/odd/lib/libodd.so.3", "/opt/odd/lib/libodd.so.3", ()),
        ("libodd.so\tlibodd.so.3\tREADME.txt", "libodd.so.3", ()),
        ("lrwxrwxrwx 1 root root 14 Mar  1 2024 libodd.so.3 -> libodd.so.3.1", "libodd.so.3", ()),
        ("\tlibodd.so.3 (libc6,x86-64) => /usr/lib64/libodd.so.3", "/usr/lib64/libodd.so.3", ()),
        ("libodd.so.4\nlibodd.so.4.2.0", "", ("libodd.so.4", "libodd.so.4.2.0")),
        ("libodd.so.3", "", ()),  # alone: a piece of a message that was broken over lines
        ("\tlibodd.so.3 => not found", "", ()),
        ("tried: '/opt/odd/lib/libodd.so.3' (no such file)", "", ()),
        ("C:\\Program Files (x86)\\Odd\\libodd.so.3.dll", "", ()),
        ("ImportError: libodd.so.3", "", ()),
    ],
)
def test_what_counts_as_a_listing(listing, itself, others):
    found = elsewhere("libodd.so.3", MISSING + listing + "\n")
    assert (found.itself, found.others) == (itself, others)


def test_a_part_of_a_product_is_matched_by_the_product():
    assert elsewhere("libcudnn_ops_infer.so.8", "libcudnn.so.9\n").others == ("libcudnn.so.9",)


def test_one_that_is_there_is_not_searched():
    text = MISSING + "$ find / -name 'libodd*'\n/home/odd/lib/libodd.so.3\n"
    assert verdict(text) == ("undetermined", "WL202")
    assert "/home/odd/lib/libodd.so.3" in first(text).title


def test_another_version_that_is_there_is_another_major():
    assert verdict(MISSING + "$ ls /usr/lib64\nlibodd.so.2\n") == ("undetermined", "WL204")


def test_a_text_full_of_the_name_is_read_in_bounded_time():
    assert elsewhere("libodd.so.3", "libodd.so.3 " * 200_000).itself == ""
    assert elsewhere("libodd.so.3", ("a" * 390 + "libodd!\n") * 5_000).others == ()


@pytest.mark.parametrize(
    ("sentence", "itself"),
    [
        ("I linked /usr/local/odd/libodd.so.3 in /usr/lib and it works.", "/usr/local/odd/libodd.so.3"),
        ("libodd.so.3 is present in my environment", "as the text says"),
        ("It says not found. But libodd.so.3 exists in lib.", "as the text says"),
        ("there are 20 copies of libodd.so.3 on this computer", "as the text says"),
        ("libodd.so.3 存在", "as the text says"),
        ("But `libodd.so.3` has been successfully installed in `/usr/local/lib`.", "as the text says"),
        ("libodd.so.3 has not been installed in /usr/local/lib", ""),
        ("When I look into that folder of mine I can see the particular file.", "as the text says"),
        ("It is not found, but it is at `home/odd/lib/libodd.so.3`", "home/odd/lib/libodd.so.3"),
        ("I searched for a long time and I can find it in two of my folders", "as the text says"),
        ("I looked into the folder once more, and the file exists", "as the text says"),
        ("I looked into the folder once more, but I doubt that it is there", ""),
        ("I would like to know if the file exists anywhere on my computer", ""),
        ("I do not know where I can find it on my new computer", ""),
        ("libodd.so.3 is not there", ""),
        ("I do not think that libodd.so.3 is there", ""),
        ("Check whether libodd.so.3 exists", ""),
        ("不存在 libodd.so.3 存在吗", ""),
        ("Could not load /usr/local/odd/libodd.so.3", ""),
        ("Do I have to copy it to /usr/lib/libodd.so.3?", ""),
        ("libodd.so.3 is in the list of what is missing", "as the text says"),
    ],
)
def test_what_people_say_of_it(sentence, itself):
    assert elsewhere("libodd.so.3", MISSING + sentence + "\n").itself == itself


def test_what_people_say_stands_before_a_bare_number_of_an_error():
    text = "Could not load library odd_ops.dll. Error code 126\nI have 20 copies of odd_ops.dll here.\n"
    assert verdict(text) == ("undetermined", "WL202")


@pytest.mark.parametrize(
    ("sentence", "others"),
    [
        ("there is no libodd.so.3; there is a `/lib/libodd.so.4`.", ("libodd.so.4",)),
        ("I have libodd.so.4 in lib64", ("libodd.so.4",)),
        ("I do not have libodd.so.4", ()),
        ("Successfully loaded libodd.so.4", ()),
    ],
)
def test_another_version_that_somebody_has(sentence, others):
    assert elsewhere("libodd.so.3", MISSING + sentence + "\n").others == others


@pytest.mark.parametrize(
    ("remark", "code"),
    [
        ("It wants libodd.so.3 when only libodd.so is installed", "WL204"),
        ("I see only a libodd.so in that folder", "WL204"),
        ("only libeven.so is installed", "WL201"),
    ],
)
def test_a_file_without_a_version_that_alone_is_there(remark, code):
    assert verdict(f"{MISSING}{remark}\n") == ("undetermined", code)


def test_a_path_of_windows_with_blanks_is_a_listing():
    text = "OSError: cannot load library 'odd-2.0': error 0x7e\nC:\\Program Files (x86)\\Odd\\bin\\libodd-2.0-0.dll\n"
    assert verdict(text) == ("undetermined", "WL202")
    assert "Program Files (x86)" in first(text).title


@pytest.mark.parametrize(
    ("remark", "code"),
    [
        ("This is easily solved by setting LD_LIBRARY_PATH", "WL202"),
        ("The LD_LIBRARY_PATH variable needs to be set", "WL202"),
        ("That is not solved by setting LD_LIBRARY_PATH", "WL201"),
    ],
)
def test_what_helped_says_that_it_is_there(remark, code):
    assert verdict(MISSING + remark + "\n") == ("undetermined", code)
