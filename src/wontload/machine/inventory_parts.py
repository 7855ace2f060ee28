"""The parts of an `Inventory`; see there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cpu:
    """The processor, as this operating system lets programs use it.

    Attributes:
        model: as it names itself.
        architecture: of the kernel, in the spelling of `Image.architecture`.
        features: instruction sets that it has *and* that the system enables (AVX state through XGETBV), in the
            spelling of Linux' `/proc/cpuinfo`: `avx2`, `avx512f`, `fma`; `None` when not known.
        cores: logical processors.
    """

    model: str = ""
    architecture: str = ""
    features: frozenset[str] | None = None
    cores: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    """One GPU as its driver, or the system, reports it.

    Attributes:
        vendor: `nvidia`, `amd`, `intel`, `apple`, or empty. name: as its driver spells it.
        compute_capability: NVIDIA: exact pair, never a float: 8.9 is `(8, 9)`, and 12.1 is not 12.10.
        gfx: AMD: its target, such as `gfx1100`.
        memory_bytes: all of its memory in bytes (the driver says MiB), not what is free now.
    """

    vendor: str
    name: str
    compute_capability: tuple[int, int] | None = None
    gfx: str | None = None
    memory_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """A GPU driver.

    Attributes:
        vendor: as `Gpu.vendor`. version: as the vendor counts: NVIDIA `551.61`, also where Windows says 31.0.15.5161.
        cuda: newest CUDA (major, minor) that the *driver* accepts, which says nothing about what is installed: as it
            says itself, or as its branch is listed. `None`: unknown, which is not "none".
        library: path of the library that programs load (`nvcuda.dll`, `libcuda.so.1`); `None` when not found.
        source: who said so: `nvml`, `nvidia-smi`, `driver library`, `registry`.
    """

    vendor: str
    version: str
    cuda: tuple[int, int] | None = None
    library: str | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFile:
    """Linux: a file in /dev through which programs reach a GPU.

    Attributes:
        path: such as `/dev/nvidia0`. usable: whether this user may read and write it; `None` when not known.
        group: that it belongs to, by name, else by number. mode: its permissions, such as `rw-rw----`.
    """

    path: str
    usable: bool | None = None
    group: str = ""
    mode: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolkit:
    """A toolkit or runtime for accelerators, wherever it lies.

    Attributes:
        kind: `cuda`, `cudnn`, `tensorrt`, `hip`, `rocm`, `vulkan`, `oneapi`.
        version: such as `12.4` or `9.1.0`; empty when not known.
        directory: its root. libraries: directories in it that hold what programs load.
        source: what led to it: `registry`, a variable's name, `conda`, `wheel`, or `place` (a usual directory).
    """

    kind: str
    version: str
    directory: str
    libraries: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VcRuntime:
    """One installed Visual C++ runtime (`msvcp140.dll` and its siblings).

    Attributes:
        architecture: in the spelling of `Image.architecture`. version: such as `14.38.33135.0`.
        path: of its `msvcp140.dll`, or of the directory that it lies in. source: `registry` or `file`.
    """

    architecture: str
    version: str
    path: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisualStudio:
    """One instance of Visual Studio.

    Attributes:
        product: `Community`, `BuildTools` … year: `2022`. version: of the installation, such as `17.9.34728`.
        directory: its root. workloads: component and workload ids installed. toolsets: of MSVC, such as `14.39.33519`.
        cuda: versions of the CUDA Toolkit whose build customisations (`CUDA 12.4.props`) it has.
        source: `vswhere`, `registry`, `files`.
    """

    product: str
    year: str = ""
    version: str = ""
    directory: str = ""
    workloads: tuple[str, ...] = ()
    toolsets: tuple[str, ...] = ()
    cuda: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A program that builds: `cmake`, `ninja`, `nvcc`, `cl`, `gcc`, `g++`, `clang`, `make`, `git`, `cargo`."""

    name: str
    version: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPython:
    """Another Python of this computer, seen without running it.

    Attributes:
        version: such as `3.11.9`, or `3.11` where no more can be seen; empty when nothing tells.
        executable: to start it with. prefix: its root. layout: `venv`, `conda`, `plain`.
        source: `registry`, or `seen` (a variable, PATH, a usual directory).
    """

    version: str
    executable: str
    prefix: str
    layout: str = "plain"
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedFile:
    """A native file that a distribution says it installed.

    Attributes:
        path: absolute. sha256: lower-case hexadecimal as RECORD gives it; empty when it gives none.
        size_bytes: as RECORD gives it. present: whether it is on disk. found_bytes: its size there.
    """

    path: str
    sha256: str = ""
    size_bytes: int | None = None
    present: bool = True
    found_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """What a distribution requires of another, and does not have.

    Attributes:
        name: of the other, as the requirement spells it. versions: which will do, such as `==2.9.1`; empty for any.
        found: the version that is installed; empty where none is.
    """

    name: str
    versions: str
    found: str = ""

    def told(self, name: str, version: str) -> str:
        """One clause, of the distribution that requires it."""
        here = f"{self.found} is installed" if self.found else "it is not installed"
        return f"{name} {version} requires {self.name}{self.versions}, and {here}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """An installed distribution that owns native files.

    Attributes:
        name, version: as its metadata spells them. location: the site-packages directory that it lies in.
        record: path of its `RECORD`; empty where there is none. installer: `pip`, `uv`, `conda` …, empty when unknown.
        tags: wheel tags of its `WHEEL` file, such as `cp311-cp311-win_amd64`.
        modules: its top-level import names.
        requires: normalised names of the distributions that it requires, optional ones included.
        unmet: those of its requirements that apply here and that nothing installed meets.
        files: native files that it lists.
    """

    name: str
    version: str
    location: str
    record: str = ""
    installer: str = ""
    tags: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    unmet: tuple[Unmet, ...] = ()
    files: tuple[RecordedFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfInstalled:
    """What an installation or a removal that did not come to its end has left in a site-packages directory.

    Attributes:
        path: a `.dist-info` without RECORD, or a file or directory that pip renamed while it replaced it (`~umpy`).
        name, version: as the metadata in it spells them; empty where there is none.
        modules: top-level import names that it tells of itself.
        set_aside: whether it is such a renamed one.
    """

    path: str
    name: str = ""
    version: str = ""
    modules: tuple[str, ...] = ()
    set_aside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PathLine:
    """A line of a `.pth` file that puts a directory on `sys.path`.

    Attributes:
        file: path of the `.pth` file. line: as it stands there. directory: the full path that it names.
    """

    file: str
    line: str
    directory: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """An environment variable that matters to loaders, GPUs or builds, and where it was set.

    Attributes:
        name, value: as set. origin: `user`, `machine` (Windows' registry, /etc/environment), or `process`.
    """

    name: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unasked:
    """A source that gave no answer: `source` (`nvidia-smi`), and `why` in a few words (`not installed`)."""

    source: str
    why: str
