"""Write src/wontload/knowledge/linux/policies.toml: what wheel tags of Linux promise, read from auditwheel's own data.

python scripts/knowledge_policies.py AUDITWHEEL-VERSION-py3-none-any.whl
"""

from __future__ import annotations

import datetime
import json
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

from wontload.knowledge.tables import HERE

TABLE = Path(HERE, "linux/policies.toml")
HEADER = """\
# Wheel tags of Linux: what a system that takes such a wheel must have. Made by scripts/knowledge_policies.py.
#
# libc_version: of glibc or musl. glibcxx, cxxabi: newest symbol versions that a file in the wheel may ask for.
# elsewhere: the same for architectures of which the policy says something else than of x86_64.
# libraries: what it may need from the system, for glibc beyond those of [[common]]; the wheel brings everything else.
"""


def main(wheel: Path) -> None:
    """Both of auditwheel's policy files as one table."""
    version = wheel.name.split("-")[1]
    with zipfile.ZipFile(wheel) as opened:
        glibc, musl = (
            json.loads(opened.read(f"auditwheel/policy/{kind}-policy.json"))[1:] for kind in ("manylinux", "musllinux")
        )
    common = set.intersection(*(set(policy["lib_whitelist"]) for policy in glibc))
    date = f"checked = {datetime.date.today()}"
    source = f"auditwheel {version}, policy/{{}}-policy.json; PEP {{}}"
    rows = [f'[[common]]\nlibraries = {listed(common)}\nsource = "{source.format("manylinux", 600)}"\n{date}\n']
    rows += [row(one, "glibc", common) + f'source = "{source.format("manylinux", 600)}"\n{date}\n' for one in glibc]
    rows += [row(one, "musl", set()) + f'source = "{source.format("musllinux", 656)}"\n{date}\n' for one in musl]
    TABLE.write_text("\n".join([HEADER, *rows]))


def row(policy: dict[str, Any], libc: str, common: set[str]) -> str:
    """One policy, without its source."""
    symbols = policy["symbol_versions"].get("x86_64", {})
    lines = [
        "[[policy]]",
        f'name = "{policy["name"]}"',
        f"aliases = {listed(policy['aliases'])}",
        f'libc = "{libc}"',
        f'libc_version = "{policy["name"].partition("_")[2].replace("_", ".")}"',
        *(f'{key.lower()} = "{newest(symbols[key])}"' for key in ("GLIBCXX", "CXXABI") if key in symbols),
        *elsewhere(policy["symbol_versions"]),
        f"libraries = {listed(set(policy['lib_whitelist']) - common)}",
        f"architectures = {listed(policy['symbol_versions'])}",
    ]
    return "\n".join(lines) + "\n"


def elsewhere(versions: dict[str, Any]) -> list[str]:
    """The line about the architectures that have others than x86_64; none where they all have the same."""
    keys = ("GLIBCXX", "CXXABI")
    told = {
        name: {key.lower(): newest(some[key]) for key in keys} for name, some in versions.items() if keys[0] in some
    }
    others = {name: some for name, some in sorted(told.items()) if "x86_64" in told and some != told["x86_64"]}
    rows = (
        f'{name} = {{ glibcxx = "{some["glibcxx"]}", cxxabi = "{some["cxxabi"]}" }}' for name, some in others.items()
    )
    return [f"elsewhere = {{ {', '.join(rows)} }}"] if others else []


def newest(versions: list[str]) -> str:
    """The highest of versions written in dots; labels such as `TM_1` are none."""
    return max((one for one in versions if re.fullmatch(r"[\d.]+", one)), key=lambda one: [*map(int, one.split("."))])


def listed(values: Any) -> str:
    """An array of TOML, sorted."""
    return json.dumps(sorted(values))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
