"""The file that pip or uv would take: worked out here, and asked of pip and uv themselves."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pytest
from packaging.specifiers import SpecifierSet

from tests.support.index_server import IndexServer
from tests.support.installers import tiny_wheel, uv
from wontload.app.places import this_computer
from wontload.wheels.candidates import Target, candidates_of
from wontload.wheels.choosing import Request, chosen
from wontload.wheels.index.gather import Place, gather
from wontload.wheels.index.settings import Settings
from wontload.wheels.web import Web

HERE = f"cp{sys.version_info[0]}{sys.version_info[1]}"
VERSIONS = ("0.9", "1.0", "1.0+cu124", "1.0+cu118", "1.0.post1", "2.0rc1", "2.0.dev3", "1!0.1", "0.3.4")
TAGS = (
    "py3-none-any",
    f"{HERE}-{HERE}-linux_x86_64",
    f"{HERE}-{HERE}-manylinux_2_17_x86_64.manylinux2014_x86_64",
    f"{HERE}-{HERE}-manylinux_2_5_x86_64",
    f"{HERE}-abi3-manylinux_2_17_x86_64",
    "cp38-abi3-manylinux_2_17_x86_64",
    "cp27-cp27mu-manylinux1_x86_64",
    f"{HERE}-{HERE}-win_amd64",
    f"{HERE}-{HERE}-manylinux_2_99_x86_64",
)
SPECIFIERS = ("", "==1.0", "==1.0+cu118", "<1", "==2.0rc1", ">=0.9", "==1.*", "!=1.0.post1", "===1.0")

ASK_PIP = """
import json, sys
from pip._internal.cli import cmdoptions
from pip._internal.commands import create_command
from pip._vendor.packaging.specifiers import SpecifierSet
for line in sys.stdin:
    arguments, specifier = json.loads(line)
    command = create_command("install")  # anew: what --only-binary names stays in a parser
    with command.main_context():
        options, _ = command.parse_args(arguments)
        cmdoptions.check_release_control_exclusive(options)
        session = command.get_default_session(options)
        finder = command._build_package_finder(options, session)
        specifier = SpecifierSet(specifier)
        ican = list(finder.find_best_candidate("pkg", specifier=specifier).applicable_candidates)
        pinned = any(s.operator == "===" or s.operator == "==" and not s.version.endswith(".*") for s in specifier)
        every = all(one.link.is_yanked for one in ican) and pinned
        taken = [one for one in reversed(ican) if every or not one.link.is_yanked]
        print(json.dumps(taken[0].link.url if taken else None), flush=True)
"""


@dataclass(frozen=True)
class World:
    """Indexes on a disk, in order, with options of the command line."""

    indexes: tuple[str, ...]
    find_links: tuple[str, ...]
    specifier: str
    prefer_binary: bool
    pre: bool
    only_binary: bool

    def arguments(self) -> list[str]:
        default, *extra = self.indexes
        return [
            *("install", "--isolated", "--index-url", default, *(f"--extra-index-url={one}" for one in extra)),
            *(f"--find-links={one}" for one in self.find_links),
            *(["--prefer-binary"] * self.prefer_binary + ["--pre"] * self.pre),
            *(["--only-binary=pkg"] * self.only_binary),
            "pkg",
        ]

    def settings(self) -> Settings:
        return Settings(
            indexes=self.indexes,
            find_links=self.find_links,
            prefer_binary=self.prefer_binary,
            pre=self.pre,
            only_binary=("pkg",) if self.only_binary else (),
        )


def file_row(rng: random.Random) -> str:
    version = rng.choice(VERSIONS)
    if rng.random() < 0.2:
        name = f"pkg-{version}.tar.gz"
    else:
        build = rng.choice(("", "", "", "-1", "-2a"))
        name = f"pkg-{version}{build}-{rng.choice(TAGS)}.whl"
    yanked = rng.choice(("", "", "", "", ' data-yanked="bad"'))
    python = rng.choice(("", "", "", ' data-requires-python="&gt;=3.8"', ' data-requires-python="&lt;3.8"'))
    return f'<a href="{name.replace("+", "%2B").replace("!", "%21")}"{yanked}{python}>{name}</a>'


def world(rng: random.Random, root: Path) -> World:
    indexes = []
    for number in range(rng.randint(1, 3)):
        page = root / f"index{number}" / "pkg" / "index.html"
        page.parent.mkdir(parents=True)
        page.write_text("\n".join(file_row(rng) for _ in range(rng.randint(0, 6))))
        indexes.append((root / f"index{number}").as_uri())
    links = root / "links.html"
    links.write_text("\n".join(file_row(rng) for _ in range(rng.randint(0, 3))))
    return World(
        tuple(indexes),
        (links.as_uri(),) if rng.random() < 0.3 else (),
        rng.choice(SPECIFIERS),
        rng.random() < 0.3,
        rng.random() < 0.2,
        rng.random() < 0.2,
    )


def ours(one: World, target: Target, settings: Settings | None = None, web: Web | None = None) -> str | None:
    settings = settings or one.settings()
    places = [Place(kind="links", url=url) for url in settings.find_links]
    places += [Place(kind="simple", url=url) for url in settings.indexes]
    candidates = candidates_of("pkg", gather("pkg", places, web or Web(offline=True)), target)
    found = chosen(candidates, Request(project="pkg", specifier=SpecifierSet(one.specifier)), settings)
    return found.link.url if found else None


@pytest.fixture(scope="module")
def target() -> Target:
    return Target(this_computer(sys.executable).machine)


def test_pip_itself_takes_the_same_file(tmp_path, target):
    rng = random.Random(20261127)
    worlds = [world(rng, tmp_path / str(number)) for number in range(150)]
    asked = "".join(json.dumps([one.arguments()[1:], one.specifier]) + "\n" for one in worlds)
    said = subprocess.run([sys.executable, "-c", ASK_PIP], input=asked, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in said.stdout.splitlines()]
    assert len(answers) == len(worlds)
    assert sum(one is not None for one in answers) > 75
    wrong = [
        (number, one, mine, pips)
        for number, (one, pips) in enumerate(zip(worlds, answers, strict=True))
        if (mine := ours(one, target)) != pips
    ]
    assert wrong == []


def serve(rng: random.Random, server: IndexServer, number: int) -> list[str]:
    """Indexes on a server, each with a few small wheels; returns their URLs."""
    indexes = []
    for index in range(rng.randint(1, 3)):
        rows = []
        for _ in range(rng.randint(0, 5)):
            version, tags = rng.choice(VERSIONS), rng.choice(TAGS)
            build = rng.choice(("", "", "-1"))
            name = f"pkg-{version}{build}-{tags}.whl"
            path = f"/{number}/{index}/pkg/{name}"
            server.file(path, tiny_wheel("pkg", version, tags, path))
            yanked = rng.choice(("", "", "", ' data-yanked="bad"'))
            rows.append(f'<a href="{name.replace("+", "%2B").replace("!", "%21")}"{yanked}>{name}</a>')
        if rows:
            server.page(f"/{number}/{index}/pkg/", "\n".join(rows))
        indexes.append(f"{server.url}/{number}/{index}")
    return indexes


@pytest.mark.skipif(sys.platform != "linux", reason="the pinned uv is Linux' own")
@pytest.mark.parametrize("first_index", [True, False])
def test_uv_itself_takes_the_same_file(server, tmp_path, target, first_index):
    rng = random.Random(14 + first_index)
    wrong, taken = [], 0
    for number in range(25):
        indexes = serve(rng, server, number)
        one = World(tuple(indexes), (), rng.choice(SPECIFIERS[:7]), False, False, False)
        *extra, default = indexes
        command = [uv(), "pip", "install", "--no-config", "--no-deps", "--no-build", "--no-cache", "-q", "--python"]
        command += [sys.executable, "--target", str(tmp_path / str(number)), f"--default-index={default}"]
        command += [f"--index={url}" for url in extra]
        command += ["--index-strategy=" + ("first-index" if first_index else "unsafe-best-match")]
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("UV_", "PIP_"))}
        done = subprocess.run([*command, f"pkg{one.specifier}"], capture_output=True, text=True, env=environment)
        module = tmp_path / str(number) / "pkg.py"
        uvs = server.url + module.read_text() if module.is_file() else None
        settings = Settings(installer="uv", indexes=tuple(indexes), first_index=first_index, only_binary=("pkg",))
        mine = ours(one, target, settings, web=Web())
        taken += uvs is not None
        if (unquote(mine) if mine else None) != uvs:
            wrong.append((number, one, mine, uvs, done.stderr[-300:]))
    assert wrong == []
    assert taken > 5


def test_of_one_version_offered_twice_pip_installs_the_later_offered(server, tmp_path, target):
    tags = "py3-none-any"
    name = f"pkg-1.0-{tags}.whl"
    for index in "ab":
        server.file(f"/{index}/pkg/{name}", tiny_wheel("pkg", "1.0", tags, index))
        server.page(f"/{index}/pkg/", f'<a href="{name}">x</a>')
    indexes = (f"{server.url}/a", f"{server.url}/b")
    command = [sys.executable, "-m", "pip", "install", "--isolated", "--no-deps", "--target", str(tmp_path)]
    command += ["--no-cache-dir", "--index-url", indexes[0], "--extra-index-url", indexes[1], "pkg"]
    subprocess.run(command, check=True, capture_output=True)
    assert (tmp_path / "pkg.py").read_text() == "b"
    one = World(indexes, (), "", False, False, False)
    assert ours(one, target, web=Web()) == f"{indexes[1]}/pkg/{name}"
