"""Which native files of a wheel an import needs: extension modules, and the libraries that a package loads by itself.

What a package loads is recorded in `knowledge/loaders.toml`; patterns with `*` there stand for alternatives of which
the package takes one (`libbitsandbytes_cuda*.dll`: the one of the CUDA that it finds), so the best of them decides. The
same holds for several builds of one extension module (`diagnosis.module_builds`). Without a GPU the libraries that are
loaded for one do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from wontload.diagnosis.module_builds import module_of
from wontload.knowledge import packages
from wontload.knowledge.gpu_builds import gpu_build
from wontload.knowledge.packages import Loading, import_name_for
from wontload.machine import Machine
from wontload.wheels.weighing import Standing, Weighed

EXTENSION = re.compile(r"\.pyd$|\.(?:cpython-\d|abi3|pypy\d)[^/]*\.so$", re.IGNORECASE)

# A module may also be called so; what it exports tells, once it is read. Source: CPython, `_imp.extension_suffixes()`.
PLAIN = re.compile(r"/(?!lib)[A-Za-z_]\w*\.so$")

ALTERNATIVES = "*"


def known_patterns(project: str, system: str) -> tuple[str, ...]:
    """The libraries that a project is known to load by itself, relative to site-packages, in lower case."""
    found = loading.libraries.get(system, ()) if (loading := _loading_of(project)) else ()
    return tuple(one.lower() for one in found)


def not_loaded_without_gpu(project: str, machine: Machine) -> frozenset[str]:
    """Of these the patterns for GPUs of vendors of which the machine is known to have none."""
    loading, gpus = _loading_of(project), machine.inventory.gpus
    if loading is None or gpus is None:
        return frozenset()
    here = {one.vendor for one in gpus}
    return frozenset(one.lower() for vendor, some in loading.for_gpus.items() if vendor not in here for one in some)


def _loading_of(project: str) -> Loading | None:
    package = packages.package(import_name_for(project) or project)
    return package.loading if package else None


def gpu_parts(project: str) -> tuple[str, ...]:
    """Patterns of the files that tell a build with GPU support, relative to site-packages, in lower case."""
    build = gpu_build(import_name_for(project) or project)
    return tuple(f"{build.import_name}/{one}".lower() for one in build.markers) if build else ()


def decides(project: str, system: str, member: str) -> bool:
    """Whether a member is known to be needed by an import, or may be a module, as far as its name tells."""
    known = known_patterns(project, system)
    return is_extension(member) or bool(PLAIN.search(member)) or any(fnmatchcase(member.lower(), one) for one in known)


def is_extension(member: str) -> bool:
    """Whether a member's name is that of an extension module."""
    return bool(EXTENSION.search(member))


@dataclass(frozen=True, slots=True)
class Deciding:
    """What decides in the wheels of one project on one system."""

    patterns: tuple[str, ...]
    gpu_parts: tuple[str, ...] = ()

    @classmethod
    def of(cls, project: str, machine: Machine) -> Deciding:
        """What is known of a project."""
        left_out = not_loaded_without_gpu(project, machine)
        patterns = (one for one in known_patterns(project, machine.system.name) if one not in left_out)
        return cls(tuple(patterns), gpu_parts(project))

    def knows(self, files: Iterable[Weighed]) -> bool:
        """Whether it is known which of these files decide."""
        return any(self._key(one) for one in files)

    def groups(self, files: Sequence[Weighed]) -> Iterator[list[Weighed]]:
        """Files of which one must load: each alone, but for the alternatives of a pattern and a module's builds."""
        found: dict[str, list[Weighed]] = {}
        for one in files:
            if key := self._key(one):
                found.setdefault(key, []).append(one)
        yield from found.values() if found else ([one] for one in files)

    def waits_for(self, unread: str, representatives: Sequence[Weighed]) -> bool:
        """Whether a file that was not read may change the answer; its GPU part says whether that is used, no more."""
        if any(fnmatchcase(unread.lower(), one) for one in self.gpu_parts):
            return False
        if is_extension(unread):
            module = module_of(unread)
            return not any(
                module == module_of(one.file.member) and one.standing is Standing.LOADS
                for one in representatives
                if module
            )
        pattern = self._pattern(unread)
        if pattern is None:
            return not self.knows(representatives)
        loaded = any(one.standing is Standing.LOADS and self._key(one) == ALTERNATIVES for one in representatives)
        return "*" not in pattern or not loaded

    def _key(self, one: Weighed) -> str:
        """What a file stands for: itself, its module or the alternatives; empty where it does not decide."""
        pattern = self._pattern(one.file.member)
        if one.file.mode == "import":
            return module_of(one.file.member) or one.file.member
        if pattern and "*" not in pattern:
            return one.file.member
        return ALTERNATIVES if pattern else ""

    def _pattern(self, member: str) -> str | None:
        return next((one for one in self.patterns if fnmatchcase(member.lower(), one)), None)
