"""A wheel's own description, its members as parsed images, and where they lie once installed."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support import downloads
from tests.support.images import elf, macho, pe
from tests.support.wheels import make_wheel
from wontload.binary import Image, MalformedImage, read_image
from wontload.binary.malformed import NotReached
from wontload.loader import Verdict
from wontload.machine.files import Kind
from wontload.machine.profile import clean_machine
from wontload.wheels.archive import Archive
from wontload.wheels.bad_archive import BadArchive
from wontload.wheels.central_directory import Member
from wontload.wheels.judging import Judge
from wontload.wheels.laying import Laying, laid_over, site_of
from wontload.wheels.tags import expand, parse_file_name, platform_of
from wontload.wheels.wheel import read_wheel

DLL = pe(needs=["KERNEL32.dll"])


def test_a_wheel_tells_what_it_is(tmp_path: Path):
    path = make_wheel(
        tmp_path, {"demo/a.dll": DLL}, requires=["numpy>=1.20", "cffi; extra == 'x'"], requires_python=">=3.9"
    )
    with Archive(path) as archive:
        wheel = read_wheel(archive)
    assert (wheel.name, wheel.version, wheel.build, wheel.pure) == ("demo", "1.0", "", False)
    assert [str(tag) for tag in wheel.tags] == [str(tag) for tag in wheel.inner_tags] == ["cp311-cp311-win_amd64"]
    assert wheel.requires_python == ">=3.9"
    assert wheel.requires_dist == ("numpy>=1.20", "cffi; extra == 'x'")
    assert [member.name for member in wheel.natives] == ["demo/a.dll"]
    row = wheel.record[0]
    assert (row.path, row.algorithm, row.digest) == ("demo/a.dll", "sha256", hashlib.sha256(DLL).hexdigest())
    assert (row.size_bytes, row.hexadecimal) == (len(DLL), False)


def test_a_hash_that_record_has_in_hexadecimal_is_read_as_one(tmp_path: Path):
    hashed = hashlib.sha256(DLL).hexdigest()
    with Archive(
        make_wheel(tmp_path, {"demo/a.dll": DLL}, record=f"demo/a.dll,sha256={hashed.upper()},1\n")
    ) as archive:
        (row,) = read_wheel(archive).record
    assert (row.digest, row.hexadecimal) == (hashed, True)


def test_a_file_name_has_its_parts():
    named = parse_file_name("demo-1.0+cu124-1build-py2.py3-none-win_amd64.whl")
    assert (named.name, named.version, named.build) == ("demo", "1.0+cu124", "1build")
    assert [str(tag) for tag in named.tags] == ["py2-none-win_amd64", "py3-none-win_amd64"]
    with pytest.raises(BadArchive, match="not that of a wheel"):
        parse_file_name("demo-1.0.tar.gz")
    assert expand("nonsense") == ()


@pytest.mark.parametrize(
    ("tag", "system", "architectures", "libc", "minimum"),
    [
        ("any", "any", (), "", None),
        ("win32", "windows", ("x86",), "", None),
        ("win_arm64", "windows", ("aarch64",), "", None),
        ("manylinux1_i686", "linux", ("x86",), "glibc", (2, 5)),
        ("manylinux2014_aarch64", "linux", ("aarch64",), "glibc", (2, 17)),
        ("manylinux_2_28_x86_64", "linux", ("x86_64",), "glibc", (2, 28)),
        ("musllinux_1_2_armv7l", "linux", ("arm",), "musl", (1, 2)),
        ("linux_x86_64", "linux", ("x86_64",), "", None),
        ("macosx_11_0_arm64", "macos", ("aarch64",), "", (11, 0)),
        ("macosx_10_6_intel", "macos", ("x86_64",), "", (10, 6)),
        ("macosx_10_9_universal2", "macos", ("aarch64", "x86_64"), "", (10, 9)),
        ("ios_13_0_arm64_iphoneos", "ios", (), "", None),
    ],
)
def test_a_platform_tag_means(tag: str, system: str, architectures: tuple[str, ...], libc: str, minimum: object):
    found = platform_of(tag)
    assert (found.system, found.architectures, found.libc, found.minimum) == (system, architectures, libc, minimum)


def test_two_dist_infos_are_no_wheel(tmp_path: Path):
    path = make_wheel(tmp_path, {"other-1.0.dist-info/WHEEL": b""})
    with Archive(path) as archive, pytest.raises(BadArchive, match=r"2 \.dist-info"):
        read_wheel(archive)


@pytest.mark.parametrize("name", ["numpy", "psycopg2-binary-musl", "h5py-macos"])
def test_images_are_those_of_the_unpacked_files(tmp_path: Path, name: str):
    """Real wheels of three systems: parsed in the archive, and unpacked by `zipfile` and parsed from disk."""
    path = downloads.wheel(name)
    with Archive(path) as archive, zipfile.ZipFile(path) as unpacked:
        wheel = read_wheel(archive)
        assert wheel.natives
        for member in wheel.natives:
            here, there = wheel.image(member), read_image(unpacked.extract(member.name, tmp_path))
            assert here == there
            assert (here.imports, tuple(here.exports)) == (there.imports, tuple(there.exports))
            assert here.bindings == there.bindings


def test_members_are_laid_where_an_installer_lays_them(tmp_path: Path):
    files = {"demo/a.pyd": DLL, "demo-1.0.data/data/bin/b.dll": DLL, "demo-1.0.data/platlib/demo/c.pyd": DLL}
    with Archive(make_wheel(tmp_path, files)) as archive:
        machine, _ = clean_machine("windows-11", architecture="x86_64", python=(3, 11))
        laid = laid_over(machine, [read_wheel(archive)])
        for path in (r"Lib\site-packages\demo\a.pyd", r"bin\b.dll", r"Lib\site-packages\demo\c.pyd"):
            assert laid.files.image("C:\\Python311\\" + path).format == "pe"
        assert "METADATA" in (laid.files.listing(r"C:\Python311\Lib\site-packages\demo-1.0.dist-info") or ())


def test_wheels_are_laid_over_many_machines_each_by_its_own_places(tmp_path: Path):
    files = {"demo/a.pyd": DLL, "demo-1.0.data/data/b.dll": DLL, "demo-1.0.data/c.dll": DLL}
    prefixes = (
        ("windows-11", 11, r"C:\Python311"),
        ("windows-11", 12, r"C:\Python312"),
        ("debian-12", 11, "/usr/local"),
    )
    with Archive(make_wheel(tmp_path, files)) as archive:
        laying = Laying([read_wheel(archive)])
        for profile, minor, prefix in (*prefixes, *prefixes):
            machine, _ = clean_machine(profile, architecture="x86_64", python=(3, minor))
            join, site = machine.path_module.join, site_of(machine)
            assert prefix in site
            laid, alone = laying.over(machine).files, laid_over(machine, [read_wheel(archive)]).files
            for path in (
                join(site, "demo", "a.pyd"),
                join(machine.python.prefix, "b.dll"),
                join(site, "demo-1.0.data", "c.dll"),
            ):
                assert laid.kind(path) is alone.kind(path) is Kind.FILE
            assert laid.listing(site) == alone.listing(site)


def test_a_library_that_was_left_unread_leaves_what_needs_it_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    files = {"demo/a.dll": pe(needs=["far.dll"]), "demo/far.dll": DLL}
    with Archive(make_wheel(tmp_path, files)) as archive:
        wheel = read_wheel(archive)
        machine, process = clean_machine("windows-11", architecture="x86_64", python=(3, 11))
        judge = Judge(laid_over(machine, [wheel]), process, [wheel], site_of(machine))
        read = archive.image

        def image(member: Member, **options: str | None) -> Image:
            if member.name == "demo/far.dll":
                raise NotReached(member.name, 1 << 27)
            return read(member, **options)

        monkeypatch.setattr(archive, "image", image)
        kept = replace(wheel, natives=tuple(one for one in wheel.natives if one.name == "demo/a.dll"))
        (found,) = judge.judge(kept)
    assert found.verdict is Verdict.UNDETERMINED


def judged(
    path: Path, profile: str = "windows-11", architecture: str = "x86_64"
) -> dict[str, tuple[Verdict, tuple[str, ...], list[str]]]:
    with Archive(path) as archive:
        wheel = read_wheel(archive)
        machine, process = clean_machine(profile, architecture=architecture, python=(3, 11))
        site = site_of(machine)
        judge = Judge(laid_over(machine, [wheel]), process, [wheel], site)
        return {
            one.member: (one.verdict, one.added, [finding.code for finding in one.findings])
            for one in judge.judge(wheel)
        }


def test_each_file_is_judged_and_what_it_assumes_is_told(tmp_path: Path):
    found = judged(
        make_wheel(
            tmp_path,
            {
                "demo/good.pyd": pe(needs=["KERNEL32.dll"], exports=["PyInit_good"]),
                "demo/lost.pyd": pe(needs=["nowhere_at_all.dll"]),
                "demo/helped.pyd": pe(needs=["beside.dll"]),
                "demo.libs/beside.dll": pe(),
                "demo/deaf.pyd": pe(needs=["good.pyd"], dependent_load_flags=0x2000),
                "demo/late.pyd": pe(delays=["nowhere_at_all.dll"]),
                "demo/garbage.dll": b"MZ and no more",
            },
        )
    )
    libs = r"C:\Python311\Lib\site-packages\demo.libs"
    assert found["demo/good.pyd"] == (Verdict.LOADS, (), [])
    assert found["demo/lost.pyd"] == (Verdict.FAILS, (), ["WL201"])
    assert found["demo/helped.pyd"] == (Verdict.LOADS, (libs,), [])
    assert found["demo/deaf.pyd"] == (Verdict.FAILS, (), ["WL202"])  # its own flags pass over its directory
    assert found["demo/late.pyd"] == (Verdict.LOADS, (), ["WL207"])
    assert found["demo/garbage.dll"][0] is Verdict.FAILS


def test_a_library_may_have_any_name(tmp_path: Path):
    needs = [(0xC, "@loader_path/.dylibs/Lib"), (0xC, "@loader_path/Core.framework/Versions/5/Core")]
    files = {
        "demo/a.cpython-311-darwin.so": macho(dylibs=needs),
        "demo/.dylibs/Lib": macho(name="@rpath/Lib"),
        "demo/Core.framework/Versions/5/Core": macho(name="@rpath/Core"),
    }
    path = make_wheel(tmp_path, files, tag="cp311-cp311-macosx_11_0_arm64")
    assert judged(path, "macos-15", "aarch64") == {"demo/a.cpython-311-darwin.so": (Verdict.LOADS, (), [])}
    files["demo/.dylibs/Lib"] = b"no library"
    path = make_wheel(tmp_path, files, tag="cp311-cp311-macosx_11_0_arm64")
    assert judged(path, "macos-15", "aarch64")["demo/a.cpython-311-darwin.so"][0] is Verdict.FAILS


def test_a_version_may_hold_a_letter(tmp_path: Path):
    files = {
        "demo/a.abi3.so": elf(needed=["libcrypto-64b40125.so.1.1.1k"], runpath="$ORIGIN/../demo.libs"),
        "demo.libs/libcrypto-64b40125.so.1.1.1k": elf(soname="libcrypto-64b40125.so.1.1.1k"),
    }
    path = make_wheel(tmp_path, files, tag="cp311-abi3-manylinux_2_28_x86_64")
    assert {name: found[0] for name, found in judged(path, "debian-13").items()} == dict.fromkeys(files, Verdict.LOADS)


def test_what_lies_there_for_debuggers_is_not_judged(tmp_path: Path):
    files = {
        "demo/a.cpython-311-darwin.so": macho(),
        "demo/a.cpython-311-darwin.so.dSYM/Contents/Resources/DWARF/a.cpython-311-darwin.so": macho(
            machine="x86_64", file_type=10
        ),
    }
    path = make_wheel(tmp_path, files, tag="cp311-cp311-macosx_11_0_arm64")
    assert list(judged(path, "macos-15", "aarch64")) == ["demo/a.cpython-311-darwin.so"]


def test_a_damaged_member_is_an_answer(tmp_path: Path):
    path = make_wheel(tmp_path, {"demo/a.dll": DLL * 2000}, method=zipfile.ZIP_STORED)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"MZ", b"NO", 1))
    with Archive(path) as archive:
        wheel = read_wheel(archive)
        with pytest.raises(MalformedImage):
            wheel.image(wheel.natives[0])
