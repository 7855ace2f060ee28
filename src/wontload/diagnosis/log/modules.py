"""What it means that Python did not find a module or its compiled part, or took another in its place."""

from __future__ import annotations

import re
import sys

from wontload.diagnosis.log.events import Event
from wontload.diagnosis.log.outcome import Reading, base_name
from wontload.knowledge.packages import distribution_for, is_namespace, normalised

# Extension modules of CPython's own library that a build leaves out where a library's headers were missing.
# Source: CPython, configure.ac, PY_STDLIB_MOD.
_LEFT_OUT = (
    "A build of CPython leaves out each module whose library's development files it does not find, and says so at its "
    "end only. With them installed, that Python has to be built again (pyenv: `pyenv install --force VERSION`). "
    "Distributions have some modules as a package of their own, such as python3-tk."
)
OF_PYTHON_ITSELF = frozenset(
    "_tkinter _ctypes _ssl _hashlib _sqlite3 _bz2 _lzma _curses readline _dbm _gdbm pyexpat".split()
)
# Python 2 has no quotes, and names all that was asked for where the package at its head is not there, as where a part
# of it is not. Source: CPython 2.7, Python/import.c, import_submodule and load_next; RandLA-Net#171.
_OF_PYTHON_2 = re.compile(r"ImportError: No module named [A-Za-z_][\w.]*\s*(?:\n|$)")
# A frame of a traceback, with the import on the line below it.
_IMPORTING = re.compile(
    r"File \"((?:[^\"\n]{1,300}[\\/])?(\w{1,60})[\\/]\w{1,60}\.pyx?)\"[^\n]{0,80}"
    r"(?:\n[ \t]{1,20}(?:from (\.)|(?:from|import) (\w+)))?"
)
# How operators for torch are mostly called. Source: PyTorch, Custom C++ and CUDA Operators; torchvision's _C, mmcv's
# _ext; CharlesShang/DCNv2#39.
_OPERATORS = re.compile(r"\.(?:_(?:C|ext|cuda|backend|ops|kernels)|\w{1,40}_(?:ext|cuda|cpp|cuda_ext))$")
# pip runs a package's setup.py in a folder of its own, and prints the command; modules that only builds import.
# Source: pip 8 to 25, build_env.py, utils/temp_dir.py and subprocess.py; pyca/cryptography#5753.
_BUILDING = re.compile(
    r"[Cc]omplete output[^\n]{0,40}:|[Cc]ommand[^\n]{0,400}\bsetup\.py\W{1,3}(?:egg_info|bdist_wheel|install|develop)\b"
    r"|[\\/](?:pip-(?:build|install|req-build|build-env|wheel|modern-metadata)-|easy_install-)[\w-]{1,40}[\\/]"
)
_SETUP = re.compile(r"File \"[^\"\n]{0,300}[\\/]setup\.py\", line \d+")
_OF_BUILDS = frozenset("setuptools_rust skbuild scikit_build_core mesonpy hatchling flit_core maturin".split())
FRAMES = 4000  # characters before a message in which the frame stands that led to it
_FRAME = re.compile(r"File \"([^\"\n]{1,300}[\\/](\w{1,60})[\\/]\w{1,60}\.py)\"")
_FOUND_PARENT = (
    "Python names the first part that it does not find: were the whole package not installed, the message would name "
    'that. Which copy of it was imported, `python -c "import NAME; print(NAME.__path__)"` says.'
)
_UNBUILT = (
    "Python takes a package from the working directory before the installed one. From another directory the installed "
    "one is found; to run the sources themselves, their compiled parts have to be built in place."
)


_PART = (
    "A module whose name begins with an underscore comes with the package that imports it, and no index has it under "
    "that name. That package is to be installed again, for that Python; what its build left out, its log says."
)
_RENAME = (
    "Python searches the folder of the script that runs, or the current one, before its own library, for everything "
    "that is imported. Give the file or folder another name, and remove __pycache__ beside it."
)
_NOT_BUILT = (
    "Sources bring no compiled parts. Where the project has a setup.py or a build script for them, `pip install -v "
    "--no-build-isolation .` in its folder builds them, and its first error says why that fails; the file is then for "
    "that one Python and, where it is an extension of torch, that torch."
)


# Source: avast/yaramod#64.
_WENT_ON = (
    "pip before 23.1 ran `setup.py install` where it got no wheel, and a setup.py that lets its extension fail goes on "
    "to the end. `pip install -v --no-binary` of the package shows what the build lacked."
)


def of_module(event: Event, text: str, *, failed_build: bool, unbuilt: frozenset[str] = frozenset()) -> Reading:
    """What it means that a module was not found, by its name and by who asked for it.

    Args:
        text: cleaned. failed_build: it tells of a build that failed. unbuilt: the packages, normalised, of such.
    """
    name = event.values.get("module", "")
    package, dot, last = name.rpartition(".")
    if dot and _OF_PYTHON_2.search(text, max(0, event.place - len("ImportError: ")), event.place + len(name) + 32):
        return Reading("WL506", False, ("WL504", "WL503", "WL501"))
    if name in OF_PYTHON_ITSELF:
        title = f"that Python was built or packaged without {name}"
        return Reading("WL504", False, ("WL201", "WL701"), title, _LEFT_OUT)
    if _is_there_for_another(last or name, text):
        title = f"a file of {last or name} is there by its name, and it is for another Python, system or processor"
        return Reading("WL501", False, ("WL504", "WL103", "WL503"), title)
    if folder := _source_of(name, event, text):
        title = f"{name} is a part of what is imported from {folder}, a folder of sources where it is not built"
        return Reading("WL503", False, ("WL504", "WL501"), title, _UNBUILT)
    compiled = any(part.startswith("_") for part in name.split(".")[1:]) or last == package
    if dot and not compiled and not is_namespace(package):
        title = f"{package} was found, and has no {last}: another release or copy of it, or an incomplete one"
        return Reading("WL504", False, ("WL304", "WL503", "WL501"), title, _FOUND_PARENT)
    if dot and compiled and _is_of_a_project(name, event, text):
        title = f"{last}, by its name a compiled part of {package}, is not there: it was not built"
        return Reading("WL504", False, ("WL503", "WL501", "WL506"), title, _NOT_BUILT)
    if dot and compiled:
        return Reading("WL501", False, ("WL504", "WL503"), f"the extension module {last} is not there for that Python")
    if not dot and name.startswith("_") and not failed_build:
        title = f"{name}, by its name the compiled part of a package, is not there: not built, or for another Python"
        return Reading("WL504", False, ("WL501", "WL503", "WL506"), title, _PART)
    if not dot and normalised(name) in unbuilt:
        if re.search(rf"^\W{{0,4}}Successfully installed\b.{{0,400}}?\b{re.escape(name)}-\d", text, re.MULTILINE):
            title = f"{name} was installed without its compiled part, which could not be built"
            return Reading("WL504", False, ("WL701", "WL505"), title, _WENT_ON)
        return Reading("WL505", False, ("WL701", "WL504"), f"{name} is not there: building it failed")
    if not dot and (failed_build or name in _OF_BUILDS or _is_of_a_build(event, text)):
        title = f"the build needs {name} and does not find it"
        why = (
            "pip builds in an environment of its own, which has what the package's pyproject.toml names and no more. "
            "pip before 10 does not read that file, and an old pip passes over newer kinds of wheels."
        )
        return Reading("WL505", False, ("WL701", "WL506"), title, why)
    return Reading(event.message.code, event.message.decides, event.message.suspects)


def _is_of_a_build(event: Event, text: str) -> bool:
    """Whether a setup.py that pip runs asked for the module."""
    before = text[max(0, event.place - FRAMES) : event.place]
    frames = list(re.finditer(r"File \"[^\"\n]{1,400}\", line \d+", before))
    asked = not frames or any(_SETUP.match(frame[0]) for frame in frames)
    return asked and _BUILDING.search(before) is not None


def _is_there_for_another(module: str, text: str) -> bool:
    """Whether the text names a file of that module with the tag of one Python: this Python passes over another's.

    Source: PEP 3149; awslabs/aws-crt-python#527; noirello/bonsai#82.
    """
    return (
        re.search(rf"(?<!\w){re.escape(module)}\.(?:cpython-|cp|pypy)\d[\w-]{{0,60}}\.(?:so|pyd)\b", text) is not None
    )


def _source_of(name: str, event: Event, text: str) -> str:
    """The folder of sources that asked for a part of its own; empty where an installed package did, or nobody knows.

    Python takes a package from the working directory before site-packages, and sources have no compiled parts.
    """
    frames = list(_IMPORTING.finditer(text, max(0, event.place - FRAMES), event.place))
    if not frames:
        return ""
    path, package, relative, imported = frames[-1].groups()
    own = "." in name and name.partition(".")[0] == package
    if "-packages" in path or not (own or relative or imported == package):
        return ""
    return base_name(path[: -len(base_name(path))])


def _is_of_a_project(name: str, event: Event, text: str) -> bool:
    """Whether a package is one that no index is known to bring, and no installed copy of which asked.

    Such is the code beside a paper: its operators in C++ or CUDA are built by whoever runs it.
    """
    if distribution_for(name) or not _OPERATORS.search(name):
        return False
    return "-packages" not in text[max(0, event.place - FRAMES) : event.place]


def of_incomplete(event: Event, text: str) -> Reading:
    """A package without its library: where its own code ran from a folder of sources, that is why."""
    message = event.message
    for path, package in reversed(_FRAME.findall(text)):
        if f"lib{package}".startswith(f"lib{event.values['library']}") and "-packages" not in path:
            title = f"{package} is imported from {path}, which is no installed package"
            return Reading("WL503", False, (message.code, *message.suspects), title)
    return Reading(message.code, message.decides, message.suspects)


def of_compiled_name(event: Event) -> Reading:
    """A compiled part that is not beside its package: in a folder of sources (`odd/odd`, `src/odd`) it is not built."""
    message, file = event.message, event.values.get("file", "").replace("\\", "/")
    top = event.values.get("package", "").partition(".")[0]
    folder = top.lower().replace("_", "-")
    if (top and f"/{folder}/{folder}/" in file.lower().replace("_", "-")) or f"/src/{top}/" in file:
        title = f"{top} is imported from {file}, a folder of sources without the compiled part"
        return Reading("WL503", False, (message.code, *message.suspects), title)
    return Reading(message.code, message.decides, message.suspects)


def of_shadow(event: Event) -> Reading:
    """A file of the module's own name outside of site-packages stands before the installed package."""
    file = event.values.get("file", "").replace("\\", "/")
    top = event.values.get("module", "").partition(".")[0]
    if file.endswith(f"/{top}.py") and "-packages/" not in file:
        return Reading("WL503", True, (), f"{file} has the name of the package {top}, and is found first")
    return Reading("WL503", False, ("WL504", "WL304"))


# Where Python's own library and installed packages lie. Source: CPython, Lib/sysconfig.py, the schemes; zipped as
# python311.zip in the embeddable package, and frozen by PyInstaller.
_OF_AN_INSTALLATION = re.compile(r"-packages/|/lib\d{0,2}/python\d|/lib/[\w./]{1,200}\.py$|\.zip/|/_MEI", re.IGNORECASE)


def of_other_copy(event: Event) -> Reading:
    """A module without a name that is asked of it: where it is a file of one's own that is called as Python's, that."""
    message, file = event.message, event.values.get("file", "").replace("\\", "/")
    top = event.values.get("module", "").partition(".")[0]
    is_own = re.search(rf"(?:^|/){re.escape(top)}(?:/__init__)?\.py$", file) and not _OF_AN_INSTALLATION.search(file)
    if is_own and top in sys.stdlib_module_names:
        title = f"{file} has the name of Python's own module {top}, and is found first"
        return Reading("WL503", True, (), title, _RENAME)
    return Reading(message.code, message.decides, message.suspects)
