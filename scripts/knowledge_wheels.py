"""Write tests/knowledge/wheel_members.toml: the native files inside the wheels that `knowledge/` sends people to.

    python scripts/knowledge_wheels.py DIR

DIR keeps the downloads (about 20 MB in all). Wheels of hundreds of megabytes are not fetched: they are listed when
their file is in DIR already, and a list that was made earlier stays.
"""

from __future__ import annotations

import datetime
import re
import subprocess
import sys
import zipfile
from pathlib import Path

MEMBERS = Path(__file__).parent.parent / "tests/knowledge/wheel_members.toml"
LINUX = ("manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux_2_28_x86_64")
# (requirement, platform tags that pip is to assume)
WHEELS = (
    ("nvidia-cuda-runtime-cu11==11.8.89", ("win_amd64",)),
    ("nvidia-cuda-runtime-cu11==11.8.89", LINUX),
    ("nvidia-cuda-runtime-cu12==12.4.127", ("win_amd64",)),
    ("nvidia-cuda-runtime-cu12==12.4.127", LINUX),
    ("nvidia-cuda-runtime==13.5.37", ("win_amd64",)),
    ("nvidia-cuda-runtime==13.5.37", ("win_arm64",)),
    ("nvidia-cuda-runtime==13.5.37", LINUX),
    ("nvidia-nvtx-cu12==12.4.127", LINUX),
    ("tbb==2023.2.0", ("win_amd64",)),
    ("tbb==2023.2.0", LINUX),
    ("msvc-runtime==14.44.35112", ("win_amd64",)),
)
NATIVE = re.compile(r".*\.(?:dll|pyd|so(?:\.[\d.]+)?)")


def main(directory: Path) -> None:
    """Download what is missing, list every wheel in the directory."""
    for requirement, platforms in WHEELS:
        tags = [f"--platform={platform}" for platform in platforms]
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        subprocess.run([*command, "--python-version=3.11", *tags, "-d", str(directory), requirement], check=True)
    header, *earlier = re.split(r"(?m)^(?=\[\[wheel\]\])", MEMBERS.read_text())
    rows = {file_of(text): text.rstrip() + "\n" for text in earlier}
    rows |= {path.name: row(path) for path in directory.glob("*.whl")}
    MEMBERS.write_text(header + "\n".join(rows[file] for file in sorted(rows)))


def file_of(text: str) -> str:
    """The wheel that one row of the table is about."""
    return text.partition('file = "')[2].partition('"')[0]


def row(path: Path) -> str:
    """One wheel with the native files in it."""
    with zipfile.ZipFile(path) as wheel:
        members = sorted(name for name in wheel.namelist() if NATIVE.fullmatch(name))
    listed = "".join(f'    "{member}",\n' for member in members)
    date = datetime.date.today()
    return (
        f'[[wheel]]\nfile = "{path.name}"\nmembers = [\n{listed}]\nsource = "{path.name} on PyPI"\nchecked = {date}\n'
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
