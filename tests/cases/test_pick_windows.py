"""`wontload pick` run by the Windows CPython under Wine: what it promises of a wheel, the same Python then does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.downloads import wheel
from tests.support.index_server import serving
from tests.support.schemas import check
from tests.support.windows import WindowsPython, windows

pytestmark = [pytest.mark.oracle("wine"), pytest.mark.xdist_group("windows-case")]


def test_the_wheel_that_it_recommends_is_imported(python: WindowsPython, tmp_path: Path):
    real = wheel("markupsafe")
    folder = tmp_path / "wheels ü"
    folder.mkdir()
    (folder / "markupsafe-9.0-cp312-cp312-win_amd64.whl").write_bytes(b"")
    with serving() as server:
        url = f"{server.url}/simple"
        server.file(f"/simple/markupsafe/{real.name}", real.read_bytes())
        server.page("/simple/markupsafe/", f'<a href="{real.name}">x</a>')
        arguments = ["pick", "markupsafe", "--no-known", "--json", f"--index-url={url}"]
        arguments += [f"--find-links={windows().to_windows(folder)}"]
        cache = windows().to_windows(tmp_path / "cache")
        done = python.run("-m", "wontload", *arguments, env={"PIP_CONFIG_FILE": "nul", "WONTLOAD_CACHE_DIR": cache})
        assert done.stdout, done.stderr
        answer = json.loads(done.stdout)
        check(answer)
        # From the cache, without the server's answers.
        server.documents.clear()
        again = python.run("-m", "wontload", *arguments, "--offline", env={"WONTLOAD_CACHE_DIR": cache})
    (judged,) = [one for one in answer["candidates"] if one["appraisal"]]
    assert (done.returncode, answer["verdict"], judged["file"]) == (0, "loads", real.name)
    assert judged["appraisal"]["files"] == [
        {"file": "markupsafe/_speedups.cp311-win_amd64.pyd", "mode": "import", "verdict": "loads"}
    ]
    assert answer["passed_over"] == [{"reason": "for other Pythons", "files": 1}]
    assert answer["commands"]["pip"].startswith('"C:')
    assert answer["commands"]["pip"].endswith(f'--index-url "{url}" markupsafe')
    assert json.loads(again.stdout)["recommended"] == answer["recommended"]
    assert python.run("-c", "from markupsafe._speedups import _escape_inner").returncode == 0
    assert (tmp_path / "cache" / "wheels" / "ranges").is_dir()
