"""What packages raise when a library that they look for by themselves is not found."""

from __future__ import annotations

import pytest

from wontload.knowledge.sought import sought_component


@pytest.mark.parametrize(
    ("message", "component"),
    [
        ("PortAudio library not found", "portaudio 2"),
        ("sndfile library not found", "libsndfile 1"),
        ('no library called "cairo-2" was found\nno library called "cairo" was found', "cairo 2"),
        ("Unable to find zbar shared library", "zbar 0"),
        ('Could not find the GDAL library (tried "gdal", "GDAL"). Is GDAL installed?', "gdal 32"),
        ("Unable to find dmtx shared library", "dmtx 0"),
        ("failed to find libmagic.  Check your installation", "libmagic 1"),
    ],
)
def test_the_component_that_a_message_means(message: str, component: str):
    found = sought_component(message)
    assert found is not None
    assert found.name == component


@pytest.mark.parametrize("message", ["", "Some library not found", "library not found", "no GPU", "x" * 100_000])
def test_a_message_that_names_none(message: str):
    assert sought_component(message) is None
