"""Where pip and uv would look, held against what pip itself reads."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from wontload.wheels.index.settings import PYPI, Settings, allows, pip_settings, uv_settings


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home without settings, and variables of nobody's."""
    for name in list(os.environ):
        if name.upper().startswith(("PIP_", "UV_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "xdg"))
    (tmp_path / ".config" / "pip").mkdir(parents=True)
    (tmp_path / "xdg" / "pip").mkdir(parents=True)
    return tmp_path


ASK = """
import json
import sys
from pip._internal.commands import create_command
options, _ = create_command("install").parser.parse_args(sys.argv[1:])
names = ("index_url", "extra_index_urls", "find_links", "no_index", "prefer_binary", "trusted_hosts", "cert", "proxy")
print(json.dumps({**{name: getattr(options, name) for name in names},
                  "only_binary": sorted(options.format_control.only_binary)}))
"""


def of_pip(*arguments: str) -> dict[str, object]:
    """The options of `pip install` as pip itself makes them of files, variables and these arguments."""
    said = subprocess.run([sys.executable, "-c", ASK, *arguments], capture_output=True, text=True, check=True)
    return json.loads(said.stdout)


def as_pip_has_them(settings: Settings) -> dict[str, object]:
    return {
        "index_url": settings.indexes[0],
        "extra_index_urls": list(settings.indexes[1:]),
        "find_links": list(settings.find_links),
        "no_index": settings.no_index,
        "prefer_binary": settings.prefer_binary,
        "trusted_hosts": list(settings.trusted_hosts),
        "cert": settings.certificates or None,
        "proxy": settings.proxy or None,
        "only_binary": sorted(settings.only_binary),
    }


@pytest.mark.skipif(sys.platform == "win32", reason="the files are placed as on Linux and macOS")
@pytest.mark.parametrize("named", [True, False])
def test_pips_files_are_read_as_pip_reads_them(home, monkeypatch, named):
    (home / "xdg" / "pip" / "pip.conf").write_text("[global]\nindex-url = https://far.example/simple\ntimeout = 5\n")
    (home / ".config" / "pip" / "pip.conf").write_text(
        "[global]\nindex_url = https://near.example/simple\n"
        "extra-index-url =\n    https://one.example\n    https://two.example\n"
        "[install]\nprefer-binary = true\nonly-binary = numpy,torch\n[download]\npre = true\n"
    )
    (home / "own.conf").write_text("[global]\ntrusted-host = one.example\nprefer-binary = false\n")
    if named:
        monkeypatch.setenv("PIP_CONFIG_FILE", str(home / "own.conf"))
    monkeypatch.setenv("PIP_FIND_LINKS", "/a /b")
    settings = pip_settings(environment=os.environ)
    assert as_pip_has_them(settings) == of_pip()
    assert (str(home / "own.conf") in settings.sources) is named
    assert settings.find_links == ("/a", "/b")
    if named:
        assert (settings.indexes, settings.trusted_hosts) == (("https://far.example/simple",), ("one.example",))
    else:
        assert settings.indexes == ("https://near.example/simple", "https://one.example", "https://two.example")
        assert settings.prefer_binary


@pytest.mark.skipif(sys.platform == "win32", reason="the files are placed as on Linux and macOS")
def test_a_broken_file_counts_as_none_and_devnull_turns_all_off(home):
    (home / ".config" / "pip" / "pip.conf").write_text("index-url without a section\n")
    assert pip_settings(str(home), os.environ).indexes == (PYPI,)
    (home / ".config" / "pip" / "pip.conf").write_text("[global]\nindex-url = https://x.example\n")
    assert pip_settings(str(home), os.environ).indexes == ("https://x.example",)
    assert pip_settings(str(home), {**os.environ, "PIP_CONFIG_FILE": os.devnull}).indexes == (PYPI,)


@pytest.mark.skipif(sys.platform == "win32", reason="the files are placed as on Linux and macOS")
def test_uvs_files_are_joined_from_near_to_far(home, monkeypatch):
    project = home / "work" / "deep"
    project.mkdir(parents=True)
    (home / "work" / "pyproject.toml").write_text(
        '[tool.uv]\nindex-strategy = "unsafe-best-match"\n'
        '[[tool.uv.index]]\nname = "torch"\nurl = "https://torch.example/whl/cu124"\nexplicit = true\n'
        '[[tool.uv.index]]\nurl = "https://own.example/simple/"\n'
        '[[tool.uv.index]]\nurl = "./flat"\nformat = "flat"\n'
    )
    (home / ".config" / "uv").mkdir()
    (home / ".config" / "uv" / "uv.toml").write_text(
        '[[index]]\nurl = "https://mirror.example/simple"\ndefault = true\n[pip]\nno-build = true\n'
    )
    settings = uv_settings(str(project), os.environ)
    assert settings.indexes == ("https://own.example/simple", "https://mirror.example/simple")
    assert (settings.find_links, settings.first_index) == (("./flat",), False)
    assert allows(settings, "numpy") == (True, False)
    environment = {
        **os.environ,
        "UV_INDEX": "torch=https://a.example https://b.example",
        "UV_DEFAULT_INDEX": "https://d.example",
    }
    assert uv_settings(str(project), environment).indexes == (
        "https://a.example",
        "https://b.example",
        "https://own.example/simple",
        "https://d.example",
    )
    assert uv_settings(str(project), {**environment, "UV_NO_CONFIG": "1"}).first_index


def test_options_of_the_command_line_join_the_settings_as_with_pip(home, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "https://a.example")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://b.example")
    monkeypatch.setenv("PIP_FIND_LINKS", "/x")
    mine = pip_settings(environment=os.environ).with_options(
        index_url="https://d.example", extra_index_urls=["https://c.example"], find_links=["/y"]
    )
    arguments = ["--index-url=https://d.example", "--extra-index-url=https://c.example", "--find-links=/y"]
    assert as_pip_has_them(mine) == of_pip(*arguments)
    assert mine.indexes == ("https://d.example", "https://b.example", "https://c.example")


def test_uv_ranks_what_the_command_line_names_first():
    uv = Settings(installer="uv", indexes=("https://b", PYPI), first_index=True)
    assert uv.with_options(extra_index_urls=["https://c"]).indexes == ("https://c", "https://b", PYPI)
    assert uv.with_options(index_url="https://d").indexes == ("https://b", "https://d")


@pytest.mark.parametrize(
    ("only", "no", "answer"),
    [
        ((), (), (True, True)),
        ((":all:",), (), (True, False)),
        ((), (":all:",), (False, True)),
        ((":all:",), ("Numpy",), (False, True)),
        ((":all:", ":none:"), (), (True, True)),
        (("numpy",), (":all:",), (True, False)),
    ],
)
def test_what_may_be_taken_of_a_project(only, no, answer):
    assert allows(Settings(only_binary=only, no_binary=no), "numpy") == answer
