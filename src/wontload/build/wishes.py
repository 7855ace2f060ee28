"""What the person asked for: `Wishes`, and definitions such as `-DGGML_CUDA=on` read from words."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from wontload.errors import UsageError

DEFINITION = re.compile(
    r"(?:-D)?(?P<name>[A-Za-z_][\w.+-]{0,100})(?::(?P<type>[A-Z]{1,20}))?=(?P<value>.{0,4000})", re.DOTALL
)
CUDA_VERSION = re.compile(r"\d{1,2}(?:\.\d{1,2})?")
# Source: CMake, CUDA_ARCHITECTURES, which takes these besides numbers.
GPU_ARCHITECTURE = re.compile(r"\d{2,3}[af]?(?:-real|-virtual)?|native|all|all-major")
ON = frozenset({"on", "1", "true", "yes", "y"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """All of it; what is `None` or empty is the plan's to choose.

    Attributes:
        backend: `cuda`, `cpu` … cuda: version of the toolkit, `12.4`. compiler: name or path of the host compiler.
        architectures: of GPUs, as CMAKE_CUDA_ARCHITECTURES takes them: `89-real`.
        defines: CMake definitions, by name. from_environment: names of those that CMAKE_ARGS brought.
        other_arguments: words of CMAKE_ARGS that are no definitions.
        portable: no code for this very processor. jobs: compilers side by side. generator: `ninja`, `visual-studio`.
    """

    backend: str | None = None
    cuda: str | None = None
    compiler: str | None = None
    architectures: tuple[str, ...] = ()
    defines: Mapping[str, str] = field(default_factory=dict)
    from_environment: frozenset[str] = frozenset()
    other_arguments: tuple[str, ...] = ()
    portable: bool = False
    jobs: int | None = None
    generator: str = "ninja"


def definitions(words: Iterable[str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Definitions by name (of two of one name the last counts, as in CMake), and the words that are none."""
    found: dict[str, str] = {}
    others: list[str] = []
    for word in words:
        match = DEFINITION.fullmatch(word) if word.startswith("-D") else None
        if match:
            found[match["name"]] = match["value"]
        else:
            others.append(word)
    return found, tuple(others)


def asked_definitions(words: Iterable[str]) -> dict[str, str]:
    """Definitions of `--define NAME=VALUE` or `-DNAME=VALUE`. Raises `UsageError` for a word that is none."""
    found: dict[str, str] = {}
    for word in words:
        match = DEFINITION.fullmatch(word)
        if match is None:
            raise UsageError(f"{word!r} is no definition.", "Write it as NAME=VALUE, for example GGML_CUDA=on.")
        found[match["name"]] = match["value"]
    return found


def asked_toolkit(text: str | None) -> str | None:
    """The value of `--cuda`. Raises `UsageError` for what is no version."""
    if text is not None and not CUDA_VERSION.fullmatch(text):
        raise UsageError(f"{text!r} is no version of CUDA.", "Write --cuda 12.4.")
    return text


def asked_architectures(words: Iterable[str]) -> tuple[str, ...]:
    """The values of `--gpu-arch`, also several in one as CMake takes them. Raises `UsageError` for what is none."""
    found = tuple(one for word in words for one in re.split(r"[;,]", word) if one)
    for one in found:
        if not GPU_ARCHITECTURE.fullmatch(one):
            raise UsageError(f"{one!r} is no architecture of an NVIDIA GPU.", "Write --gpu-arch 89-real, or native.")
    return found


def split_cmake_args(text: str) -> list[str]:
    """The words of a CMAKE_ARGS variable, as scikit-build-core splits them. Raises `UsageError` for an open quote."""
    try:
        return shlex.split(text)
    except ValueError as error:
        raise UsageError(f"CMAKE_ARGS cannot be read: {error}.", "Close its quotes, or unset it.") from error


def joined_cmake_args(defines: Mapping[str, str], others: Iterable[str] = ()) -> str:
    """A CMAKE_ARGS variable that splits into exactly these again."""
    return " ".join(map(shlex.quote, (*(f"-D{name}={value}" for name, value in defines.items()), *others)))


def is_on(value: str) -> bool:
    """Whether CMake takes a value for true (the constants; no project switches a backend on with another)."""
    return value.lower() in ON
