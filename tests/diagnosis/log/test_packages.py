"""What packages say by themselves: never enough to decide, and enough to name the likelier cause first."""

from __future__ import annotations

import pytest

from tests.support.logs import first, read, verdict

NO_FILE = ": cannot open shared object file: No such file or directory"


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


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (
            "oddformers can't load its extensions. oddformers was built for:\n    PyTorch 2.9.0+cu126 with CUDA 1206 "
            "(you have 2.7.0+cpu)",
            ("fails", "WL304"),
        ),
        (
            "ImportError: libodd link-time ssl backend (openssl) is different from compile-time ssl backend (none)",
            ("fails", "WL206"),
        ),
        ("Warning! ***HDF5 library version mismatched error***", ("undetermined", "WL304")),
        (
            "The ODD5 header files used to compile this application do not match\nthe version used",
            ("undetermined", "WL304"),
        ),
        (
            "UserWarning: oddpy is running against ODD5 1.14.1 when it was built against 1.14.0",
            ("undetermined", "WL304"),
        ),
        # One library, its headers' version and its own: which copy came is not said.
        ("OpenSSL version mismatch. Built against 30000020, you have 30200010", ("undetermined", "WL206")),
        ("libpng warning: Application built with libpng-1.6.6 but running with 1.5.17", ("undetermined", "WL206")),
        ("Odd was built against libxml version 2.11.5, but has dynamically loaded 2.11.4", ("undetermined", "WL206")),
        (
            "This program was compiled against version 3.9.2 of the Protocol Buffer runtime library, which is not "
            "compatible with the installed version (3.17.1).",
            ("undetermined", "WL206"),
        ),
        ("SQLite header and source version mismatch", ("undetermined", "WL206")),
        ("Odd was built against libxml version 2.11.5 and runs well", ("undetermined", "WL903")),
        ("pycurl: libodd link-time version (7.49.1) is older than compile-time version (7.51.0)", ("fails", "WL206")),
        (
            "File lib/odd/_odd.pyx:77, in init odd._odd()\nImportError: cannot import name even",
            ("undetermined", "WL304"),
        ),
        ("    odd_dir = os.environ['PROJ_LIB']\nKeyError: 'PROJ_LIB'", ("undetermined", "WL202")),
        ("KeyError: 'ODD_LIB'", ("undetermined", "WL903")),
        # A constant that the Python code of a package takes from its compiled part.
        (
            "    ODD_ONE = _oddconst.ODD_ONE\nAttributeError: 'module' object has no attribute 'ODD_ONE'",
            ("undetermined", "WL304"),
        ),
        ("    one = odd.one\nAttributeError: module 'odd' has no attribute 'one'", ("undetermined", "WL503")),
        ("    one = _odd.two\nAttributeError: module '_odd' has no attribute 'two'", ("undetermined", "WL503")),
        ("found ['libODD2-2.0.so.0'], but it's not usable for the library ODD2", ("undetermined", "WL103")),
        ("I found it, but it's not usable for the library of my school", ("undetermined", "WL903")),
        ("Cannot load oddnn shared library. Cannot invoke method oddnnGetVersion.", ("undetermined", "WL202")),
        (
            "- couldn't import: cannot import name 'pq' from 'odd_binary' (/opt/odd_binary/__init__.py)",
            ("undetermined", "WL501"),
        ),
        ("From 6.5.0, xcb-cursor0 or libxcb-cursor0 is needed to load the Qt xcb platform plugin.", ("fails", "WL201")),
        (
            "qt.qpa.xcb: could not connect to display odd:0\nqt.qpa.plugin: Could not load the Qt platform plugin "
            '"xcb" in "" even though it was found.',
            ("undetermined", "WL903"),
        ),
        (
            'qt.qpa.plugin: Could not load the Qt platform plugin "xcb" in "/cv2/qt/plugins" even though it was found.',
            ("undetermined", "WL206"),
        ),
        ('qt.qpa.plugin: Could not find the Qt platform plugin "windows" in ""', ("undetermined", "WL202")),
        ("Unable to load any of {libcudnn_odd.so.9.1.0, libcudnn_odd.so.9}", ("undetermined", "WL202")),
        (
            "[W:onnxruntime] Failed to create CUDAExecutionProvider. Require cuDNN 9.* and CUDA 12.*.",
            ("undetermined", "WL204"),
        ),
        ("CUDA_PATH is set but CUDA wasnt able to be loaded.", ("undetermined", "WL204")),
        (
            'LoadLibrary failed with error 126 "" when trying to load "C:\\odd\\capi\\onnxruntime_providers_cuda.dll"',
            ("undetermined", "WL204"),
        ),
        ("ImportError: cannot import name 'odd' from 'odd.core'\nC:\\odd\\python313_d.dll", ("undetermined", "WL501")),
        ("ImportError: libssl.so.1.1" + NO_FILE, ("undetermined", "WL204")),
        ("ImportError: libtinfo.so.5" + NO_FILE, ("undetermined", "WL204")),
        ("ImportError: libgtk-x11-2.0.so.0" + NO_FILE, ("fails", "WL201")),
        # A package's own words for what is not installed, or not in this build of it.
        ("odd-tool is not installed. Please install it with `pip install odd-tool`", ("undetermined", "WL506")),
        ("ImportError: The _oddft C module is not installed", ("undetermined", "WL504")),
        ("ImportError: cannot import name 'etree' from 'odd' (/opt/odd/__init__.py)", ("undetermined", "WL504")),
        ("ValueError: libcuodd.so.*[0-9] not found in the system path ['/odd']", ("undetermined", "WL201")),
        ("\tlibodd.so.7 -> not found", ("undetermined", "WL201")),
        ("XGBoost Library (libodd.so) could not be loaded.", ("undetermined", "WL201")),
        ("RuntimeError: fails to pass a sanity check due to a bug in the windows runtime.", ("fails", "WL307")),
        ("CUDA SETUP: Loading binary C:\\odd\\libodd_cuda.so...", ("fails", "WL501")),
        ("qemu-odd: Could not open '/lib64/ld-linux-odd.so.2': No such file", ("undetermined", "WL103")),
        (
            "ImportError: cannot import name 'odd' from 'odd.bindings._odd' (unknown location)",
            ("undetermined", "WL504"),
        ),
        ("ImportError: cannot import name 'odd' from 'odd.bindings' (unknown location)", ("undetermined", "WL503")),
        ("42 ERROR: Can not find libodd.so.7 in path ldd (needed by /usr/lib/odd.so)", ("undetermined", "WL201")),
        ("42 WARNING: lib not found: odd-7.dll dependency of C:\\odd\\odd.pyd", ("undetermined", "WL201")),
        (
            "42 WARNING: Library not found: could not resolve 'libodd.so.7', dependency of '/odd/odd.so'.",
            ("undetermined", "WL201"),
        ),
        ("ValueError: Namespace OddKit not available for version 2.0", ("undetermined", "WL201")),
        ("libGL error: failed to load driver: odd", ("undetermined", "WL303")),
        ("FileNotFoundError: [Errno 2] No such file or directory: '_skbuild/odd'", ("undetermined", "WL505")),
        (
            "Error Code 6: Internal Error (Unable to load library: libnvinfer_odd_resource.so.8.4.2)",
            ("undetermined", "WL202"),
        ),
        (
            "ImportError: libodd link-time ssl backends (odd) do not include compile-time ssl backend (other)",
            ("fails", "WL206"),
        ),
        (
            "Library not loaded: @rpath/libodd.2.dylib`\n  `Reason: Incompatible library version: libother.20.dylib "
            "requires version 9.0.0 or later, but libodd.2.dylib provides version 8.0.0",
            ("fails", "WL206"),
        ),
        # What a shell's transcript says of the GPU.
        (">>> torch.cuda.is_available()\nFalse", ("undetermined", "WL405")),
        ("bash: nvidia-smi: command not found", ("undetermined", "WL406")),
        ("$ docker run -it odd/cuda-odd:12.1 python odd.py", ("undetermined", "WL406")),
        ("zsh: abort      python odd.py", ("undetermined", "WL605")),
        (
            "This version of odd was built using AVX instructions, "
            "which your CPU and/or operating system do not support.",
            ("fails", "WL401"),
        ),
    ],
)
def test_what_packages_say_of_versions_and_parts(text, answer):
    assert verdict(text) == answer


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (
            "Library not loaded: '/opt/homebrew/opt/odd/lib/libodd.2.dylib'\n  Reason: tried: '/x' (no such file)",
            "WL201",
        ),
        (
            "Library not loaded: @rpath/libodd.7.dylib\n  Referenced from: /opt/odd/bin/odd\n  Reason: image not found",
            "WL204",
        ),
        (
            "Library not loaded: @rpath/libz.1.dylib\n  Referenced from: /opt/odd/bin/odd\n  Reason: image not found",
            "WL201",
        ),
        (
            "Library not loaded: odd.dylib\n  unsafe use of relative rpath odd.dylib in /x with restricted binary",
            "WL202",
        ),
    ],
)
def test_what_dyld_says_of_a_path(reason, code):
    assert first("ImportError: dlopen(/odd/_odd.so, 2): " + reason).code == code


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Found cuODD version 8600, but ODD was built against version 8906, which is newer.", ("fails", "WL206")),
        ("Outdated cuDNN installation found.\nInstalled version: 8907", ("fails", "WL206")),
        ("CUDA backend failed to initialize: Unable to load cuDNN. Is it installed?", ("undetermined", "WL202")),
        ("INVALID_ARGUMENT: Mismatched PJRT plugin PJRT API version (0.54)", ("fails", "WL304")),
        ("SystemError: initialization of _odd failed without raising an exception", ("undetermined", "WL304")),
        ("ImportError: numpy.core.multiarray failed to import", ("undetermined", "WL304")),
        (
            'ImportError: ERROR: recursion is detected during loading of "cv2" binary extensions.',
            ("undetermined", "WL502"),
        ),
        ("usb.core.NoBackendError: No backend available", ("undetermined", "WL201")),
        (
            "jpype._jvmfinder.JVMNotFoundException: No JVM shared library file (libjvm.so) found.",
            ("undetermined", "WL201"),
        ),
        ("zipfile.BadZipFile: File is not a zip file", ("undetermined", "WL102")),
        ("ImportError: cannot import name '_odd' from 'odd' (/var/task/odd/__init__.py)", ("undetermined", "WL504")),
        ("OSError: Cannot find libodd in the usual places.", ("undetermined", "WL201")),
        ("ImportError: Failed to load ODD3 shared library.", ("undetermined", "WL201")),
        ('ImportError: Library "GLODD" not found.', ("undetermined", "WL201")),
        ("System.DllNotFoundException: Unable to load DLL 'odd' or one of its dependencies", ("undetermined", "WL201")),
        ("[unixODBC][Driver Manager]Can't open lib 'Odd Driver 17' : file not found (0)", ("undetermined", "WL201")),
        ("RuntimeError: The following required CPU features were not detected:\n    avx2, fma", ("fails", "WL401")),
        ("HIP error: no ROCm-capable device is detected", ("undetermined", "WL406")),
        ("Could not find cuda drivers on your machine, GPU will not be used.", ("undetermined", "WL402")),
        ("nvrtc: error: failed to open nvrtc-builtins64_117.dll.", ("undetermined", "WL204")),
        ("“odd.so” cannot be opened because the developer cannot be verified.", ("fails", "WL105")),
        ("ImportError: cannot import name '_odd' from 'cv2.cv2'", ("undetermined", "WL502")),
        ("ImportError: bad magic number in 'odd': b'\\x03\\xf3\\r\\n'", ("undetermined", "WL503")),
        ("dso_loader.cc:1] Couldn't open CUDA library libcudnn.so. LD_LIBRARY_PATH: ", ("undetermined", "WL201")),
        (
            "cuInit: CUDA_ERROR_NO_DEVICE\nkernel version 470.1.0 does not match DSO version 520.2.0",
            ("undetermined", "WL206"),
        ),
    ],
)
def test_what_packages_say_by_themselves(text, answer):
    assert verdict(text) == answer


def test_a_library_that_is_called_by_a_title_is_found_in_a_listing():
    text = "ImportError: Unable to find odd shared library\n$ ls /opt/odd/lib\nlibodd.0.dylib libodd.dylib\n"
    assert verdict(text) == ("undetermined", "WL202")


@pytest.mark.parametrize(
    "text",
    [
        "A module that was compiled using NumPy 1.x cannot be run in\nNumPy 2.1.0 as it may crash.",
        "ValueError: numpy.dtype size changed, may indicate binary incompatibility. Expected 96 from C header, "
        "got 88 from PyObject",
        "AttributeError: _ARRAY_API not found",
    ],
)
def test_a_package_for_numpy_1_is_told_what_to_do(text):
    assert verdict(text) == ("fails", "WL304")
    assert 'pip install "numpy<2"' in first(text).explanation


def test_a_package_for_a_newer_numpy_is_told_what_to_do():
    text = "RuntimeError: module compiled against API version 0x10 but this version of numpy is 0xf"
    assert verdict(text) == ("fails", "WL304")
    assert "--upgrade numpy" in first(text).explanation
    assert read(text).next_step == ""  # which package asks is not known: numpy itself is whole


@pytest.mark.parametrize("said", ["'C:\\\\odd\\\\odd.dll'. Most likely", "odd.dll\nMost probably"])
def test_what_was_left_out_of_a_frozen_program(said):
    text = f"Failed to load dynlib/dll {said} this dynlib/dll was not found when the application was frozen."
    assert verdict(text) == ("undetermined", "WL504")


def test_find_library_asks_no_directory_that_was_added():
    text = "FileNotFoundError: odd library not found\nos.add_dll_directory(r'C:\\odd')\n"
    assert verdict(text) == ("undetermined", "WL203")


@pytest.mark.parametrize(
    ("file", "answer"),
    [
        ("/usr/lib/python3/dist-packages/odd/init.py", "WL201"),  # a package asks by a name that somebody distributes
        ("/home/odd/project/init.py", "WL202"),  # a program asks for what it built
    ],
)
def test_who_asked_ctypes_for_a_library(file, answer):
    text = (
        f'  File "{file}", line 20, in <module>\n    lib = CDLL(name)\n'
        '  File "/usr/lib/python3/ctypes/__init__.py", line 365, in __init__\n'
        "    self._handle = _dlopen(self._name, mode)\n"
        "OSError: libodd.so: cannot open shared object file: No such file or directory\n"
    )
    assert verdict(text) == ("undetermined", answer)


LEAVE_ITS_SOURCE = (
    "\n\nThe above exception was the direct cause of the following exception:\n\nImportError: Error importing numpy: "
    "you should not try to import numpy from\n        its source directory; please exit the numpy source tree\n"
)


@pytest.mark.parametrize(
    ("before", "code"),
    [
        (f"ImportError: libodd-0cf96a72.so{NO_FILE}", "WL504"),
        ("ModuleNotFoundError: No module named 'numpy.core._multiarray_umath'", "WL501"),
        (
            'File "/src/numpy/__init__.py", line 125, in <module>\n    from numpy.__config__ import show\n'
            "ModuleNotFoundError: No module named 'numpy.__config__'",
            "WL503",
        ),
    ],
)
def test_numpy_speaks_of_its_source_whatever_its_import_ended_in(before, code):
    assert verdict(before + LEAVE_ITS_SOURCE) == ("undetermined", code)


def test_cffi_of_two_versions():
    text = (
        "Exception: Version mismatch: this is the 'cffi' package version 2.1.1, located in '/venv/cffi/api.py'.  When "
        "we import the top-level '_cffi_backend' extension module, we get version 1.15.1, located in '/x/_cffi.so'.  "
        "The two versions should be equal; check your installation."
    )
    assert verdict(text) == ("undetermined", "WL206")
    assert "2.1.1" in first(text).title
    assert "1.15.1" in first(text).title
