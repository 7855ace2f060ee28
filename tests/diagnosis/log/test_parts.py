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
        # Packages whose name to import another project has on PyPI.
        ("AttributeError: module 'serial' has no attribute 'Serial'", ("undetermined", "WL502")),
        ("    from frontend import *\nModuleNotFoundError: No module named 'frontend'", ("undetermined", "WL502")),
        ("AttributeError: module 'cv2.dnn' has no attribute 'Odd'", ("undetermined", "WL502")),
        ("AttributeError: module 'odd' has no attribute 'Odd'", ("undetermined", "WL503")),
        # What a compiled part should bring, and the part itself.
        ("cannot import name 'Odd' from 'odd.capi._pybind_state' (C:\\odd.py)", ("undetermined", "WL201")),
        ("ImportError: cannot import name '_imaging' from 'PIL' (/opt/PIL/__init__.py)", ("undetermined", "WL504")),
        ("ImportError: cannot import name 'cygrpc' from 'grpc._cython'", ("undetermined", "WL501")),
        # A message whose end is cut off.
        ("ImportError: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.32'", ("fails", "WL302")),
        ("build for GLIBC_2.32 and newer", ("undetermined", "WL903")),
        ("unable to execute nvcc: No such file or directory", ("fails", "WL702")),
        (
            "The current installed version of g++ (4.8.5) is less than the minimum required version by CUDA 11.7",
            ("fails", "WL703"),
        ),
        ("error: command '/usr/bin/gcc' failed with exit code -9", ("fails", "WL707")),
        ("ImportError: CPU ISA level is lower than required", ("fails", "WL401")),
        (
            "ValueError: only supported on GPUs with compute capability of at least 8.0",
            ("undetermined", "WL404"),
        ),
        ("CUDADriverError: CUDA_ERROR_INVALID_PTX", ("undetermined", "WL403")),
        ("Could not run 'torchvision::nms' with arguments from the 'CUDA' backend.", ("undetermined", "WL405")),
        ("terminate called after throwing an instance of 'odd::error'", ("undetermined", "WL605")),
        ("UnsatisfiedLinkError: Can't load AMD 64-bit .dll on a IA 32-bit platform", ("fails", "WL103")),
        ("Failed to open /dev/kfd: Permission denied", ("undetermined", "WL406")),
        # numpy.ctypeslib and Meson look for what a build should have brought.
        ("OSError: no file with expected extension", ("undetermined", "WL504")),
        ("meson.build:12:10: ERROR: python3 is missing modules: odd", ("undetermined", "WL701")),
        ("../meson.build:3:0: ERROR: python3 not found", ("undetermined", "WL701")),
        ("RuntimeError: The MPS backend is supported on MacOS 99.0+. Current OS version", ("undetermined", "WL307")),
        ("Exception: can't find odd7 library. If installed, try running ldconfig", ("undetermined", "WL201")),
        ("RuntimeError: Building odd requires LLVM 7.0.x. Be sure to set LLVM_CONFIG", ("undetermined", "WL505")),
        ("Error: odd in API mode cannot be built without R in the PATH", ("undetermined", "WL201")),
    ],
)
def test_parts(text, answer):
    assert verdict(text) == answer


def test_the_source_folder_is_named():
    text = "cannot import name '_odd' from 'odd' (C:\\work\\odd\\odd\\__init__.py)"
    assert "C:/work/odd/odd/__init__.py" in first(text).title
