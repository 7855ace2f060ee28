"""Lines of `.pth` files, read as `site` reads them; CPython itself is the judge."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from tests.support.machines import linux
from wontload.machine.live import LiveFiles
from wontload.machine.survey.path_lines import path_lines
from wontload.machine.survey.sources import Sources


def test_as_site_reads_them(tmp_path: Path):
    site = tmp_path / "site-packages"
    for name in ("one", "two words", "ü", "three"):
        (tmp_path / name).mkdir(parents=True)
    site.mkdir()
    (site / "a.pth").write_text("# ../three\nimport sys\n../one\n\n../two words   \n", encoding="utf-8")
    (site / "b.pth").write_text(f"{tmp_path / 'ü'}\n", encoding="utf-8")
    (site / "not.txt").write_text("../three\n")
    code = "import site, sys; known = set(sys.path); site.addsitedir(sys.argv[1]); "
    code += "print('\\n'.join(one for one in sys.path if one not in known))"
    ran = subprocess.run(
        [sys.executable, "-X", "utf8", "-I", "-c", code, site], capture_output=True, encoding="utf-8", check=True
    )
    found = path_lines(Sources(replace(linux(path=[str(site)]), files=LiveFiles())))
    assert [one.directory for one in found] == ran.stdout.splitlines()[1:]  # the first is the directory itself
    assert [(Path(one.file).name, one.line) for one in found][:2] == [("a.pth", "../one"), ("a.pth", "../two words   ")]


def test_other_directories_of_sys_path_have_none(tmp_path: Path):
    (tmp_path / "a.pth").write_text(".\n")
    assert path_lines(Sources(replace(linux(path=[str(tmp_path)]), files=LiveFiles()))) == ()
