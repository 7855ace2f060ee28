"""Relocations and names as a loader without versions meets them, against pyelftools on this computer's libraries."""

from __future__ import annotations

from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.relocation import RelocationSection

from tests.support.elf_images import elf
from wontload.binary import parse_image, read_image
from wontload.binary.entries import Relocation

LIBRARIES = [
    path
    for name in ("libc.so.6", "libm.so.6", "libz.so.1", "libstdc++.so.6", "libgcc_s.so.1", "libexpat.so.1")
    for path in Path("/usr/lib").glob(f"*-linux-gnu/{name}")
]


@pytest.mark.parametrize("path", LIBRARIES, ids=lambda path: path.name)
def test_against_pyelftools(path: Path) -> None:
    image = read_image(str(path))
    with path.open("rb") as stream:
        file = ELFFile(stream)
        symbols = file.get_section_by_name(".dynsym")
        kinds: dict[tuple[int, str | None], None] = {}
        for name in (".rela.plt", ".rel.plt", ".rel.dyn", ".rela.dyn"):
            section = file.get_section_by_name(name)
            if isinstance(section, RelocationSection):
                for one in section.iter_relocations():
                    index = one["r_info_sym"]
                    kinds[one["r_info_type"], symbols.get_symbol(index).name if index else None] = None
        versions = file.get_section_by_name(".gnu.version")
        plain = {
            symbol.name
            for index, symbol in enumerate(symbols.iter_symbols())
            if symbol["st_shndx"] != "SHN_UNDEF"
            and symbol["st_info"]["bind"] in ("STB_GLOBAL", "STB_WEAK", "STB_LOOS")
            and symbol["st_info"]["type"] in ("STT_NOTYPE", "STT_OBJECT", "STT_FUNC", "STT_COMMON", "STT_TLS")
            and (symbol["st_value"] or symbol["st_info"]["type"] == "STT_TLS")
            and not _hidden(versions, index)
        }
    assert [(number, name) for number, name, *_ in image.relocations or ()] == list(kinds)
    assert image.plain_names == plain


def _hidden(versions: object, index: int) -> bool:
    number = versions.get_symbol(index)["ndx"] if versions is not None else 0  # type: ignore[attr-defined]
    return isinstance(number, int) and number > 0x7FFF


def test_a_file_made_on_the_spot() -> None:
    image = parse_image(elf(undefined=["u"], exports=["e"]), "a file")
    assert image.relocations == (Relocation(6, "u"),)
    assert image.plain_names == {"e"}
