"""WL306: built for musl and met glibc, or the reverse."""

from __future__ import annotations

from tests.support.machines import LINUX_PACKAGE, USR_LIB, broken, codes, data, diagnose, dlopen, linux, so, told
from wontload.binary import Defect
from wontload.diagnosis import Severity

LIBRARY = LINUX_PACKAGE + "/libfoo.so"
ALPINE = "libc.musl-x86_64.so.1"
MUSL = {"libc": "musl", "libc_version": "1.2.4", "default_directories": ("/lib", "/usr/lib")}


def test_alpines_name_on_glibc():
    (first,) = diagnose(linux({LIBRARY: so(ALPINE)}), dlopen(LIBRARY)).findings
    assert (first.code, first.severity, first.explains_error) == ("WL306", Severity.ERROR, True)
    assert first.title == "libfoo.so was built for musl, and this Python runs on glibc"
    assert (first.subject, first.chain, first.component) == ("libfoo.so", ("pkg", "libfoo.so"), "musl")
    assert data(first, "file", "needed") == [[ALPINE]]
    assert "manylinux wheel" in first.explanation
    assert "apt install" not in told(first)


def test_musls_own_name_where_a_linker_script_has_it():
    """`libc.so` of a C compiler's package is a text: glibc calls it an invalid ELF header."""
    script = broken(Defect.NOT_NATIVE, content="linker script", header=b"/* GNU ld script".ljust(64))
    files = {LIBRARY: so("libc.so"), USR_LIB + "/libc.so": script}
    answer = diagnose(linux(files), dlopen(LIBRARY))
    assert (codes(answer), answer.findings[0].explains_error) == (["WL306"], True)
    assert "invalid ELF header" in told(answer.findings[0])


def test_all_files_of_the_package_are_one_cause():
    files = {LIBRARY: so(ALPINE, "libbar.so", runpath=("$ORIGIN",)), LINUX_PACKAGE + "/libbar.so": so("libc.so")}
    (first,) = diagnose(linux(files), dlopen(LIBRARY)).findings
    assert (first.code, {first.subject, *first.also}) == ("WL306", {"libfoo.so", "libbar.so"})


MUSL_FILES = {"/usr/bin/python3.11": so(), "/lib/ld-musl-x86_64.so.1": so(soname="libc.so", exports=["malloc"])}


def test_a_glibc_library_on_musl_whose_loader_it_names():
    files = {**MUSL_FILES, LIBRARY: so("libc.so.6", "ld-linux-x86-64.so.2")}
    (first,) = diagnose(linux(files, system=MUSL), dlopen(LIBRARY)).findings
    assert (first.code, first.explains_error) == ("WL306", True)
    assert first.title == "libfoo.so was built for glibc, and this Python runs on musl"
    assert "musllinux wheel" in first.explanation


def test_a_glibc_library_on_musl_which_takes_libc_so_6_for_itself():
    """The name is no trouble to musl; the symbols are."""
    image = so("libc.so.6", takes=["__isoc23_strtol"], needs_versions=[("libc.so.6", "GLIBC_2.38")])
    answer = diagnose(linux({**MUSL_FILES, LIBRARY: image}, system=MUSL), dlopen(LIBRARY))
    assert (codes(answer), answer.findings[0].subject) == (["WL306"], "libfoo.so")


def test_is_silent_about_the_version_that_libgcc_calls_after_glibc_also_on_musl():
    files = {LIBRARY: so("libgcc_s.so.1", needs_versions=[("libgcc_s.so.1", "GLIBC_2.0")], takes=["nobody_has_it"])}
    gcc = {"/usr/lib/libgcc_s.so.1": so("libc.so", soname="libgcc_s.so.1", exports=["_Unwind_Resume"])}
    answer = diagnose(linux({**MUSL_FILES, **gcc, **files}, system=MUSL), dlopen(LIBRARY))
    assert codes(answer) == ["WL301"]


def test_is_silent_about_any_other_library_that_is_missing():
    assert codes(diagnose(linux({LIBRARY: so("libc.so.6", "libgone.so.1")}), dlopen(LIBRARY))) == ["WL201"]


def test_is_silent_where_the_program_itself_asks_for_musl():
    """A bare name that a program tries says nothing of a file that was built for it."""
    assert codes(diagnose(linux(), dlopen(ALPINE))) == ["WL201"]


def test_is_silent_where_it_fits():
    assert codes(diagnose(linux({LIBRARY: so("libc.so.6")}), dlopen(LIBRARY))) == []
