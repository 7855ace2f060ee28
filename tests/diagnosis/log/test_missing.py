"""What the name of a missing library, and the system that the text is of, say about where it is."""

from __future__ import annotations

import pytest

from tests.support.logs import codes, first, said, verdict

NO_FILE = ": cannot open shared object file: No such file or directory"
NOT_LOADED = "ImportError: dlopen(/Users/odd/_odd.so, 0x0002): Library not loaded: "
TRIED = (
    "OSError: dlopen({name}, 0x0006): tried: '{name}' (no such file), "
    "'/usr/lib/{name}' (no such file, not in dyld cache)"
)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        # The driver's library by the name that a linker uses: a machine with a driver need not have it.
        ("OSError: libcuda.so" + NO_FILE, ("undetermined", "WL402")),
        ("OSError: libcuda.so" + NO_FILE + "\n$ uname -r\n5.15.1-microsoft-standard", ("undetermined", "WL202")),
        ("OSError: libnvidia-ml.so" + NO_FILE + "\nI use WSL2.", ("undetermined", "WL202")),
        ("OSError: libcuda.so.1" + NO_FILE, ("fails", "WL402")),
        # Names that change with every release of the library.
        ("ImportError: libodd_core.so.4.7" + NO_FILE, ("undetermined", "WL204")),
        ("ImportError: libodd_thread.so.1.86.0" + NO_FILE, ("undetermined", "WL204")),
        ("ImportError: libodd8.5.so" + NO_FILE, ("undetermined", "WL204")),
        # An AppImage brings its own Python, which nobody installed there.
        (
            "/tmp/.mount_OddAbc/usr/bin/python3: error while loading shared libraries: libodd.so.3" + NO_FILE,
            ("undetermined", "WL201"),
        ),
        # CUDA of today, of which nothing says that it is there; and where something does.
        ("ImportError: libcudart.so.12" + NO_FILE, ("undetermined", "WL201")),
        ("$ ls /usr/local/cuda\nImportError: libcudart.so.12" + NO_FILE, ("undetermined", "WL202")),
        ("I have odd-1.0+cu124.\nImportError: libcudart.so.12" + NO_FILE, ("undetermined", "WL202")),
        ("ImportError: libodd.so.4" + NO_FILE, ("undetermined", "WL201")),
        # One without a version is no distribution's to run with: it was built on its own. Inside of a package it is
        # the package's.
        ("OSError: libodd.so: cannot open shared object file", ("undetermined", "WL202")),
        ("ImportError: /venv/lib/python3.11/site-packages/odd/libodd.so" + NO_FILE, ("undetermined", "WL101")),
        # What a wheel brings is named after its contents, and no system has it.
        ("ImportError: libodd-0cf96a72.so" + NO_FILE, ("undetermined", "WL504")),
        ("ImportError: libodd-0cf96a72.so.1.2.3" + NO_FILE, ("undetermined", "WL504")),
        ("ImportError: libodd-r0-0cf96a72.3.21.so" + NO_FILE, ("undetermined", "WL504")),
        ("ImportError: libodd-cafe.so" + NO_FILE, ("undetermined", "WL202")),
        ("OSError: libclntsh.so" + NO_FILE, ("undetermined", "WL201")),  # an installer's
        # Of what Python and the shell use, every system has some version.
        ("ImportError: libssl.so.3" + NO_FILE, ("undetermined", "WL204")),
        ("ImportError: libffi.so.8" + NO_FILE, ("undetermined", "WL204")),
        ("ImportError: libbz2.so.1.0" + NO_FILE, ("undetermined", "WL204")),
        ("ImportError: libportaudio.so.2" + NO_FILE, ("fails", "WL201")),
        # One of several versions that distributions have may be there in another.
        ("ImportError: libtiff.so.6" + NO_FILE, ("undetermined", "WL201")),
        # A program of the system's packages had what it needs when it was built.
        ("/usr/bin/odd: error while loading shared libraries: libodd.so.19" + NO_FILE, ("undetermined", "WL204")),
        ("/opt/odd/odd: error while loading shared libraries: libodd.so.19" + NO_FILE, ("undetermined", "WL201")),
    ],
)
def test_names_of_linux(text, answer):
    assert verdict(text) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        # cffi and ctypes try the names of every system: one of Linux says nothing on Windows, the number does.
        (
            "OSError: cannot load library 'libcairo.so.2': error 0x7e\n"
            "cannot load library 'C:\\odd\\libcairo-2.dll': error 0xc1",
            ("undetermined", "WL103"),
        ),
        (
            "OSError: cannot load library 'libpango-1.0.so.0': error 0x7e\n"
            "cannot load library 'C:\\odd\\libpango-1.0-0.dll': error 0x7f",
            ("undetermined", "WL206"),
        ),
    ],
)
def test_names_of_linux_that_are_tried_on_windows(text, answer):
    assert verdict(text) == answer


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (NOT_LOADED + "libodd.5.dylib\n  Referenced from: /Users/odd/_odd.so\n  Reason: image not found", "WL202"),
        (TRIED.format(name="libodd.dylib"), "WL202"),
        # Homebrew's folders were searched, so that it is not installed.
        (TRIED.format(name="libodd.dylib") + ", '/opt/homebrew/lib/libodd.dylib' (no such file)", "WL201"),
        (
            NOT_LOADED
            + "/usr/local/opt/odd/lib/libodd.5.dylib\n  Reason: tried: '/usr/local/opt/odd/lib/libodd.5.dylib'"
            " (no such file)\n$ which brew\n/opt/homebrew/bin/brew",
            "WL202",
        ),
        (
            NOT_LOADED + "/usr/local/opt/odd/lib/libodd.5.dylib\n  Reason: image not found\n"
            "I tried to install odd on my M1, and nothing happens.",
            "WL202",
        ),
        (
            NOT_LOADED + "/usr/local/opt/odd/lib/libodd.5.dylib\n  Reason: image not found\n"
            "I tried to install even on my M1, and nothing happens.",
            "WL201",
        ),
        (
            NOT_LOADED + "/usr/local/opt/odd/lib/libodd.5.dylib\n  Reason: image not found\n"
            "I tried to install odd on my old Mac.",
            "WL201",
        ),
        (NOT_LOADED + "/opt/homebrew/opt/odd/lib/libodd.5.dylib\n  Reason: tried: '/x' (no such file)", "WL201"),
        (NOT_LOADED + "/opt/homebrew/opt/odd/lib/libodd.5.2.0.dylib\n  Reason: tried: '/x' (no such file)", "WL204"),
        (NOT_LOADED + "@loader_path/.dylibs/libodd.5.dylib\n  Reason: image not found", "WL504"),
        (NOT_LOADED + "@loader_path/../odd.libs/libodd.5.dylib\n  Reason: image not found", "WL504"),
        (NOT_LOADED + "@loader_path/../lib/libodd.dylib\n  Reason: image not found", "WL201"),
        # The folder of a build, which is removed; a program of one file unpacks itself into another such folder.
        (NOT_LOADED + "/tmp/odd-build/lib/libodd.dylib\n  Reason: image not found", "WL202"),
        (NOT_LOADED + "/private/var/T/pip-req-build-1a2b3c/libodd.dylib\n  Reason: image not found", "WL202"),
        (NOT_LOADED + "/private/tmp/_MEI123456/libodd.dylib\n  Reason: image not found", "WL201"),
    ],
)
def test_where_dyld_does_not_look(text, code):
    assert verdict(text) == ("undetermined", code)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/Library/Frameworks/R.framework/Versions/4.2/Resources/lib/libR.dylib", "WL204"),
        ("/usr/local/opt/gcc/lib/gcc/5/libodd.3.dylib", "WL204"),
        ("/usr/local/opt/gcc/lib/gcc/current/libodd.3.dylib", "WL201"),
    ],
)
def test_a_folder_of_one_version_that_an_upgrade_took_away(path, code):
    assert verdict(NOT_LOADED + f"{path}\n  Reason: image not found") == ("undetermined", code)


@pytest.mark.parametrize(
    ("importer", "code"),
    [
        # Linked on another Mac, and delivered.
        ("/Library/Odd/shell/libodd_core.dylib", "WL201"),
        ("/Applications/Odd.app/Contents/MacOS/odd", "WL201"),
        ("/private/var/folders/a1/T/odd/base/bin/odd", "WL201"),
        # Linked here.
        ("/Library/Frameworks/Python.framework/Versions/3.13/lib/python3.13/site-packages/odd/_odd.so", "WL204"),
        ("/Users/odd/env/lib/python3.13/site-packages/odd/_odd.so", "WL204"),
    ],
)
def test_a_program_that_was_delivered_has_to_bring_what_homebrew_has(importer, code):
    text = NOT_LOADED + f"/usr/local/opt/odd/lib/libodd.5.2.dylib\n  Referenced from: {importer}\n  Reason: egal"
    assert verdict(text) == ("undetermined", code)


@pytest.mark.parametrize(
    ("package", "code"),
    [("/usr/local/lib/python3.12/site-packages/odd/_odd.so", "WL201"), ("/opt/odd/lib/_odd.so", "WL204")],
)
def test_a_library_of_an_environment_is_none_of_a_wheel_s_also_where_the_next_line_is_cut_off(package, code):
    text = f"ImportError: dlopen({package}, 0x0002): Library not loaded: @rpath/libgfortran.5.dylib"
    assert verdict(text) == ("undetermined", code)


def test_a_path_of_homebrew_with_a_number_may_be_of_a_version_that_is_gone():
    text = NOT_LOADED + "/opt/homebrew/opt/odd/lib/libodd.5.dylib\n  Reason: tried: '/x' (no such file)"
    assert codes(text)[:2] == ["WL201", "WL204"]
    assert "Homebrew" in first(text).explanation


@pytest.mark.parametrize(
    ("tried", "answer"),
    [
        # The link `opt/odd` leads to what is installed, and dyld looked there as well.
        ("'/opt/homebrew/Cellar/odd/6.1.0_1/lib/libodd.5.dylib' (no such file)", ("fails", "WL204")),
        ("'/opt/homebrew/Cellar/other/6.1.0/lib/libodd.5.dylib' (no such file)", ("undetermined", "WL201")),
        ("'/usr/local/lib/libodd.5.dylib' (no such file)", ("undetermined", "WL201")),
    ],
)
def test_an_installed_version_of_homebrew_in_which_dyld_looked_is_another_one(tried, answer):
    text = NOT_LOADED + f"/opt/homebrew/opt/odd/lib/libodd.5.dylib\n  Reason: tried: {tried}"
    assert verdict(text) == answer


@pytest.mark.parametrize(
    ("path", "code"),
    [("/opt/odd/lib/libodd.so", "WL103"), ("libodd.so.4", "WL202"), ("/usr/local/opt/odd/lib/libodd.dylib", "WL202")],
)
def test_a_file_that_is_there_and_that_glibc_passes_over_is_for_another_processor(path, code):
    text = f"OSError: {path}{NO_FILE}\nBut I am on that machine now and the file is there in its folder."
    assert verdict(text) == ("undetermined", code)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ('dlopen failed: couldn\'t map "/storage/odd/_odd.so" segment 2: Operation not permitted', ("fails", "WL105")),
        ('dlopen failed: library "libodd.so" not found: needed by /data/odd/_odd.so', ("undetermined", "WL201")),
        ('dlopen failed: cannot locate symbol "odd_new" referenced by "/data/odd/_odd.so"...', ("fails", "WL304")),
        ('dlopen failed: "/data/odd/_odd.so" is for EM_X86_64 (62) instead of EM_AARCH64 (183)', ("fails", "WL103")),
        ('dlopen failed: "/data/odd/_odd.so" is 64-bit instead of 32-bit', ("fails", "WL103")),
    ],
)
def test_the_loader_of_android(text, answer):
    assert verdict(text) == answer


def test_a_relative_path_is_one_from_the_working_directory():
    assert verdict("OSError: ../build/libodd.so.2" + NO_FILE) == ("undetermined", "WL202")
    assert "working directory" in first("OSError: ./odd.so" + NO_FILE).title
    assert "working directory" in first("ImportError: odds/_odd.so" + NO_FILE).title
    assert "working directory" not in first("OSError: site-packages/odd/_odd.so" + NO_FILE).title


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        # Cut off by what passed it on.
        ("Reasons: [/tmp/odd-64: libstdc++.so.6: cannot open shared obj.]", ("fails", "WL201")),
        ("odd: libodd.so.3: cannot open shared object…", ("undetermined", "WL201")),
        ("ImportError: libodd.so.3: cannot open shared object file: No", ("undetermined", "WL201")),
        # Markdown takes the first of two quotes away.
        ("odd: /usr/lib/libodd.so.1: version ODD_2.0' not found (required by odd)", ("undetermined", "WL206")),
        # Python, by who built it.
        ("Cannot load odd.so: libpython3.9.so.1.0" + NO_FILE, ("undetermined", "WL201")),
        ("./configure --enable-shared\nodd.so: libpython3.9.so.1.0" + NO_FILE, ("undetermined", "WL202")),
        (
            "Our Python is built without --enable-shared.\nodd.so: libpython3.9.so.1.0" + NO_FILE,
            ("undetermined", "WL201"),
        ),
        # In a prefix of its own, by its name.
        ("./configure --prefix=/opt/portaudio\nImportError: libportaudio.so.2" + NO_FILE, ("undetermined", "WL202")),
        ("$ ls /usr/local/include/libportaudio/\nImportError: libportaudio.so.2" + NO_FILE, ("undetermined", "WL202")),
        ("./configure --prefix=/opt/odd\nImportError: libportaudio.so.2" + NO_FILE, ("fails", "WL201")),
        # A program's own, beside it; and what goes on with each release.
        ("./odd: error while loading shared libraries: libodd-core.so.0" + NO_FILE, ("undetermined", "WL202")),
        ("./odd: error while loading shared libraries: libeven.so.0" + NO_FILE, ("undetermined", "WL201")),
        ("odd.so: libodd.so.155" + NO_FILE, ("undetermined", "WL204")),
        ("odd.so: libodd.so.15" + NO_FILE, ("undetermined", "WL201")),
        # A number of some release, and the one that Debian 12 has.
        ("libgdal.so.20" + NO_FILE, ("undetermined", "WL204")),
        ("libvpx.so.5" + NO_FILE, ("undetermined", "WL204")),
        ("libvpx.so.7" + NO_FILE, ("undetermined", "WL201")),
        ("odd 8.2.0 was built from source.\nlibodd.so.22" + NO_FILE, ("undetermined", "WL202")),
        ("libodd.so.22 is installed to /odd/lib.\nlibodd.so.22" + NO_FILE, ("undetermined", "WL202")),
        ("Is it installed to /odd/lib?\nlibodd.so.22" + NO_FILE, ("undetermined", "WL201")),
        # What the program itself says of LD_LIBRARY_PATH.
        (
            'You may need to run "export LD_LIBRARY_PATH=/x:$LD_LIBRARY_PATH"\nlibodd.so.0' + NO_FILE,
            ("undetermined", "WL202"),
        ),
        ("You may need to run `odd`. LD_LIBRARY_PATH is unset.\nlibodd.so.0" + NO_FILE, ("undetermined", "WL201")),
        # A folder that people gave to a variable, and what they only ask of it.
        ("I have specified the path in my .bashrc.\nlibodd.so.3" + NO_FILE, ("undetermined", "WL202")),
        ("I added its folder to LD_LIBRARY_PATH.\nlibodd.so.3" + NO_FILE, ("undetermined", "WL202")),
        ("I have not set LD_LIBRARY_PATH.\nlibodd.so.3" + NO_FILE, ("undetermined", "WL201")),
        # What a program asks of its reader is not what was done.
        ("- if you built from source, your compiler\nlibodd.so.3" + NO_FILE, ("undetermined", "WL201")),
        # The driver's library under the compiler's name, where the other name loads.
        (
            "<CDLL 'libcuda.so.1', handle 562f at 0x7f74>\nOSError: libcuda.so" + NO_FILE,
            ("undetermined", "WL202"),
        ),
        ("<CDLL 'libodd.so.1', handle 562f at 0x7f74>\nOSError: libcuda.so" + NO_FILE, ("undetermined", "WL402")),
        # A link that was made in the place of what was missing.
        (
            "libodd.so.3" + NO_FILE + "\nodd: /usr/lib/libodd.so.3: version `ODD_3' not found (required by odd)",
            ("undetermined", "WL204"),
        ),
        (
            "libeven.so.3" + NO_FILE + "\nodd: /usr/lib/libodd.so.3: version `ODD_3' not found (required by odd)",
            ("undetermined", "WL206"),
        ),
        # Of another Python than the text is of.
        ("Python 3.8.1\nUnable to import: libpython2.7.so.1.0" + NO_FILE, ("undetermined", "WL501")),
        ("Python 3.8.1\nUnable to import: libpython3.8.so.1.0" + NO_FILE, ("undetermined", "WL201")),
    ],
)
def test_what_else_a_text_tells_of_a_library(text, answer):
    assert verdict(text) == answer


@pytest.mark.parametrize(("number", "code"), [("72", "WL204"), ("126", "WL204"), ("16", "WL201"), ("1.2", "WL204")])
def test_a_high_number_of_homebrew_s_is_of_one_release(number, code):
    text = f"dyld: Library not loaded: /usr/local/opt/odd/lib/libodd.{number}.dylib\n  Reason: image not found"
    assert verdict(text) == ("undetermined", code)


def test_a_colon_on_the_next_line():
    text = "dyld: Library not loaded\n: /usr/local/odd/libodd.1.dylib\n  Referenced from: /usr/local/bin/odd"
    assert first(text).subject == "libodd.1.dylib"


@pytest.mark.parametrize("end", ["object file: None of them", "objects of art"])
def test_words_that_only_begin_as_the_loader_s(end):
    assert said(f"odd: libodd.so.3: cannot open shared {end}") == set()


@pytest.mark.parametrize(
    ("paths", "code"),
    [("/usr/lib/x86_64-linux-gnu/dri:\\$${ORIGIN}/dri:/usr/lib/dri", "WL303"), ("/usr/lib/dri", "WL101")],
)
def test_debian_has_mesa_s_drivers_where_it_has_libgl(paths, code):
    said = "libGL error: MESA-LOADER: failed to open oddgpu: /usr/lib/dri/oddgpu_dri.so"
    assert verdict(f"{said}{NO_FILE} (search paths {paths}, suffix _dri)") == ("undetermined", code)


def test_a_variable_that_the_program_sets_for_itself_comes_too_late():
    text = "os.environ['LD_LIBRARY_PATH'] = '/opt/odd/lib'\nctypes.CDLL('libodd.so.2')\nOSError: libodd.so.2" + NO_FILE
    assert verdict(text) == ("undetermined", "WL203")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("gcc -shared odd.o -L/opt/odd/lib -lodd -o _odd.so", "WL202"),
        ("gcc -shared odd.o -L /opt/odd/lib -lodd -o _odd.so", "WL202"),
        ("gcc -shared odd.o -L/opt/odd/lib -Wl,-rpath,/opt/odd/lib -lodd -o _odd.so", "WL201"),
        ("gcc -shared odd.o -L/usr/lib/x86_64-linux-gnu -lodd -o _odd.so", "WL201"),
        ("gcc -shared odd.o -L/opt/odd/lib -lother -o _odd.so", "WL201"),
        ("-- Installing: /opt/odd/lib/libodd.so.4", "WL202"),
    ],
)
def test_where_a_linker_found_a_library_or_an_installation_put_it(line, code):
    assert codes(line + "\nImportError: libodd.so.4" + NO_FILE)[0] == code


@pytest.mark.parametrize(
    ("where", "beside", "code"),
    [
        ("/home/pi/.local/lib/python3.11/site-packages/odd", "", "WL103"),
        ("/venv/lib/python3.11/site-packages/odd", "uname -m says aarch64.", "WL103"),
        ("/venv/lib/python3.11/site-packages/odd", "uname -m says x86_64.", "WL101"),
        ("/opt/odd", "uname -m says aarch64.", "WL101"),
    ],
)
def test_a_file_of_a_package_on_another_processor_than_a_pc(where, beside, code):
    assert verdict(f"OSError: {where}/libodd.so{NO_FILE}\n{beside}") == ("undetermined", code)


@pytest.mark.parametrize(
    ("program", "library", "code"),
    [
        ("/home/odd/.steam/steamapps/common/Odd/odd", "libodd.so", "WL504"),
        ("/home/odd/Odd/odd", "libodd.so", "WL202"),
        ("/home/odd/.steam/steamapps/common/Odd/odd", "libodd.so.3", "WL201"),  # may be a distribution's
    ],
)
def test_a_game_brings_the_libraries_that_no_distribution_has(program, library, code):
    assert verdict(f"{program}: error while loading shared libraries: {library}{NO_FILE}") == ("undetermined", code)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("You need to run `sudo ldconfig` first.", "WL202"),
        ("Running ldconfig after make helped.", "WL202"),
        ("After building the docker image and starting it:", "WL202"),
        ("We compile it in the container, then:", "WL202"),
        # What only lists, what was of no use, and what somebody has not done.
        ("I looked with ldconfig -p for it.", "WL201"),
        ("I ran ldconfig, which did not help.", "WL201"),
        ("We have not run ldconfig.", "WL201"),
    ],
)
def test_a_library_that_was_built_there_and_ldconfig(said, code):
    missing = "odd: error while loading shared libraries: libodd.so.5: cannot open shared object file: No such file"
    assert verdict(f"{said}\n{missing} or directory") == ("undetermined", code)


def test_dyld_does_not_know_the_word_that_linux_has_for_a_file_s_own_directory():
    sought = (
        "ImportError: dlopen(/odd.so, 0x2): Library not loaded: @rpath/libodd.1.2.dylib\n  Reason: tried: '{}/libodd"
    )
    assert verdict(sought.format("$ORIGIN/lib") + ".1.2.dylib' (no such file)") == ("undetermined", "WL202")
    assert verdict(sought.format("/opt/odd/lib") + ".1.2.dylib' (no such file)") != ("undetermined", "WL202")


@pytest.mark.parametrize(
    ("library", "code"),
    [("libtorch_cuda.so", "WL405"), ("libtorch_cuda_cu.so", "WL304"), ("libc10.so", "WL202")],
)
def test_a_part_of_torch_tells_by_its_place_in_the_list(library, code):
    """libtorch_cuda.so is asked for behind others of torch's, which were there; libc10.so before them."""
    text = f"ImportError: {library}: cannot open shared object file: No such file or directory"
    assert verdict(text) == ("undetermined", code)


@pytest.mark.parametrize(
    ("library", "reason", "code"),
    [
        ("Python3.framework/Versions/3.9/Python3", "image not found", "WL202"),
        ("libodd.dylib", "tried: '/usr/local/lib/libodd.dylib' (no such file)", "WL201"),
        ("libodd.dylib", "no LC_RPATH's found", "WL202"),
    ],
)
def test_an_rpath_that_a_macs_program_does_not_have(library, reason, code):
    text = f"dyld: Library not loaded: @rpath/{library}\n  Referenced from: /opt/odd/bin/odd\n  Reason: {reason}"
    assert codes(text)[0] == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The container's CPU lacks AVX2", "WL401"),
        ("This CPU does not support Advanced Vector Extensions", "WL401"),
        ("This CPU lacks AVX2, so that it will be slow", "WL903"),
        ("kernel: odd[7]: segfault at 10 ip 00007f21 sp 00007ffe error 4 in libodd.so.3[7f21+8000]", "WL605"),
    ],
)
def test_what_is_said_of_a_processor_and_of_a_crash(text, code):
    assert codes(text)[0] == code


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("pg_config=/usr/local/pgsql/bin/pg_config", ("undetermined", "WL202")),
        ("PATH has /opt/odd/bin/pg_config", ("undetermined", "WL202")),
        ("My PostgreSQL is in /usr/local/pgsql", ("undetermined", "WL202")),
        ("/usr/bin/pg_config", ("fails", "WL201")),
        ("/usr/local/bin/pg_config", ("fails", "WL201")),
        ("/usr/lib/postgresql/12/bin/pg_config", ("fails", "WL201")),
        ("/opt/odd/bin/mysql_config", ("fails", "WL201")),
    ],
)
def test_a_library_whose_own_prefix_is_named_lies_there(text, answer):
    missing = "ImportError: libpq.so.5: cannot open shared object file: No such file or directory"
    assert verdict(f"{missing}\n\n{text}") == answer


def test_a_library_without_its_ending_is_the_same_library():
    assert verdict("It fails as it can't find the required libssl.1.1") == ("undetermined", "WL204")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The code execution cannot proceed because pywintypes310.dll was not found.", "WL202"),
        ("python.exe - pythoncom38.dll is missing", "WL202"),
        ("python.exe - odd38.dll is missing", "WL201"),
    ],
)
def test_a_dll_that_a_package_brings_in_a_folder_that_it_adds(text, code):
    assert verdict(text) == ("undetermined", code)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Windows 10, CUDA v11.2.2, cuDNN v8.1.1", "WL202"),
        ("CUDA/cuDNN version: 11.2", "WL202"),
        ("I have CUDA 12.1", "WL204"),
        ("Download and install CUDA 11.2", "WL204"),
        ("| NVIDIA-SMI 511.23  Driver Version: 511.23  CUDA Version: 11.6 |", "WL204"),
        ("", "WL204"),
    ],
)
def test_a_dll_of_the_cuda_that_somebody_says_is_there(text, code):
    missing = (
        "W dso_loader.cc:64] Could not load dynamic library 'cudart64_110.dll'; dlerror: cudart64_110.dll not found"
    )
    assert verdict(f"{text}\n{missing}") == ("undetermined", code)


def test_what_pkgconf_does_not_find_and_the_compiler_in_few_words():
    assert verdict("Package 'cairo', required by 'virtual:world', not found") == ("undetermined", "WL505")
    assert verdict("It says Microsoft Visual C++ 14 is required.") == ("fails", "WL701")


def test_a_package_for_a_newer_numpy_does_not_find_its_compiled_part():
    umath = "ModuleNotFoundError: No module named 'numpy.core._multiarray_umath'\n"
    assert verdict(umath) == ("undetermined", "WL501")
    assert verdict(f"{umath}ImportError: numpy.core.multiarray failed to import") == ("undetermined", "WL304")


def test_a_module_of_python_s_own_as_somebody_tells_of_it():
    said = 'I get "DLL Load failed when importing _ssl: The specified module could not be found".'
    assert verdict(said) == ("undetermined", "WL202")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("malloc(): invalid size (unsorted)", "WL605"),
        ("*** stack smashing detected ***: terminated", "WL605"),
        ("Exception Type:  EXC_BREAKPOINT (SIGTRAP)", "WL605"),
        (" *** caught segfault ***", "WL605"),
        ("Received signal 11 SEGV_ACCERR 0000", "WL605"),
        ("odd[5] general protection fault ip:7f00 sp:7f01 error:0 in libodd.so.2[7f00+100]", "WL605"),
        ("Received signal 4 ILL_ILLOPN 7f00", "WL401"),
        ("Termination Reason: Namespace CODESIGNING, Code 4 Launch Constraint Violation", "WL105"),
        ("-bash: /opt/odd: cannot execute: required file not found", "WL306"),
        ("Program 'odd.exe' failed: The executable is not a valid application for this OS platform.", "WL103"),
        ("malloc() is a function", "WL903"),
    ],
)
def test_how_systems_and_programs_tell_of_an_end(text, code):
    assert codes(text)[0] == code
