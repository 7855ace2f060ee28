"""Write tests/support/wheels_sweep.toml: real wheels from PyPI, pinned, for `make sweep`.

    python scripts/pin_wheels.py [PLATFORM…]

Asks pip for the newest wheel of each package below that CPython 3.11 takes on each platform, keeps the files where the
sweep looks for them, and writes their hashes down. A package without a wheel for a platform is left out of it; a
platform that is not named on the command line keeps its rows.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.support.corpus import KEPT, PINS, Wheel, native_members, pins  # noqa: E402

# With many native files for their size, or with an odd one: bundled runtimes, forwarders, delay loads, plugins,
# libraries beside the package, abi3, Rust, Fortran, Cython, mypyc.
SMALL = (
    "aiohttp brotli cffi charset-normalizer cryptography cython frozenlist greenlet kiwisolver lxml markupsafe msgpack"
)
SMALL += (
    " multidict mypy orjson pillow psutil pycryptodome pycryptodomex pydantic-core pyzmq rapidfuzz regex ujson yarl"
)
SMALL += " zstandard lz4 black"
MIDDLE = "numpy pandas scipy scikit-learn scikit-image statsmodels matplotlib contourpy pywavelets astropy dipy h5py"
MIDDLE += " shapely pyproj gevent spacy thinc"
MORE = "pygame av numba llvmlite grpcio protobuf psycopg2-binary tables pyarrow safetensors soundfile"
WINDOWS = "pywin32 wxpython rtree pyqt5-sip pymssql pyodbc shiboken6 pyside6-essentials"
PLATFORMS = {
    "win_amd64": (("win_amd64",), f"{SMALL} {MIDDLE} {MORE} {WINDOWS}"),
    "win32": (
        ("win32",),
        "cffi cryptography lxml markupsafe numpy pillow psutil pycryptodome pywin32 pandas pygame pyzmq",
    ),
    "win_arm64": (
        ("win_arm64",),
        "cffi cryptography lxml markupsafe numpy pillow psutil pycryptodome pywin32 mypy scipy",
    ),
    "manylinux_x86_64": (
        (*(f"manylinux_2_{minor}_x86_64" for minor in (34, 28, 27, 26, 24, 17, 12, 5)), "manylinux2014_x86_64"),
        f"{SMALL} {MIDDLE} {MORE} uvloop rtree",
    ),
    "manylinux_aarch64": (
        (*(f"manylinux_2_{minor}_aarch64" for minor in (34, 28, 27, 26, 24, 17)), "manylinux2014_aarch64"),
        f"{SMALL} {MIDDLE} uvloop pygame av",
    ),
    "musllinux_x86_64": (
        ("musllinux_1_2_x86_64", "musllinux_1_1_x86_64"),
        f"{SMALL} numpy pandas scipy scikit-learn uvloop",
    ),
    "musllinux_aarch64": (("musllinux_1_2_aarch64", "musllinux_1_1_aarch64"), f"{SMALL} numpy pandas uvloop"),
    "macos_arm64": (
        (*(f"macosx_{major}_0_arm64" for major in (15, 14, 13, 12, 11)), "macosx_11_0_universal2"),
        f"{SMALL} {MIDDLE} uvloop av pygame numba llvmlite wxpython",
    ),
    "macos_x86_64": (
        (*(f"macosx_{major}_0_x86_64" for major in (14, 13, 12, 11)), "macosx_10_15_x86_64", "macosx_10_9_x86_64"),
        f"{SMALL} numpy pandas scipy scikit-learn matplotlib",
    ),
    "macos_universal2": (
        tuple(f"macosx_{version}_universal2" for version in ("11_0", "10_15", "10_13", "10_12", "10_9")),
        "markupsafe charset-normalizer cython greenlet cffi pyzmq regex gevent msgpack",
    ),
}
NO_WHEEL = re.compile(r"No matching distribution found for ([\w.-]+)")


def main(chosen: Iterable[str]) -> None:
    """Pin the chosen platforms, or all of them."""
    rows = {wheel.file: wheel for wheel in pins()}
    for platform in chosen or PLATFORMS:
        tags, names = PLATFORMS[platform]
        rows = {file: wheel for file, wheel in rows.items() if wheel.platform != platform}
        with TemporaryDirectory(dir=KEPT) as directory:
            for path in download(names.split(), tags, Path(directory)):
                if native_members(path):
                    rows.setdefault(path.name, pin(path, platform))
                    path.replace(KEPT / path.name)
        write(rows.values())


def download(names: list[str], tags: tuple[str, ...], directory: Path) -> list[Path]:
    """The newest wheels of these packages for these tags, those left out that have none."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--only-binary=:all:",
        "-d",
        str(directory),
    ]
    command += ["--python-version=3.11", *(f"--platform={tag}" for tag in tags)]
    while names:
        done = subprocess.run([*command, *names], capture_output=True, text=True, check=False)
        absent = NO_WHEEL.search(done.stderr)
        if not absent:
            if done.returncode:
                raise SystemExit(done.stderr)
            break
        print(f"no wheel of {absent[1]} for {tags[0]}")
        names = [name for name in names if name != absent[1]]
    return sorted(directory.glob("*.whl"))


def pin(path: Path, platform: str) -> Wheel:
    """A downloaded wheel as a row."""
    name, version, *_ = path.name.split("-")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Wheel(platform=platform, name=name, version=version, file=path.name, sha256=digest)


def write(wheels: Iterable[Wheel]) -> None:
    """Replace the table."""
    header = PINS.read_text().partition("\n\n")[0]
    order = {platform: place for place, platform in enumerate(PLATFORMS)}
    rows = [
        f'[[wheel]]\nplatform = "{one.platform}"\nname = "{one.name}"\nversion = "{one.version}"\n'
        f'file = "{one.file}"\nsha256 = "{one.sha256}"\n'
        for one in sorted(wheels, key=lambda one: (order[one.platform], one.file.lower()))
    ]
    PINS.write_text("\n".join([header + "\n", *rows]))


if __name__ == "__main__":
    KEPT.mkdir(parents=True, exist_ok=True)
    main(sys.argv[1:])
