"""Changes laid over a machine's files."""

from __future__ import annotations

from wontload.binary import Format, Image
from wontload.machine import Kind
from wontload.machine.memory import MemoryFiles
from wontload.machine.overlay import OverlayFiles

OLD = Image(format=Format.PE, architecture="x86", bits=32)
NEW = Image(format=Format.PE, architecture="x86_64", bits=64)


def disk() -> OverlayFiles:
    under = MemoryFiles(
        {r"C:\app\old.dll": OLD, r"C:\app\both.dll": OLD, r"C:\app\gone.dll": OLD}, complete=[r"C:\app"]
    )
    added = {r"c:\APP\Both.dll": NEW, r"C:\new\sub\fresh.dll": NEW}
    return OverlayFiles(under, added, windows=True, removed=[r"C:\App\Gone.dll"], complete=[r"C:\new\sub"])


def test_what_lies_over_wins():
    assert disk().image(r"C:\app\both.dll") is NEW
    assert disk().image(r"C:\app\old.dll") is OLD
    assert disk().image(r"C:\new\sub\fresh.dll") is NEW


def test_what_is_removed_is_absent_and_in_no_listing():
    assert disk().kind(r"c:\app\GONE.dll") is Kind.ABSENT
    assert disk().listing(r"C:\app") == ("old.dll", "Both.dll")


def test_new_directories_are_there():
    assert disk().kind(r"C:\new") is Kind.DIRECTORY
    assert disk().listing(r"C:\new") == ("sub",)
    assert disk().listing(r"C:\elsewhere") is None


def test_absence_is_told_where_either_knows_everything():
    assert disk().kind(r"C:\app\x.dll") is Kind.ABSENT
    assert disk().kind(r"C:\new\sub\x.dll") is Kind.ABSENT
    assert disk().kind(r"C:\new\x.dll") is Kind.UNKNOWN
    assert disk().kind(r"D:\x.dll") is Kind.UNKNOWN


def test_the_same_file_is_the_same_under_every_spelling():
    assert disk().identity(r"C:\app\both.dll") == disk().identity("c:/app/BOTH.dll")
    assert disk().identity(r"C:\app\both.dll") != disk().identity(r"C:\app\old.dll")
    assert disk().real(r"C:\app\both.dll") == r"C:\app\both.dll"
