"""What loaders, Python, packages and other programs say: which finding each line speaks for.

Of each row: a text in which it speaks, what is answered, and a text that resembles it in which it does not.
"""

from __future__ import annotations

from tests.support.logs import Row

ROWS: list[Row] = [
    (
        "module-initialisation",
        "SystemError: execution of module odd failed without setting an exception",
        ("undetermined", "WL304"),
        "the initialization of odd was quick",
    ),
    (
        "not-an-extension-module",
        "SystemError: initialization of odd did not return a valid extension module",
        ("undetermined", "WL501"),
        "it did not return an answer",
    ),
    (
        "no-parent-package",
        "ImportError: attempted relative import with no known parent package",
        ("undetermined", "WL503"),
        "a relative of the parent package",
    ),
    (
        "cython-c-function",
        "TypeError: odd.Thing does not export expected C function fit",
        ("undetermined", "WL304"),
        "the export of functions",
    ),
    (
        "compile-time-version",
        "RuntimeWarning: compile time Python version 3.13 of module 'odd' was newer than runtime version 3.12",
        ("undetermined", "WL501"),
        "the compiletime version of module 'odd'",
    ),
    (
        "type-registered-twice",
        'ImportError: generic_type: type "Odd" is already registered!',
        ("undetermined", "WL502"),
        'the type "Odd" is registered',
    ),
    (
        "converted-to-python-type",
        "TypeError: Unable to convert function return value to a Python type! The signature was",
        ("undetermined", "WL304"),
        "convert the value to a type",
    ),
    (
        "numpy-umath",
        "ImportError: numpy.core.umath failed to import",
        ("undetermined", "WL304"),
        "umath is fun",
    ),
    (
        "python-not-supported",
        "Exception: Python version not supported: 3.11.5 (tags/v3.11.5:cce6ba9)",
        ("undetermined", "WL501"),
        "which Python version is not supported?",
    ),
    (
        "said-library-missing",
        "when I import odd it says that libGL.so.1 is not there",
        ("undetermined", "WL201"),
        "libodd.so.1 is not in my LD_LIBRARY_PATH",
    ),
    (
        "said-two-versions",
        "odd requires libhdf5_hl.so.9\nand even requires libhdf5.so.10",
        ("undetermined", "WL204"),
        "odd requires libhdf5_hl.so.9 and even requires libhdf5.so.9",
    ),
    (
        "said-import-order",
        "OSError: odd\nIf you swap the imports, everything works fine.",
        ("undetermined", "WL206"),
        "when odd is imported after even there are no errors; do you swap the imports?",
    ),
    (
        "said-glibc-too-old",
        "odd 1.0.16 does not work on Raspberry Pi OS due to missing glibc 2.38",
        ("undetermined", "WL302"),
        "GNU ldd (Debian GLIBC 2.36-9+deb12u7) 2.36",
    ),
    (
        "name-of-another-release",
        (
            '  File "/usr/local/lib/python3.4/dist-packages/notebook/nb.py", line 27, in <module>\n'
            "    from jupyter_core.utils import ensure_dir_exists\n"
            "ImportError: cannot import name 'ensure_dir_exists'"
        ),
        ("undetermined", "WL304"),
        (
            '  File "/usr/local/lib/python3.4/dist-packages/notebook/nb.py", line 27, in <module>\n'
            "    from notebook.utils import ensure_dir_exists\n"
            "ImportError: cannot import name 'ensure_dir_exists'"
        ),
    ),
    (
        "standard-library-not-found",
        "AssertionError: SRE module mismatch",
        ("undetermined", "WL503"),
        "the module was a mismatch",
    ),
    (
        "pillow-versions",
        "ImportError: The _imaging extension was built for another version of Pillow or PIL",
        ("undetermined", "WL502"),
        "the extension was built for Pillow",
    ),
    (
        "sources-not-built",
        "It seems that odd has not been built correctly.",
        ("undetermined", "WL503"),
        "it has been built correctly",
    ),
    (
        "tkinter-not-there",
        "ModuleNotFoundError: No module named 'tkinter'",
        ("undetermined", "WL504"),
        "No module named 'tkinterodd'",
    ),
    (
        "distribution-not-found",
        "importlib.metadata.PackageNotFoundError: No package metadata was found for odd",
        ("undetermined", "WL506"),
        "metadata for the package",
    ),
    (
        "cxx-exception-of-windows",
        "OSError: [WinError -529697949] Windows Error 0xe06d7363",
        ("undetermined", "WL605"),
        "0xe06d was a colour",
    ),
    (
        "stack-overflow",
        "Windows fatal exception: stack overflow",
        ("undetermined", "WL605"),
        "asked on stack overflow",
    ),
    (
        "killed-by-signal-9",
        "Process finished with exit code 137 (interrupted by signal 9: SIGKILL)",
        ("undetermined", "WL707"),
        "exit code 0",
    ),
    (
        "not-for-this-pc",
        "This app can't run on your PC",
        ("undetermined", "WL103"),
        "this app can run on a Mac",
    ),
    (
        "smartscreen",
        "Windows protected your PC",
        ("fails", "WL105"),
        "Windows opened your PC",
    ),
    (
        "bad-image-dialog",
        "C:\\odd\\odd.dll is either not designed to run on Windows or it contains an error.",
        ("undetermined", "WL102"),
        "the chair is not designed to run",
    ),
    (
        "side-by-side-event",
        (
            'Activation context generation failed for "C:\\odd.exe". Dependent Assembly '
            "Microsoft.VC90.CRT could not be found."
        ),
        ("undetermined", "WL201"),
        "the context of the activation",
    ),
    (
        "elf-foreign-abi",
        "ImportError: /odd/libodd.so: ELF file OS ABI invalid",
        ("undetermined", "WL103"),
        "the ABI of the file is valid",
    ),
    (
        "elf-without-parts",
        "ImportError: /odd/libodd.so: object file has no dynamic section",
        ("undetermined", "WL104"),
        "the object has a dynamic section",
    ),
    (
        "no-version-information",
        "odd: /lib/libodd.so.6: no version information available (required by odd)",
        ("undetermined", "WL206"),
        "no version was available",
    ),
    (
        "loader-assertion",
        "Inconsistency detected by ld.so: dl-version.c: 205: _dl_check_map_versions: Assertion `odd' failed!",
        ("undetermined", "WL206"),
        "an inconsistency was detected",
    ),
    (
        "preload-failed",
        (
            "ERROR: ld.so: object 'libodd.so' from LD_PRELOAD cannot be preloaded (cannot open shared "
            "object file): ignored."
        ),
        ("undetermined", "WL208"),
        "the object was preloaded",
    ),
    (
        "preload-class",
        (
            "ERROR: ld.so: object '/odd/libodd.so' from LD_PRELOAD cannot be preloaded (wrong ELF "
            "class: ELFCLASS32): ignored."
        ),
        ("undetermined", "WL103"),
        "object '/odd/libodd.so' from LD_PRELOAD cannot be preloaded (cannot open shared object file): ignored.",
    ),
    (
        "glibc-processor",
        "Fatal glibc error: CPU does not support x86-64-v2",
        ("fails", "WL401"),
        "the CPU does support it",
    ),
    (
        "program-interpreter",
        "standard_init_linux.go:228: exec user process caused: no such file or directory",
        ("undetermined", "WL306"),
        "exec: no such file",
    ),
    (
        "dyld-cut",
        (
            "dlopen(/odd.dylib, 1): truncated mach-o error: segment __LINKEDIT extends to 123 which is "
            "past end of file 99"
        ),
        ("undetermined", "WL102"),
        "the end of the file",
    ),
    (
        "gatekeeper-damaged",
        '"libodd.dylib" is damaged and can\'t be opened. You should move it to the Trash.',
        ("undetermined", "WL105"),
        "the door is damaged",
    ),
    (
        "dyld-platform",
        "(mach-o file (/odd.dylib), but incompatible platform (have 'iOS', need 'macOS'))",
        ("undetermined", "WL103"),
        "the platform (have a seat) was incompatible",
    ),
    (
        "dyld-rpath-twice",
        "dlopen(/odd.so, 2): tried: '/odd.so' (duplicate LC_RPATH '/odd/lib')",
        ("undetermined", "WL307"),
        "the LC_RPATH was set",
    ),
    (
        "dyld-sandbox",
        "tried: '/odd.dylib' (file system sandbox blocked open())",
        ("fails", "WL105"),
        "the sandbox blocked the cat",
    ),
    (
        "java-class-version",
        (
            "UnsupportedClassVersionError: odd has been compiled by a more recent version of the Java "
            "Runtime (class file version 61.0)"
        ),
        ("undetermined", "WL501"),
        "a recent version of the runtime",
    ),
    (
        "java-other-platform",
        "UnsatisfiedLinkError: /tmp/odd.so: odd (Possible cause: can't load AMD 64 .so on a AARCH64 platform)",
        ("fails", "WL103"),
        "the possible cause of the load",
    ),
    (
        "node-platform-package",
        'Error: Could not load the "sharp" module using the linux-x64 runtime',
        ("undetermined", "WL504"),
        "could not load the sharp knife",
    ),
    (
        "dotnet-load-context",
        (
            "Could not load file or assembly 'file:///C:\\odd.dll' or one of its dependencies. "
            "Operation is not supported. (Exception from HRESULT: 0x80131515)"
        ),
        ("fails", "WL105"),
        "Could not load file or assembly 'odd'",
    ),
    (
        "dotnet-assembly",
        (
            "Could not load file or assembly 'Odd, Version=1.0.0.0' or one of its dependencies. The "
            "system cannot find the file specified."
        ),
        ("undetermined", "WL201"),
        "the assembly of the chair",
    ),
    (
        "sip-api",
        "RuntimeError: the sip module implements API v12.0 to v12.7 but the odd.Core module requires API v12.8",
        ("fails", "WL304"),
        "the sip of tea",
    ),
    (
        "qt-bindings",
        "qtpy.QtBindingsNotFoundError: No Qt bindings could be found",
        ("undetermined", "WL506"),
        "the Qt bindings were found",
    ),
    (
        "qt-two-copies",
        (
            "QObject::moveToThread: Current thread (0x55) is not the object's thread (0x56). Cannot "
            "move to target thread (0x55)"
        ),
        ("undetermined", "WL206"),
        "the thread moved",
    ),
    (
        "interactive-backend",
        (
            "ImportError: Cannot load backend 'Qt5Agg' which requires the 'qt' interactive framework, "
            "as 'headless' is currently running"
        ),
        ("undetermined", "WL903"),
        "it requires a framework",
    ),
    (
        "glx-visuals",
        "libGL error: No matching fbConfigs or visuals found",
        ("undetermined", "WL402"),
        "matching visuals",
    ),
    (
        "qt-plugin-of-another-qt",
        "  Plugin uses incompatible Qt library (5.15.0) [release]",
        ("undetermined", "WL206"),
        "Plugin uses a compatible Qt library (5.15.0) [release]",
    ),
    (
        "qt-mixed",
        "Cannot mix incompatible Qt library (version 0x50f02) with this library (version 0x50c09)",
        ("fails", "WL206"),
        "Cannot mix oil with water",
    ),
    (
        "node-module-version",
        "was compiled against a different Node.js version using\nNODE_MODULE_VERSION 93.",
        ("fails", "WL501"),
        "NODE_MODULE_VERSION is 93",
    ),
    (
        "map-segment",
        "odd.so: failed to map segment from shared object: Operation not permitted",
        ("fails", "WL105"),
        "odd.so: failed to map segment from shared object: Cannot allocate memory",
    ),
    (
        "pyinstaller-archive",
        "[1234] Cannot open PyInstaller archive from executable (C:\\odd.exe)",
        ("undetermined", "WL102"),
        "the archive of PyInstaller's issues",
    ),
    (
        "pyinstaller-unpack",
        "Failed to write all bytes for odd.dll",
        ("undetermined", "WL707"),
        "all bytes were written",
    ),
    (
        "frozen-python-dll",
        "Error loading Python DLL 'C:\\odd\\python39.dll'.\nLoadLibrary: odd",
        ("undetermined", "WL504"),
        "loading Python was an error",
    ),
    (
        "frozen-module",
        "ModuleNotFoundError: No module named 'odd.even'\n[123] Failed to execute script main",
        ("undetermined", "WL504"),
        "Failed to execute script main: odd",
    ),
    (
        "apparmor-denied",
        'audit: type=1400 apparmor="DENIED" operation="file_mmap" profile="snap.odd" name="/odd/libodd.so"',
        ("undetermined", "WL105"),
        'apparmor="ALLOWED" operation="file_mmap"',
    ),
    (
        "user-namespaces",
        "bwrap: Creating new namespace failed: Operation not permitted",
        ("fails", "WL105"),
        "the namespace was created",
    ),
    (
        "native-file-refused",
        "PermissionError: [Errno 13] Permission denied: '/odd/odd.so'",
        ("undetermined", "WL105"),
        "Permission denied: '/odd/odd.txt'",
    ),
    (
        "limits-of-system",
        "OSError: [Errno 24] Too many open files: '/odd/libodd.so'",
        ("undetermined", "WL707"),
        "too many open files on the desk",
    ),
    (
        "link-loop",
        "OSError: [Errno 40] Too many levels of symbolic links: '/odd/libodd.so'",
        ("fails", "WL208"),
        "many levels of links",
    ),
    (
        "opus-not-loaded",
        "discord.opus.OpusNotLoaded",
        ("undetermined", "WL201"),
        "his opus was loaded onto a cart",
    ),
    (
        "odbc-bitness",
        (
            "[IM014] [Microsoft][ODBC Driver Manager] The specified DSN contains an architecture "
            "mismatch between the Driver and Application"
        ),
        ("fails", "WL103"),
        "the architecture of the driver",
    ),
    (
        "component-not-registered",
        "pywintypes.com_error: (-2147221005, 'Invalid class string', None, None)",
        ("undetermined", "WL201"),
        "the class of strings",
    ),
    (
        "pyo3-panic",
        "pyo3_runtime.PanicException: Python API call failed",
        ("undetermined", "WL504"),
        "the API call to Python failed",
    ),
    (
        "opencv-without-windows",
        (
            "cv2.error: OpenCV(4.5.5) The function is not implemented. Rebuild the library with "
            "Windows, GTK+ 2.x or Cocoa support."
        ),
        ("undetermined", "WL502"),
        "rebuild the library with bricks",
    ),
    (
        "browser-libraries",
        "Host system is missing dependencies to run browsers.",
        ("undetermined", "WL201"),
        "the host is missing",
    ),
    (
        "driver-program-ended",
        "Message: Service chromedriver unexpectedly exited. Status code was: 127",
        ("undetermined", "WL201"),
        "the service exited. Status code was: 1",
    ),
    (
        "protobuf-versions",
        "ImportError: cannot import name 'builder' from 'google.protobuf.internal'",
        ("undetermined", "WL304"),
        "import name 'odd' from 'google.cloud'",
    ),
    (
        "numpy-names-removed",
        "AttributeError: module 'numpy' has no attribute 'float'",
        ("undetermined", "WL304"),
        "AttributeError: module 'numpy' has no attribute 'odd'",
    ),
    (
        "cupy-not-correct",
        "ImportError: CuPy is not correctly installed.",
        ("undetermined", "WL204"),
        "CuPy is correctly installed",
    ),
    (
        "rapids-driver",
        "UnsupportedCUDAError: Please update your NVIDIA GPU Driver to support CUDA Runtime.",
        ("undetermined", "WL403"),
        "the driver got a version",
    ),
    (
        "pythonnet-runtime",
        'RuntimeError: Failed to create a default .NET runtime, which would have been "mono" on this system.',
        ("undetermined", "WL201"),
        "the default of the runtime",
    ),
    (
        "dotnet-icu",
        "Couldn't find a valid ICU package installed on the system.",
        ("undetermined", "WL201"),
        "a valid package was installed",
    ),
    (
        "prisma-engine",
        'Prisma Client could not locate the Query Engine for runtime "debian-openssl-3.0.x".',
        ("fails", "WL501"),
        "the query engine was located",
    ),
    (
        "r-package-older",
        "Error: package 'odd' was built before R 3.0.0: please re-install it",
        ("fails", "WL501"),
        "odd was installed before lunch",
    ),
    (
        "php-module-api",
        "PHP Startup: odd: Unable to initialize module\nModule compiled with module API=20190902",
        ("fails", "WL501"),
        "the module API was compiled",
    ),
    (
        "wheel-file-refused",
        "pip says: not a supported wheel on this platform.",
        ("fails", "WL501"),
        "this platform has a wheel",
    ),
    (
        "fork-limit",
        "OpenBLAS blas_thread_init: pthread_create failed for thread 12 of 64: Resource temporarily unavailable",
        ("fails", "WL707"),
        "the thread was temporarily unavailable",
    ),
    (
        "frozen-library",
        "Failed to load dynlib/dll 'C:\\odd\\_MEI7\\_odd.pyd'. Most probably this dynlib/dll was not found when the "
        "application was frozen.",
        ("undetermined", "WL504"),
        "the pond was not found when the lake was frozen",
    ),
    (
        "relr-unmarked",
        "OSError: /odd/libodd.so: DT_RELR without GLIBC_ABI_DT_RELR dependency",
        ("undetermined", "WL704"),
        "a file with DT_RELR and its dependency",
    ),
    (
        "jni-archive-without-library",
        "UnsatisfiedLinkError: Could not load library. Reasons: [no odd64-2 in java.library.path, no odd in "
        "java.library.path: /usr/lib]",
        ("undetermined", "WL504"),
        "Could not load library. Reasons: [no odd in java.library.path, /tmp/libodd-64-7.so: /tmp/libodd-64-7.so: bad]",
    ),
    (
        "jni-archive-not-unpacked",
        "UnsatisfiedLinkError: Could not load library. Reasons: [no odd in java.library.path, Permission denied]",
        ("undetermined", "WL105"),
        "Could not load library. Reasons: [no odd in java.library.path]",
    ),
    (
        "glibc-cannot-read",
        "ImportError: libodd.so.3: cannot open shared object file: Structure needs cleaning",
        ("undetermined", "WL102"),
        "ImportError: libodd.so.3: cannot open shared object file: No such file or directory",
    ),
    (
        "qt-two-copies",
        "QObject::moveToThread: Current thread (0x1) is not the object's (0x2).\nCannot move to target thread (0x1)",
        ("undetermined", "WL206"),
        "QObject::moveToThread: done",
    ),
    (
        "compile-time-version",
        "RuntimeWarning: compile time Python version 3.11 of module 'odd.part' does not match runtime version 3.12",
        ("undetermined", "WL501"),
        "the compile time version of odd",
    ),
    (
        "module-initialisation",
        "SystemError: execution of module odd failed without setting an exception",
        ("undetermined", "WL304"),
        "the execution of module odd was quick",
    ),
    (
        "cython-c-function",
        'AttributeError: PyCapsule_Import "odd._API" is not valid',
        ("undetermined", "WL304"),
        "the capsule is not valid",
    ),
    (
        "cython-c-function",
        "TypeError: C function odd.part.run has wrong signature (expected int (void), got void (void))",
        ("undetermined", "WL304"),
        "the letter has wrong signature",
    ),
    (
        "type-registered-twice",
        'ImportError: generic_type: cannot initialize type "Odd": an object with that name is already defined',
        ("undetermined", "WL502"),
        "an object with that name is already defined",
    ),
    (
        "frozen-python-dll",
        "Failed to load Python shared library '/odd/libpython3.11.so': libodd.so: no",
        ("undetermined", "WL504"),
        "Python was loaded",
    ),
    (
        "java-other-platform",
        "(Possible cause: can't load this .so (machine code=0xb7) on a AMD 64 platform)",
        ("fails", "WL103"),
        "Possible cause: can't load the page",
    ),
    (
        "dyld-cut",
        "dlopen(/odd.dylib, 2): slice extends beyond end of file",
        ("undetermined", "WL102"),
        "the road extends beyond end of file",
    ),
    (
        "r-not-found",
        "ValueError: Unable to determine R home",
        ("undetermined", "WL201"),
        "R is at home",
    ),
    (
        "package-not-built-for",
        "ImportError: Odd not built for 'linux/64bit/python3.9'",
        ("undetermined", "WL501"),
        "the house was not built for 'linux'",
    ),
    (
        "killed-on-a-mac",
        "zsh: killed     python odd.py",
        ("undetermined", "WL605"),
        "the shell was killed",
    ),
    (
        "killed-on-a-mac",
        "Killed: 9",
        ("undetermined", "WL605"),
        "Killed: 90",
    ),
    (
        "debug-runtime-named",
        "odd.dll needs VCRUNTIME140D.dll",
        ("undetermined", "WL209"),
        "odd.dll needs VCRUNTIME140.dll",
    ),
    (
        "frozen-library",
        "odd.dll dynlib/dll was not found when the application was frozen",
        ("undetermined", "WL504"),
        "it was cold when the application was frozen",
    ),
    (
        "torchvision-operators",
        "RuntimeError: No such operator torchvision::nms",
        ("fails", "WL304"),
        "There is no operator for vision",
    ),
    (
        "windows-policy",
        "Windows Smart App Control is blocking odd.cp310-win_amd64.pyd",
        ("fails", "WL105"),
        "Smart App Control is on",
    ),
    (
        "dyld-signature",
        "[PYI-7:ERROR] Failed to load Python shared library '/tmp/libpython3.12.dylib':\n  ... different Team IDs",
        ("fails", "WL105"),
        "we are of different teams",
    ),
    (
        "own-module-not-there",
        (
            '  File "/usr/lib/python3.6/site-packages/odd/core/__init__.py", line 6, in <module>\n'
            "    from . import (first, second,\n"
            "ImportError: cannot import name 'first'"
        ),
        ("undetermined", "WL504"),
        (
            '  File "/usr/lib/python3.6/site-packages/odd/core/parts.py", line 6, in <module>\n'
            "    from . import first\n"
            "ImportError: cannot import name 'first'"
        ),
    ),
    (
        "library-sought-in-other-words",
        "无法找到 odd 共享库。请确保安装了 odd。",
        ("undetermined", "WL201"),
        "共享库 odd 已经安装",
    ),
    (
        "library-sought-in-other-words",
        "Fehler: Die Bibliothek libodd wurde nicht gefunden",
        ("undetermined", "WL201"),
        "La bibliothèque n'est pas ouverte, et le livre est introuvable",
    ),
    (
        "library-to-be-installed",
        "You can install the Odd library by the following command: brew install odd",
        ("undetermined", "WL201"),
        "You can visit the library by the following road",
    ),
    (
        "odbc-no-data-source",
        "[IM002] [unixODBC][Driver Manager]Data source name not found, and no default driver specified",
        ("undetermined", "WL201"),
        "The name of the data source was found",
    ),
    (
        "php-module-api",
        "Module compiled with build ID=API20180731,TS,VC15",
        ("fails", "WL501"),
        "The module was compiled with care",
    ),
    (
        "import-error-of-a-library-alone",
        'errors of the form "Import error: libodd-serial.so.100" and others',
        ("undetermined", "WL204"),
        "ImportError: libodd.so.3: undefined symbol: odd_open",
    ),
    (
        "torch-dll-without-number",
        "Error loading “C:\\odd\\torch\\lib\\odd.dll” or one of its dependencies.",
        ("undetermined", "WL201"),
        "Error loading odd.dll, or one of its many dependencies",
    ),
    (
        "dyld-no-suitable-image",
        "`_odd.cpython-313-darwin.so, 2): no suitable image found`",
        ("undetermined", "WL103"),
        "dlopen(/odd/_odd.so, 2): no suitable image found.  Did find:\n\t/odd/_odd.so: code signature invalid",
    ),
    (
        "openssl-of-conda",
        "(base) C:\\> conda search odd\nCan't connect to HTTPS URL because the SSL module is not available.",
        ("undetermined", "WL202"),
        "$ pip install odd\nCan't connect to HTTPS URL because the SSL module is not available.",
    ),
    (
        "circular-import",
        "module 'odd' has no attribute 'part' (most likely due to a circular import)",
        ("undetermined", "WL503"),
        "module 'odd' has no attribute 'part'",
    ),
    (
        "kernel-invalid-opcode",
        "traps: odd[72] trap invalid opcode ip:7f2a30d4 sp:7ffd2020 error:0 in libodd.so.2[7f2a30a0+9000]",
        ("undetermined", "WL401"),
        "traps: odd[72] trap divide error ip:7f2a30d4 sp:7ffd2020 error:0 in libodd.so.2[7f2a30a0+9000]",
    ),
    (
        "ended-by-signal-4",
        "[18:02:11] WARNING: odd was killed by signal 4, restarting",
        ("undetermined", "WL401"),
        "the traffic light sent signal 4 to the other junction",
    ),
    (
        "ended-by-signal-11",
        "odd.service: Main process exited, code=dumped, status=11/SEGV",
        ("undetermined", "WL605"),
        "odd.service: Main process exited, code=exited, status=11/n/a",
    ),
    (
        "side-by-side-debug",
        "Dependent Assembly Microsoft.VC90.DebugCRT,version=9.0 could not be found.",
        ("fails", "WL209"),
        "Dependent Assembly Microsoft.VC90.CRT,version=9.0 could not be found.",
    ),
    (
        "dialog-entry-point-retold",
        "It says that the entry point for odd_open cannot be found in the file odd.dll",
        ("undetermined", "WL206"),
        "It says that the entry point of the program odd.dll has is main",
    ),
    (
        "dyld-linked-wrongly",
        "dlopen(/odd.so, 0x2): tried: '/odd.so' (missing LC_LOAD_DYLIB (must link with at least libSystem.dylib))",
        ("undetermined", "WL704"),
        "ld: warning: duplicate linked dylib are deprecated ('/usr/lib/libz.1.dylib')",
    ),
    (
        "dyld-malformed",
        "dlopen(/odd.so, 0x2): tried: '/odd.so' (load command #7 LC_SYMTAB size wrong)",
        ("undetermined", "WL102"),
        "dlopen(/odd.so, 0x2): tried: '/odd.so' (load command #7 unknown required load command 0x80000099)",
    ),
    (
        "dyld-not-opened",
        "dlopen(/odd.so, 2): no suitable image found.  Did find:\n\t/odd.so: open() failed with errno=13",
        ("undetermined", "WL105"),
        "dlopen(/odd.so, 2): no suitable image found.  Did find:\n\t/odd.so: open() failed with errno=23",
    ),
    (
        "dyld-refused",
        "dlopen(/odd.so, 0x2): tried: '/lib/odd.so' (no such file), '/odd.so' (the day is not right)",
        ("undetermined", "WL102"),
        "dlopen(/odd.so, 0x2): tried: '/lib/odd.so' (no such file), '/odd.so' (no such file)",
    ),
    (
        "tcl-package",
        "_tkinter.TclError: can't find package oddwidgets 1.2",
        ("undetermined", "WL504"),
        "I can't find packages in this shop",
    ),
    (
        "tcl-library",
        'couldn\'t load library "C:/odd.dll": this library or a dependent library could not be found in library path',
        ("undetermined", "WL201"),
        'couldn\'t load library "C:/odd/odd28.dll": the day is not right',
    ),
    (
        "tcl-library-of-other-bitness",
        'couldn\'t load library "C:/odd/odd28.dll": Bad exe format. Possibly a 32/64-bit mismatch.',
        ("undetermined", "WL103"),
        "The answer is wrong, possibly a 32/64-bit mismatch",
    ),
    (
        "tcl-version",
        '_tkinter.TclError: version conflict for package "Tk": have 8.6.9, need exactly 8.6.13',
        ("undetermined", "WL206"),
        "a version conflict for package odd: have none",
    ),
    (
        "openmp-silenced",
        "os.environ['KMP_DUPLICATE_LIB_OK'] = 'TRUE'",
        ("undetermined", "WL604"),
        "os.environ['KMP_DUPLICATE_LIB_OK'] = 'FALSE'",
    ),
    (
        "mesa-of-two-versions",
        "DRI driver not from this Mesa build ('22.2.1' vs '21.0.3')",
        ("undetermined", "WL206"),
        "the DRI driver is not from this Mesa building",
    ),
    (
        "bionic-text-relocations",
        'dlopen failed: "/data/odd/libodd.so" has text relocations',
        ("undetermined", "WL704"),
        "W/linker (71): libodd.so has text relocations. This is wasting memory.",
    ),
    (
        "bionic-namespace",
        'dlopen failed: library "libodd.so" needed or dlopened by "/data/x.so" is not accessible for the namespace "a"',
        ("undetermined", "WL202"),
        "the library is not accessible for the namespace of odd",
    ),
    (
        "bionic-page-size",
        'dlopen failed: "/data/odd.so" program alignment (4096) cannot be smaller than system page size (65536)',
        ("undetermined", "WL704"),
        "the margin cannot be smaller than system page size (a4)",
    ),
    (
        "bionic-tls-alignment",
        'error: "./odd": executable\'s TLS segment is underaligned: alignment is 16, needs to be at least 64',
        ("undetermined", "WL704"),
        "the TLS segment is underaligned in that table",
    ),
    (
        "bionic-static-tls",
        'dlopen failed: TLS symbol "odd" in dlopened "/data/a.so" referenced from "/data/b.so" using IE access model',
        ("undetermined", "WL602"),
        "using IE access model is slow",
    ),
    (
        "bionic-no-elf",
        'CANNOT LINK EXECUTABLE "odd": "/usr/glibc/lib/libc.so" has bad ELF magic: 2f2a2047',
        ("fails", "WL104"),
        "that story has bad ELF magic",
    ),
    (
        "bionic-too-new",
        "dlopen failed: unknown reloc type 1027 @ 0x7f10",
        ("undetermined", "WL307"),
        "ld: unknown reloc type 1027",
    ),
    (
        "musl-permission",
        "Error loading shared library libodd.so.4: Permission denied (needed by /usr/bin/odd)",
        ("undetermined", "WL105"),
        "Error loading shared library libodd.so.4: No such file or directory (needed by /usr/bin/odd)",
    ),
    (
        "frozen-other-python",
        "Cannot GetProcAddress for Py_OddFlag",
        ("undetermined", "WL206"),
        "Cannot GetProcAddress for OddFlag",
    ),
    (
        "frozen-no-start",
        "[9] Error detected starting Python VM.",
        ("undetermined", "WL504"),
        "an error was detected: Python VM",
    ),
    (
        "python-twice",
        "Fatal Python error: PyThreadState_Get: no current thread",
        ("undetermined", "WL206"),
        "PyThreadState_Get gives the current thread",
    ),
]
