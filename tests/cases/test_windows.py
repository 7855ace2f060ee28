"""The case, live: a real Windows CPython under Wine, the tool installed in it by pip and run as its users run it."""

from __future__ import annotations

import json
import shutil
import struct
from pathlib import Path

import pytest

from tests.cases.windows_case import CUDA_HOME, codes, cuda_home, move_away
from tests.support.downloads import wheel
from tests.support.mingw import dll
from tests.support.schemas import check
from tests.support.windows import WindowsPython, windows
from tests.support.windows_cli import why

pytestmark = [pytest.mark.oracle("wine"), pytest.mark.xdist_group("windows-case")]


def test_a_sound_import_loads(python: WindowsPython):
    status, answer = why(python, "llama_cpp")
    assert (status, answer["verdict"], codes(answer)) == (0, "loads", [])


def test_the_case_itself(python: WindowsPython, lib: Path):
    move_away(lib)
    status, answer = why(python, "llama_cpp", CUDA_PATH=CUDA_HOME)
    first = answer["findings"][0]
    assert (status, answer["verdict"], answer["error"]["number"]) == (1, "fails", 126)
    assert "or one of its dependencies" in answer["error"]["text"]
    assert (first["code"], first["subject"], first["also"]) == ("WL203", "ggml-base.dll", [])
    assert first["chain"][:2] == ["llama_cpp", "llama.dll"]
    assert first["chain"][-1] == "ggml-base.dll"
    assert len(codes(answer)) == 1

    by_kind = {evidence["kind"]: evidence for evidence in first["evidence"]}
    assert by_kind["copy"]["path"].lower() == rf"{CUDA_HOME}\bin\ggml-base.dll".lower()
    source = (python.site_packages / "llama_cpp" / "_ctypes_extensions.py").read_text().splitlines()
    added, asked = by_kind["added"], by_kind["request"]
    assert added["directory"].lower() == rf"{CUDA_HOME}\bin".lower()
    assert added["expression"] == "CUDA_PATH"
    assert '"CUDA_PATH"], "bin"' in source[added["line"] - 1]
    assert "ctypes.CDLL(" in source[asked["line"] - 1]
    assert added["file"].lower() == asked["file"].lower()
    assert asked["file"].lower().endswith(r"llama_cpp\_ctypes_extensions.py")
    assert asked["flags"] == 0
    assert "winmode=0" in first["explanation"]


def test_the_report_reaches_a_cp1252_pipe(python: WindowsPython, lib: Path):
    move_away(lib)
    done = python.run("-m", "wontload", "llama_cpp", env={"CUDA_PATH": CUDA_HOME})
    assert done.returncode == 1
    assert done.stderr == ""
    assert "error[WL203]: ggml-base.dll is here" in done.stdout
    assert "winmode=0" in done.stdout
    assert "\x1b" not in done.stdout


def test_pages_are_utf_8_whatever_the_code_page_is(python: WindowsPython, lib: Path):
    move_away(lib)
    environment = {"CUDA_PATH": CUDA_HOME, "PYTHONIOENCODING": "cp1252"}
    done = python.run("-m", "wontload", "llama_cpp", "--format", "markdown", env=environment)
    assert (done.returncode, done.stderr) == (1, "")
    assert "✗" in done.stdout
    assert r"error\[WL203\]: ggml-base.dll is here" in done.stdout
    done = python.run("-m", "wontload", "llama_cpp", "-o", "report.html", cwd=python.root, env=environment)
    assert done.returncode == 1
    assert done.stderr.startswith("wontload: report.html written, ")
    page = (python.root / "report.html").read_bytes()
    assert page.startswith(b"<!DOCTYPE html>\n")
    assert b"\r" not in page
    assert "✗" in page.decode("utf-8")
    assert b"WL203: the whole story" in page


def test_remedy_2_takes_winmode_out_and_it_loads(python: WindowsPython, lib: Path):
    move_away(lib)
    loader = lib.parent / "_ctypes_extensions.py"
    text = loader.read_text()
    assert 'cdll_args["winmode"] = ' in text
    loader.write_text(text.replace('cdll_args["winmode"] = ', "_unused = "))
    status, answer = why(python, "llama_cpp", CUDA_PATH=CUDA_HOME)
    assert (status, answer["verdict"], codes(answer)) == (0, "loads", [])


def test_a_file_that_record_lists_is_gone(python: WindowsPython, lib: Path):
    (lib / "ggml-base.dll").unlink()
    status, answer = why(python, "llama_cpp")
    first = answer["findings"][0]
    assert (status, first["code"], first["subject"]) == (1, "WL504", "ggml-base.dll")
    assert "--force-reinstall" in first["explanation"]
    record = next(evidence for evidence in first["evidence"] if evidence["kind"] == "record")
    assert record["path"].lower().endswith(r"llama_cpp\lib\ggml-base.dll")
    looked = next(evidence for evidence in first["evidence"] if evidence["kind"] == "looked")
    assert any(path.lower().endswith(r"llama_cpp\lib") for path in looked["directories"])


def test_of_another_machine_type(python: WindowsPython, lib: Path):
    path = lib / "ggml-base.dll"
    data = bytearray(path.read_bytes())
    header = struct.unpack_from("<I", data, 0x3C)[0]
    assert struct.unpack_from("<H", data, header + 4)[0] == 0x8664
    struct.pack_into("<H", data, header + 4, 0xAA64)  # IMAGE_FILE_MACHINE_ARM64
    path.write_bytes(data)
    status, answer = why(python, "llama_cpp")
    first = answer["findings"][0]
    assert (status, first["code"], first["subject"]) == (1, "WL205", "ggml-base.dll")
    assert "aarch64" in first["title"]


def test_truncated(python: WindowsPython, lib: Path):
    path = lib / "ggml-base.dll"
    path.write_bytes(path.read_bytes()[:100_000])
    status, answer = why(python, "llama_cpp")
    first = answer["findings"][0]
    assert (status, first["code"], first["subject"]) == (1, "WL102", "ggml-base.dll")


def test_cuda_path_names_nothing(python: WindowsPython, lib: Path):
    status, answer = why(python, "llama_cpp", CUDA_PATH=r"C:\gone\v12.4")
    first = answer["findings"][0]
    assert (status, first["code"], first["subject"]) == (1, "WL208", "CUDA_PATH")
    assert answer["error"]["number"] == 3


def test_a_python_whose_own_ctypes_is_broken(python: WindowsPython):
    """The tool runs in it, and is not to call that a defect of its own."""
    library = python.root / "libffi-8.dll"
    library.rename(library.with_suffix(".away"))
    try:
        done = python.run("-m", "wontload", "llama_cpp")
    finally:
        library.with_suffix(".away").rename(library)
    assert (done.returncode, done.stdout) == (4, "")
    assert "cannot load its own _ctypes" in done.stderr
    assert "Repair or reinstall that Python" in done.stderr


def test_a_checkout_in_the_current_directory(python: WindowsPython, lib: Path):
    """What it lacks is only the effect: the installed package is sound."""
    folder = python.root / "checkout"
    (folder / "llama_cpp").mkdir(parents=True)
    for module in lib.parent.glob("*.py"):
        shutil.copy(module, folder / "llama_cpp")
    done = python.run("-m", "wontload", "llama_cpp", "--json", cwd=folder)
    shutil.rmtree(folder)
    answer = json.loads(done.stdout)
    check(answer)
    assert (done.returncode, codes(answer)) == (1, ["WL503", "WL208"])


CUDA_12 = {"cudart64_12.dll": "cuda-runtime 12", "cublas64_12.dll": "cublas 12", "cublasLt64_12.dll": "cublas 12"}
CUDA_11 = {"cudart64_110.dll": "cuda-runtime 11", "cublas64_11.dll": "cublas 11"}


@pytest.fixture(scope="module")
def cuda_dlls(python: WindowsPython) -> Path:
    """bitsandbytes and gpt4all, beside each other in the Windows Python."""
    python.install(wheel("bitsandbytes"), wheel("gpt4all"))
    return python.site_packages


@pytest.mark.parametrize(
    ("path", "needs"),
    [
        (r"bitsandbytes\libbitsandbytes_cuda124.dll", CUDA_12),
        (r"gpt4all\llmodel_DO_NOT_MODIFY\build\llamamodel-mainline-cuda.dll", CUDA_11),
    ],
)
def test_cuda_dlls_by_path(python: WindowsPython, cuda_dlls: Path, path: str, needs: dict[str, str]):
    full = windows().to_windows(cuda_dlls / path.replace("\\", "/"))
    status, answer = why(python, full)
    assert (status, codes(answer)) == (1, ["WL201"])
    first = answer["findings"][0]
    assert {first["subject"], *first["also"]} >= set(needs)
    parts = {one["file"]: one for one in first["evidence"] if one["kind"] == "provider"}
    assert {name: parts[name]["component"] for name in needs} == needs
    assert all(parts[name]["package"].startswith("nvidia-") for name in needs)


def test_only_cuda_11_is_here(python: WindowsPython, cuda_dlls: Path, lib: Path):
    impostor = (cuda_dlls / "llama_cpp/lib/ggml-base.dll").read_bytes()
    home = cuda_home()
    for name in ("cudart64_110.dll", "cublas64_11.dll", "cublasLt64_11.dll"):
        (home / "bin" / name).write_bytes(impostor)
    full = windows().to_windows(cuda_dlls / "bitsandbytes/libbitsandbytes_cuda124.dll")
    status, answer = why(python, full, CUDA_PATH=CUDA_HOME)
    first = answer["findings"][0]
    assert (status, first["code"]) == (1, "WL204")
    assert {first["subject"], *first["also"]} == set(CUDA_12)
    assert {Path(one["path"].replace("\\", "/")).name for one in first["evidence"] if one["kind"] == "other_major"} == {
        "cudart64_110.dll",
        "cublas64_11.dll",
        "cublasLt64_11.dll",
    }


def test_no_gpu_driver(python: WindowsPython):
    """Wine brings no nvcuda.dll, as a Windows without NVIDIA's driver."""
    folder = python.root / "driver"
    folder.mkdir()
    library = folder / "work.dll"
    dll(library, ("nvcuda.dll",))
    status, answer = why(python, windows().to_windows(library))
    shutil.rmtree(folder)
    first = answer["findings"][0]
    assert (status, first["code"], first["subject"]) == (1, "WL402", "nvcuda.dll")
    assert answer["error"]["number"] == 126
    assert {one["id"]: one["works_here"] for one in answer["advice"]}["gpu-driver"] is True
