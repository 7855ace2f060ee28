"""What glibc, musl and CPython really say, read from a pasted traceback."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.support.gcc import SharedObject
from tests.support.logs import ran, read
from tests.support.musl import Program
from wontload.diagnosis.log.judging import LogDiagnosis

pytestmark = pytest.mark.oracle("gcc")

GONE = "libwontload_gone.so.3"


def traceback_of(path: Path) -> LogDiagnosis:
    """What is said of the traceback of a Python that loads a library."""
    return read(ran([sys.executable, "-I", "-c", f"import ctypes; ctypes.CDLL({str(path)!r})"]))


def laid(folder: Path, shared: SharedObject, name: str = "libfirst.so") -> Path:
    return Path(shutil.copy(shared.built(), folder / name))


def test_a_dependency_that_is_not_there_is_a_suspicion(tmp_path):
    answer = traceback_of(laid(tmp_path, SharedObject(needed=(GONE,))))
    assert (answer.verdict, answer.findings[0].code, answer.findings[0].subject) == ("undetermined", "WL201", GONE)
    assert answer.findings[0].evidence[0].data["said"].startswith(f"OSError: {GONE}")
    assert answer.would_settle[0].startswith(f"Run wontload which {GONE} on that machine")


def test_a_file_that_is_not_there_itself(tmp_path):
    answer = traceback_of(tmp_path / "libgone.so")
    assert (answer.verdict, answer.findings[0].code) == ("undetermined", "WL101")


def test_a_driver_that_is_not_there(tmp_path):
    answer = traceback_of(laid(tmp_path, SharedObject(needed=("libcuda.so.1",))))
    assert answer.findings[0].subject == "libcuda.so.1"
    assert (answer.verdict, answer.findings[0].code) == ("fails", "WL402")


def test_the_other_c_library(tmp_path):
    answer = traceback_of(laid(tmp_path, SharedObject(needed=("libc.musl-x86_64.so.1",))))
    assert (answer.verdict, answer.findings[0].code) == ("fails", "WL306")


@pytest.mark.parametrize(
    ("symbol", "code"),
    [
        ("_ZN3c106nobody4hereEv", "WL304"),
        ("__isoc23_wontload", "WL302"),
        ("PyWontload_Nothing", "WL501"),
        ("cublasWontload", "WL206"),
    ],
)
def test_a_symbol_that_nobody_has(tmp_path, symbol, code):
    answer = traceback_of(laid(tmp_path, SharedObject(uses=(symbol,))))
    assert (answer.verdict, answer.findings[0].code, answer.findings[0].subject) == ("fails", code, symbol)


def test_a_version_that_the_library_does_not_have(tmp_path):
    versioned = SharedObject(soname="libodd.so.1", defines=("odd",), versions=(("ODD_2", ("odd",)),))
    plain = SharedObject(soname="libodd.so.1", defines=("odd",), versions=(("ODD_1", ("odd",)),))
    first = laid(tmp_path, SharedObject(needed=(versioned,), uses=("odd",), runpath=str(tmp_path)))
    laid(tmp_path, plain, "libodd.so.1")
    answer = traceback_of(first)
    assert (answer.verdict, answer.findings[0].code) == ("undetermined", "WL206")
    assert "ODD_2" in answer.findings[0].title


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"version https://git-lfs.github.com/spec/v1\n" * 40, "WL104"), (b"\x7fELF", "WL102"), (b"", "WL102")],
)
def test_a_file_that_is_no_library(tmp_path, content, code):
    path = tmp_path / "libodd.so"
    path.write_bytes(content)
    answer = traceback_of(path)
    assert (answer.verdict, answer.findings[0].code, answer.findings[0].subject) == ("fails", code, "libodd.so")


def test_a_file_of_the_other_bitness(tmp_path):
    path = laid(tmp_path, SharedObject())
    data = bytearray(path.read_bytes())
    data[4] = 1  # EI_CLASS: ELFCLASS32
    path.write_bytes(data)
    answer = traceback_of(path)
    assert (answer.verdict, answer.findings[0].code) == ("fails", "WL103")


def test_a_script_of_the_package_s_own_name(tmp_path):
    script = tmp_path / "json.py"
    script.write_text("from json import loads\n")
    answer = read(ran([sys.executable, str(script)], tmp_path))
    assert (answer.verdict, answer.findings[0].code) == ("fails", "WL503")


def test_a_crash_tells_where_and_not_why(tmp_path):
    answer = read(ran([sys.executable, "-X", "faulthandler", "-c", "import ctypes; ctypes.string_at(0)"], tmp_path))
    assert (answer.verdict, answer.findings[0].code) == ("undetermined", "WL605")


def test_an_extension_without_its_initialiser(tmp_path):
    laid(tmp_path, SharedObject(), "odd.so")
    answer = read(ran([sys.executable, "-c", "import odd"], tmp_path, PYTHONPATH=str(tmp_path)))
    assert (answer.verdict, answer.findings[0].code) == ("fails", "WL501")
    assert "PyInit_odd" in answer.findings[0].title


@pytest.mark.oracle("musl")
def test_what_musl_says(tmp_path):
    absent = ran([str(Program().built()), str(laid(tmp_path, SharedObject(needed=(GONE,))))])
    answer = read(absent)
    assert (answer.verdict, answer.findings[0].code, answer.findings[0].subject) == ("undetermined", "WL201", GONE)
    glibc = ran([str(Program().built()), str(laid(tmp_path, SharedObject(uses=("__memcpy_chk",)), "libother.so"))])
    assert [(one.code, one.explains_error) for one in read(glibc).findings] == [("WL306", True)], glibc


@pytest.mark.oracle("musl")
def test_musl_has_no_room_for_static_tls(tmp_path):
    source = 'extern __thread int each __attribute__((tls_model("initial-exec"))); int *get(void) { return &each; }'
    owner = laid(tmp_path, SharedObject(source="__thread int each = 1;"), "libowner.so")
    user = laid(tmp_path, SharedObject(source=source, needed=(owner.name,), runpath="$ORIGIN"), "libuser.so")
    answer = read(ran([str(Program().built()), str(user)]))
    assert (answer.verdict, answer.findings[0].code) == ("fails", "WL602")
    assert answer.findings[0].title.startswith("libuser.so keeps thread-local variables")


def test_a_compiled_part_that_was_never_built(tmp_path):
    package = tmp_path / "site-packages" / "odd"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from odd import _core\n")
    answer = read(ran([sys.executable, "-c", "import odd"], tmp_path, PYTHONPATH=str(package.parent)))
    assert (answer.verdict, answer.findings[0].code) == ("undetermined", "WL504")
    assert "_core" in answer.findings[0].title
