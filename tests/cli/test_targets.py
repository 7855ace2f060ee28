"""What a target's word is taken for, and what a target may do to the child that tries it."""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path

import pytest

from tests.support.cli import unpack
from tests.support.environments import distribution, environment, interpreter
from tests.support.images import elf

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="ELF files")

OUTCOMES = {
    "os.abort": ("import os; os.abort()", 1, "fails", "WL605"),
    "access to address 0": ("import ctypes; ctypes.string_at(0)", 1, "fails", "WL605"),
    "sys.exit(0)": ("import sys; sys.exit(0)", 1, "fails", "WL605"),
    "os._exit(0)": ("import os; os._exit(0)", 1, "fails", "WL605"),
    "an endless loop": ("while True: pass", 3, "undetermined", "WL902"),
    "endless output": ("while True: print('noise' * 1000)", 3, "undetermined", "WL902"),
    "an exception": ("raise ValueError('\\x1b[31mred')", 1, "fails", "WL903"),
    "output that looks like an answer": ("""print('{"schema": "wontload.why/1"}')""", 0, "loads", None),
    "closed streams": ("import os; os.close(1); os.close(2)", 0, "loads", None),
    "another directory": ("import os; os.chdir('/')", 0, "loads", None),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_what_an_import_may_do(command, name: str):
    code, status, verdict, finding = OUTCOMES[name]
    Path("target.py").write_text(code)
    limit = "1" if verdict == "undetermined" else "30"
    ran = command("target", "--json", "--timeout", limit)
    assert (ran.status, ran.json["verdict"]) == (status, verdict)
    assert ("Give it longer with --timeout" in ran.err) if verdict == "undetermined" else (ran.err == "")
    assert [one["code"] for one in ran.json["findings"][:1]] == ([finding] if finding else [])
    assert bool(ran.json["would_settle"]) == (verdict == "undetermined")


class TestWords:
    def test_a_path_with_a_space_is_quoted_in_the_commands_that_come_next(self, command):
        Path("my libs").mkdir()
        Path("my libs/it's.so").write_bytes(elf(needed=["libnowhere.so.1"]))
        target = str(Path("my libs/it's.so").absolute())
        for ran in (command(target), command("fix", target, "--plan")):
            commands = re.findall(r"wontload [^`]*?(?= --advice|`)", " ".join(ran.out.split()))
            assert [shlex.split(one)[-1] for one in commands if "explain" not in one] == [target]

    @pytest.mark.parametrize("name", ["tree", "why", "explain", "json5x"])
    def test_a_package_called_as_a_command_is(self, command, name: str):
        Path(f"{name}.py").write_text("")
        for arguments in (("why", name), ("--", name), ("--json", "why", name), ("why", "--", name)):
            assert command(*arguments).status == 0

    def test_a_target_that_starts_with_a_dash(self, command, complaint):
        Path("-x.so").write_text("hello")
        assert command("--json", "--", "-x.so").json["findings"][0]["code"] == "WL104"
        assert command("tree", "--", "-x.so").status == 1
        assert "nothing named '-y'" in complaint(2, "--", "-y")

    def test_options_before_and_behind(self, command):
        Path("target.py").write_text("")
        orders = [
            ("--json", "--timeout", "30", "target"),
            ("target", "--timeout=30", "--json"),
            ("--timeout", "30", "why", "--format", "json", "target"),
            ("--python", sys.executable, "why", "target", "--json"),
        ]
        answers = [command(*order) for order in orders]
        assert {answer.status for answer in answers} == {0}
        assert all(answer.json["target"] == "target" for answer in answers)

    def test_quiet_is_a_part_and_verbose_the_whole(self, command):
        Path("target.py").write_text("import ctypes; ctypes.CDLL('libnowhere.so.1')")
        usual, quiet, verbose = (command("target", *flags).out for flags in ((), ("-q",), ("-v",)))
        assert len(quiet) < len(usual) <= len(verbose)
        assert "WL201" in quiet

    def test_a_name_that_is_only_a_folder_says_so(self, command):
        Path("folder").mkdir()
        ran = command("folder", "--json")
        assert (ran.status, ran.json["verdict"]) == (0, "loads")
        assert "folder is a folder without code of its own" in ran.json["notes"][0]


class TestFiles:
    def test_a_bare_name_is_searched_by_the_loader(self, command):
        ran = command("libc.so.6", "--json")
        (load,) = ran.json["loads"]
        assert (ran.status, load["path"], load["request"]["name"]) == (0, "libc.so.6", "libc.so.6")

    @pytest.mark.parametrize("name", ["libnowhere.so.3", "cudart64_12.dll", "nowhere.pyd"])
    def test_a_bare_name_that_is_nowhere(self, command, name: str):
        ran = command(name, "--json")
        first = ran.json["findings"][0]
        assert (ran.status, first["code"], first["subject"]) == (1, "WL201", name)

    def test_a_bare_name_in_the_current_directory_is_that_file(self, command, alone: Path):
        Path("libc.so.6").write_text("hello")
        ran = command("libc.so.6", "--json")
        assert (ran.status, ran.json["findings"][0]["code"]) == (1, "WL104")
        assert ran.json["loads"][0]["request"]["name"] == str(alone / "libc.so.6")

    @pytest.mark.parametrize("path", ["./libnowhere.so.3", "/nowhere/libx.so", "sub/cudart64_12.dll"])
    def test_a_path_that_is_absent(self, command, path: str):
        ran = command(path, "--json")
        assert (ran.status, ran.json["findings"][0]["code"]) == (1, "WL101")

    @pytest.mark.parametrize(
        ("content", "code"),
        [(b"", "WL102"), (b"hello\n", "WL104"), (elf()[:100], "WL102"), (elf(machine="aarch64"), "WL103")],
    )
    @pytest.mark.parametrize("name", ["./libx.so", "libx.dll"])
    def test_what_is_no_library_is_an_answer(self, command, name: str, content: bytes, code: str):
        Path(name).write_bytes(content)
        ran = command(name, "--json")
        assert (ran.status, ran.json["findings"][0]["code"]) == (1, code)

    def test_a_directory_with_a_librarys_name(self, command):
        Path("libx.so").mkdir()
        assert command("libx.so", "--json").json["findings"][0]["code"] == "WL104"

    @pytest.mark.parametrize("name", ["ünï 中/té st.so", "a'b\"c.so", "new\nline.so", "x" * 200 + ".so", "b\udcff.so"])
    def test_any_path(self, command, name: str):
        path = Path(f"./{name}")
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(elf(needed=["libnowhere.so"]))
        ran = command(f"./{name}", "--json")
        assert (ran.status, ran.json["findings"][0]["subject"]) == (1, "libnowhere.so")
        assert command(f"./{name}").status == 1
        assert command("/" + "y" * 5000 + ".so", "--json").json["findings"][0]["code"] == "WL101"


class TestDistributions:
    @pytest.fixture
    def site(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
        site = environment(tmp_path / "venv")
        monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "venv"))
        return site

    @pytest.mark.parametrize("spelling", ["My-Pack.age", "my_pack_age", "MY.PACK-AGE"])
    def test_every_top_level_module(self, command, site: Path, spelling: str):
        distribution(site, "My-Pack.age", {"good_part": "", "bad_part": "import ctypes; ctypes.CDLL('libno.so.1')"})
        ran = command(spelling, "--json")
        answer = ran.json
        assert (ran.status, answer["target"], answer["verdict"]) == (1, spelling, "fails")
        assert answer["findings"][0]["chain"] == ["bad_part", "libno.so.1"]
        assert "its top-level modules are" in answer["notes"][0]
        assert "good_part" in answer["notes"][0]

    def test_the_import_name_wins(self, command, site: Path):
        distribution(site, "both", {"both": "", "other_part": "raise OSError('not me')"})
        ran = command("both", "--json")
        assert ran.status == 0
        assert ran.json["notes"] == [
            "both was taken as the import name; the distribution of that name also provides other_part"
        ]

    def test_a_real_one(self, command, site: Path):
        unpack(site, "jinja2", "markupsafe")
        ran = command("Jinja2", "--json")
        assert ran.json["notes"][0] == "Jinja2 is a distribution; its top-level module is jinja2"
        assert ran.json["python"]["prefix"] == str(site.parents[2])

    def test_one_whose_code_lies_in_a_namespace(self, command, site: Path):
        (site / "wide" / "inner").mkdir(parents=True)
        distribution(site, "wide-inner", {"wide/inner/__init__": "import ctypes; ctypes.CDLL('libno.so.1')"})
        ran = command("wide-inner", "--json")
        assert (ran.status, ran.json["findings"][0]["subject"]) == (1, "libno.so.1")
        assert ran.json["notes"][0] == "wide-inner is a distribution; its module is wide.inner"

    @pytest.mark.parametrize(
        ("files", "advice"),
        [({"wide/lib/data": ""}, "Its files are there for wide: ask"), ({}, "It holds nothing but its record;")],
    )
    def test_one_that_has_nothing_to_import(self, complaint, site: Path, files: dict[str, str], advice: str):
        distribution(site, "wide-lib", {})
        (record,) = site.glob("wide_lib-*/RECORD")
        record.write_text("".join(f"{name}.so.6,,\n" for name in files))
        said = complaint(2, "Wide_Lib")
        assert "wide-lib 1.0 is installed for" in said
        assert advice in said

    def test_a_submodule(self, command, site: Path):
        distribution(site, "flat", {"flat": ""})
        (site / "deep" / "er").mkdir(parents=True)
        (site / "deep" / "__init__.py").write_text("")
        (site / "deep" / "er" / "__init__.py").write_text("import ctypes; ctypes.CDLL('libno.so.1')")
        assert command("deep", "--json").status == 0
        assert command("deep.er", "--json").json["findings"][0]["chain"] == ["deep.er", "libno.so.1"]
        for absent in ("deep.missing", "flat.missing"):
            ran = command(absent, "--json")
            assert (ran.status, ran.json["findings"][0]["code"]) == (1, "WL506")
            assert absent in ran.json["findings"][0]["title"]

    @pytest.mark.parametrize(("target", "named"), [("cv2", "opencv-python"), ("cv2.gapi", "opencv-python")])
    def test_known_and_not_installed(self, command, site: Path, target: str, named: str):
        ran = command(target, "--json")
        finding = ran.json["findings"][0]
        assert (ran.status, finding["code"]) == (1, "WL506")
        assert any(named in one["text"] for one in finding["evidence"])

    @pytest.mark.parametrize("spelling", ["opencv-python", "OpenCV_Python"])
    def test_a_known_distribution_that_is_not_installed(self, command, site: Path, spelling: str):
        ran = command(spelling, "--json")
        assert (ran.status, ran.json["findings"][0]["code"]) == (1, "WL506")

    @pytest.mark.parametrize("place", [".venv", "env"])
    @pytest.mark.parametrize("target", ["only_there", "Only.There-Dist"])
    def test_installed_in_another_environment(self, command, site: Path, place: str, target: str):
        distribution(environment(Path(place)), "only-there-dist", {"only_there": ""})
        ran = command(target, "--json")
        finding = ran.json["findings"][0]
        assert (ran.status, finding["code"]) == (1, "WL506")
        (copy,) = [one for one in finding["evidence"] if one["kind"] == "copy"]
        assert copy["environment"] == os.path.join(os.getcwd(), place)


class TestInterpreters:
    def test_by_its_path_or_its_environment(self, command, tmp_path: Path):
        environment(tmp_path / "ünï env")
        for python in (str(tmp_path / "ünï env"), interpreter(tmp_path / "ünï env")):
            ran = command("json", "--json", "--python", python)
            assert ran.json["python"]["prefix"] == str(tmp_path / "ünï env")

    def test_the_header_names_it(self, command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        environment(tmp_path / "chat")
        monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "chat"))
        header = command("json").out
        assert "CPython {}.{}.{}".format(*sys.version_info) in header
        assert str(tmp_path / "chat") in header
