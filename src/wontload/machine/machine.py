"""`Machine`: everything a loader, a rule or a fix may know of a computer."""

from __future__ import annotations

import ntpath
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING

from wontload.binary import Format
from wontload.machine.files import Files
from wontload.machine.inventory import Inventory
from wontload.machine.ld_so_cache import CacheEntry

if TYPE_CHECKING:
    from wontload.binary import GpuCode


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """The operating system, as its loader matters.

    Attributes:
        name: `windows`, `linux` or `macos`.
        version: Windows: `10.0.22631`; Linux: the distribution's name and version; macOS: `14.5`.
        architecture: of the process that loads (`x86_64`, `x86`, `aarch64`), which may differ from the kernel's.
        libc: Linux: `glibc` or `musl`; empty elsewhere.
        libc_version: such as `2.36`; empty when not known.
        quirks: where this system departs from the documented one: names of `loader.quirks`, set by capture on Wine.
        windows_directory: Windows: such as `C:\\Windows`.
        api_sets: Windows: contract name in lower case without its last number (`api-ms-win-crt-runtime-l1-1`) to the
            host's file name, empty when not hosted; `None` when the schema is not known (then the name decides).
        known_dlls: Windows: lower-case names of KnownDLLs for the process's bitness.
        dot_local: Windows: whether `python.exe.local` redirects although `python.exe` has a manifest (the registry's
            `Image File Execution Options\\DevOverrideEnable`).
        long_paths: Windows: whether paths of 260 characters and more are taken (the registry's `LongPathsEnabled`;
            every python.exe since 3.6 declares that it can); `None` when not known.
        library_cache: glibc: entries of `ld.so.cache` (name, path, flags, hwcaps), in file order; `None` without one.
        default_directories: glibc and musl: the built-in directories, in order.
        hwcaps: glibc: subdirectories of `glibc-hwcaps` that this CPU takes, best first.
        shared_cache: macOS: libraries of dyld's shared cache, which have no file on disk: paths, and prefixes that end
            in `/`. `None` when not known: then what is named in full below `/usr/lib` and `/System/Library` is in it.
        mounts: Linux: mount points at which programs may not be executed (`True`), and those below one (`False`).
        platform: glibc: what `$PLATFORM` stands for. lib: what `$LIB` stands for.
        kernel: Linux: its version, such as `5.15.0`, in a container the host's; empty when not known.
    """

    name: str
    version: str = ""
    architecture: str = "x86_64"
    libc: str = ""
    libc_version: str = ""
    quirks: frozenset[str] = frozenset()
    windows_directory: str = r"C:\Windows"
    api_sets: Mapping[str, str] | None = None
    known_dlls: frozenset[str] = frozenset()
    dot_local: bool = False
    long_paths: bool | None = None
    library_cache: tuple[CacheEntry, ...] | None = None
    default_directories: tuple[str, ...] = ()
    hwcaps: tuple[str, ...] = ()
    shared_cache: frozenset[str] | None = None
    mounts: tuple[tuple[str, bool], ...] = ()
    platform: str = ""
    lib: str = ""
    kernel: str = ""

    def forbids_execution(self, path: str) -> bool:
        """Whether a file lies on a file system that was mounted `noexec`. Linux; `path` without symbolic links."""
        above = [
            (len(point), noexec) for point, noexec in self.mounts if f"{path}/".startswith(point.rstrip("/") + "/")
        ]
        return max(above, default=(0, False))[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Python:
    """The interpreter that loads.

    Attributes:
        executable: as started. base_executable: the interpreter proper, which a virtual environment starts.
        version: such as `3.11.9`. implementation: `CPython` or another.
        platform: a wheel's platform tag without version: `win_amd64`, `linux_x86_64`, `macosx_arm64`.
        prefix: of the environment. base_prefix: of the installation.
        layout: `venv`, `conda`, `store`, `embeddable`, or `plain`.
        path: `sys.path`.
        extension_suffixes: `importlib.machinery.EXTENSION_SUFFIXES`.
    """

    executable: str
    base_executable: str
    version: str
    prefix: str
    base_prefix: str
    implementation: str = "CPython"
    platform: str = ""
    layout: str = "plain"
    path: tuple[str, ...] = ()
    extension_suffixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A computer as one value: live, from a snapshot, a clean profile, or one of these with changes laid over it.

    Attributes:
        id: `this`, a snapshot's id, or a profile's name.
        system: the operating system. python: the interpreter, `None` for a profile without one.
        files: its disks.
        environment: variables of the person's session, not of one process.
        facts: what a saved machine's file tells a person besides its inventory, in the order shown.
        inventory: processor, GPUs, drivers, toolkits, runtimes, compilers, distributions; no loader consults it.
        gpu_code: of a saved machine: what its files hold for GPUs, by path as it was asked for there.
        exports_cut: a saved machine whose files do not tell all exports: what a strange file takes may be left out.
    """

    id: str
    system: System
    files: Files
    python: Python | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    exports_cut: bool = False
    gpu_code: Mapping[str, GpuCode] = field(default_factory=dict)
    inventory: Inventory = field(default_factory=Inventory)

    @property
    def path_module(self) -> ModuleType:
        """`ntpath` or `posixpath`, as this machine has it, whatever this computer is."""
        return ntpath if self.system.name == "windows" else posixpath


def own_format(system: System) -> Format:
    """The format of native files that this system's loader takes."""
    return {"windows": Format.PE, "macos": Format.MACHO}.get(system.name, Format.ELF)
