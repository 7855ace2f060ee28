"""CUDA DLLs of real packages, mended with NVIDIA's own Windows wheels: half a gigabyte each, so `make sweep` only."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pytest

from tests.cases.test_fix_windows import STATE
from tests.remedy.trees import tree
from tests.support.corpus import runtime_wheels
from tests.support.downloads import wheel
from tests.support.mingw import dll
from tests.support.windows import WindowsPython, windows
from wontload.binary import read_image

pytestmark = [
    pytest.mark.sweep,
    pytest.mark.oracle("wine"),
    pytest.mark.xdist_group("windows-case"),
    pytest.mark.timeout(3600),
]
DRIVER = "nvcuda.dll"


class Broken(NamedTuple):
    """A CUDA DLL, and what must be there for it to load.

    Attributes:
        distribution, member: whose, and where in its wheel. brought: DLLs that the fix must bring.
        driver: it takes functions of NVIDIA's driver as it is loaded, of which only a stand-in can be had here.
    """

    distribution: str
    member: str
    brought: frozenset[str]
    driver: bool = False


BITSANDBYTES = Broken(
    "bitsandbytes",
    "bitsandbytes/libbitsandbytes_cuda124.dll",
    frozenset({"cudart64_12.dll", "cublas64_12.dll", "cublasLt64_12.dll"}),
)
GPT4ALL = Broken(
    "gpt4all",
    "gpt4all/llmodel_DO_NOT_MODIFY/build/llamamodel-mainline-cuda.dll",
    frozenset({"cudart64_110.dll", "cublas64_11.dll", "cublasLt64_11.dll"}),
    driver=True,
)


@pytest.fixture(scope="module")
def index() -> str:
    """A directory that has what the fixes ask for, and what that needs in turn: pip in Wine takes it from there."""
    (directory,) = {one.path().parent for one in runtime_wheels()}
    return windows().to_windows(directory)


@pytest.fixture(params=[BITSANDBYTES, GPT4ALL], ids=lambda one: one.distribution)
def broken(request: pytest.FixtureRequest) -> Broken:
    one: Broken = request.param
    return one


@pytest.fixture
def target(python: WindowsPython, broken: Broken) -> Iterator[str]:
    """A package that loads that DLL by its path, as its own does where a GPU is found."""
    made = python.site_packages / f"cuda_of_{broken.distribution}"
    made.mkdir()
    library = made / PurePosixPath(broken.member).name
    with zipfile.ZipFile(wheel(broken.distribution)) as archive:
        library.write_bytes(archive.read(broken.member))
    (made / "__init__.py").write_text(
        f"import ctypes, os\nctypes.CDLL(os.path.join(os.path.dirname(__file__), {library.name!r}))\n"
    )
    driver = stand_in(python, library) if broken.driver else None
    yield made.name
    shutil.rmtree(made)
    if driver:
        driver.unlink()
    shutil.rmtree(windows().to_host(STATE), ignore_errors=True)


def stand_in(python: WindowsPython, library: Path) -> Path:
    """A DLL by the driver's name that exports what `library` takes from it, and can do nothing.

    In the directory of that Python's executable, which every load searches: System32 is other tests' as well.
    """
    (taken,) = (one.symbols for one in read_image(library).imports if one.library.lower() == DRIVER)
    return dll(python.root / DRIVER, exports=[str(one.name) for one in taken])


def test_broken_fixed_loaded_undone_broken(python: WindowsPython, broken: Broken, target: str, index: str):
    environment = {"WONTLOAD_STATE_DIR": STATE, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": index}
    before = tree(python.root)
    assert not imports(python, target)
    command = ["-m", "wontload", "fix", target, "--use", "runtime-wheels", "--yes", "--json", "--timeout", "600"]
    done = python.run(*command, env=environment, timeout=2400)
    assert done.returncode == 0, (done.stdout[-3000:], done.stderr)
    (attempt,) = json.loads(done.stdout)["attempts"]
    assert attempt["kept"], attempt
    assert imports(python, target)
    assert {path.name for path in python.site_packages.glob("nvidia/**/*.dll")} >= broken.brought
    done = python.run("-m", "wontload", "undo", env=environment, timeout=1200)
    assert done.returncode == 0, done.stderr
    assert tree(python.root) == before
    assert not imports(python, target)


def imports(python: WindowsPython, target: str) -> bool:
    return python.run("-c", f"import {target}", timeout=600).returncode == 0
