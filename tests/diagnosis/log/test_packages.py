"""What packages say by themselves: never enough to decide, and enough to name the likelier cause first."""

from __future__ import annotations

import pytest

from tests.support.logs import first, verdict


@pytest.mark.parametrize(
    ("text", "code", "subject"),
    [
        ("AttributeError: module 'cv2' has no attribute 'odd_part'", "WL502", "odd_part"),
        (
            "AttributeError: partially initialized module 'cv2' has no attribute 'odd_pipeline' "
            "(most likely due to a circular import)",
            "WL502",
            "odd_pipeline",
        ),
        ("OSError: dlopen() failed to load a library: odd / odd-2 / odd-gobject-2", "WL201", "odd"),
        (
            "OSError: cannot load library 'odd-2.0-0': error 0x7e.  Additionally, ctypes.util.find_library() did not "
            "manage to locate a library called 'odd-2.0-0'",
            "WL201",
            "odd-2.0-0",
        ),
    ],
)
def test_the_likelier_cause_comes_first(text, code, subject):
    assert verdict(text) == ("undetermined", code)
    assert first(text).subject == subject


def test_a_heap_that_was_damaged():
    assert verdict("Process finished with exit code -1073740940 (0xC0000374)") == ("undetermined", "WL605")


def test_a_build_that_only_warns_of_a_minor_difference_names_no_cause():
    text = (
        "UserWarning: The detected CUDA version (12.9) has a minor version mismatch with the version that was used to "
        "compile PyTorch (12.8). Most likely this shouldn't be a problem."
    )
    assert verdict(text) == ("undetermined", "WL903")
