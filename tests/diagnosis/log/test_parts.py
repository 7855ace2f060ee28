"""Compiled parts that are not there: of packages, of numpy, of Python itself; and headers that builds miss."""

from __future__ import annotations

import pytest

from tests.support.logs import first, verdict


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        # A pointer of Git LFS where Python expects its own code.
        ("    oid sha256:" + "ab12" * 16 + "\n       ^\nSyntaxError: invalid decimal literal", ("fails", "WL104")),
        # The package's folder of sources, and the installed package.
        (
            "ImportError: cannot import name '_odd' from partially initialized module 'odd' (most likely due to a "
            "circular import) (/home/me/odd/odd/__init__.py)",
            ("undetermined", "WL503"),
        ),
        (
            "ImportError: cannot import name '_odd' from partially initialized module 'odd' (most likely due to a "
            "circular import) (/home/me/venv/lib/python3.11/site-packages/odd/__init__.py)",
            ("undetermined", "WL504"),
        ),
        ("OSError: Cannot load native module 'Odd.Cipher._raw_odd'", ("undetermined", "WL501")),
        ("RuntimeError: C extensions not available, please reinstall", ("undetermined", "WL501")),
        ("Original error was: cannot import name multiarray", ("undetermined", "WL501")),
        ("The necessary bits to build these optional modules were not found:\n_bz2   _lzma", ("undetermined", "WL701")),
        ("WARNING: The Python odd extension was not compiled. Missing the odd lib?", ("undetermined", "WL701")),
        # Headers of Python, however the compiler words it.
        ("odd.c:1:10: fatal error: Python.h: No such file or directory", ("fails", "WL701")),
        ("odd.c:1:10: fatal error: 'Python.h' file not found", ("fails", "WL701")),
        ("install fails with pyconfig.h: No such file or directory", ("fails", "WL701")),
        # XLA compiles for the GPU that is there.
        ("RuntimeError: CUDA error: no kernel image is available for execution on the device", ("fails", "WL404")),
        (
            "XlaRuntimeError: INTERNAL: no kernel image is available for execution on the device",
            ("undetermined", "WL403"),
        ),
        (
            "The NVIDIA driver's CUDA version is 11.4 which is older than the ptxas CUDA version (11.8.89).",
            ("fails", "WL403"),
        ),
    ],
)
def test_parts(text, answer):
    assert verdict(text) == answer


def test_the_source_folder_is_named():
    text = "cannot import name '_odd' from 'odd' (C:\\work\\odd\\odd\\__init__.py)"
    assert "C:/work/odd/odd/__init__.py" in first(text).title
