"""Who has the development files that builds ask for."""

from __future__ import annotations

import pytest

from wontload.knowledge.development import TABLE, development_packages
from wontload.knowledge.tables import lines


@pytest.mark.parametrize(
    ("name", "system", "command"),
    [
        ("sql.h", "linux", "sudo apt install unixodbc-dev"),
        ("openssl/ssl.h", "linux", "sudo apt install libssl-dev"),
        ("pg_config", "macos", "brew install libpq"),
        ("_sqlite3", "linux", "sudo apt install libsqlite3-dev"),
        ("mysql/mysql.h", "linux", "sudo apt install default-libmysqlclient-dev"),
    ],
)
def test_the_first_command(name, system, command):
    assert development_packages(name, system=system)[0].command == command


@pytest.mark.parametrize(
    ("name", "system"), [("sql.h", "windows"), ("odd/event.h", "linux"), ("odd", "linux"), ("Python.h", "macos")]
)
def test_where_none_is_known(name, system):
    assert development_packages(name, system=system) == ()


def test_no_name_stands_for_two():
    names = [name for line in lines(TABLE) for name in line.partition("|")[0].split()]
    assert sorted(names) == sorted(set(names))
    assert {line.count("|") for line in lines(TABLE)} == {5}
