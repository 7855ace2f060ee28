"""Write knowledge/messages/words/posix.toml: what glibc and bash say of crashes and loads, in every language.

    python scripts/knowledge_words.py GLIBC-LOCALES BASH-LOCALES

Both are directories of gettext catalogues, `LANGUAGE/LC_MESSAGES/….mo`: those of Debian's package libc-l10n, unpacked,
and of bash (`/usr/share/locale`, where documentation was not left out).
"""

from __future__ import annotations

import datetime
import gettext
import sys
from collections.abc import Iterator
from pathlib import Path

TABLE = Path(__file__).parent.parent / "src/wontload/knowledge/messages/words/posix.toml"
OF_GLIBC = (
    "error while loading shared libraries",
    "symbol lookup error",
    "cannot open shared object file",
    "No such file or directory",
    "Permission denied",
    "Operation not permitted",
    "Cannot allocate memory",
    "Exec format error",
    "invalid ELF header",
    "file too short",
    "wrong ELF class: ELFCLASS32",
    "wrong ELF class: ELFCLASS64",
    "ELF file data encoding not little-endian",
    "ELF file data encoding not big-endian",
    "ELF file's phentsize not the expected size",
    "ELF load command address/offset not page-aligned",
    "cannot allocate memory in static TLS block",
    "cannot enable executable stack as shared object requires",
    "failed to map segment from shared object",
    "cannot dynamically load executable",
    "cannot dynamically load position-independent executable",
    "Illegal instruction",
    "Segmentation fault",
    "Bus error",
    "Aborted",
)
OF_BASH = (
    "Illegal instruction",
    "Segmentation fault",
    "Bus error",
    "Aborted",
    " (core dumped)",
    "%s: command not found",
)
SHORTEST = 3  # characters of a text that stands for nothing else: Chinese has words of three
HEADER = """\
# What glibc and bash say of crashes and of libraries that do not load, in the languages that they are translated to.
# Written by scripts/knowledge_words.py.
"""


def main(glibc: Path, bash: Path) -> None:
    """One row a text of either program."""
    rows = [*_rows(OF_GLIBC, glibc, "libc.mo", "glibc"), *_rows(OF_BASH, bash, "bash.mo", "bash")]
    TABLE.write_text(HEADER + "".join(rows), encoding="utf-8")
    print(f"{len(rows)} texts")


def _rows(texts: tuple[str, ...], locales: Path, catalogue: str, program: str) -> Iterator[str]:
    files = sorted(locales.glob(f"*/LC_MESSAGES/{catalogue}"))
    languages = [gettext.GNUTranslations(file.open("rb")) for file in files]
    for text in texts:
        english = text.removeprefix("%s").lstrip(": ") if text.startswith("%s") else text
        said = (_bare(one.gettext(text), text) for one in languages)
        others = dict.fromkeys(one for one in said if one != english and len(one.strip()) >= SHORTEST)
        if not others:
            continue
        quoted = ", ".join(_quoted(one) for one in others)
        source = f"the catalogues of {program}'s translations: {len(files)} languages of Debian 12"
        yield (
            f'\n[[words]]\nenglish = {_quoted(english)}\ntexts = [{quoted}]\nsource = "{source}"\n'
            f"checked = {datetime.date.today()}\n"
        )


def _bare(said: str, text: str) -> str:
    """Without the place of a name that comes first, and the full stop that the English has not."""
    if text.startswith("%s"):
        said = said.replace("%s", "").lstrip(": \u00a0").strip("`'\"«» ")
    return said if text.endswith(".") else said.rstrip(".")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
