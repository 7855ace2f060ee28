"""What fixes fetch: their size before it, further wheels that the first ones need, the sister without the GPU."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cases.test_fix_installations import pip
from tests.cases.test_fix_linux import ask, environment, home, mended_and_undone, site_of
from tests.remedy.test_installing import wheel
from tests.remedy.trees import tree
from tests.support.gcc import SharedObject
from tests.support.index_server import SIMPLE_JSON, Document, IndexServer, serving
from wontload.app.applying import apply
from wontload.app.fix import plan
from wontload.knowledge.cpu_builds import CpuBuild, cpu_build_of
from wontload.remedy.candidates import cpu_fallback

__all__ = ["environment", "home"]  # fixtures
LOADER = b"import ctypes, os\nctypes.CDLL(os.path.join(os.path.dirname(__file__), 'libwork.so'))\n"


@pytest.fixture
def server() -> Iterator[IndexServer]:
    with serving() as running:
        yield running


def package(site: Path, name: str, *needs: str) -> None:
    made = site / name
    made.mkdir()
    (made / "libwork.so").write_bytes(SharedObject(needed=needs).bytes())
    (made / "__init__.py").write_bytes(LOADER)


def offered(server: IndexServer, *wheels: Path) -> None:
    """An index that says no sizes, as PEP 503 has it."""
    by_project: dict[str, list[str]] = {}
    for path in wheels:
        project = path.name.partition("-")[0].replace("_", "-")
        server.file(f"/files/{path.name}", path.read_bytes())
        by_project.setdefault(project, []).append(f'<a href="/files/{path.name}">{path.name}</a>')
    for project, links in by_project.items():
        server.page(f"/simple/{project}/", "".join(links))


def index(server: IndexServer) -> dict[str, str]:
    return {"PIP_INDEX_URL": f"{server.url}/simple", "PIP_EXTRA_INDEX_URL": "", "PIP_FIND_LINKS": ""}


def runtime(directory: Path, name: str, where: str, library: str, *needs: str, version: str = "12.4.1") -> Path:
    content = SharedObject(soname=library, needed=needs).bytes()
    return wheel(directory, name, version, {f"{where}/{library}": content})


def plan_of(environment: Path, target: str, fix: str, *options: str, **variables: str) -> dict[str, Any]:
    answer = ask(environment, "fix", target, "--plan", *options, status=1, **variables)
    return next(one for one in answer["fixes"] if one["id"] == fix)


def test_the_size_is_known_before_anything_is_fetched(environment: Path, tmp_path: Path, server: IndexServer):
    package(site_of(environment), "needs_cudart", "libcudart.so.12")
    made = runtime(tmp_path / "w", "nvidia_cuda_runtime_cu12", "nvidia/cuda_runtime/lib", "libcudart.so.12")
    offered(server, made)
    fix = plan_of(environment, "needs_cudart", "runtime-wheels", **index(server))
    assert fix["download_bytes"] == made.stat().st_size
    assert ("GET", f"/files/{made.name}", "") not in server.requests
    assert ("HEAD", f"/files/{made.name}", "") in server.requests


def test_the_size_that_the_index_gives_is_taken(environment: Path, server: IndexServer):
    package(site_of(environment), "needs_cudart", "libcudart.so.12")
    name = "nvidia_cuda_runtime_cu12-12.4.1-py3-none-any.whl"
    body = f'{{"meta": {{"api-version": "1.1"}}, "files": [{{"filename": "{name}", "url": "/{name}", "hashes": {{}}, '
    server.documents["/simple/nvidia-cuda-runtime-cu12/"] = Document((body + '"size": 883}]}').encode(), SIMPLE_JSON)
    fix = plan_of(environment, "needs_cudart", "runtime-wheels", **index(server))
    assert fix["download_bytes"] == 883
    assert [method for method, _, _ in server.requests] == ["GET"]


def test_offline_no_index_is_asked(environment: Path, server: IndexServer):
    package(site_of(environment), "needs_cudart", "libcudart.so.12")
    fix = plan_of(environment, "needs_cudart", "runtime-wheels", "--offline", **index(server))
    assert fix["download_bytes"] is None
    assert server.requests == []


def test_an_index_that_does_not_answer_leaves_the_size_open(environment: Path, server: IndexServer):
    package(site_of(environment), "needs_cudart", "libcudart.so.12")
    server.documents["/simple/nvidia-cuda-runtime-cu12/"] = Document(status=403)
    assert plan_of(environment, "needs_cudart", "runtime-wheels", **index(server))["download_bytes"] is None


def test_what_the_fetched_wheels_need_is_fetched_too(environment: Path, tmp_path: Path, server: IndexServer):
    """cuSOLVER needs cuSPARSE, which needs nvJitLink: nobody knows before the wheels are here. cuFFT nobody needs."""
    package(site_of(environment), "needs_cusolver", "libcusolver.so.11")
    made = [
        runtime(
            tmp_path, "nvidia_cusolver_cu12", "nvidia/cusolver/lib", "libcusolver.so.11", "libcusparse.so.12"
        ),
        runtime(
            tmp_path, "nvidia_cusparse_cu12", "nvidia/cusparse/lib", "libcusparse.so.12", "libnvJitLink.so.12"
        ),
        runtime(tmp_path, "nvidia_nvjitlink_cu12", "nvidia/nvjitlink/lib", "libnvJitLink.so.12"),
        runtime(tmp_path, "nvidia_cufft_cu12", "nvidia/cufft/lib", "libcufft.so.11"),
    ]  # fmt: skip
    offered(server, *made)
    mended_and_undone(environment, "needs_cusolver", "runtime-wheels", **index(server))
    fetched = {path for method, path, _ in server.requests if method == "GET" and path.startswith("/files/")}
    assert fetched == {f"/files/{one.name}" for one in made[:3]}


def test_a_wheel_that_is_installed_and_has_lost_its_library(environment: Path, tmp_path: Path, server: IndexServer):
    """pip sees that version there and would do nothing: it is told to install it all the same."""
    made = runtime(tmp_path / "w", "nvidia_cuda_runtime_cu12", "nvidia/cuda_runtime/lib", "libcudart.so.12")
    pip(environment, "install", "--no-index", str(made))
    (site_of(environment) / "nvidia/cuda_runtime/lib/libcudart.so.12").unlink()
    package(site_of(environment), "needs_cudart", "libcudart.so.12")
    offered(server, made)
    mended_and_undone(environment, "needs_cudart", "runtime-wheels", **index(server))


def test_what_the_package_requires_and_nobody_installed(environment: Path, tmp_path: Path, server: IndexServer):
    """As torch without cuSPARSELt: in the version that it asks for, where it looks; before any other build of it."""
    metadata = b"Metadata-Version: 2.1\nName: torch\nVersion: 2.9.1\nRequires-Dist: nvidia-cuda-runtime-cu12==12.3.1\n"
    work = SharedObject(needed=("libcudart.so.12",), runpath="$ORIGIN/../nvidia/cuda_runtime/lib").bytes()
    files = {"torch/__init__.py": LOADER, "torch/libwork.so": work, "METADATA": metadata}
    pip(environment, "install", "--no-index", "--no-deps", str(wheel(tmp_path / "w", "torch", "2.9.1", files)))
    place = "nvidia/cuda_runtime/lib"
    made = [
        runtime(tmp_path / "w", "nvidia_cuda_runtime_cu12", place, "libcudart.so.12", version=one)
        for one in ("12.3.1", "12.4.1")
    ]
    offered(server, *made)
    answer = ask(environment, "fix", "torch", "--plan", status=1, **index(server))
    assert [one["id"] for one in answer["fixes"]][:2] == ["runtime-wheels", "matching-wheel"]
    assert answer["fixes"][0]["title"] == "pip install nvidia-cuda-runtime-cu12, where torch looks"
    mended_and_undone(environment, "torch", "runtime-wheels", **index(server))
    fetched = {path for method, path, _ in server.requests if method == "GET" and path.startswith("/files/")}
    assert fetched == {f"/files/{made[0].name}"}


def test_another_package_in_the_version_that_is_required(environment: Path, tmp_path: Path, server: IndexServer):
    """As numba, whose code refuses a numpy of which its metadata says the same."""
    code = b"import giver\nif giver.VERSION > 1:\n    raise ImportError('demo needs giver 1 or less')\n"
    metadata = b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nRequires-Dist: giver<2\n"
    native = {"demo/libwork.so": SharedObject().bytes()}
    demo = wheel(tmp_path / "w", "demo", "1.0", {"demo/__init__.py": code, **native, "METADATA": metadata})
    givers = [
        wheel(tmp_path / "w", "giver", f"{major}.0", {"giver/__init__.py": f"VERSION = {major}\n".encode()})
        for major in (1, 2)
    ]
    pip(environment, "install", "--no-index", "--no-deps", str(demo), str(givers[1]))
    offered(server, *givers)
    answer = ask(environment, "why", "demo", status=1, **index(server))
    assert [one["code"] for one in answer["findings"]] == ["WL304"]
    assert answer["findings"][0]["title"] == "demo 1.0 requires giver<2, and 2.0 is installed"
    mended_and_undone(environment, "demo", "other-version", **index(server))


def of_onnxruntime(tmp_path: Path, name: str, *needs: str) -> Path:
    files = {"onnxruntime/__init__.py": LOADER, "onnxruntime/libwork.so": SharedObject(needed=needs).bytes()}
    own = {f"onnxruntime/only_{name}.so": SharedObject(soname=f"{name}.so").bytes()}
    return wheel(tmp_path, name, "1.20.1", {**files, **own})


def test_the_sister_without_the_gpu(environment: Path, tmp_path: Path, server: IndexServer):
    """onnxruntime-gpu, whose CUDA is nowhere: onnxruntime of the same version comes, and onnxruntime-gpu goes."""
    pip(environment, "install", "--no-index", str(of_onnxruntime(tmp_path, "onnxruntime_gpu", "libcudart.so.12")))
    offered(server, of_onnxruntime(tmp_path, "onnxruntime"))
    fix = plan_of(environment, "onnxruntime", "cpu-fallback", **index(server))
    assert fix["caveat"] == cpu_build_of("onnxruntime_gpu").loses
    assert fix["proof"]["works"] is None
    mended_and_undone(environment, "onnxruntime", "cpu-fallback", **index(server))


def test_a_sister_that_needs_the_gpu_as_well_is_refuted_before_anything_is_done(
    environment: Path, tmp_path: Path, server: IndexServer
):
    pip(environment, "install", "--no-index", str(of_onnxruntime(tmp_path, "onnxruntime_gpu", "libcudart.so.12")))
    offered(server, of_onnxruntime(tmp_path, "onnxruntime", "libcublas.so.12"))
    before = tree(environment)
    answer = ask(environment, "fix", "onnxruntime", "--use", "cpu-fallback", "--yes", status=1, **index(server))
    assert "libcublas.so.12" in answer["attempts"][0]["problem"]
    assert tree(environment) == before


def test_the_sister_of_another_index(
    environment: Path, tmp_path: Path, server: IndexServer, monkeypatch: pytest.MonkeyPatch
):
    """As llama-cpp-python has it: the same name and version, at an index of its own."""

    def of(directory: str, version: str, *needs: str) -> Path:
        work = SharedObject(needed=needs).bytes()
        return wheel(
            tmp_path / directory, "gpu_thing", version, {"gpu_thing/__init__.py": LOADER, "gpu_thing/libwork.so": work}
        )

    pip(environment, "install", "--no-index", str(of("gpu", "0.3.16", "libcudart.so.12")))
    offered(server, of("cpu", "0.3.16"))
    build = CpuBuild(
        distribution="gpu-thing", requirement="{name}=={version}", index=f"{server.url}/simple", loses="the GPU"
    )
    monkeypatch.setattr(cpu_fallback, "cpu_build_of", lambda name: build)
    before = tree(environment)
    found = plan("gpu_thing", python=str(environment / "bin" / "python"))
    fix = next(one for one in found.fixes if one.kind == "cpu-fallback")
    assert fix is found.fixes[-1] or all(one.by_hand for one in found.fixes[found.fixes.index(fix) + 1 :])
    attempt = apply(fix, found)
    assert attempt.kept, attempt
    ask(environment, "undo", status=0)
    assert tree(environment) == before
