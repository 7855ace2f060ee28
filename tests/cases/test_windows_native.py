"""Findings about starts, delay loads, debug builds and symbols, produced with mingw's DLLs under Wine.

What Wine does otherwise than documented Windows (a missing symbol does not stop a load there) is judged by the model of
Windows over the same files, and says so. Wine's own msvcp140.dll has no version, and it stands in for any other: WL305
is modelled alone.
"""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import mingw
from tests.support.downloads import wheel
from tests.support.machines import PACKAGE, codes, ctypes_load, data, diagnose
from tests.support.machines import windows as windows_machine
from tests.support.windows import WindowsPython, windows
from tests.support.windows_cli import why
from wontload.binary import read_image

pytestmark = [
    pytest.mark.oracle("wine"),
    pytest.mark.oracle("mingw"),
    pytest.mark.xdist_group("windows-case"),
]


@pytest.fixture
def folder(python: WindowsPython) -> Iterator[Path]:
    """A directory on the Windows drive, empty."""
    path = python.root / "native"
    path.mkdir()
    yield path
    shutil.rmtree(path)  # by the host: a `rmdir` under Wine that does not start, or finds a file open, leaves it there


def judge(python: WindowsPython, path: Path) -> tuple[int, dict[str, Any], list[str]]:
    status, answer = why(python, windows().to_windows(path))
    return status, answer, [finding["code"] for finding in answer["findings"]]


def test_a_debug_build(python: WindowsPython, folder: Path):
    library = mingw.dll(folder / "debug.dll", needs=["VCRUNTIME140D.dll", "ucrtbased.dll"])
    status, answer, found = judge(python, library)
    first = answer["findings"][0]
    assert (status, found, answer["error"]["number"]) == (1, ["WL209"], 126)
    assert {first["subject"], *first["also"]} == {"VCRUNTIME140D.dll", "ucrtbased.dll"}
    assert first["explains_error"]


@pytest.mark.parametrize(
    ("name", "code", "number"), [("x86.dll", "WL103", 193), ("pointer.dll", "WL104", 193), ("gone.dll", "WL101", 126)]
)
def test_a_file_that_is_no_dll_of_this_python(python: WindowsPython, folder: Path, name: str, code: str, number: int):
    mingw.dll(folder / "x86.dll", machine="x86")
    oid = "0" * 64
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 123456\n"
    (folder / "pointer.dll").write_text(pointer)
    status, answer, found = judge(python, folder / name)
    assert (status, found, answer["error"]["number"]) == (1, [code], number)
    assert answer["findings"][0]["subject"] == name


def test_a_dllmain_that_says_no(python: WindowsPython, folder: Path):
    mingw.dll(folder / "below.dll", init_fails=True)
    library = mingw.dll(folder / "above.dll", needs=["below.dll"])
    status, answer, found = judge(python, library)
    assert (status, found, answer["error"]["number"]) == (1, ["WL601"], 1114)
    first = answer["findings"][0]
    assert (first["subject"], "below.dll` tells." in first["explanation"]) == ("above.dll", True)
    status, answer, found = judge(python, folder / "below.dll")
    assert (status, found, answer["findings"][0]["subject"]) == (1, ["WL601"], "below.dll")


def executing(path: Path, code: str, before: str = "") -> Path:
    """A DLL whose start meets these bytes of code, with what else it does before."""
    source = path.with_suffix(".c")
    source.write_text(
        f"#include <windows.h>\n{before or '#define START'}\n"
        "BOOL WINAPI DllMain(HINSTANCE module, DWORD reason, LPVOID reserved) {\n"
        f'    if (reason == DLL_PROCESS_ATTACH) {{ START __asm__ volatile("nop; .byte {code}"); }} return TRUE; }}\n'
    )
    command = ["x86_64-w64-mingw32-gcc", "-shared", "-O1", "-o", str(path), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    return path


XOP, UD2 = "0x8f,0xe8,0x78,0xc0,0xc8,0x01", "0x0f,0x0b"  # no processor has XOP but AMD's of 2011 to 2015
TRIES = """
static LONG CALLBACK over(EXCEPTION_POINTERS *it) {
    if (it->ExceptionRecord->ExceptionCode != 0xC000001D) return EXCEPTION_CONTINUE_SEARCH;
    it->ContextRecord->Rip += 2;
    return EXCEPTION_CONTINUE_EXECUTION;
}
#define START AddVectoredExceptionHandler(1, over);
"""


def test_an_instruction_that_the_processor_refuses(python: WindowsPython, folder: Path):
    library = executing(folder / "fast.dll", XOP)
    status, answer, found = judge(python, library)
    first = answer["findings"][0]
    assert (status, found, first["subject"]) == (1, ["WL401"], "fast.dll")
    assert answer["error"]["text"] == "[WinError -1073741795] Windows Error 0xc000001d"
    (told,) = [one for one in first["evidence"] if "code" in one]
    assert told["flags"] == ["xop"]
    assert told["path"] == windows().to_windows(library)
    data, code = library.read_bytes(), bytes.fromhex(told["code"])
    assert data[told["offset"] - 1 :][: len(code) + 1] == b"\x90" + code, "it stands where it is said to stand"


def test_a_function_that_uses_what_the_processor_lacks(python: WindowsPython, folder: Path):
    """As llama_cpp's first call does: the load itself went well."""
    library, source = folder / "later.dll", folder / "later.c"
    source.write_text(f'__declspec(dllexport) int go(void) {{ __asm__ volatile(".byte {XOP}"); return 1; }}')
    subprocess.run(["x86_64-w64-mingw32-gcc", "-shared", "-o", str(library), str(source)], check=True)
    (folder / "later.py").write_text(f"import ctypes\nctypes.CDLL({windows().to_windows(library)!r}).go()\n")
    (python.site_packages / "native.pth").write_text(windows().to_windows(folder))
    try:
        status, answer = why(python, "later")
    finally:
        (python.site_packages / "native.pth").unlink()
    assert (status, [one["code"] for one in answer["findings"]]) == (1, ["WL401"])
    assert answer["findings"][0]["subject"] == "later.dll"


def test_a_trap_is_none_of_the_processors(python: WindowsPython, folder: Path):
    _, answer, found = judge(python, executing(folder / "trap.dll", UD2))
    assert found == ["WL601"]
    assert any("is a trap (ud2)" in one["text"] for one in answer["findings"][0]["evidence"])


def test_a_program_that_tries_out_instructions_is_left_alone(python: WindowsPython, folder: Path):
    status, answer, found = judge(python, executing(folder / "tries.dll", UD2, TRIES))
    assert (status, answer["verdict"], found) == (0, "loads", [])


def test_a_dllmain_that_touches_what_is_not_its(python: WindowsPython, folder: Path):
    """LoadLibrary makes 998 of the access violation."""
    _, answer, found = judge(python, executing(folder / "touches.dll", "0xc6,0x04,0x25,0x08,0x00,0x00,0x00,0x01"))
    assert (found, answer["error"]["number"]) == (["WL601"], 998)
    assert "0xC0000005" in answer["findings"][0]["title"]


def test_a_dllmain_that_stops_at_a_breakpoint(python: WindowsPython, folder: Path):
    """What V8 and Chromium's code do where a check of theirs fails; the status is a warning by its two highest bits."""
    _, answer, found = judge(python, executing(folder / "stops.dll", "0xcc"))
    assert (found, answer["error"]["number"]) == (["WL601"], 0x80000003 - (1 << 32))
    assert "STATUS_BREAKPOINT" in answer["findings"][0]["title"]


def test_a_delay_loaded_library_is_missing(python: WindowsPython, folder: Path):
    library = mingw.dll(folder / "lazy.dll", delay=["never-there.dll"])
    status, answer, found = judge(python, library)
    first = answer["findings"][0]
    assert (status, answer["verdict"], found) == (0, "loads", ["WL207"])
    assert (first["severity"], first["subject"]) == ("note", "never-there.dll")


def test_a_missing_symbol_which_wine_lets_pass(python: WindowsPython, folder: Path):
    """The same two files on documented Windows, which ends such a load in 127: only the model says so."""
    provider = mingw.dll(folder / "provider.dll", exports=["old"])
    user = mingw.dll(folder / "user.dll", needs=[("provider.dll", ["old", "new"])])
    assert judge(python, user)[0] == 0
    files = {PACKAGE + rf"\{path.name}": read_image(str(path)) for path in (provider, user)}
    answer = diagnose(windows_machine(files), ctypes_load(PACKAGE + r"\user.dll"))
    assert codes(answer) == ["WL301"]
    assert data(answer.findings[0], "observed", "number") == [127]
    assert answer.findings[0].subject == "new"


def test_a_missing_ordinal_likewise(folder: Path):
    provider = mingw.dll(folder / "provider.dll")
    user = mingw.dll(folder / "user.dll", needs=[("provider.dll", [9])])
    files = {PACKAGE + rf"\{path.name}": read_image(str(path)) for path in (provider, user)}
    answer = diagnose(windows_machine(files), ctypes_load(PACKAGE + r"\user.dll"))
    assert (codes(answer), data(answer.findings[0], "observed", "number")) == (["WL301"], [182])


def test_two_openmp_runtimes(python: WindowsPython, folder: Path):
    """Intel's own, in two packages. The process is ended by the runtime itself, which says why on stderr."""
    with zipfile.ZipFile(wheel("intel-openmp-windows")) as archive:
        library = archive.read(next(name for name in archive.namelist() if name.endswith("/libiomp5md.dll")))
    for name in ("one_omp", "two_omp"):
        (folder / name).mkdir()
        (folder / name / "libiomp5md.dll").write_bytes(library)
        load = "ctypes.CDLL(os.path.join(os.path.dirname(__file__), 'libiomp5md.dll')).omp_get_max_threads()\n"
        (folder / name / "__init__.py").write_text("import ctypes, os\n" + load)
    (folder / "both_omp.py").write_text("import one_omp, two_omp\n")
    (python.site_packages / "native.pth").write_text(windows().to_windows(folder))
    try:
        status, answer = why(python, "both_omp")
    finally:
        (python.site_packages / "native.pth").unlink()
    first = answer["findings"][0]
    assert (status, first["code"], first["subject"].lower()) == (1, "WL604", "libiomp5md.dll")
    assert any("OMP: Error #15" in evidence["text"] for evidence in first["evidence"])


HOLDS = (
    "import ctypes, sys; k = ctypes.WinDLL('kernel32'); k.CreateFileW.restype = ctypes.c_void_p; "
    "print(k.CreateFileW(ctypes.c_wchar_p(sys.argv[1]), 0x80000000, 0, None, 3, 0, None), flush=True); sys.stdin.read()"
)


def test_a_file_that_another_program_keeps_for_itself(python: WindowsPython, folder: Path):
    """CreateFile without a share mode, as an antivirus program has a file: error 32, and no fix of ours."""
    path = windows().to_windows(mingw.dll(folder / "held.dll"))
    other = windows().start([python.exe, "-c", HOLDS, path])
    try:
        assert other.stdout is not None
        assert other.stdout.readline().strip() != "-1"
        status, answer = why(python, path)
    finally:
        other.communicate()
    (first,) = answer["findings"]
    assert (status, first["code"], answer["error"]["number"], answer["fixes"]) == (1, "WL105", 32, [])
    assert "in use by another program" in first["title"]
