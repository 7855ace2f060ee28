"""Disks in memory: what is known to be absent, and what is only not known."""

from __future__ import annotations

import pytest

from wontload.binary import Defect, Format, Image, MalformedImage
from wontload.machine import Kind, NotKnown
from wontload.machine.memory import MemoryFiles

IMAGE = Image(format=Format.PE, architecture="x86_64", bits=64)


def test_windows_paths_compare_without_case_and_with_either_slash():
    disk = MemoryFiles({r"C:\App\Bin\Foo.dll": IMAGE}, directories=[r"D:\Data"])
    for path in (r"C:\App\Bin\Foo.dll", "c:/APP/bin/foo.DLL", r"C:\App\.\x\..\Bin\Foo.dll", r"\\?\C:\App\Bin\Foo.dll"):
        assert disk.kind(path) is Kind.FILE
        assert disk.image(path) is IMAGE
        assert disk.identity(path) == disk.identity(r"c:\app\bin\foo.dll")
    assert disk.listing(r"c:\app") == ("Bin",), "as spelled on disk"
    assert disk.listing("C:\\") == ("App",)
    assert disk.kind("D:\\") is disk.kind(r"d:\data") is Kind.DIRECTORY
    assert disk.listing(r"C:\App\Bin\Foo.dll") is None
    assert disk.kind(r"C:\nowhere\x.dll") is Kind.ABSENT


def test_other_paths_compare_byte_for_byte():
    disk = MemoryFiles({"/lib/Foo.so": None, "/lib/foo.so": IMAGE}, windows=False)
    assert disk.listing("/lib") == ("Foo.so", "foo.so")
    assert disk.image("/lib/foo.so") is IMAGE
    assert disk.kind("/LIB") is Kind.ABSENT
    assert disk.kind("/lib\\foo.so") is Kind.ABSENT


def test_what_is_there_and_not_known():
    torn = MalformedImage("/lib/b.so", Defect.TRUNCATED, "it ends")
    disk = MemoryFiles({"/lib/a.so": None, "/lib/b.so": torn}, denied=["/lib/c.so"], windows=False)
    with pytest.raises(NotKnown):
        disk.image("/lib/a.so")
    with pytest.raises(MalformedImage, match="it ends"):
        disk.image("/lib/b.so")
    assert disk.kind("/lib/c.so") is Kind.DENIED
    assert disk.listing("/lib") == ("a.so", "b.so", "c.so")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (r"C:\known\a.dll", Kind.FILE),
        (r"C:\known\b.dll", Kind.ABSENT),
        (r"C:\known\no\such\b.dll", Kind.ABSENT),  # nothing can be below a directory that is not there
        (r"C:\partly\a.dll", Kind.FILE),
        (r"C:\partly\b.dll", Kind.UNKNOWN),
        (r"C:\elsewhere\b.dll", Kind.UNKNOWN),
        (r"D:\b.dll", Kind.UNKNOWN),
    ],
)
def test_absence_is_told_where_everything_is_known(path: str, kind: Kind):
    disk = MemoryFiles({r"C:\known\a.dll": IMAGE, r"C:\partly\a.dll": IMAGE}, complete=[r"c:\KNOWN"])
    assert disk.kind(path) is kind


def test_a_listing_that_is_not_whole_is_none():
    disk = MemoryFiles({r"C:\known\a.dll": IMAGE, r"C:\partly\a.dll": IMAGE}, complete=[r"C:\known"])
    assert disk.listing(r"C:\known") == ("a.dll",)
    assert disk.listing(r"C:\partly") is None


def test_links_are_followed_wherever_they_stand():
    links = {"/lib": "usr/lib", "/usr/lib/x.so": "x.so.1", "/usr/lib/x.so.1": "../real/x.so.1.2", "/loop": "/loop/a"}
    disk = MemoryFiles({"/usr/real/x.so.1.2": IMAGE}, links=links, windows=False)
    assert disk.real("/lib/x.so") == "/usr/real/x.so.1.2"
    assert disk.image("/lib/x.so") is IMAGE
    assert disk.identity("/lib/x.so") == disk.identity("/usr/real/x.so.1.2")
    assert "x.so" in (disk.listing("/lib") or ())
    assert disk.kind("/loop/x") is Kind.ABSENT


def test_a_deep_path_costs_no_recursion():
    path = "/" + "/".join(f"d{number}" for number in range(3000))
    disk = MemoryFiles({f"{path}/x.so": IMAGE}, windows=False)
    assert disk.kind(f"{path}/x.so") is Kind.FILE
    assert disk.listing("/d0") == ("d1",)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (r"C:\PROGRA~1\CUDA\x.dll", Kind.FILE),
        (r"c:\progra~1\cuda", Kind.DIRECTORY),
        (r"C:\Progra~1\cuda\ALONGN~1.DLL", Kind.FILE),
        (r"C:\Progra~1\cuda\alongn~1.pyd", Kind.UNKNOWN),  # as any 8.3 name that the listing does not explain
        (r"C:\twothi~1\a.dll", Kind.UNKNOWN),  # which of the two?
        (r"C:\tilde~1\a.dll", Kind.FILE),  # its own name
        (r"C:\program files\no~such.dll", Kind.ABSENT),
    ],
)
def test_names_of_8_3_characters(path: str, kind: Kind):
    r"""`C:\PROGRA~1` is what installers write into PATH: absent is no answer to it."""
    names = (r"Program Files\CUDA\x.dll", r"Program Files\CUDA\A long.name.dll", r"tilde~1\a.dll")
    names += (r"Two things\a.dll", r"Two things more\a.dll")
    files = MemoryFiles({f"C:\\{name}": IMAGE for name in names})
    assert files.kind(path) is kind
    if kind is Kind.FILE:
        assert files.image(path) is IMAGE
        assert files.identity(path).count("~") == path.count("tilde~")
