"""The printed command gets the very file that it promises: run by pip and by uv themselves."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys

import pytest
from packaging.version import Version

from tests.support.installers import tiny_wheel, uv
from wontload.app.places import this_computer
from wontload.wheels.candidates import Candidate, Target, candidates_of
from wontload.wheels.commands import Wanted, install_command
from wontload.wheels.index.gather import Place, gather
from wontload.wheels.index.link import Link
from wontload.wheels.index.settings import Settings
from wontload.wheels.web import Web

TAG = "py3-none-any"


@pytest.fixture(scope="module")
def target() -> Target:
    return Target(this_computer(sys.executable).machine)


@pytest.fixture
def world(server, target, tmp_path):
    """A default index with a source distribution and old wheels, and an index of builds; candidates of both."""
    rows = {"pypi": ["pkg-2.0.tar.gz", "1.0", "0.9"], "cuda": ["1.0+cu124", "1.0", "0.8"], "cpu": ["1.0+cpu"]}
    for index, offered in rows.items():
        page = []
        for one in offered:
            name = one if one.endswith(".gz") else f"pkg-{one}-{TAG}.whl"
            if not one.endswith(".gz"):
                server.file(f"/{index}/pkg/{name}", tiny_wheel("pkg", one, TAG, f"{index} {one}"))
            page.append(f'<a href="{name.replace("+", "%2B")}">{name}</a>')
        server.page(f"/{index}/pkg/", "\n".join(page))
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / f"pkg-1.0-{TAG}.whl").write_bytes(tiny_wheel("pkg", "1.0", TAG, "folder 1.0"))
    places = [
        Place(kind="simple", url=f"{server.url}/pypi"),
        Place(kind="simple", url=f"{server.url}/cuda", configured=False),
        Place(kind="simple", url=f"{server.url}/cpu", configured=False),
        Place(kind="links", url=str(folder), configured=False),
    ]
    return candidates_of("pkg", gather("pkg", places, Web()), target)


def run(command: str, tmp_path) -> str:
    """Run a printed command for a directory of its own; what the module says that got there."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
    place = tmp_path / f"installed-{len(list(tmp_path.iterdir()))}"
    words = shlex.split(command)
    if words[0] == "uv":
        words = [uv(), *words[1:], "--python", sys.executable, "--no-config", "--no-cache", "-q", "--no-deps"]
    else:
        words = [sys.executable, *words[1:], "--isolated", "--no-cache-dir", "-q", "--no-deps"]
    subprocess.run([*words, "--target", str(place)], check=True, capture_output=True, env=environment)
    return (place / "pkg.py").read_text()


def which(candidates, index: str, version: str) -> Candidate:
    (found,) = [one for one in candidates if index in one.place.url and one.version == Version(version) and one.wheel]
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="the pinned uv is Linux' own")
@pytest.mark.parametrize("installer", ["pip", "uv"])
@pytest.mark.parametrize(
    ("index", "version"),
    [("pypi", "1.0"), ("pypi", "0.9"), ("cuda", "1.0+cu124"), ("cuda", "1.0"), ("cpu", "1.0+cpu"), ("folder", "1.0")],
)
def test_the_command_installs_what_it_promises(world, server, tmp_path, installer, index, version):
    settings = Settings(installer=installer, indexes=(f"{server.url}/pypi",), first_index=installer == "uv")
    wanted = Wanted(
        candidate=which(world, index, version), candidates=world, project="pkg", index_url=f"{server.url}/pypi"
    )
    command = install_command(wanted, settings)
    assert run(command, tmp_path) == f"{index} {version}"


def test_the_same_file_from_another_place_is_the_same_file():
    name = f"pkg-1.0-{TAG}.whl"
    places = [Place(kind="simple", url=f"https://{host}.example.org") for host in "ab"]
    one, other = (
        Candidate(
            link=Link(filename=name, url=f"{place.url}/{name}", index="i", sha256="ab" * 32),
            place=place,
            order=order,
            version=Version("1.0"),
            tag_rank=0,
        )
        for order, place in enumerate(places)
    )
    settings = Settings(indexes=tuple(place.url for place in places))
    for wanted in (one, other):  # pip takes the second
        assert install_command(Wanted(candidate=wanted, candidates=[one, other], project="pkg"), settings) == (
            "python -m pip install pkg"
        )


def test_a_file_of_a_release_is_asked_for_by_its_url():
    link = Link(
        filename=f"pkg-1.0-{TAG}.whl", url=f"https://example.org/a/pkg-1.0-{TAG}.whl", index="i", sha256="ab" * 32
    )
    place = Place(kind="releases", url="https://github.com/a/b/releases", configured=False)
    one = Candidate(link=link, place=place, order=0, version=Version("1.0"), tag_rank=0)
    wanted = Wanted(candidate=one, candidates=[one], project="pkg")
    assert install_command(wanted, Settings()) == f'python -m pip install "{link.url}#sha256={link.sha256}"'


def test_nothing_in_a_url_reaches_a_shell():
    evil = 'https://example.org/$(reboot)/`id`/"; rm -rf !x\\/pkg-1.0-py3-none-any.whl'
    link = Link(filename=f"pkg-1.0-{TAG}.whl", url=evil, index="i")
    one = Candidate(link=link, place=Place(kind="releases", url=evil), order=0, version=Version("1.0"), tag_rank=0)
    command = install_command(Wanted(candidate=one, candidates=[one], project="pkg"), Settings())
    assert not set(command) & set("$`\\!()")
    assert command.count('"') == 2


@pytest.mark.parametrize(
    ("installed", "has"),
    [("", ""), ("1.0", "--force-reinstall --no-deps "), ("0.1", "--upgrade "), ("odd!", "--upgrade ")],
)
def test_what_is_installed_is_replaced(installed, has):
    link = Link(
        filename=f"pkg-1.0-{TAG}.whl", url=f"https://pypi.org/pkg-1.0-{TAG}.whl", index="https://pypi.org/simple"
    )
    place = Place(kind="simple", url="https://pypi.org/simple")
    one = Candidate(link=link, place=place, order=0, version=Version("1.0"), tag_rank=0)
    wanted = Wanted(candidate=one, candidates=[one], project="pkg", installed=installed)
    assert install_command(wanted, Settings()) == f"python -m pip install {has}pkg"


def test_no_login_is_printed():
    url = "https://me:secret@example.org/simple"
    link = Link(filename=f"pkg-1.0-{TAG}.whl", url=f"https://me:secret@example.org/pkg-1.0-{TAG}.whl", index=url)
    one = Candidate(
        link=link, place=Place(kind="simple", url=url, configured=False), order=0, version=Version("1.0"), tag_rank=0
    )
    for settings in (Settings(), Settings(installer="uv", first_index=True)):
        assert "secret" not in install_command(Wanted(candidate=one, candidates=[one], project="pkg"), settings)
