"""WL105: the file is there and may not be read. Where nobody may look, it is not known to be there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.machines import (
    LINUX_PACKAGE,
    LINUX_SITE,
    PACKAGE,
    broken,
    codes,
    ctypes_load,
    data,
    diagnose,
    dll,
    dlopen,
    linux,
    of_kind,
    saw,
    so,
    told,
    windows,
)
from wontload.binary import Defect
from wontload.diagnosis import Severity
from wontload.machine.inventory import Distribution, Inventory, RecordedFile

LLAMA = PACKAGE + r"\llama.dll"
GGML = PACKAGE + r"\ggml.dll"
LIBRARY = LINUX_PACKAGE + "/libfoo.so"


def test_windows_refuses_with_5():
    answer = diagnose(windows({LLAMA: dll("ggml.dll")}, denied=[GGML]), ctypes_load(LLAMA))
    (first,) = answer.findings
    assert (first.code, first.severity, first.explains_error) == ("WL105", Severity.ERROR, True)
    assert (first.subject, first.chain) == ("ggml.dll", ("pkg", "llama.dll", "ggml.dll"))
    assert "is there" in first.title
    assert data(first, "file", "path") == [GGML]
    assert data(first, "observed", "number") == [5]


def test_linux_passes_it_over_and_says_that_it_cannot_be_opened():
    """The dependency is no WL201: it is not nowhere."""
    machine = linux({LIBRARY: so("libbar.so")}, denied=["/opt/libbar.so"])
    (first,) = diagnose(machine, dlopen(LIBRARY, library_path="/opt")).findings
    assert (first.code, first.subject, first.explains_error) == ("WL105", "libbar.so", True)
    assert data(first, "file", "path") == ["/opt/libbar.so"]


def test_a_file_that_turns_out_to_be_unreadable():
    (first,) = diagnose(windows({LLAMA: broken(Defect.UNREADABLE)}), ctypes_load(LLAMA)).findings
    assert (first.code, first.subject) == ("WL105", "llama.dll")


def test_a_directory_that_nobody_may_enter_proves_nothing():
    """Of every name in it Linux says `permission denied`, whether it is there or not."""
    machine = linux({LIBRARY: so("libbar.so")}, denied=["/root/libbar.so"])
    machine = _unlisted(machine, "/root")
    (first,) = diagnose(machine, dlopen(LIBRARY, library_path="/root")).findings
    assert (first.code, first.subject) == ("WL201", "libbar.so")
    assert first.title == "libbar.so is in no directory that this user may look into"
    assert "/root may not be looked into" in told(first)


def test_what_an_installed_distribution_has_in_it_is_there():
    """Else a library is nowhere (WL201), and nobody opens the directory of `pip install` under a strict umask."""
    shut = LINUX_SITE + "/pkg.libs"
    path = shut + "/libbar.so"
    files = (RecordedFile(path=path, size_bytes=1),)
    inventory = Inventory(distributions=(Distribution(name="pkg", version="1.0", location=LINUX_SITE, files=files),))
    module = so("libbar.so", runpath=[shut])
    machine = replace(_unlisted(linux({LIBRARY: module}, denied=[path]), shut), inventory=inventory)
    (first,) = diagnose(machine, dlopen(LIBRARY)).findings
    assert (first.code, data(first, "file", "path")) == ("WL105", [path])
    assert "is installed, and the system does not let this user look into its directory" in first.title


def test_a_path_below_such_a_directory():
    machine = _unlisted(linux(denied=["/root/libfoo.so"]), "/root")
    (first,) = diagnose(machine, dlopen("/root/libfoo.so")).findings
    assert first.code == "WL105"
    assert "is there" not in first.title


def test_is_silent_where_another_copy_is_taken():
    files = {LIBRARY: so("libbar.so"), "/usr/lib/libbar.so": so()}
    machine = linux(files, denied=["/opt/libbar.so"])
    assert codes(diagnose(machine, dlopen(LIBRARY, library_path="/opt"))) == []


def _unlisted(machine, directory):
    """The machine, with a directory that may not be listed."""
    files = machine.files
    listing = files.listing
    files.listing = lambda path: None if path.rstrip("/") == directory else listing(path)
    return machine


NOEXEC = {"mounts": (("/", False), ("/home", True), ("/home/ada/free", False))}


def test_a_file_system_from_which_nothing_may_be_executed():
    (first,) = diagnose(linux({LIBRARY: so("libc.so.6")}, system=NOEXEC), dlopen(LIBRARY)).findings
    assert (first.code, first.subject, first.explains_error) == ("WL105", "libfoo.so", True)
    assert "noexec" in first.title
    assert of_kind(first, "file")[-1].text == "/home is mounted noexec"


def test_a_mount_that_a_search_path_leads_into_by_way_of_another_directory():
    """`$ORIGIN/../pkg.libs`, as wheels have it, and links: the path as it is spelled begins with no mount point."""
    mounts = {"mounts": (("/", False), (f"{LINUX_SITE}/pkg.libs", True))}
    own = LINUX_SITE + "/pkg.libs/libown.so"
    files = {LIBRARY: so("libown.so", runpath=("$ORIGIN/../pkg.libs",)), own: so("libc.so.6")}
    (first,) = diagnose(linux(files, system=mounts), dlopen(LIBRARY)).findings
    assert (first.code, first.subject, first.explains_error) == ("WL105", "libown.so", True)
    assert of_kind(first, "file")[-1].text == f"{LINUX_SITE}/pkg.libs is mounted noexec"


def test_a_mount_below_it_allows_it():
    library = "/home/ada/free/libfoo.so"
    assert codes(diagnose(linux({library: so("libc.so.6")}, system=NOEXEC), dlopen(library))) == []


def test_a_refusal_that_the_list_of_mounts_does_not_tell_of():
    """SELinux gives the same text."""
    text = f"{LIBRARY}: failed to map segment from shared object: Permission denied"
    answer = diagnose(linux({LIBRARY: so("libc.so.6")}), saw(dlopen(LIBRARY), succeeded=False, text=text))
    assert (codes(answer), answer.findings[0].explains_error) == (["WL105"], True)


def test_application_control_of_windows():
    answer = diagnose(windows({LLAMA: dll()}), saw(ctypes_load(LLAMA), succeeded=False, number=4551))
    (first,) = answer.findings
    assert (first.code, first.severity, first.explains_error) == ("WL105", Severity.ERROR, True)
    assert first.title == "the system does not let llama.dll or a library below it run"


def test_is_silent_about_other_numbers():
    answer = diagnose(windows({LLAMA: dll()}), saw(ctypes_load(LLAMA), succeeded=False, number=1450))
    assert "WL105" not in codes(answer)


def test_musl_says_so_in_other_words():
    musl = {"libc": "musl", "libc_version": "1.2.4", "default_directories": ("/lib",), **NOEXEC}
    files = {LIBRARY: so("libc.so"), "/usr/bin/python3.11": so(), "/lib/ld-musl-x86_64.so.1": so(soname="libc.so")}
    (first,) = diagnose(linux(files, system=musl), dlopen(LIBRARY)).findings
    assert (first.code, first.explains_error) == ("WL105", True)
    assert data(first, "observed", "text")[0].endswith("Operation not permitted")


@pytest.mark.parametrize("unreadable", [True, False], ids=["still held", "let go of since"])
def test_a_file_that_another_program_keeps_for_itself(unreadable: bool):
    """Windows' 32: one cause, and no disagreement with a model that knows no other programs."""
    files = {LLAMA: broken(Defect.UNREADABLE) if unreadable else dll()}
    answer = diagnose(windows(files), saw(ctypes_load(LLAMA), succeeded=False, number=32))
    (first,) = answer.findings
    assert (first.code, first.subject, first.explains_error) == ("WL105", "llama.dll", True)
    assert "in use by another program" in first.title
