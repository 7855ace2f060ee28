"""Findings about symbols, versions, starts and records, each produced for real on this Linux and read from the tool."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.cli import python311, unpack, why
from tests.support.debian import newer_glibc, python_on
from tests.support.downloads import wheel
from tests.support.gcc import SharedObject
from tests.support.packages import pip, virtual_environment, wheel_of

pytestmark = pytest.mark.oracle("gcc")

LOADS = "import ctypes, os\nhere = os.path.dirname(__file__)\n"


def diagnose(target: str | Path, site: Path | None = None, **environment: str) -> tuple[int, dict, dict]:
    """Exit status, the answer, and its first finding."""
    variables = {"PYTHONPATH": str(site), **environment} if site else environment
    status, answer = why(str(target), "--python", python311(), **variables)
    return status, answer, answer["findings"][0] if answer["findings"] else {}


def codes(answer: dict) -> list[str]:
    return [finding["code"] for finding in answer["findings"]]


def put(path: Path, content: SharedObject | bytes | str) -> Path:
    """A file, with the directories above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.bytes() if isinstance(content, SharedObject) else content
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return tmp_path / "lib" / "site-packages"


def needs_version(library: str, version: str) -> SharedObject:
    """A shared object that takes one function of `library` in a version that only a stub of it has."""
    stub = SharedObject(soname=library, defines=("from_later",), versions=((version, ("from_later",)),))
    return SharedObject(needed=(stub,), uses=("from_later",))


def test_glibc_is_too_old(tmp_path: Path):
    library = put(tmp_path / "libfoo.so", needs_version("libc.so.6", "GLIBC_2.99"))
    status, answer, first = diagnose(library)
    assert (status, codes(answer)) == (1, ["WL302"])
    assert (first["subject"], first["component"], first["explains_error"]) == ("GLIBC_2.99", "glibc 2.99", True)
    assert "version `GLIBC_2.99' not found" in answer["error"]["text"]


def test_glibc_is_too_old_for_a_symbol_without_a_version(tmp_path: Path):
    """`__isoc23_strtoll` is of 2.38. Where this glibc has it, it loads."""
    library = put(tmp_path / "libfoo.so", SharedObject(uses=("__isoc23_strtoll",)))
    status, answer, first = diagnose(library)
    assert (status, codes(answer)) in ((1, ["WL302"]), (0, []))
    assert status == 0 or first["component"] == "glibc 2.38"


def test_libstdcxx_is_too_old(tmp_path: Path):
    library = put(tmp_path / "libfoo.so", needs_version("libstdc++.so.6", "GLIBCXX_3.4.99"))
    status, answer, first = diagnose(library)
    assert (status, codes(answer)) == (1, ["WL303"])
    assert first["subject"] == "GLIBCXX_3.4.99"
    assert "GLIBCXX_3.4.99' not found" in answer["error"]["text"]


def test_a_sister_package_of_another_version(site: Path):
    """`Error(Where)` became `Error(Where, How)`: the extension was built for the one, and the other is installed."""
    old, new = "_ZN4host5ErrorC1ENS_5WhereE", "_ZN4host5ErrorC1ENS_5WhereENS_3HowE"
    linked = SharedObject(soname="libhost.so", defines=(new,))
    put(site / "host/lib/libhost.so", SharedObject(soname="libhost.so", defines=(old,)))
    put(site / "host/__init__.py", "")
    put(site / "host-2.1.0.dist-info/METADATA", "Name: host\nVersion: 2.1.0\n")
    library = put(site / "plugin/_c.so", SharedObject(needed=(linked,), uses=(new,), runpath="$ORIGIN/../host/lib"))
    status, answer, first = diagnose(library)
    assert (status, codes(answer)) == (1, ["WL304"])
    assert "host::Error::Error" in first["title"]
    assert "host 2.1.0" in first["explanation"]
    assert any(one.get("symbol") == old for one in first["evidence"])


def test_a_symbol_that_is_nowhere(tmp_path: Path):
    linked = SharedObject(soname="libbar.so", defines=("bar_new",))
    put(tmp_path / "libbar.so", SharedObject(soname="libbar.so", defines=("bar_old",)))
    library = put(tmp_path / "libfoo.so", SharedObject(needed=(linked,), uses=("bar_new",), runpath="$ORIGIN"))
    status, answer, first = diagnose(library)
    assert (status, codes(answer), first["subject"]) == (1, ["WL301"], "bar_new")


def test_an_older_copy_wins(tmp_path: Path):
    """LD_LIBRARY_PATH comes before the RUNPATH, as in a shell that some other program has set up."""
    new = SharedObject(soname="libbar.so.1", defines=("bar",), versions=(("BAR_2", ("bar",)),))
    old = SharedObject(soname="libbar.so.1", defines=("bar",), versions=(("BAR_1", ("bar",)),))
    better = put(tmp_path / "own/libbar.so.1", new)
    put(tmp_path / "old/libbar.so.1", old)
    library = put(tmp_path / "libfoo.so", SharedObject(needed=(new,), uses=("bar",), runpath="$ORIGIN/own"))
    assert diagnose(library)[0] == 0
    status, answer, first = diagnose(library, LD_LIBRARY_PATH=str(tmp_path / "old"))
    assert (status, codes(answer), first["subject"]) == (1, ["WL206"], "libbar.so.1")
    assert [one["path"] for one in first["evidence"] if one["kind"] == "copy"] == [str(better)]


def test_a_module_that_takes_another_pythons_api(site: Path):
    put(site / "mod.abi3.so", SharedObject(uses=("_PyNobody_HasThis",), source="void *PyInit_mod(void) { return 0; }"))
    status, answer, first = diagnose("mod", site)
    assert (status, codes(answer), first["subject"]) == (1, ["WL501"], "_PyNobody_HasThis")


@pytest.mark.oracle("musl")
def test_a_library_for_musl(tmp_path: Path):
    source = "#include <stdlib.h>\nvoid *give(void) { return malloc(9); }"
    library = tmp_path / "libfoo.so"
    command = ["musl-gcc", "-x", "c", "-shared", "-fPIC", "-", "-o", str(library)]
    subprocess.run(command, input=source, text=True, check=True)
    status, answer, first = diagnose(library)
    assert (status, codes(answer), first["subject"]) == (1, ["WL306"], "libfoo.so")
    assert "libc.so" in answer["error"]["text"]  # absent, or a linker script where a C compiler is installed


def test_static_tls_is_used_up(site: Path):
    """Two libraries of 1,000 bytes each, where glibc spares 1,664."""
    for name in ("first", "second"):
        source = f"__thread char {name}_block[1000]; char *give_{name}(void) {{ return {name}_block; }}"
        target = site / "pkg" / f"lib{name}.so"
        target.parent.mkdir(parents=True, exist_ok=True)
        command = ["gcc", "-x", "c", "-shared", "-fPIC", "-ftls-model=initial-exec", "-", "-o", str(target)]
        subprocess.run(command, input=source, text=True, check=True)
    put(site / "pkg/__init__.py", LOADS + "for n in ('first', 'second'): ctypes.CDLL(f'{here}/lib{n}.so')\n")
    status, answer, first = diagnose("pkg", site)
    assert (status, codes(answer), first["subject"]) == (1, ["WL602"], "libsecond.so")
    assert any(one.get("path", "").endswith("libfirst.so") and one.get("bytes") == 1000 for one in first["evidence"])
    status, *_ = diagnose("pkg", site, GLIBC_TUNABLES="glibc.rtld.optional_static_tls=4096")
    assert status == 0


@pytest.mark.oracle("apt")
def test_an_executable_stack_under_glibc_2_41(tmp_path: Path):
    """Debian 13's own loader runs the interpreter. On an older glibc the same file loads."""
    library = tmp_path / "libstack.so"
    command = ["gcc", "-x", "c", "-shared", "-fPIC", "-z", "execstack", "-", "-o", str(library)]
    subprocess.run(command, input="int give(void) { return 1; }", text=True, check=True)
    python = python_on(newer_glibc(), tmp_path / "python")
    status, answer = why(str(library), "--python", str(python))
    first = answer["findings"][0]
    assert (status, codes(answer), first["subject"]) == (1, ["WL603"], "libstack.so")
    assert "cannot enable executable stack" in answer["error"]["text"]
    assert "glibc 2.41" in first["explanation"]
    tuned = why(str(library), "--python", str(python), GLIBC_TUNABLES="glibc.rtld.execstack=2")
    assert (tuned[0], codes(tuned[1])) == (0, [])


def test_two_openmp_runtimes(site: Path):
    """Intel's own, out of its wheel, in two packages."""
    with zipfile.ZipFile(wheel("intel-openmp-linux")) as archive:
        data = archive.read(next(name for name in archive.namelist() if name.endswith("libiomp5.so")))
    for name in ("one", "two"):
        put(site / name / "libiomp5.so", data)
        put(site / name / "__init__.py", LOADS + "ctypes.CDLL(f'{here}/libiomp5.so').omp_get_max_threads()\n")
    put(site / "both.py", "import one, two\n")
    status, answer, first = diagnose("both", site)
    assert (status, codes(answer)) == (1, ["WL604"])
    assert (first["subject"], first["explains_error"]) == ("libiomp5.so", True)
    assert "those of one and two" in first["title"]
    assert any("OMP: Error #15" in one["text"] for one in first["evidence"])
    assert diagnose("one", site)[0] == 0


HELPER = {"1": SharedObject(soname="libhelper.so", defines=("run",))}
HELPER["2"] = SharedObject(soname="libhelper.so", defines=("run", "walk"), bulk_bytes=5000)


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """A virtual environment; pip installs into it what the tests make."""
    return virtual_environment(tmp_path / "venv")


def package(directory: Path, name: str, uses: str, helper: SharedObject) -> Path:
    """A wheel of `pkg`, whose library takes `uses` from the helper beside it."""
    library = SharedObject(needed=(HELPER["2"],), uses=(uses,), runpath="$ORIGIN")
    init = LOADS + "ctypes.CDLL(f'{here}/_c.so')\n"
    files = {"pkg/__init__.py": init, "pkg/_c.so": library.bytes(), "pkg/libhelper.so": helper.bytes()}
    return wheel_of(directory, name, files)


def site_of(python: Path) -> Path:
    return next((python.parent.parent / "lib").glob("python*/site-packages"))


def of(python: Path) -> tuple[int, dict, dict]:
    status, answer = why("pkg", "--python", str(python))
    return status, answer, answer["findings"][0] if answer["findings"] else {}


def test_two_distributions_over_one_package(tmp_path: Path, python: Path):
    """`pkg-lite` brings the same files with an older helper, and was installed last; then half of `pkg` came again."""
    whole, lite = package(tmp_path, "pkg", "walk", HELPER["2"]), package(tmp_path, "pkg_lite", "run", HELPER["1"])
    pip(python, "install", "--no-index", "--no-deps", whole)
    assert of(python)[0] == 0
    pip(python, "install", "--no-index", "--no-deps", lite)
    assert codes(of(python)[1]) == ["WL502"]
    with zipfile.ZipFile(whole) as archive:
        archive.extract("pkg/_c.so", site_of(python))
    status, answer, first = of(python)
    assert (status, codes(answer)) == (1, ["WL502"])
    assert (first["subject"], first["explains_error"]) == ("libhelper.so", True)
    assert "pip uninstall pkg pkg_lite" in first["explanation"]


def test_the_removal_of_one_takes_the_files_of_both(tmp_path: Path, python: Path):
    pip(python, "install", "--no-index", "--no-deps", package(tmp_path, "pkg", "walk", HELPER["2"]))
    pip(python, "install", "--no-index", "--no-deps", package(tmp_path, "pkg_lite", "run", HELPER["1"]))
    init = (site_of(python) / "pkg/__init__.py").read_text()
    pip(python, "uninstall", "-y", "pkg_lite")
    put(site_of(python) / "pkg/__init__.py", init)  # an editor's copy; without it the package is not there at all
    status, answer, first = of(python)
    assert (status, codes(answer), first["subject"]) == (1, ["WL504"], "_c.so")
    assert "pkg==1.0" in first["explanation"]


def test_a_dependency_that_record_lists_is_gone(tmp_path: Path, python: Path):
    pip(python, "install", "--no-index", "--no-deps", package(tmp_path, "pkg", "walk", HELPER["2"]))
    (site_of(python) / "pkg/libhelper.so").unlink()
    status, answer, first = of(python)
    assert (status, codes(answer), first["subject"]) == (1, ["WL504"], "libhelper.so")
    assert {one["kind"] for one in first["evidence"]} >= {"searched", "record", "looked"}


def test_a_file_of_another_version_was_put_in_its_place(tmp_path: Path, python: Path):
    pip(python, "install", "--no-index", "--no-deps", package(tmp_path, "pkg", "walk", HELPER["2"]))
    put(site_of(python) / "pkg/libhelper.so", HELPER["1"])
    status, answer, first = of(python)
    assert (status, codes(answer), first["subject"]) == (1, ["WL504"], "libhelper.so")
    assert "is not the file that pkg 1.0 installed" in first["title"]


def test_an_extension_module_that_record_lists_is_gone(tmp_path: Path, python: Path):
    module = SharedObject(source="void *PyInit__c(void) { return 0; }").bytes()
    files = {"pkg/__init__.py": "from pkg import _c\n", "pkg/_c.abi3.so": module}
    pip(python, "install", "--no-index", "--no-deps", wheel_of(tmp_path, "pkg", files))
    (site_of(python) / "pkg/_c.abi3.so").unlink()
    shutil.rmtree(site_of(python) / "pkg/__pycache__", ignore_errors=True)
    status, answer, first = of(python)
    assert (status, codes(answer), first["subject"]) == (1, ["WL504"], "_c.abi3.so")


def test_a_file_system_that_forbids_execution(tmp_path: Path):
    """In a mount namespace of its own, so that the mount is gone with the process."""
    if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
        pytest.skip("mounting takes rights that this process does not have")
    library = put(tmp_path / "libfoo.so", SharedObject(defines=("give",)))
    script = 'mount -t tmpfs -o noexec tmpfs "$0" && cp "$1" "$0/" && shift && exec "$@"'
    mounted = tmp_path / "mounted"
    mounted.mkdir()
    tool = [sys.executable, "-m", "wontload", str(mounted / "libfoo.so"), "--python", python311(), "--json"]
    command = ["unshare", "-m", "sh", "-c", script, str(mounted), str(library), *tool]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    answer = json.loads(done.stdout)
    assert (done.returncode, codes(answer), answer["findings"][0]["subject"]) == (1, ["WL105"], "libfoo.so")
    assert answer["loads"][0]["simulated"]["error"] == answer["error"]["text"]


def test_a_real_wheel_for_musl(site: Path):
    """Its extension module by path: an import passes it over for its name, which is WL501."""
    library = next((unpack(site, "greenlet-musl") / "greenlet").glob("_greenlet*.so"))
    status, answer, first = diagnose(library)
    assert (status, codes(answer), first["subject"]) == (1, ["WL306"], library.name)
    assert "manylinux" in first["explanation"]
    _, answer, first = diagnose("greenlet", site)
    assert first["code"] == "WL501"
    (again,) = [one for one in answer["advice"] if one["id"] == "reinstall"]
    assert again["works_here"] is None  # pip would take another wheel
    assert "another wheel" in again["why"]


def test_a_program_under_a_librarys_name(tmp_path: Path):
    library = tmp_path / "libprogram.so"
    command = ["gcc", "-x", "c", "-", "-o", str(library)]
    subprocess.run(command, input="int main(void) { return 0; }", text=True, check=True)
    status, answer, first = diagnose(library)
    assert (status, codes(answer), first["subject"]) == (1, ["WL104"], "libprogram.so")
    assert "program" in first["title"]


def test_asking_whether_a_library_is_loaded_is_no_load(site: Path, tmp_path: Path):
    """As cuda-pathfinder does before it looks further: neither a library that is missing nor a disagreement."""
    put(tmp_path / "lib" / "libasked.so.1", SharedObject(soname="libasked.so.1"))
    body = """
for name in ("libasked.so.1", "libnowhere.so.1"):
    try:
        ctypes.CDLL(name, mode=os.RTLD_NOW | os.RTLD_NOLOAD)
    except OSError:
        pass
"""
    put(site / "asks" / "__init__.py", LOADS + body)
    status, answer, _ = diagnose("asks", site, LD_LIBRARY_PATH=str(tmp_path / "lib"))
    assert (status, answer["verdict"], codes(answer)) == (0, "loads", [])


def test_no_gpu_driver(site: Path):
    """This machine has none: nothing that is installed inside of Python brings it."""
    if any(Path(place, "libcuda.so.1").exists() for place in ("/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib")):
        pytest.skip("NVIDIA's driver is here")
    put(site / "fast.cpython-311-x86_64-linux-gnu.so", SharedObject(needed=("libcuda.so.1",)))
    status, answer, first = diagnose("fast", site)
    assert (status, codes(answer), first["subject"]) == (1, ["WL402"], "libcuda.so.1")


def test_a_source_folder_shadows_the_installed_package(site: Path, tmp_path: Path):
    """A checkout in the current directory has the Python files, and nothing that was built."""
    unpack(site, "pyzmq")
    checkout = tmp_path / "checkout"
    shutil.copytree(site / "zmq", checkout / "zmq", ignore=shutil.ignore_patterns("*.so"))
    status, answer = why("zmq", "--python", python311(), cwd=checkout, PYTHONPATH=str(site))
    first = answer["findings"][0]
    assert (status, first["code"]) == (1, "WL503")
    assert str(checkout) in json.dumps(first["evidence"])
    assert why("zmq", "--python", python311(), PYTHONPATH=str(site))[0] == 0
