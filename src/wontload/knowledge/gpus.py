"""Which compute capability an NVIDIA GPU has, by its name or its chip, and which CUDA toolkits compile for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from wontload.knowledge.tables import lines, table

Capability = tuple[int, int]

# What stands before or after a name without being part of it: the vendor, marks, an OpenGL renderer's ending, the
# slice of a MIG device, what lspci prints before a codename.
NOISE = (
    re.compile(r"\((?:r|tm|c)\)|[®™]"),
    re.compile(r"/pcie/sse2$"),
    re.compile(r"\s+mig\s+\S+$"),
    re.compile(r"^(?:nvidia(?:\s+corporation)?\s+)+"),
)
CHIP = re.compile(
    r"(?:nvidia corporation\s+)?(?P<chip>(?:G[FKMPVAHBR]|TU|AD)\d\w*)(?:\s*/.*?)?(?:\s+\[.*)?", re.IGNORECASE
)
# Words that people leave out, and so whatever may stand in front of the same name: RTX 4000 is both a Quadro (Turing)
# and an Ada Generation card, TITAN X both a Maxwell and a Pascal one.
BRANDS = re.compile(r"^(?:geforce )?gtx (?=titan)|^(?:geforce|quadro|tesla|nvs|grid) ")
SERIES = re.compile(r"^(?:rtx|gtx) (?=a?\d{3})")
# Endings that say how much memory, which slice of a virtual GPU, or that it is a laptop's.
MEMORY = re.compile(r" \d+gb$")
VIRTUAL = re.compile(r" \d+[abcqr]$")
MOBILE = re.compile(r"(?: max q)?(?: /)?(?: mobile)?$")


@dataclass(frozen=True, slots=True)
class Architecture:
    """GPUs of one compute capability.

    Attributes:
        capability: exact pair. name: of the architecture, such as `Ada`.
        first, last: oldest and newest CUDA toolkit that compiles for it; no `last`: the newest known still does.
        last_driver: the last driver branch for these GPUs, such as 580; `None`: the newest known still is.
        is_tegra: a system on a chip (Jetson, DRIVE).
        renamed: the capability under which older toolkits and drivers know it.
    """

    capability: Capability
    name: str
    first: tuple[int, int]
    last: tuple[int, int] | None
    last_driver: int | None = None
    is_tegra: bool = False
    renamed: Capability | None = None


def compute_capability(gpu_name: str) -> Capability | None:
    """The compute capability of a GPU by its name, as a driver, lspci or a person spells it.

    `None` for a name that no table has, and for one that several GPUs of different capabilities share (GeForce GT 730,
    a bare RTX 4000): `compute_capabilities` has them all. Capitals, the vendor's name and a missing brand do not
    matter; everything else does, so that an RTX 4070 is no RTX 4070 Ti.
    """
    found = compute_capabilities(gpu_name)
    return found[0] if len(found) == 1 else None


def compute_capabilities(gpu_name: str) -> tuple[Capability, ...]:
    """Every compute capability that GPUs of this name have, in ascending order; empty for an unknown name."""
    if (by_chip := capability_of_chip(gpu_name)) is not None:
        return (by_chip,)
    name = _normal(gpu_name)
    names = _names()
    for candidate in (name, f"geforce {name}", MEMORY.sub("", name), VIRTUAL.sub("", name)):
        if candidate in names:
            return names[candidate]
    if (base := MOBILE.sub("", name)) != name:
        return _mobile(base)
    card = VIRTUAL.sub("", name)
    return _shortened(card if card == name else card.removeprefix("grid "))


def _mobile(base: str) -> tuple[Capability, ...]:
    """What `… Mobile` and `… Max-Q` of PCI lists can be: drivers say Laptop GPU, with Max-Q Design, or neither."""
    spellings = (
        f"{brand}{base}{end}" for brand in ("", "geforce ") for end in ("", " laptop gpu", " with max q design")
    )
    return tuple(sorted({capability for name in spellings for capability in _names().get(name, ())}))


def _shortened(name: str) -> tuple[Capability, ...]:
    """What a name can mean that leaves out the brand, or words at its end: `A100`, `RTX 6000 Ada`, `4090`."""
    if len(name) < 2 or not re.search(r"\d|titan", name):
        return ()
    found: set[Capability] = set()
    for known, capabilities in _brandless().items():
        if known == name or known.startswith(f"{name} "):
            found.update(capabilities)
    return tuple(sorted(found))


def capability_of_chip(text: str) -> Capability | None:
    """The capability of a chip's codename, also in a PCI list's entry: `AD104M [GeForce RTX 4080 Max-Q / Mobile]`."""
    match = CHIP.fullmatch(text.strip())
    if match is None:
        return None
    chip = match["chip"].upper()
    # GK110BGL is a GK110: what follows the number says which board it is for. GM20B's letter is part of its number.
    return _chips().get(chip) or _chips().get(re.sub(r"(?<=\d{3})[A-Z]+$", "", chip))


def architecture(capability: Capability) -> Architecture | None:
    """What is known of one compute capability; the number that it had in older toolkits will do."""
    return _architectures().get(capability)


def toolkit_range(sm: Capability) -> tuple[tuple[int, int], tuple[int, int] | None] | None:
    """First and last CUDA toolkit that compiles for `sm_NN`; no last: the newest still does. `None`: unknown.

    Of a capability that was renumbered (10.1, now 11.0), each number has its own toolkits.
    """
    found = _architectures().get(sm)
    if found is None:
        return None
    if found.capability != sm:
        renumbered = _row_of(found.capability)
        return version_pair(renumbered["renamed_first"]), version_pair(renumbered["renamed_last"])
    return found.first, found.last


def version_pair(text: str) -> tuple[int, int]:
    """`12.4` as an exact pair."""
    major, _, minor = text.partition(".")
    return int(major), int(minor or 0)


def _normal(name: str) -> str:
    name = " ".join(name.casefold().split())
    for noise in NOISE:
        name = noise.sub("", name)
    name = re.sub(r"\s*\(notebook\)$", "", name)
    name = " ".join(name.replace("-", " ").replace("_", " ").split())
    return re.sub(r"(\d) gb\b", r"\1gb", name)


@cache
def _names() -> Mapping[str, tuple[Capability, ...]]:
    found: dict[str, set[Capability]] = {}
    for line in lines("gpu/names.txt"):
        name, _, capabilities = line.partition("|")
        found.setdefault(_normal(name), set()).update(map(version_pair, capabilities.split()))
    return {name: tuple(sorted(capabilities)) for name, capabilities in found.items()}


@cache
def _brandless() -> Mapping[str, tuple[Capability, ...]]:
    found: dict[str, set[Capability]] = {}
    for name, capabilities in _names().items():
        short = BRANDS.sub("", name)
        for one in {name, short, SERIES.sub("", short)}:
            found.setdefault(one, set()).update(capabilities)
    return {name: tuple(sorted(capabilities)) for name, capabilities in found.items()}


@cache
def _architectures() -> Mapping[Capability, Architecture]:
    found = {}
    for row in table("gpu/architectures")["architecture"]:
        known = Architecture(
            version_pair(row["capability"]),
            row["name"],
            version_pair(row["first"]),
            version_pair(row["last"]) if "last" in row else None,
            row.get("last_driver"),
            row.get("tegra", False),
            version_pair(row["renamed"]) if "renamed" in row else None,
        )
        found[known.capability] = known
        if known.renamed:
            found[known.renamed] = known
    return found


def _row_of(capability: Capability) -> Mapping[str, str]:
    rows = table("gpu/architectures")["architecture"]
    return next(row for row in rows if version_pair(row["capability"]) == capability)


@cache
def _chips() -> Mapping[str, Capability]:
    rows = table("gpu/architectures")["architecture"]
    return {chip: version_pair(row["capability"]) for row in rows for chip in row["chips"]}
