"""Which native files of a wheel nothing in it leads to: plugins, by all signs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from re import compile as pattern

from wontload.binary import Image
from wontload.diagnosis.alone import initialises
from wontload.diagnosis.openers import Openers
from wontload.knowledge.components import component_of
from wontload.knowledge.packages import import_name_for, named_after, normalised
from wontload.machine.dist_info import is_of_an_extra
from wontload.wheels.bringing import base_name
from wontload.wheels.deciding import is_extension
from wontload.wheels.python_code import PythonCode
from wontload.wheels.requirements import declared, declared_names
from wontload.wheels.wheel import Wheel

STEM = pattern(r"(?i)(?:\.so|\.dll|[\d.]*\.dylib)[\d.]*$")
# What Qt, GStreamer, HDF5 and many others call the directory of what they open on demand.
DIRECTORIES = frozenset({"plugin", "plugins"})


class Plugins:
    """The files of a wheel, and who in it may have each loaded: other files' tables, and Python code.

    Args:
        wheel: its archive open.
    """

    def __init__(self, wheel: Wheel) -> None:
        self._wheel = wheel
        self._python = PythonCode(wheel.archive)
        # What was asked before: each machine asks the same.
        self._led: dict[str, bool] = {}
        self._without: dict[str, bool] = {}
        self._partners: dict[str, str] = {}

    def has(self, member: str, loading: Collection[str] | None = None) -> bool:
        """Whether a library is one that is loaded when somebody wants it and has what it needs (casadi's solvers).

        Neither tables nor Python code lead to it, and the wheel plainly does without: a module of it loads, or it has
        no module and a library loads that is called as the wheel is (libcufile.so of nvidia-cufile) or that Python code
        names; or the directory says so, as in PyQt5-Qt5; or a library opens it by itself, see `opener_of`.

        Args:
            loading: base names, in lower case, of what loads; all of it where that is not known.
        """
        name = base_name(member).lower()
        if name in self.modules:
            return False
        main = self._main - {name}
        does_without = main if loading is None else main & frozenset(loading)
        in_directory = not DIRECTORIES.isdisjoint(member.lower().split("/")[:-1])
        if name not in self._led:
            self._led[name] = self._leads_to(name)
        if self._led[name]:
            return False
        return bool(does_without or in_directory or self.opener_of(member, loading))

    def opener_of(self, member: str, loading: Collection[str] | None = None) -> str:
        """A library that loads and opens this one by its name when it is wanted, see `Openers.of`; empty for none.

        Args:
            loading: see `has`.

        Raises:
            BadArchive: a file cannot be read.
        """
        return self._openers.of(base_name(member).lower(), loading)

    def is_named(self, library: str) -> bool:
        """Whether Python code may name a library, with or without what stands around its name in a file's."""
        return self._python.may_name(_stem(library))

    def does_without(self, member: str) -> bool:
        """Whether a module is imported by Python code that goes on where that fails (numba's `omppool`)."""
        module = base_name(member).partition(".")[0]
        if module not in self._without:
            self._without[module] = self._python.goes_on_without(module)
        return self._without[module]

    def partner_of(self, member: str) -> str:
        """The distribution that a library goes with, which the wheel does not declare; empty for none.

        No module needs the library, some of what it needs is that distribution's, and all Python code that names it
        imports that first: open3d's operations for PyTorch are for those who have PyTorch.
        """
        if member not in self._partners:
            self._partners[member] = self._partner_of(member)
        return self._partners[member]

    def _partner_of(self, member: str) -> str:
        leading = self._openers.leading_to(base_name(member).lower())
        image = next((self._wheel.content(one) for one in self._wheel.natives if one.name == member), None)
        if not isinstance(image, Image) or leading & self.modules:
            return ""
        known = filter(None, (component_of(one.library) for one in image.needed))
        always = (one for one in declared(self._wheel) if not is_of_an_extra(one))
        known_to_come = {name for one in always for name in declared_names(one)}
        partners = dict.fromkeys(one for component in known for one in component.distributions)
        stems = list(map(_stem, leading))
        return next((one for one in partners if one not in known_to_come and self._is_imported_first(one, stems)), "")

    def is_preloaded(self, member: str) -> bool:
        """Whether a library is put into LD_PRELOAD of processes that are started later (ray's jemalloc)."""
        name = base_name(member).lower()
        stem = STEM.sub("", name)
        return name not in self.modules and name not in self.askers and self._python.all_preload(stem)

    def _is_imported_first(self, distribution: str, stems: Sequence[str]) -> bool:
        module = import_name_for(distribution) or distribution.replace("-", "_")
        named = [stem for stem in stems if self._python.may_name(stem)]
        return bool(named) and all(self._python.all_import(module, stem) for stem in named)

    @cached_property
    def modules(self) -> frozenset[str]:
        """Base names of what an import may load, in lower case."""
        return frozenset(
            base_name(one.name).lower()
            for one in self._wheel.natives
            if is_extension(one.name)
            or (isinstance(image := self._wheel.content(one), Image) and initialises(image, base_name(one.name)))
        )

    @property
    def askers(self) -> Mapping[str, frozenset[str]]:
        """Libraries that files of the wheel need, delayed ones too, and which files: by base names in lower case."""
        return self._openers.askers

    @cached_property
    def _openers(self) -> Openers:
        archive = self._wheel.archive
        read = [(one.name, self._wheel.content(one)) for one in self._wheel.natives]
        images = [(name, content) for name, content in read if isinstance(content, Image)]
        return Openers(images, lambda name: archive.chunks(archive.members[name]))

    @cached_property
    def _main(self) -> frozenset[str]:
        """Base names of what the wheel is there for, in lower case: modules, or else libraries that are as good."""
        names = frozenset(base_name(one.name).lower() for one in self._wheel.natives)
        return self.modules or self._namesakes | frozenset(filter(self.is_named, names))

    @cached_property
    def _namesakes(self) -> frozenset[str]:
        """Of its libraries those that are called as the wheel is, or as the last part of its name."""
        project = normalised(self._wheel.name)
        wanted = {project, project.rpartition("-")[2]}
        names = {base_name(one.name) for one in self._wheel.natives}
        return frozenset(name.lower() for name in names if wanted & named_after(name))

    def _leads_to(self, name: str) -> bool:
        """Whether a module or Python code may be what has a file loaded, itself or by others that need it."""
        found = self._openers.leading_to(name)
        return bool(found & (self._main - {name})) or any(map(self.is_named, found))


def _stem(library: str) -> str:
    """A library's name without what stands around it in a file's."""
    return STEM.sub("", library).removeprefix("lib")
