"""Whose glibc or C++ runtime was taken, where one lacks a version."""

from __future__ import annotations

import pytest

from tests.support.logs import verdict

OLD_GLIBC = "/lib/libm.so.6: version `GLIBC_2.29' not found (required by /opt/_odd.so)\n"
OLD_RUNTIME = "/lib/libstdc++.so.6: version `GLIBCXX_3.4.29' not found (required by /opt/_odd.so)\n"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("version `GLIBCXX_3.4.32' not found (required by /opt/odd/_odd.so)", ("fails", "WL303")),
        ("/lib64/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /opt/_odd.so)", ("fails", "WL303")),
        (
            "/opt/envs/x/bin/../lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found "
            "(required by /opt/envs/x/lib/python3.11/site-packages/odd/_odd.so)",
            ("undetermined", "WL303"),
        ),
        (
            "/opt/miniconda3/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found "
            "(required by /opt/miniconda3/envs/x/lib/python3.11/site-packages/odd/_odd.so)",
            ("undetermined", "WL206"),
        ),
        (
            "/opt/miniconda3/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /opt/_odd.so)",
            ("undetermined", "WL206"),
        ),
        ("/opt/matlab/sys/os/libstdc++.so.6: version `CXXABI_1.3.15' not found", ("undetermined", "WL206")),
        (
            "/usr/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /opt/miniforge3/lib/libicu.so)",
            ("undetermined", "WL303"),
        ),
    ],
)  # fmt: skip
def test_whose_c_plus_plus_runtime_was_taken(text, answer):
    assert verdict("ImportError: " + text) == answer


def test_a_version_of_glibc_is_known_without_quotes():
    assert verdict("/lib/libm.so.6: version GLIBC_2.29 not found (required by /opt/_odd.so)") == ("fails", "WL302")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("/lib/libc.so.6: version `GLIBC_2.38' not found (required by /opt/_odd.so)", ("fails", "WL302")),
        ("/snap/odd/libc.so.6: version `GLIBC_2.33' not found (required by /lib/odd.so)", ("undetermined", "WL206")),
        ("/lib/libc.so.6: version `GLIBC_2.33' not found (required by /snap/odd/1/odd.so)", ("undetermined", "WL302")),
        ("/snap/core20/current/lib/libpthread.so.0: undefined symbol: __odd_init", ("fails", "WL206")),
        ("/opt/odd/libpthread_odd.so.0: undefined symbol: odd_init", ("fails", "WL304")),
    ],
)  # fmt: skip
def test_whose_c_library_was_taken(text, answer):
    assert verdict("odd: " + text) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (OLD_GLIBC + "$ ldd --version\nldd (Odd GLIBC 2.31-1odd1) 2.31\n", ("undetermined", "WL206")),
        (OLD_GLIBC + "Platform: Linux-5.15.0-x86_64-with-glibc2.31\n", ("undetermined", "WL206")),
        (OLD_GLIBC + "$ ldd --version\nldd (GNU libc) 2.28\n", ("fails", "WL302")),  # which bears it out
        ("/snap/odd/libm.so.6: error: version lookup error: " + OLD_GLIBC[16:], ("undetermined", "WL206")),
        (OLD_RUNTIME + "GLIBCXX_3.4.28\nGLIBCXX_3.4.29\nGLIBCXX_3.4.30\n", ("undetermined", "WL206")),
        (OLD_RUNTIME + "GLIBCXX_3.4.27\nGLIBCXX_3.4.28\n", ("fails", "WL303")),
        (OLD_RUNTIME.replace("/lib/", "bin/"), ("undetermined", "WL206")),  # a copy that a program brings
    ],
)
def test_what_the_text_states_of_the_runtimes_of_that_machine(text, answer):
    assert verdict("odd: " + text) == answer


@pytest.mark.parametrize(
    ("file", "code"), [("/lib64/libm.so.6", "WL302"), ("/lib/x86_64-linux-gnu/libm.so.6", "WL206")]
)
def test_a_glibc_that_a_debian_states_is_of_another_machine_where_no_debian_s_was_loaded(file, code):
    text = (
        f"built with ldd (Ubuntu GLIBC 2.27-3ubuntu1.5) 2.27\n{file}: version `GLIBC_2.27' not found (required by odd)"
    )
    assert verdict(text)[1] == code


def test_a_part_of_another_glibc():
    text = "odd: /lib/libc.so.6: version `GLIBC_2.32' not found (required by /nix/store/odd-glibc-2.32/lib/librt.so.1)"
    assert verdict(text) == ("fails", "WL206")
