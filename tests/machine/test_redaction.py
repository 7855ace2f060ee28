"""Redaction: no secret survives, equal stays equal, different stays different, paths keep their structure."""

from __future__ import annotations

import json
import ntpath
import posixpath
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wontload.machine.redaction import Redaction

NAMES = st.text(st.sampled_from("qxzjvwkéß"), min_size=4, max_size=12).filter(lambda name: name.lower() == name)


def machine(system: str = "windows", *, environment: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    files = {"images": {}, "links": {}, "source": {}, **more}
    return {
        "schema": "wontload.machine/1",
        "machine": {"id": "box", "system": {"name": system}, "environment": environment or {}, "files": files},
        "observations": [],
        "processes": [],
        "paths": [],
    }


def redacted(value: dict[str, Any]) -> dict[str, Any]:
    return Redaction.of(value)(value)


def everywhere(user: str, host: str, secret: str) -> list[str]:
    return [
        rf"C:\Users\{user}\AppData\Local\Temp",
        rf"c:\users\{user.upper()}\x.dll",
        f"/home/{user}/lib/libx.so",
        f"cannot open '/home/{user}/a b/c.so': no such file",
        f"C:\\\\Users\\\\{user}\\\\y.dll",
        f"file:///home/{quote(user)}/x",
        rf"\\{host}\share\{user}\lib.dll",
        rf"\\?\UNC\{host}\share\z.dll",
        f"{user}@{host}:~$ export KEY={secret}",
        f"built on {host.upper()} by {user}",
        f"https://{user}:{secret}@index.example/simple",
        rf"D:\work\{user[:6].upper()}~1\x.dll",
        f"printed {secret} here",
        f"mail {user}@example.org",
    ]


@given(NAMES, NAMES, NAMES.filter(lambda one: len(one) >= 6), st.sampled_from(["windows", "linux", "macos"]))
@settings(max_examples=120, deadline=None)
def test_no_secret_survives(user: str, host: str, secret: str, system: str):
    texts = everywhere(user, host, secret)
    variables = {"USERNAME": user, "COMPUTERNAME": host, "HIDDEN": secret, "HTTPS_PROXY": f"http://{secret}:8080"}
    value = machine(system, environment=variables, images={text: {} for text in texts}, listings={r"C:\Users": [user]})
    value["observations"] = [{"observation": {"target": "x", "printed": texts}}]
    result = redacted(value)
    told = json.dumps(result, ensure_ascii=False).casefold()
    for one in (user, host, secret):
        assert one.casefold() not in told
        assert quote(one).casefold() not in told
    assert len(result["machine"]["files"]["images"]) == len(value["machine"]["files"]["images"])


PARTS = st.text(st.sampled_from("abqxz ~.é1"), min_size=1, max_size=8).map(lambda part: part.strip(" .") or "a")
PATHS = st.tuples(st.sampled_from(["Users", "home", "opt", "x"]), PARTS, PARTS)


@given(st.lists(PATHS, min_size=2, max_size=6), NAMES, st.booleans())
@settings(max_examples=150, deadline=None)
def test_paths_stay_as_equal_and_as_deep_as_they_were(parts: list[tuple[str, ...]], user: str, windows: bool):
    path, root = (ntpath, "C:\\") if windows else (posixpath, "/")
    parts = [*parts, ("home", user, "lib"), ("opt", user, "lib")]
    paths = [path.join(root, *one) for one in parts]
    value = machine("windows" if windows else "linux", environment={"USER": user}, links={})
    value["paths"] = paths
    told = redacted(value)["paths"]
    fold = str.lower if windows else str
    for one, other in zip(paths, told, strict=True):
        assert len(one.split(path.sep)) == len(other.split(path.sep))
        assert path.splitdrive(one)[0] == path.splitdrive(other)[0]
        assert path.dirname(other) == told_directory(value, path.dirname(one))
    for i, one in enumerate(paths):
        for j, other in enumerate(paths):
            assert (fold(one) == fold(other)) == (fold(told[i]) == fold(told[j]))


def told_directory(value: dict[str, Any], directory: str) -> str:
    redaction = Redaction.of(value)
    redaction(value)
    return redaction.text(directory)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda one: st.lists(one) | st.dictionaries(st.text(), one),
    )
)
@settings(max_examples=100, deadline=None)
def test_any_value_is_taken(value: Any):
    whole = machine()
    whole["observations"] = [{"observation": {"target": "x", "more": value}}]
    once = redacted(whole)
    json.dumps(once)


@pytest.mark.parametrize("user", ["lib", "test", "python", "user", "bin", "bob", "torch"])
def test_a_name_that_is_a_word_spoils_no_library(user: str):
    value = machine(environment={"USERNAME": user, "PATH": rf"C:\Users\{user}\{user}\bin"})
    names = [r"C:\Python\lib\test\python311.dll", r"C:\bin\user32.dll", r"D:\x\torch\lib\bob.dll"]
    value["paths"] = [rf"C:\Users\{user}\x.dll", *names]
    result = redacted(value)
    assert result["paths"] == [r"C:\Users\<user1>\x.dll", *names]
    assert result["machine"]["environment"] == {"USERNAME": "<user1>", "PATH": rf"C:\Users\<user1>\{user}\bin"}


@pytest.mark.parametrize("variables", [{}, {"HOSTNAME": "marvinbox.corp.example"}])
def test_the_computers_own_name_with_its_domain_or_without(variables: dict[str, str]):
    value = machine("linux", environment=variables)
    value["machine"]["host"] = "marvinbox.corp.example"
    value["observations"] = [{"observation": {"target": "x", "printed": ["on marvinbox", "marvinbox.corp.example:"]}}]
    result = redacted(value)
    assert "marvinbox" not in json.dumps(result)
    first, second = result["observations"][0]["observation"]["printed"]
    assert second == f"{result['machine']['host']}:"
    assert first.startswith("on <host")


def test_variables():
    variables = {
        "CUDA_PATH": r"C:\CUDA\v12.4",
        "PIP_INDEX_URL": "https://index.example/simple",
        "MY_LIBS": r"D:\mine",
        "OTHER": "1",
        "EMPTY": "",
        "NO_PROXY": "intra.example",
        "LOGONSERVER": r"\\MARVIN",
    }
    value = machine(environment=variables)
    value["observations"] = [{"observation": {"target": "x", "loads": [{"expression": "MY_LIBS"}]}}]
    assert redacted(value)["machine"]["environment"] == {
        "CUDA_PATH": r"C:\CUDA\v12.4",
        "PIP_INDEX_URL": "<value1>",
        "MY_LIBS": r"D:\mine",
        "OTHER": "<value2>",
        "EMPTY": "",
        "NO_PROXY": "<proxy1>",
        "LOGONSERVER": r"\\<host1>",
    }


@pytest.mark.parametrize(
    "text",
    [
        "memcpy@GLIBC_2.14",
        "memcpy@libc.so.6",
        "/opt/homebrew/opt/python@3.11/lib",
        r"C:\Users\Public\x.dll",
        r"\\?\C:\Windows\x.dll",
        r"\\wsl$\Debian\x",
        "/root/x.so",
        "unexpected token: ')'",
        "cublasLt64_12.dll",
    ],
)
def test_what_stays(text: str):
    value = machine("linux")
    value["paths"] = [text]
    assert redacted(value)["paths"] == [text]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("https://me:pw@host/x", "https://<credentials1>@host/x"),
        ("hf_abcdefghijklmnopqrst", "<secret1>"),
        ("password=correcthorse", "password=<secret1>"),
        ("write to a.b@c.example now", "write to <email1> now"),
        ("S-1-5-21-1-2-3-1001", "<sid1>"),
        ("/home/max is empty", "/home/<user1> is empty"),
        ("<user7> in /home/max", "<user7> in /home/<user8>"),
        (r"loaded \\nas01\libs\x.dll", r"loaded \\<host1>\libs\x.dll"),
    ],
)
def test_what_is_replaced(text: str, told: str):
    value = machine("linux")
    value["paths"] = [text]
    assert redacted(value)["paths"] == [told]


@pytest.mark.parametrize("mount", ["/media/zaphodx/USB", "/net/martinvogon/share"])
def test_a_mount_is_no_name_that_a_diagnosis_needs(mount: str):
    machine = {"id": "m", "system": {"name": "linux", "mounts": [[mount, "noexec"]]}, "files": {"images": {}}}
    machine["environment"] = {"USER": "zaphodx", "HOSTNAME": "martinvogon", "HOME": "/home/zaphodx"}
    value = {"schema": "wontload.machine/1", "machine": machine, "observations": [], "processes": [], "paths": []}
    written = json.dumps(Redaction.of(value)(value))
    assert "zaphodx" not in written
    assert "martinvogon" not in written
