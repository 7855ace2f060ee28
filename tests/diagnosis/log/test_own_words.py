"""What a writer says, what they quote, and what a log's lines are wrapped and prefixed with."""

from __future__ import annotations

import pytest

from tests.support.logs import codes, first, verdict
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
        "On both `ipython` and the command prompt they all work.",
        "It fails in the notebook, but not in ipython.",
        "As `python odd.py` it works fine.\nBut if I use vim or start it in PyCharm, it has that bug.",
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
    "remark",
    [
        "It does not work in the terminal either.",
        "It never worked from PyCharm.",
        "I run it in a terminal.",
        "It fails in the notebook and in ipython.",
        "It works fine. But with odd 2 it fails.",
    ],
)
def test_what_does_not_work_elsewhere_tells_nothing(remark):
    assert verdict(DLL + remark) == ("undetermined", "WL201")
    assert not works_elsewhere(remark)


@pytest.mark.parametrize(
    ("remark", "code"),
    [
        (
            "Warning:\nThis Python interpreter is in a conda environment, but the environment has\nnot been activated.",
            "WL202",
        ),
        ("I start conda's python.exe directly, without activating its environment.", "WL202"),
        ("With Miniconda this fails if the base environment isn't activated.", "WL202"),
        ("The import fails in a non-conda-activated shell.", "WL202"),
        ("My conda environment is activated.", "WL201"),
        ("Check whether conda is not activated there.", "WL201"),
        ("The licence is not activated.", "WL201"),
    ],
)
def test_an_environment_of_conda_that_is_not_activated_leaves_its_dlls_unsearched(remark, code):
    assert verdict(DLL + remark) == ("undetermined", code)
    assert ("not activated" in first(DLL + remark).title) == (code == "WL202")


@pytest.mark.parametrize(
    ("remark", "code"),
    [
        ('But when I run [LD_LIBRARY_PATH="/opt/odd/lib" python -c "import odd"], there is no error.', "WL202"),
        ("`LD_LIBRARY_PATH=/opt/odd/lib odd` works", "WL202"),
        ("With LD_LIBRARY_PATH=/opt/odd/lib odd the error is the same.", "WL201"),
    ],
)
def test_what_runs_with_the_variable_is_there(remark, code):
    assert verdict(MISSING + remark) == ("undetermined", code)


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
        ("has been installed with brew and I verified that all is up to date", "WL202"),
        ("I have already installed it via apt, and nothing changed since then", "WL202"),
        ("Python has been installed with brew, if that makes any difference here", "WL201"),
        ("I am not sure whether it is installed with brew on this one", "WL201"),
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
    "text",
    [
        "It says that it is missing this driver, oddruntime140.dll. I found it.",
        "The message is about not being able to find libodd2.0-0.",
        'core.py", line 9, in findusb.core.No BackendError: NO backend available',
    ],
)
def test_what_is_missing_in_the_writer_s_words(text):
    assert verdict(text) == ("undetermined", "WL201")


@pytest.mark.parametrize(
    "text",
    [
        "缺少api-ms-win-core-path-l1-1-0.dll",
        "提示api-ms-win-core-path-l1-1-0.dll找不到",
        "api-ms-win-core-path-l1-1-0.dll fehlt",
    ],
)
def test_a_part_of_windows_that_is_missing_in_other_languages(text):
    assert codes(text)[0] == "WL307"


@pytest.mark.parametrize(
    ("remark", "answer"),
    [
        ("After upgrading to the next release it does not start.", "WL204"),
        ("It was recently updated by the system.", "WL204"),
        ("sudo pacman -Syu", "WL204"),
        ("I upgraded pip.", "WL201"),
        ("After I upgraded odd: installing **odd-runtime3** fixes the issue.", "WL201"),
        ("It failed since the upgrade. Fixed it by installing odd-runtime3.", "WL201"),
        ("It fails since the upgrade. Installing odd-runtime3 does not help.", "WL204"),
        ("You should try it after an upgrade.", "WL201"),
        ("Upgrading Odd to v9.0.1 causes this at the start.", "WL204"),
        ("Upgrading pip to 9.1 causes nothing of the kind.", "WL201"),
        ("It was working fine yesterday.", "WL204"),
        ("I was working on it yesterday.", "WL201"),
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
        ("'C:\\\\odd.dll'. Most probably this dynlib/dll was not found when the application was frozen.", "WL504"),
    ],
)
def test_messages_of_other_programs(text, answer):
    assert verdict(text)[1] == answer


def test_a_variable_that_has_to_be_set_shows_where_the_library_is():
    text = "I had to export /opt/odd/lib into LD_LIBRARY_PATH first."
    assert verdict(MISSING + text) == ("undetermined", "WL202")


@pytest.mark.parametrize(
    ("installed", "answer"),
    [
        ("pip install torch --index-url https://download.pytorch.org/whl/cu118", "WL204"),
        ("Requirement already satisfied: nvidia-cublas-cu11==11.1", "WL204"),
        ("Requirement already satisfied: nvidia-cublas-cu12==12.1", "WL202"),
        ("NVIDIA-SMI 550 Driver Version: 550 CUDA Version: 13.0", "WL201"),  # what the driver takes
    ],
)
def test_what_is_installed_of_another_cuda(installed, answer):
    assert first(MISSING.replace("odd.so.3", "cudart.so.12") + installed).code == answer


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


@pytest.mark.parametrize(
    ("text", "answer"),
    [("I cannot import them both in one session.", "WL206"), ("Both odd and even import well.", "WL903")],
)
def test_two_packages_that_do_not_get_along(text, answer):
    assert verdict(text) == ("undetermined", answer)


def test_an_elf_header_of_a_file_without_a_name():
    assert verdict("It shows invalid ELF header.") == ("fails", "WL104")


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
    ("text", "answer"),
    [
        ("The second import of the two leads to a segfault here.", ("undetermined", "WL605")),
        ("It is about segfaults and what a segfault is", ("undetermined", "WL903")),
        ("AttributeError: module 'odd.part' has no attribute '__pyx_capi__'", ("undetermined", "WL304")),
        ("AttributeError: module 'odd.part' has no attribute 'part'", ("undetermined", "WL503")),
    ],
)
def test_a_crash_in_short_words_and_a_module_without_c_functions(text, answer):
    assert verdict(text) == answer


@pytest.mark.parametrize(
    "sentence",
    [
        "odd fails because libodd.so.3 is not there",
        "the image lacks libodd.so.3",
        "No libodd.so.3 in the container, and odd fails",
        "I get an error that libodd.so.3 could not be opened",
        "missing odd_1.dll when importing odd",
        "it is about libodd.so.3 not being found",
        "it can't load libodd.so.3",
    ],
)
def test_what_people_tell_of_a_library_that_was_not_found(sentence):
    assert verdict(sentence) == ("undetermined", "WL201")


def test_what_people_tell_does_not_stand_before_what_a_program_said():
    told = "It says that libGL.so.1 is not there.\n"
    assert verdict(told) == ("undetermined", "WL201")
    assert verdict(told + "odd.so: file too short") == verdict("odd.so: file too short")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("it segfaults when I run 'import odd'", "WL605"),
        ("it seg faults on import", "WL605"),
        ("it segfaults when I run 'import odd'. Changing the order of imports fixes it", "WL604"),
        ("it segfaults when I run 'import odd'. Two OpenMP runtimes are loaded there", "WL604"),
        ("Segmentation fault: odd and even each load a separate libomp.dylib", "WL604"),
        ("It ended by signal 11 (SIGSEGV) with duplicate libiomp5", "WL604"),
        ("Switching the imports helps. Else it dies of a seg fault", "WL604"),
        ("Switching the imports helps. Else the file is not read", "WL206"),
        ("Segmentation fault. odd is built with OpenMP", "WL605"),
        (
            "Process finished with exit code 139 (interrupted by signal 11: SIGSEGV). The other import order works",
            "WL604",
        ),
        ("It no longer segfaults on import", "WL903"),
        ("I like to read of segfaults", "WL903"),
    ],
)
def test_a_crash_as_a_verb(text, code):
    assert verdict(text) == ("undetermined", code)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("torch.cuda.is_available() = False in the official docker image", "WL406"),
        ("I'm inside a container: torch.cuda.is_available() is False", "WL406"),
        ("torch.cuda.is_available() = False in the docker image, with torch 2.1.0+cpu", "WL405"),
        ("torch.cuda.is_available() = False", "WL405"),
    ],
)
def test_a_container_gets_the_gpu_when_it_is_asked_for(text, code):
    assert verdict(text) == ("undetermined", code)
