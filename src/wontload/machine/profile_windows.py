"""A clean Windows with a Python on it: the official one, conda's, or the Microsoft Store's."""

from __future__ import annotations

from collections.abc import Mapping, Set

from wontload.binary import Image
from wontload.machine.machine import Machine, Python, System
from wontload.machine.memory import Content, MemoryFiles
from wontload.machine.process import AddedDirectory, Process

WINDOWS = r"C:\Windows"
# What a fresh interpreter with ctypes imported has mapped, first from its own directory, then from System32 (seen with
# CPython 3.11). A Visual C++ runtime is not part of Windows: python.org's installer brings these two files.
PYTHON_FILES = ("python.exe", "python3.dll", "vcruntime140.dll", "vcruntime140_1.dll")
PYTHON_MODULES = (r"DLLs\_ctypes.pyd", r"DLLs\libffi-8.dll")
MAPPED_FROM_SYSTEM = ("ntdll.dll", "kernel32.dll", "kernelbase.dll", "ucrtbase.dll", "advapi32.dll", "ole32.dll")
# What the redistributable puts into System32. Source: Microsoft, "Determining Which DLLs to Redistribute".
VC_RUNTIME = """concrt140.dll msvcp140.dll msvcp140_1.dll msvcp140_2.dll msvcp140_atomic_wait.dll
    msvcp140_codecvt_ids.dll vcamp140.dll vccorlib140.dll vcomp140.dll vcruntime140.dll vcruntime140_1.dll
    vcruntime140_threads.dll mfc140.dll mfc140u.dll""".split()
# What NVIDIA's driver puts there. Source: NVIDIA, CUDA installation guide for Windows; nvml.dll, NVML API reference.
NVIDIA_DRIVER = "nvcuda.dll nvcuvid.dll nvencodeapi64.dll nvml.dll nvapi64.dll opencl.dll vulkan-1.dll".split()
# What conda's Python adds at its start. Source: conda-forge/python-feedstock, recipe/patches ("Add CondaEcosystem …").
CONDA_ADDS = (r"Library\mingw-w64\bin", r"Library\usr\bin", r"Library\bin", "Scripts", "bin")
STORE = r"C:\Program Files\WindowsApps\PythonSoftwareFoundation.Python.{0}.{1}_qbz5n2kfra8p0"
TAGS = {"x86_64": "win_amd64", "x86": "win32", "aarch64": "win_arm64"}


def windows_machine(
    name: str,
    system: System,
    contents: Mapping[str, Content],
    own: Image,
    python: tuple[int, int],
    extras: Set[str],
) -> tuple[Machine, Process]:
    """The machine, and a fresh process of its Python with ctypes imported.

    Args:
        name: of the profile. system, contents: of the clean system. own: what stands for a file of it.
        python: version. extras: see `profile.EXTRAS`.
    """
    digits = f"{python[0]}{python[1]}"
    layout = "conda" if "conda" in extras else "store" if "store" in extras else "plain"
    root = {"conda": r"C:\miniforge3", "store": STORE.format(*python)}.get(layout, rf"C:\Python{digits}")
    mapped = (*PYTHON_FILES, f"python{digits}.dll", *PYTHON_MODULES)
    there = [rf"{root}\{file}" for file in mapped]
    if layout == "conda":  # the package vc14_runtime has the whole runtime in the environment's own directory
        there += [rf"{root}\{file}" for file in VC_RUNTIME]
    if "vc" in extras:
        there += [rf"{WINDOWS}\System32\{file}" for file in VC_RUNTIME]
    if "nvidia" in extras:
        there += [rf"{WINDOWS}\System32\{file}" for file in NVIDIA_DRIVER]
    if system.architecture == "x86":
        there += [path.replace("System32", "SysWOW64") for path in there if "System32" in path]
    added = CONDA_ADDS if layout == "conda" else ()
    directories = [rf"{root}\{directory}" for directory in added]
    process = Process(
        executable=rf"{root}\python.exe",
        current_directory="C:\\",
        environment={"PATH": rf"{WINDOWS}\System32;{WINDOWS}", "SystemRoot": WINDOWS},
        modules=(*(rf"{root}\{file}" for file in mapped), *(rf"{WINDOWS}\System32\{x}" for x in MAPPED_FROM_SYSTEM)),
        added_directories=tuple(AddedDirectory(path=one) for one in directories),
        packaged=layout == "store",
    )
    tag = TAGS.get(system.architecture, "win_amd64")
    interpreter = Python(
        executable=process.executable,
        base_executable=process.executable,
        version=f"{python[0]}.{python[1]}",
        prefix=root,
        base_prefix=root,
        layout=layout,
        platform=tag,
        extension_suffixes=(f".cp{digits}-{tag}.pyd", ".pyd"),
    )
    files = MemoryFiles({**contents, **dict.fromkeys(there, own)}, directories=directories, windows=True)
    machine = Machine(id=name, system=system, files=files, python=interpreter, environment=process.environment)
    return machine, process
