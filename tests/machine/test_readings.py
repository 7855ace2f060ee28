"""What earlier runs read: taken for files that are the same, and for no others."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.images import elf
from wontload.binary import Image, Symbol
from wontload.machine import live, readings
from wontload.machine.live import LiveFiles
from wontload.machine.readings import Readings


@pytest.fixture(autouse=True)
def _any_age(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of a test are younger than what is kept."""
    monkeypatch.setattr(readings, "SETTLED_NS", -(10**18))


@pytest.fixture
def library(tmp_path: Path) -> str:
    (tmp_path / "a.so").write_bytes(elf(soname="liba.so"))
    return str(tmp_path / "a.so")


@pytest.fixture
def cache(tmp_path: Path) -> str:
    return str(tmp_path / "cache")


def read(path: str, cache: str) -> Image:
    kept = Readings(cache)
    image = LiveFiles(kept).image(path)
    kept.save()
    return image


def forbid_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> Image:
        raise AssertionError(f"{path} was read")

    monkeypatch.setattr(live, "read_image", refuse)


def test_a_file_that_is_the_same_is_not_read_again(library: str, cache: str, monkeypatch: pytest.MonkeyPatch):
    first = read(library, cache)
    forbid_reading(monkeypatch)
    assert read(library, cache) == first
    os.link(library, library + ".2")  # which changes the inode's own time
    with pytest.raises(AssertionError, match="was read"):
        read(library, cache)


def test_a_change_shows_even_where_size_and_time_of_change_are_as_before(library: str, cache: str):
    read(library, cache)
    before = os.stat(library)
    with open(library, "r+b") as file:
        content = file.read()
        file.seek(0)
        file.write(content.replace(b"liba.so", b"libb.so"))
    os.utime(library, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = os.stat(library)
    assert (before.st_size, before.st_mtime_ns, before.st_ino) == (after.st_size, after.st_mtime_ns, after.st_ino)
    assert read(library, cache).soname == "libb.so"


def test_what_was_changed_just_now_is_not_kept(library: str, cache: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(readings, "SETTLED_NS", 2_000_000_000)
    read(library, cache)
    assert not os.path.exists(cache)


def test_providers_are_known_again_in_a_scope_that_has_them_all(tmp_path: Path, cache: str):
    for name in ("user", "first", "second", "other"):
        (tmp_path / f"{name}.so").write_bytes(elf(soname=name))
    paths = {name: str(tmp_path / f"{name}.so") for name in ("user", "first", "second", "other")}
    kept = Readings(cache)
    images = {name: LiveFiles(kept).image(path) for name, path in paths.items()}
    kept.keep_providers(images["user"], [images["first"], images["second"]])
    kept.keep_providers(images["other"], [Image(format=images["user"].format, architecture="x86_64", bits=64)])
    kept.save()

    kept = Readings(cache)
    files = LiveFiles(kept)
    user, first, second, other = (files.image(paths[name]) for name in ("user", "first", "second", "other"))
    assert kept.providers(user, [other, second, first]) == [second, first]
    assert kept.providers(user, [other, second]) is None
    assert kept.providers(other, [user, first, second]) is None  # one of its providers came from no file


def test_trouble_is_known_again_among_the_same_others_alone(tmp_path: Path, cache: str):
    for name in ("user", "first", "second"):
        (tmp_path / f"{name}.so").write_bytes(elf(soname=name))
    paths = [str(tmp_path / f"{name}.so") for name in ("user", "first", "second")]
    kept = Readings(cache)
    user, first, second = map(LiveFiles(kept).image, paths)
    scope, told = [(user, ""), (first, "first")], ("lacking", "nothing in scope defines lacking", "\0: undefined")
    kept.keep_trouble(user, scope, "now", told)
    kept.keep_trouble(second, [*scope, (None, "")], "now", told)  # of one nothing is known
    kept.save()

    kept = Readings(cache)
    user, first, second = map(LiveFiles(kept).image, paths)
    scope = [(user, ""), (first, "first")]
    assert kept.trouble(user, scope, "now") == told
    others = ([(first, "first"), (user, "")], [(user, ""), (second, "first")], [(user, ""), (first, "")], scope[:1])
    assert [kept.trouble(user, one, "now") for one in others] == [None] * 4
    assert kept.trouble(user, scope, "later") is None
    assert kept.trouble(second, [*scope, (None, "")], "now") is None


@pytest.mark.parametrize(
    "damage",
    [b"", b"\0" * 100, b"i", b"{}\n", b"[]", b'["x"]', b"null", b'[[1,2],[],[],[],"zz",1]', b"\xff\xfe[", b"1e999"],
)
def test_damage_costs_time_and_no_answer(library: str, cache: str, damage: bytes):
    right = read(library, cache)
    (path,) = Path(cache).iterdir()
    kind, stamp, _ = path.read_bytes().strip().split(b" ", 2)
    path.write_bytes(b"\n".join([b" ".join([one, stamp, damage]) for one in (kind, b"p", b"u")]))
    assert read(library, cache) == right
    kept = Readings(cache)
    image = LiveFiles(kept).image(library)
    assert kept.providers(image, [image]) in (None, [])
    assert kept.trouble(image, [(image, "")], "") is None


def test_half_a_line_spoils_nothing_that_is_added_behind_it(library: str, cache: str, monkeypatch: pytest.MonkeyPatch):
    first = read(library, cache)
    (path,) = Path(cache).iterdir()
    path.write_bytes(path.read_bytes().rstrip()[:-20])
    assert read(library, cache) == first
    forbid_reading(monkeypatch)
    assert read(library, cache) == first


def test_another_source_has_another_file_and_an_old_one_goes(library: str, cache: str, monkeypatch: pytest.MonkeyPatch):
    read(library, cache)
    (Path(cache) / "wheels").mkdir()
    (first,) = Path(cache).glob("*.jsonl")
    monkeypatch.setattr(readings, "__version__", "99")
    read(library, cache)
    (second,) = set(Path(cache).glob("*.jsonl")) - {first}
    os.utime(first, (0, 0))
    monkeypatch.setattr(readings, "__version__", "100")
    read(library, cache)
    assert not first.exists()
    assert second.exists()
    assert len(os.listdir(cache)) == 3


def test_it_does_not_grow_without_end(library: str, cache: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(readings, "LARGEST_BYTES", 1000)
    (path,) = [*Path(cache).iterdir()] if read(library, cache) else []
    path.write_bytes(path.read_bytes() + b"x" * 1500)
    other = Path(library).with_name("other.so")
    other.write_bytes(elf(soname="other.so"))
    read(str(other), cache)
    assert path.stat().st_size < 1000


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links")
def test_a_link_in_its_place_is_not_written_through(library: str, cache: str, tmp_path: Path):
    read(library, cache)
    (path,) = Path(cache).iterdir()
    path.unlink()
    (tmp_path / "victim").write_bytes(b"precious")
    path.symlink_to(tmp_path / "victim")
    assert read(library, cache).soname == "liba.so"
    assert (tmp_path / "victim").read_bytes() == b"precious"


def test_no_place_to_write_is_no_trouble(library: str, tmp_path: Path):
    (tmp_path / "file").write_text("x")
    assert read(library, str(tmp_path / "file" / "cache")).soname == "liba.so"


@pytest.mark.skipif(sys.platform != "linux", reason="ELF loads")
def test_a_provider_that_was_replaced_is_looked_at(tmp_path: Path):
    """By the command, in processes of their own: sound, broken and sound again, and from the cache between."""
    (tmp_path / "user.c").write_text("extern int lacking(void); int run(void) { return lacking(); }")
    (tmp_path / "good.c").write_text("int lacking(void) { return 1; }")
    (tmp_path / "bad.c").write_text("int another(void) { return 1; }")
    provider, user = tmp_path / "libprovider.so", tmp_path / "libuser.so"

    def link(source: str, to: Path, *more: str) -> None:
        command = ["gcc", "-shared", "-fPIC", "-o", str(to), str(tmp_path / source), *more]
        subprocess.run(command, check=True, cwd=tmp_path)

    link("good.c", provider)
    link("user.c", user, "-L.", "-lprovider", "-Wl,-rpath,$ORIGIN")
    script = (
        "import sys; from wontload.machine import readings; readings.SETTLED_NS = -10**18; "
        "from wontload.cli import main; sys.exit(main(['tree', '--jsonl', *sys.argv[1:]]))"
    )
    environment = {**os.environ, "WONTLOAD_CACHE_DIR": str(tmp_path / "cache")}

    def tree() -> str:
        command = [sys.executable, "-c", script, str(user), *[str(user)] * 15]
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False).stdout

    sound = tree()
    assert '"verdict":"loads"' in sound
    assert [*(tmp_path / "cache").iterdir()]
    assert tree() == sound
    link("bad.c", tmp_path / "new.so")
    os.replace(tmp_path / "new.so", provider)
    broken = tree()
    assert "undefined symbol: lacking" in broken
    (kept,) = (tmp_path / "cache").iterdir()
    assert b"\nu " in kept.read_bytes()
    assert tree() == broken
    link("good.c", tmp_path / "new.so")
    os.replace(tmp_path / "new.so", provider)
    assert tree() == sound


def test_symbols_are_not_part_of_what_is_kept_and_come_from_the_file(library: str, cache: str):
    before = read(library, cache)
    again = read(library, cache)
    assert again.undefined == before.undefined
    assert all(isinstance(one, Symbol) for one in again.undefined)
