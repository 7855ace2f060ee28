"""Write src/wontload/knowledge/gpu/names.txt: what NVIDIA's GPUs are called, and their compute capabilities.

    python scripts/knowledge_gpus.py PCI.IDS SUPPORTED-GPUS.JSON…

PCI.IDS is the list that Debian's package pci.ids has as /usr/share/misc/pci.ids: it gives the chip behind a device
number. SUPPORTED-GPUS.JSON (also compressed) is the list of products that a driver brings, in Debian's packages as
/usr/share/doc/nvidia-driver/supported-gpus.json.gz: it gives the names as the driver spells them. A chip's compute
capability stands in gpu/architectures.toml. GPUs that the JSON files do not have take their names from PCI.IDS, whose
`Max-Q / Mobile` is a driver's `Laptop GPU`. Names below `# by hand` stay as they are.
"""

from __future__ import annotations

import datetime
import gzip
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from wontload.knowledge.gpus import capability_of_chip
from wontload.knowledge.tables import HERE

NAMES = Path(HERE, "gpu/names.txt")
BY_HAND = "# by hand"
FIRST_DEVICE = 0x0600  # before it no chip has CUDA but G80's, whose names are of no use here
PRODUCT = re.compile(r"(?:GeForce|Quadro|Tesla|RTX|TITAN|GRID|NVS|CMP|DRIVE|Jetson) |(?:A|B|GB|GH|H|L|T)\d")
NOT_A_PRODUCT = re.compile(
    r"Reserved|Dev ?ID|HGX|Generic|TS4|Audio|RP iGPU|-ES-|P20\d\d|MaxQ|-\d{3}$|core|Engineering|Rev\.|FAKE|SKU|Stella|"
    r"DGX1|NVSwitch|GH3|GH100|Refresh|Mac Edition|vGPU"
)


def main(pci_ids: Path, drivers: list[Path]) -> None:
    """Join the lists and write the table."""
    chips = dict(devices(pci_ids))
    found: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for driver in drivers:
        for device, name in products(driver):
            if (capability := capability_of_chip(chips.get(device, ""))) is not None:
                found[name].add(capability)
            elif device >= FIRST_DEVICE and re.match(r"G|MCP|C7", chips.get(device, "")):
                found[name].add((1, 0))  # of the first generation: only a name that a later one shares is kept
    spelled = {name.casefold().removeprefix("nvidia ") for name in found}
    found.pop("NVIDIA Graphics Device", None)  # what a driver says of a GPU that it has no name for
    for text in chips.values():
        if (capability := capability_of_chip(text)) is not None:
            for name in names_in(text):
                if name.casefold() not in spelled:
                    found[name].add(capability)
    rows = {name: capabilities for name, capabilities in found.items() if capabilities != {(1, 0)}}
    write(rows, [pci_ids, *drivers])


def devices(pci_ids: Path) -> Iterator[tuple[int, str]]:
    """NVIDIA's device numbers with their text, such as `AD104 [GeForce RTX 4070]`."""
    vendor = ""
    for line in pci_ids.read_text(encoding="utf-8", errors="replace").splitlines():
        if match := re.match(r"([0-9a-f]{4})  ", line):
            vendor = match[1]
        elif vendor == "10de" and (match := re.match(r"\t([0-9a-f]{4})  (.+)", line)):
            yield int(match[1], 16), match[2].strip()


def products(driver: Path) -> Iterator[tuple[int, str]]:
    """Device numbers and names of a driver's own list."""
    data = driver.read_bytes()
    for chip in json.loads(gzip.decompress(data) if driver.suffix == ".gz" else data)["chips"]:
        yield int(chip["devid"], 16), chip["name"].strip()


def names_in(text: str) -> Iterator[str]:
    """The products that an entry of pci.ids names in brackets, spelled as a driver does."""
    match = re.search(r"\[(.+)\]$", text)
    if not match or NOT_A_PRODUCT.search(match[1]):
        return
    names = [part.strip() for part in match[1].split("/")]
    if names[-1] in ("Mobile", "Max-Q") or names[0].endswith(" Mobile"):
        names = [re.sub(r" (Max-Q|Mobile)$", "", names[0]) + " Laptop GPU"]
    yield from filter(PRODUCT.match, names)


def write(rows: dict[str, set[tuple[int, int]]], sources: list[Path]) -> None:
    """The table, newest capability first, with the part that was written by hand after it."""
    lines = [
        "# NVIDIA's GPUs by name, as drivers spell them, and their compute capability. Two capabilities: the name was",
        "# given to different chips, and does not tell which. Written by scripts/knowledge_gpus.py, down to `by hand`.",
        "#",
        "# source: PCI ID Repository 2026.10.24 (chips of device numbers; names); supported-gpus.json of NVIDIA's",
        "# drivers 555.58.02 and 470.256.02 (names); gpu/architectures.toml (capability of a chip)",
        f"# checked: {datetime.date.today()}",
        "",
    ]
    newest_first = sorted(rows, key=lambda name: (sorted(rows[name], reverse=True), name), reverse=True)
    lines += [
        f"{name} | {' '.join(f'{major}.{minor}' for major, minor in sorted(rows[name]))}" for name in newest_first
    ]
    by_hand = NAMES.read_text(encoding="utf-8").partition(BY_HAND)[2] if NAMES.exists() else "\n"
    NAMES.write_text("\n".join(lines) + f"\n\n{BY_HAND}{by_hand}", encoding="utf-8")
    print(f"{len(rows)} names from {', '.join(map(str, sources))}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
