"""What particular products say of their own parts, versions, data and devices."""

from __future__ import annotations

import pytest

from tests.support.logs import first, read, verdict


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("TesseractNotFoundError: tesseract is not installed or it's not in your PATH.", ("undetermined", "WL903")),
        ("[IM002] Data source name not found and no default driver specified (0)", ("undetermined", "WL201")),
        ("RuntimeError: Unable to initialize backend 'cuda': No visible GPU devices.", ("undetermined", "WL405")),
        ("RuntimeError: cuDNN error: CUDNN_STATUS_NOT_INITIALIZED", ("undetermined", "WL206")),
        (
            "Loaded runtime CuDNN library: 7301 (compatibility version 7300) but source was compiled with 7003 (",
            ("fails", "WL206"),
        ),
        ("Loaded runtime CuDNN library: 8.7.0 but source was compiled with: 8.9.4.", ("fails", "WL206")),
        ("RuntimeError: operator torchvision::odd does not exist", ("fails", "WL304")),
        ("RuntimeError: Couldn't find appropriate backend to handle uri odd.wav", ("undetermined", "WL201")),
        ("MKL_THREADING_LAYER=INTEL is incompatible with libgomp.so.1 library.", ("fails", "WL604")),
        ("RuntimeError: Numpy is not available", ("undetermined", "WL304")),
        ('avc: denied { execute } for path="/data/odd/libodd.so" tclass=file permissive=0', ("fails", "WL105")),
        ('avc: denied { getattr } for path="/usr/bin/odd" tclass=file permissive=0', ("undetermined", "WL903")),
        ("ImportError: cannot load module more than once per process", ("undetermined", "WL502")),
        ("ModuleNotFoundError: No module named 'encodings'", ("undetermined", "WL503")),
        ("Cannot mix incompatible Qt library (5.1.2) with this library (5.1.6)", ("fails", "WL206")),
        ("_tkinter.TclError: Can't find a usable init.tcl in the following directories", ("undetermined", "WL504")),
        ("_tkinter.TclError: no display name and no $DISPLAY environment variable", ("undetermined", "WL903")),
        ("ImportError: No system module 'pywintypes' (pywintypes399.dll)", ("undetermined", "WL202")),
        ("RuntimeError: Can not determine dotnet root", ("undetermined", "WL201")),
        ("Unable to load any of the following libraries:libodd-hidraw.so libodd.so", ("undetermined", "WL201")),
        ("RuntimeError: Your system has an unsupported version of sqlite3.", ("undetermined", "WL206")),
        ("ImproperlyConfigured: Error loading MySQLdb module. Did you install it?", ("undetermined", "WL506")),
        ("OperationalError: SCRAM authentication requires libpq version 10 or above", ("undetermined", "WL206")),
        ("AttributeError: module 'lib' has no attribute 'ODD_all_algorithms'", ("fails", "WL304")),
        ("RuntimeError: OpenSSL 3.0's legacy provider failed to load.", ("undetermined", "WL202")),
        ("error: externally-managed-environment", ("undetermined", "WL506")),
        ("HINT: this system does not have Windows Long Path support enabled.", ("fails", "WL707")),
        ("c++: internal compiler error: Killed (program cc1plus)", ("fails", "WL707")),
        ("clang: error: unsupported option '-fopenmp'", ("undetermined", "WL706")),
        ("Could NOT find OpenSSL, try to set the path to it", ("undetermined", "WL505")),
        ("meson.build:4:0: ERROR: Python dependency not found", ("fails", "WL701")),
        ("configure: error: Package requirements (odd-1 >= 1.8) were not met:", ("undetermined", "WL505")),
        ("configure: error: Could not link test program to Python.", ("fails", "WL701")),
        ("The 'linux/input.h' and 'linux/input-event-codes.h' include files are missing.", ("undetermined", "WL505")),
        ("CUDA SETUP: WARNING! libcuda.so not found! Is there a driver?", ("undetermined", "WL402")),
        (
            "error: symbol 'Odd_Init' not found in library '<None>': dlsym(RTLD_DEFAULT, Odd_Init)",
            ("undetermined", "WL301"),
        ),
        ("proj_create_from_database: Cannot find proj.db", ("undetermined", "WL206")),
        ("DPI-1072: the Oracle Client library version is unsupported", ("undetermined", "WL204")),
        ("clGetPlatformIDs failed: PLATFORM_NOT_FOUND_KHR", ("undetermined", "WL402")),
        ("ggml_vulkan: No devices found.", ("undetermined", "WL402")),
        (
            "RuntimeError: Failed to find C compiler. Please specify via CC environment variable.",
            ("undetermined", "WL701"),
        ),
        ("ValueError: Failed to load delegate from libodd.so.1", ("undetermined", "WL201")),
        ("CuPy failed to load libnvrtc.so.12: OSError", ("undetermined", "WL202")),
        (
            "rocBLAS error: Cannot read /odd/library/TensileLibrary.dat: Illegal seek for GPU arch : gfx1999",
            ("fails", "WL404"),
        ),
        # Devices and parts that a build leaves out.
        ("OddError: GPU Tree Learner was not enabled in this build.", ("fails", "WL405")),
        ("RuntimeError: MPS backend is supported only on macOS 99.9+", ("undetermined", "WL307")),
        ("vkCreateInstance failed with VK_ERROR_INCOMPATIBLE_DRIVER", ("undetermined", "WL402")),
        ('Device with "NPU" name is not registered in the OpenVINO Runtime', ("undetermined", "WL402")),
        ("Native API returns: -1 (PI_ERROR_DEVICE_NOT_FOUND)", ("undetermined", "WL402")),
        ("CUDA error 34: CUDA driver is a stub library", ("undetermined", "WL206")),
        ("[W] TensorRT was linked against cuDNN 9.9.9 but loaded cuDNN 9.9.1", ("undetermined", "WL206")),
        ("[E] The engine plan file is not compatible with this version of TensorRT", ("undetermined", "WL304")),
        ("NVMLError_DriverNotLoaded: Driver Not Loaded", ("fails", "WL402")),
        ("odd_metal_init: could not use bundled default.metallib", ("undetermined", "WL504")),
        # Words that many packages share.
        ("OddError: the odd library could not be found", ("undetermined", "WL201")),
        ('OSError: could not find library "odd"', ("undetermined", "WL201")),
        ("ImportError: Unable to load the odd library. Is it installed?", ("undetermined", "WL201")),
        ("RuntimeError: failed to load plugin libodd_gpu.so", ("undetermined", "WL207")),
        ("OddError: Unsupported architecture: oddchip", ("undetermined", "WL501")),
        ("RuntimeError: Could not load libtorchcodec. Likely causes:", ("undetermined", "WL201")),
        ("Exception: cannot create context", ("undetermined", "WL402")),
        ("ValueError: r_home is None.", ("undetermined", "WL201")),
        ("ImportError: Missing optional dependency 'odd'.", ("undetermined", "WL506")),
        ("TypeError: Descriptors cannot be created directly.", ("fails", "WL304")),
        ("AttributeError: function 'odd_init' not found", ("undetermined", "WL301")),
        ("OddError: the processor does not support AVX9", ("undetermined", "WL401")),
    ],
)
def test_which_finding_it_speaks_for(text, answer):
    assert verdict(text) == answer


def test_a_program_is_no_library():
    text = "PDFInfoNotInstalledError: Unable to get page count. Is poppler installed and in PATH?"
    assert "poppler" in first(text).title
    assert not any("provider" in one.kind for one in read(text).findings[0].evidence)


def test_what_cmake_does_not_find_has_a_package():
    offered = [one.data["package"] for one in first("Could NOT find HDF5 (missing: HDF5_LIBRARIES)").evidence[1:]]
    assert offered == ["libhdf5-dev", "hdf5"]
