"""pip's constraint files, and what they make of pip's choice."""

from __future__ import annotations

import subprocess
import sys

from tests.support.index_server import serving
from tests.support.installers import tiny_wheel
from wontload.wheels.index.constraints import constraint_on


def test_the_lines_about_a_project_are_joined(tmp_path):
    (tmp_path / "a.txt").write_text(
        "# words\nNumPy<2  # old\nother==1\n-c b.txt\n???\nnumpy>=1; python_version<'3'\nnumpy @ https://example.org/x.whl\n"
    )
    (tmp_path / "b.txt").write_text("numpy!=1.5\n-c a.txt\n")
    assert constraint_on("numpy", [str(tmp_path / "a.txt")]) == "<2,!=1.5"
    assert constraint_on("numpy", [(tmp_path / "b.txt").as_uri()]) == "!=1.5,<2,!=1.5"
    assert constraint_on("nothing", [str(tmp_path / "a.txt"), "/nowhere", "https://example.org/c.txt"]) == ""


def test_pip_is_bound_by_them(tmp_path):
    (tmp_path / "c.txt").write_text("pkg<2\n")
    with serving() as server:
        for version in ("1.0", "2.0"):
            server.file(f"/i/pkg/pkg-{version}-py3-none-any.whl", tiny_wheel("pkg", version, "py3-none-any", version))
        links = "".join(f'<a href="pkg-{one}-py3-none-any.whl">x</a>' for one in ("1.0", "2.0"))
        server.page("/i/pkg/", links)
        command = [sys.executable, "-m", "pip", "install", "--isolated", "-q", "--no-deps", "--no-cache-dir"]
        command += [
            "--target",
            str(tmp_path / "t"),
            "--index-url",
            f"{server.url}/i",
            "-c",
            str(tmp_path / "c.txt"),
            "pkg",
        ]
        subprocess.run(command, check=True, capture_output=True)
    assert (tmp_path / "t" / "pkg.py").read_text() == "1.0"
    assert constraint_on("pkg", [str(tmp_path / "c.txt")]) == "<2"
