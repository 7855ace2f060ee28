"""What would stop a build, found before the first compiler runs: one function a cause, findings WL701 to WL707."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from wontload.build.backend_parts import no_backend_parts
from wontload.build.cost import Cost, Resources
from wontload.build.hindrance import Circumstances, found
from wontload.build.place import place_of_the_build, scanner
from wontload.build.remedies import Remedy, remedies
from wontload.build.settings import CMAKE_BACKENDS, Choice
from wontload.build.source import required_name
from wontload.build.studio import NoStudio, Studio, called
from wontload.build.toolchain import NoToolchain, PassedOver, host_candidates
from wontload.diagnosis.finding import Finding, Severity
from wontload.machine import Kind


def preconditions(
    choice: Choice, circumstances: Circumstances | None, cost: Cost, resources: Resources
) -> Iterator[Finding]:
    """Everything that is missing, in the order in which a build would stumble over it."""
    if circumstances is not None:
        yield from _not_offered(choice, circumstances)
    yield from place_of_the_build(choice, circumstances, cost, resources)
    yield from _no_switch(choice)
    if _compiles(choice):
        yield from _no_studio(choice) if choice.windows else _no_compiler(choice, circumstances)
    yield from _no_cmake(choice, circumstances)
    yield from _no_rust(choice, circumstances)
    yield from _no_cuda(choice)
    yield from no_backend_parts(choice)
    if isinstance(choice.studio, Studio):
        yield from scanner(choice, circumstances)


def _compiles(choice: Choice) -> bool:
    """Whether a compiler takes part; of a source that is not here, that is assumed."""
    return choice.source is None or bool(choice.source.languages) or choice.source.options.known


def _not_offered(choice: Choice, circumstances: Circumstances) -> Iterator[Finding]:
    """Offline, what the build's environment needs has to lie in `--find-links`."""
    if not circumstances.offline or choice.source is None:
        return
    for requirement in choice.source.requires:
        name = required_name(requirement)
        if name and name not in circumstances.offered:
            yield found(
                "WL701",
                f"{name} is in no directory of --find-links, and the build's environment needs it",
                name,
                f"pyproject.toml asks for {requirement}. With --offline nothing is fetched.",
                (
                    Remedy(
                        text="put its wheel, and those that it requires, there",
                        command=f"pip download -d DIR '{requirement}'",
                    ),
                ),
            )


def _no_switch(choice: Choice) -> Iterator[Finding]:
    backend = choice.backend
    if backend.name in ("", "cpu") or backend.switch is not None:
        return
    others = ", ".join(dict.fromkeys(one.backend for one in choice.switches if one.backend != "native"))
    yield found(
        "WL704",
        f"this version has no option for {backend.name}",
        backend.name,
        f"Its source has options for: {others}." if others else "It has no choice of backends that is known here.",
    )


def _no_compiler(choice: Choice, circumstances: Circumstances | None) -> Iterator[Finding]:
    tools = choice.machine.inventory.tools
    if tools is None:
        return
    asked = choice.wishes.compiler
    if asked and not host_candidates(choice.machine, asked) and not _is_file(choice, asked):
        here = ", ".join(one.path for one in host_candidates(choice.machine)) or "none"
        yield found("WL701", f"there is no compiler {asked}", asked, f"It was asked for. Compilers here: {here}.")
        return
    only_c = choice.source is not None and "C++" not in choice.source.languages
    of_c = only_c and any(one.name == "gcc" for one in tools)
    if not (of_c or host_candidates(choice.machine) or isinstance(choice.cuda, NoToolchain)):
        language, name = ("C", "gcc") if only_c else ("C++", "g++")
        yield found(
            "WL701",
            f"there is no {language} compiler",
            name,
            f"Neither {name} nor clang is on PATH.",
            remedies("compiler", choice.machine),
        )
    if circumstances is not None and circumstances.headers is False:
        yield found(
            "WL701",
            "Python's own header files are not there",
            "Python.h",
            "Extension modules need them; a package that only brings libraries of its own does without.",
            remedies("headers", choice.machine),
            severity=Severity.WARNING,
        )


def _is_file(choice: Choice, path: str) -> bool:
    """Whether a compiler that no search came to is there all the same, or may be."""
    absolute = posixpath.isabs(path)
    return absolute and choice.machine.files.kind(path) not in (Kind.ABSENT, Kind.DIRECTORY)


def _no_cmake(choice: Choice, circumstances: Circumstances | None) -> Iterator[Finding]:
    if choice.source is None or choice.source.backend not in CMAKE_BACKENDS or circumstances is None:
        return
    if not circumstances.offline:
        return  # the build's environment gets both as wheels
    here = {one.name for one in choice.machine.inventory.tools or ()} | circumstances.offered
    for tools, what in ((("cmake",), "CMake"), (("ninja", "make"), "Ninja or make")):
        if not here.intersection(tools):
            yield found(
                "WL701",
                f"{what} is neither on PATH nor in --find-links",
                tools[0],
                "With --offline it cannot be fetched into the build's environment.",
                (Remedy(text="put its wheel there", command=f"pip download -d DIR {tools[0]}"),),
            )


def _no_rust(choice: Choice, circumstances: Circumstances | None) -> Iterator[Finding]:
    """A warning of maturin's builds: since 1.9 it fetches a Rust of its own where there is none.

    Source: PyO3/maturin, `get_requires_for_build_wheel` in maturin/__init__.py (puccinialin).
    """
    source, tools = choice.source, choice.machine.inventory.tools
    if source is None or circumstances is None or tools is None or any(one.name == "cargo" for one in tools):
        return
    fetches = source.backend == "maturin"
    if fetches or "setuptools-rust" in map(required_name, source.requires):
        fetched = fetches and not circumstances.offline
        yield found(
            "WL701",
            "there is no Rust compiler (cargo)",
            "cargo",
            "maturin tries to download one for this build alone, from static.rust-lang.org."
            if fetched
            else "The package is written in Rust, and cargo is not on PATH.",
            remedies("rust", choice.machine),
            severity=Severity.WARNING if fetched else Severity.ERROR,
        )


def _no_studio(choice: Choice) -> Iterator[Finding]:
    if not isinstance(choice.studio, NoStudio) or choice.studio.passed_over is None:
        return
    passed = choice.studio.passed_over
    if not passed:
        yield found(
            "WL701",
            "no Visual Studio is installed",
            "Visual Studio",
            "Python and CUDA on Windows are made with its compiler; MinGW fits neither.",
            remedies("studio", choice.machine),
        )
        return
    code = next((one.code for one in passed if one.code in ("WL703", "WL702")), "WL701")
    first = next(one for one in passed if one.code == code)
    instances = choice.machine.inventory.visual_studios or ()
    instance = next((one for one in instances if called(one) == first.what), None)
    values = {"directory": instance.directory if instance else "", **_cuda_values(choice)}
    need = {"WL701": "workload", "WL702": "integration", "WL703": "toolset"}[code]
    if need == "workload" and instance is not None and instance.product == "BuildTools":
        need = "workload-of-build-tools"
    yield found(
        code,
        "no Visual Studio here can build this",
        first.what,
        " ".join(f"{one.what}: {one.why}." for one in passed),
        remedies(need, choice.machine, **values),
    )


def _cuda_values(choice: Choice) -> dict[str, str]:
    from wontload.build.toolchain import CudaToolchain

    if not isinstance(choice.cuda, CudaToolchain):
        return {"cuda": "", "toolkit": ""}
    return {"cuda": choice.cuda.nvcc.version, "toolkit": choice.cuda.nvcc.directory}


def _no_cuda(choice: Choice) -> Iterator[Finding]:
    if not isinstance(choice.cuda, NoToolchain):
        return
    passed = choice.cuda.passed_over
    if not passed:
        driver = next((one.cuda for one in choice.machine.inventory.drivers or () if one.cuda), None)
        limit = f" The driver takes CUDA {driver[0]}.{driver[1]} and older." if driver else ""
        yield found(
            "WL702",
            "there is no CUDA compiler (nvcc)",
            "nvcc",
            f"The driver and the CUDA that packages bring for running have none: the CUDA Toolkit does.{limit}",
            remedies("nvcc", choice.machine, cuda=f"{driver[0]}.{driver[1]}" if driver else "12.4"),
        )
        return
    first = next((one for one in passed if one.code), passed[0])
    yield found(
        first.code or "WL702",
        _TITLES.get(first.code, "no CUDA Toolkit here can build this"),
        first.what,
        " ".join(f"{one.what}: {one.why}." for one in passed),
        _for_toolchain(choice, first),
    )


_TITLES = {
    "WL703": "no CUDA Toolkit here takes a C++ compiler that is here",
    "WL403": "the driver is too old for the CUDA Toolkit that is here",
    "WL706": "the CUDA Toolkit here does not compile for the GPU that is here",
    "WL701": "there is no C++ compiler for nvcc",
}


def _for_toolchain(choice: Choice, first: PassedOver) -> tuple[Remedy, ...]:
    if first.code == "WL703" and (newest := re.search(r"accepts GCC (\d+)", first.why)):
        return remedies("older-compiler", choice.machine, version=newest[1])
    if first.code == "WL701":
        return remedies("compiler", choice.machine)
    return remedies("nvcc", choice.machine, cuda="")
