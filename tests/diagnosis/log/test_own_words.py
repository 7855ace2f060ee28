"""What a writer says himself, what he quotes, and what a log's lines are wrapped and prefixed with."""

from __future__ import annotations

import pytest

from tests.support.logs import codes, first, read, verdict
from wontload.diagnosis.log.text import cleaned, own_words
from wontload.diagnosis.log.told import works_elsewhere

MISSING = "ImportError: libodd.so.3: cannot open shared object file: No such file or directory\n"
DLL = "ImportError: DLL load failed while importing odd: The specified module could not be found.\n"


@pytest.mark.parametrize("remark", ["libodd.so.3 is present in my environment", "Setting LD_LIBRARY_PATH fixed it."])
def test_an_answer_that_is_quoted_tells_nothing_of_this_machine(remark):
    assert verdict(f"{MISSING}{remark}\n") == ("undetermined", "WL202")
    assert verdict(f"{MISSING}> {remark}\n\nIt is not so here.\n") == ("undetermined", "WL201")


def test_a_traceback_that_is_quoted_is_read_all_the_same():
    quoted = "".join(f"> {line}\n" for line in ["Traceback (most recent call last):", MISSING])
    assert verdict(quoted) == ("undetermined", "WL201")
    assert first(quoted).evidence[0].data["said"] == MISSING.strip()
    assert own_words(cleaned("> said\nasked\n>>> import odd")) == "asked\n>>> import odd"


@pytest.mark.parametrize(
    "remark",
    [
        "It works fine when I start it from the command line.",
        "I can import odd in the Anaconda prompt.",
        "In PyCharm it runs without errors.",
    ],
)
def test_what_works_in_another_program_is_there(remark):
    assert verdict(DLL + remark) == ("undetermined", "WL202")
    assert verdict(MISSING + remark) == ("undetermined", "WL202")
    assert verdict("Could not find module 'C:\\\\odd\\\\odd.dll' (or one of its dependencies). " + remark) == (
        "undetermined",
        "WL202",
    )


@pytest.mark.parametrize(
    "remark", ["It does not work in the terminal either.", "It never worked from PyCharm.", "I run it in a terminal."]
)
def test_what_does_not_work_elsewhere_tells_nothing(remark):
    assert verdict(DLL + remark) == ("undetermined", "WL201")
    assert not works_elsewhere(remark)


@pytest.mark.parametrize(
    "text",
    [
        "odd: error while loading shared libraries: libodd.so.3: cannot open\nshared object file: No such file",
        "OSError: [WinError 126] The specified module could not\nbe found",
        "ImportError: libodd.so.3 : cannot open shared object file: No such file or directory",  # as French puts it
        "web-1  | ImportError: libodd.so.3: cannot open shared object file: No such file or directory",
        "0|odd     | ImportError: libodd.so.3: cannot open shared object file: No such file or directory",
    ],
)
def test_a_line_is_known_wrapped_and_behind_a_service_s_name(text):
    assert verdict(text) == ("undetermined", "WL201")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        # Installed by hand: the program, or what the text says.
        ("/usr/local/bin/odd: error while loading shared libraries: " + MISSING, "WL202"),
        (MISSING + "I ran ./configure, make and sudo make install.\n", "WL202"),
        (MISSING + "odd was built from source.\n", "WL202"),
        (MISSING + "> try to install it from source\n", "WL201"),
        ("python3: error while loading shared libraries: " + MISSING.replace("odd.so.3", "python3.12.so.1.0"), "WL202"),
        ('File "/usr/local/lib/python3.9/dist-packages/odd/odd.py", line 3, in <module>\n' + MISSING, "WL202"),
        ('File "/usr/local/lib/python3.9/dist-packages/even/even.py", line 3, in <module>\n' + MISSING, "WL201"),
        # One that distributions bring may lack all the same.
        (MISSING.replace("libodd.so.3", "libpq.so.5") + "sudo make install\n", "WL201"),
    ],
)  # fmt: skip
def test_what_was_built_and_installed_there_is_not_searched(text, answer):
    assert first(text).code == answer


@pytest.mark.parametrize(
    ("remark", "answer"),
    [
        ("libsndfile is installed with brew", "WL202"),
        ("but the same /usr/lib/libsndfile.so is there", "WL202"),
        ("Is libsndfile not installed?", "WL201"),
        ("Make sure that libsndfile is installed.", "WL201"),
    ],
)
def test_a_library_by_its_title_that_people_have(remark, answer):
    text = "OSError: ctypes.util.find_library() did not manage to locate a library called 'sndfile'\n"
    assert verdict(text + remark) == ("undetermined", answer)


def test_what_macos_has_in_its_cache_is_there():
    text = "OSError: ctypes.util.find_library() did not manage to locate a library called 'CoreAudio'"
    assert verdict(text) == ("undetermined", "WL202")
    assert "macOS" in first(text).title


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("version `GLIBCXX_3.4.32' not found (required by /opt/odd/_odd.so)", ("fails", "WL303")),
        ("/lib64/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /opt/_odd.so)", ("fails", "WL303")),
        (
            "/opt/miniconda3/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /opt/_odd.so)",
            ("undetermined", "WL206"),
        ),
        ("/opt/matlab/sys/os/libstdc++.so.6: version `CXXABI_1.3.15' not found", ("undetermined", "WL206")),
        (
            "/usr/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /opt/miniforge3/lib/libicu.so)",
            ("undetermined", "WL303"),
        ),
    ],
)  # fmt: skip
def test_whose_c_plus_plus_runtime_was_taken(text, answer):
    assert verdict("ImportError: " + text) == answer


def test_a_version_of_glibc_is_known_without_quotes():
    assert verdict("/lib/libm.so.6: version GLIBC_2.29 not found (required by /opt/_odd.so)") == ("fails", "WL302")


FRAME = '  File "{path}", line 7, in <module>\n    {line}\n'


@pytest.mark.parametrize(
    ("path", "line", "module", "answer"),
    [
        ("odd/__init__.py", "from odd import _odd as cext", "_odd", "WL503"),
        ("/home/me/odd/odd/ops.py", "from .core import Core", "odd.core", "WL503"),
        ("/home/me/odd/odd/ops.py", "import odd._C", "odd._C", "WL503"),
        ("/venv/lib/python3.12/site-packages/odd/ops.py", "import odd._C", "odd._C", "WL501"),
        ("/home/me/app/app/main.py", "import even", "even", "WL506"),  # a package of another name
    ],
)
def test_a_part_that_a_folder_of_sources_lacks(path, line, module, answer):
    text = FRAME.format(path=path, line=line) + f"ModuleNotFoundError: No module named '{module}'"
    assert verdict(text) == ("undetermined", answer)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("ImportError: /opt/_odd.so: undefined symbol: PyExc_ImportError", ("undetermined", "WL304")),
        ("ImportError: /opt/_odd.so: undefined symbol: PyString_FromString", ("fails", "WL501")),
        (
            'ImportError: dlopen failed: cannot locate symbol "PyExc_ImportError" referenced by "/data/_odd.so"...',
            ("undetermined", "WL704"),
        ),
    ],
)
def test_what_every_python_has_is_not_missing_because_of_its_version(text, answer):
    assert verdict(text) == answer


def test_a_module_of_another_node():
    text = (
        "Error: The module '/odd/odd.node' was compiled against a different Node.js version using\n"
        "NODE_MODULE_VERSION 93. This version of Node.js requires NODE_MODULE_VERSION 115."
    )
    assert verdict(text) == ("fails", "WL501")


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


@pytest.mark.parametrize(
    ("module", "target"), [("_imaging", "PIL"), ("_odd", "PACKAGE"), ("_ssl", "_ssl"), ("odd", "odd")]
)
def test_the_command_names_the_package_of_a_part(module, target):
    text = f"ImportError: DLL load failed while importing {module}: The specified module could not be found."
    assert read(text).would_settle[0].startswith(f"Run wontload {target} ")
    assert "Visual C++ runtime" in first(text).explanation


@pytest.mark.parametrize("text", ["缺少api-ms-win-core-path-l1-1-0.dll", "api-ms-win-core-path-l1-1-0.dll fehlt"])
def test_a_part_of_windows_that_is_missing_in_other_languages(text):
    assert codes(text)[0] == "WL307"


@pytest.mark.parametrize(
    ("remark", "answer"),
    [
        ("After upgrading to the next release it does not start.", "WL204"),
        ("It was recently updated by the system.", "WL204"),
        ("sudo pacman -Syu", "WL204"),
        ("I upgraded pip.", "WL201"),
        ("You should try it after an upgrade.", "WL201"),
    ],
)
def test_what_was_upgraded_has_another_version(remark, answer):
    assert verdict(MISSING + remark) == ("undetermined", answer)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        # conda's packages take libraries from `lib`; a bundle should have them.
        ("/opt/miniconda3/lib/python3.12/site-packages/odd/_odd.so", "WL204"),
        ("/venv/lib/python3.12/site-packages/odd/_odd.so", "WL201"),
        ("/Odd.app/Contents/Resources/lib/_odd.so", "WL201"),
    ],
)
def test_a_versioned_library_of_an_environment_of_macos(text, answer):
    message = f"ImportError: dlopen({text}, 2): Library not loaded: @rpath/libssl.1.1.dylib\n  Referenced from: {text}"
    assert verdict(message) == ("undetermined", answer)


def test_find_library_asks_no_directory_that_was_added():
    text = "FileNotFoundError: odd library not found\nos.add_dll_directory(r'C:\\odd')\n"
    assert verdict(text) == ("undetermined", "WL203")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("DLL load failed while importing odd: a file is flagged as a virus by Odd Antivirus", "WL105"),
        ("DLL load failed while importing odd.\nWindows Defender removed _odd.pyd", "WL105"),
        ("OSError: [Errno 22] Invalid argument: 'C:\\\\Temp\\\\odd-1.0-py3-none-win_amd64.whl'", "WL105"),
        ("DLL load failed while importing odd: I have no antivirus", "WL201"),
        ("gcc: error: /usr/lib/rpm/odd/odd-cc1: No such file or directory", "WL701"),
        ("AttributeError: module 'odd' has no attribute 'Odd'", "WL503"),
        ("ImportError: cannot import name 'Odd' from 'odd' (/usr/lib/python3/dist-packages/odd/__init__.py)", "WL304"),
        ("Exception: Unable to create jni env, no jvm dll found.", "WL201"),
        ("could not load libodd.so.3", "WL201"),
        ("LoadError: cannot load such file -- odd/odd.so", "WL504"),
        ("LINK : fatal error LNK1104 : cannot open file 'python312.lib'", "WL701"),
        ("LINK : fatal error LNK1181: cannot open input file 'odd.lib'", "WL505"),
        ("Termination Reason:    DYLD, [0x4] Symbol missing", "WL307"),
        ("Termination Reason:    Namespace DYLD, Code 4 Symbol missing", "WL307"),
        ("Termination Reason:    Namespace DYLD, Code 1 Library missing", "WL201"),
        ("ModuleNotFoundError: No module named 'odd.sub'; 'odd' is not a package", "WL503"),
        ("'C:\\\\odd.dll'. Most probably this dynlib/dll was not found when the application was frozen.", "WL101"),
    ],
)
def test_messages_of_other_programs(text, answer):
    assert verdict(text)[1] == answer


@pytest.mark.parametrize(
    ("module", "answer"),
    [
        ("odd.sub", "WL504"),  # odd was found
        ("odd", "WL506"),
        ("google.odd", "WL506"),  # of several distributions
        ("odd._libs.sub", "WL501"),  # compiled, by its folder's name
    ],
)
def test_a_part_of_a_package_that_was_found(module, answer):
    assert verdict(f"ModuleNotFoundError: No module named '{module}'") == ("undetermined", answer)


@pytest.mark.parametrize(
    ("library", "answer"),
    [
        ("KERNEL32.dll", ("fails", "WL307")),
        ("C:\\Windows\\System32\\ucrtbase.dll", ("fails", "WL307")),
        ("C:\\odd\\ucrtbase.dll", ("undetermined", "WL206")),  # a copy that a program brought along
    ],
)
def test_a_function_that_a_dll_of_windows_lacks(library, answer):
    text = f"The procedure entry point Odd could not be located in the dynamic link library {library}"
    assert verdict(text) == answer


def test_a_variable_that_has_to_be_set_shows_where_the_library_is():
    text = "I had to export /opt/odd/lib into LD_LIBRARY_PATH first."
    assert verdict(MISSING + text) == ("undetermined", "WL202")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("/lib/libc.so.6: version `GLIBC_2.38' not found (required by /opt/_odd.so)", ("fails", "WL302")),
        ("/snap/odd/libc.so.6: version `GLIBC_2.33' not found (required by /lib/odd.so)", ("undetermined", "WL206")),
        ("/lib/libc.so.6: version `GLIBC_2.33' not found (required by /snap/odd/1/odd.so)", ("undetermined", "WL302")),
        ("/snap/core20/current/lib/libpthread.so.0: undefined symbol: __odd_init", ("fails", "WL206")),
        ("/opt/odd/libpthread_odd.so.0: undefined symbol: odd_init", ("fails", "WL304")),
    ],
)  # fmt: skip
def test_whose_c_library_was_taken(text, answer):
    assert verdict("odd: " + text) == answer


@pytest.mark.parametrize(
    ("installed", "answer"),
    [
        ("pip install torch --index-url https://download.pytorch.org/whl/cu118", "WL204"),
        ("Requirement already satisfied: nvidia-cublas-cu11==11.1", "WL204"),
        ("Requirement already satisfied: nvidia-cublas-cu12==12.1", "WL202"),
        ("NVIDIA-SMI 550 Driver Version: 550 CUDA Version: 13.0", "WL202"),  # what the driver takes
    ],
)
def test_what_is_installed_of_another_cuda(installed, answer):
    assert first(MISSING.replace("odd.so.3", "cudart.so.12") + installed).code == answer


OLD_GLIBC = "/lib/libm.so.6: version `GLIBC_2.29' not found (required by /opt/_odd.so)\n"
OLD_RUNTIME = "/lib/libstdc++.so.6: version `GLIBCXX_3.4.29' not found (required by /opt/_odd.so)\n"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (OLD_GLIBC + "$ ldd --version\nldd (Odd GLIBC 2.31-1odd1) 2.31\n", ("undetermined", "WL206")),
        (OLD_GLIBC + "Platform: Linux-5.15.0-x86_64-with-glibc2.31\n", ("undetermined", "WL206")),
        (OLD_GLIBC + "$ ldd --version\nldd (GNU libc) 2.28\n", ("fails", "WL302")),  # which bears it out
        ("/snap/odd/libm.so.6: error: version lookup error: " + OLD_GLIBC[16:], ("undetermined", "WL206")),
        (OLD_RUNTIME + "GLIBCXX_3.4.28\nGLIBCXX_3.4.29\nGLIBCXX_3.4.30\n", ("undetermined", "WL206")),
        (OLD_RUNTIME + "GLIBCXX_3.4.27\nGLIBCXX_3.4.28\n", ("fails", "WL303")),
        (OLD_RUNTIME.replace("/lib/", "bin/"), ("undetermined", "WL206")),  # a copy that a program brings
    ],
)
def test_what_the_text_states_of_the_runtimes_of_that_machine(text, answer):
    assert verdict("odd: " + text) == answer


def test_what_a_link_is_made_to_is_there():
    assert verdict(MISSING + "$ ln -s /opt/odd/libodd.so.3 /tmp/odd") == ("undetermined", "WL202")
    assert verdict(MISSING + "$ ln -sf /opt/odd/libodd.so.2 libodd.so.3") == ("undetermined", "WL204")


CRASH = ">>> import odd\nSegmentation fault (core dumped)\n"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (CRASH, "WL605"),
        (CRASH + "In the opposite order there is no crash.", "WL604"),
        (CRASH + "It goes away when I import even before odd is imported.", "WL604"),
        (CRASH + "It works if I import odd first.", "WL604"),
        (CRASH + "OMP_NUM_THREADS=1 prevents it.", "WL604"),
        ("OMP: Error #179: Function odd failed:\n" + CRASH, "WL604"),
        (CRASH + "> In the opposite order there is no crash.", "WL605"),  # another's words
    ],
)
def test_what_people_say_of_a_crash(text, answer):
    assert verdict(text) == ("undetermined", answer)


def test_a_part_of_another_glibc():
    text = "odd: /lib/libc.so.6: version `GLIBC_2.32' not found (required by /nix/store/odd-glibc-2.32/lib/librt.so.1)"
    assert verdict(text) == ("fails", "WL206")


def test_an_elf_header_of_a_file_without_a_name():
    assert verdict("It shows invalid ELF header.") == ("fails", "WL104")


NO_SYMBOL = "ImportError: dlopen(/Users/odd/_odd.so, 0x0002): Symbol not found: _odd\n"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (NO_SYMBOL, ("fails", "WL304")),
        (NO_SYMBOL + "DYLD_LIBRARY_PATH: /odd/lib", ("undetermined", "WL206")),
        (NO_SYMBOL + "DYLD_LIBRARY_PATH is not set here", ("fails", "WL304")),
        (NO_SYMBOL.replace("_odd\n", "_libiconv_open\n"), ("undetermined", "WL206")),
        (
            NO_SYMBOL + "  Referenced from: /usr/lib/libodd.dylib\n  Expected in: /opt/odd/libx.dylib",
            ("fails", "WL206"),
        ),
        (NO_SYMBOL + "  Referenced from: /opt/liby.dylib\n  Expected in: /opt/odd/libx.dylib", ("fails", "WL304")),
    ],
)
def test_whose_library_was_taken_on_a_mac(text, answer):
    assert verdict(text) == answer


@pytest.mark.parametrize("said", ["'C:\\\\odd\\\\odd.dll'. Most likely", "odd.dll\nMost probably"])
def test_what_was_left_out_of_a_frozen_program(said):
    text = f"Failed to load dynlib/dll {said} this dynlib/dll was not found when the application was frozen."
    assert verdict(text)[1] in ("WL101", "WL201")


def test_gdal_tells_of_path_when_its_part_does_not_load():
    hint = "If gdalXXX.dll is in the PATH, then set the USE_PATH_FOR_GDAL_PYTHON=YES environment variable"
    assert verdict(DLL + hint) == ("undetermined", "WL202")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("odd: error while loading shared libraries: libopenjp2.so.7", ("undetermined", "WL202")),  # built there
        ("ImportError: libopenjp2.so.7", ("undetermined", "WL201")),
    ],
)
def test_a_library_of_distributions_that_may_have_been_built_there(text, answer):
    text += ": cannot open shared object file: No such file or directory\n"
    assert verdict(text) == ("fails", "WL201")
    assert verdict(text + "I ran `sudo make install` before.") == answer


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
