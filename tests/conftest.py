"""What every test shares: which real loaders are here, and what is said when one is not."""

from __future__ import annotations

import os
import shutil
import signal

import pytest
from hypothesis import HealthCheck, settings

from tests.support.chromium import executable

COMMAND_OF = {
    "wine": "wine",
    "mingw": "x86_64-w64-mingw32-gcc",
    "gcc": "gcc",
    "musl": "musl-gcc",
    "apt": "apt-get",
    "qemu": "qemu-x86_64",
}
BROWSER = "chromium"

# How long anything takes is measured in benchmarks/, and no test fails for it: the machine may have other work.
settings.register_profile("wontload", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("wontload")

_missing: set[str] = set()


def _is_here(name: str) -> bool:
    return executable() is not None if name == BROWSER else shutil.which(COMMAND_OF[name]) is not None


def pytest_configure() -> None:
    """Started in a shell's background, a run ignores Ctrl-C, and so would every program that a test interrupts."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("oracle"):
        for name in mark.args:
            if not _is_here(name):
                _missing.add(name)
                if os.environ.get("CI"):
                    pytest.fail(f"the oracle {name!r} is not installed, and in CI it must be")
                pytest.skip(f"no {name} here")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """`sweep` tests run only when `-m sweep` asks for them."""
    if "sweep" in (config.option.markexpr or ""):
        return
    sweeps = [item for item in items if item.get_closest_marker("sweep") is not None]
    config.hook.pytest_deselected(items=sweeps)
    items[:] = [item for item in items if item.get_closest_marker("sweep") is None]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Tests of one group share a registry or a place on a disk: that pytest-xdist keeps them together is checked."""
    if not getattr(session.config.option, "loadgroup", False):
        return
    for item in session.items:
        if item.get_closest_marker("xdist_group") and "@" not in item.nodeid:
            raise pytest.UsageError(
                "this pytest and this pytest-xdist do not keep the tests of an xdist_group together"
            )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    absent = sorted(name for name in (*COMMAND_OF, BROWSER) if not _is_here(name))
    if absent:
        terminalreporter.section("not asked")
        terminalreporter.write_line(
            f"These oracles were missing, and the tests that ask them were skipped: {', '.join(absent)}."
        )
