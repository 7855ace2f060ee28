"""What an import does to the process that tries it, and what is told of it."""

from __future__ import annotations

import os
import signal
import sys
import time

import pytest

from tests.probe.conftest import Try
from wontload.machine import Outcome

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")


def test_a_sound_import_in_every_python(attempt: Try, interpreter: str):
    report = attempt("import _decimal, ctypes.util", python=interpreter)
    seen = report.observation
    assert seen is not None
    assert (seen.outcome, seen.error, seen.exit_status, seen.cut_short) == (Outcome.LOADS, None, None, False)
    assert report.found
    assert seen.origin is not None
    assert os.path.basename(seen.origin) == "broken.py"
    assert os.path.samefile(report.python.executable, interpreter)
    assert report.process.modules[0] == report.process.executable
    assert report.python.path[0] == "", "the first entry is the current directory, as under `python -c`"
    assert not [place for place in report.python.path if "wontload" in place and "probe" in place]


def test_an_extension_module_with_its_flags_line_and_images(attempt: Try, interpreter: str):
    report = attempt("x = 1\nimport _testcapi\n", python=interpreter)
    if report.observation is None or report.observation.missing_module:
        pytest.skip("this Python comes without its test modules")
    (load,) = [one for one in report.observation.loads if "_testcapi" in one.request.name]
    assert (load.request.kind, load.request.flags) == ("import", os.RTLD_NOW)
    assert load.request.file is not None
    assert (os.path.basename(load.request.file), load.request.line) == ("broken.py", 2)
    assert load.succeeded
    assert load.mapped == (load.request.name,)
    assert load.request.name not in load.request.process.modules
    assert load.request.name in report.observation.modules


def test_a_library_that_is_nowhere_in_every_python(attempt: Try, interpreter: str):
    code = "import ctypes\ntry:\n    ctypes.CDLL('libnowhere.so.9')\nexcept OSError:\n    raise RuntimeError('no')"
    report = attempt(code, python=interpreter)
    seen = report.observation
    assert seen is not None
    assert seen.outcome is Outcome.FAILS
    assert seen.error is not None
    assert (seen.error.exception, seen.error.raised_by, seen.error.name) == ("RuntimeError", "load", "libnowhere.so.9")
    assert (os.path.basename(seen.error.file or ""), seen.error.line) == ("broken.py", 5)
    assert seen.error.chain[0].startswith("OSError: libnowhere.so.9: cannot open shared object file")
    (load,) = seen.loads
    assert (load.request.kind, load.request.name, load.request.line) == ("ctypes", "libnowhere.so.9", 3)
    assert load.request.flags & os.RTLD_NOW
    assert load.request.caller in report.process.modules
    assert load.succeeded is False
    assert load.error is not None
    assert load.error.text.startswith("libnowhere.so.9: cannot open")


@pytest.mark.parametrize(
    ("code", "outcome", "status"),
    [
        ("import sys; sys.exit(7)", Outcome.EXITED, 7),
        ("import sys; sys.exit('words')", Outcome.EXITED, 1),
        ("import os; os._exit(0)", Outcome.EXITED, 0),
        ("import os; os.abort()", Outcome.CRASHED, -signal.SIGABRT),
        ("import ctypes; ctypes.string_at(8)", Outcome.CRASHED, -signal.SIGSEGV),
        ("import os, signal; os.kill(os.getpid(), signal.SIGILL)", Outcome.CRASHED, -signal.SIGILL),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", Outcome.CRASHED, -signal.SIGKILL),
    ],
)
def test_it_leaves_or_dies(attempt: Try, code: str, outcome: Outcome, status: int):
    seen = attempt(code).observation
    assert seen is not None
    assert (seen.outcome, seen.exit_status, seen.error, seen.cut_short) == (outcome, status, None, True)


def test_an_endless_loop_is_ended_with_all_that_it_started(attempt: Try, tmp_path):
    marker = tmp_path / "alive"
    code = (
        "import subprocess, sys\n"
        "late = 'import sys, time; time.sleep(3); open(sys.argv[1], chr(119))'\n"
        f"subprocess.Popen([sys.executable, '-c', late, {str(marker)!r}])\n"
        "while True: pass"
    )
    started = time.monotonic()
    seen = attempt(code, timeout_s=1.5).observation
    assert seen is not None
    assert (seen.outcome, seen.exit_status, seen.cut_short) == (Outcome.TIMED_OUT, None, True)
    assert seen.seconds == 1.5
    assert time.monotonic() - started < 30  # the marker below is the proof; this only names a hang
    time.sleep(2.5)
    assert not marker.exists(), "a grandchild outlived the time limit"


@pytest.mark.parametrize(
    "code",
    [
        "import os; os.chdir('/')",
        "import os; os.closerange(0, 256)",
        "import sys, json, os; sys.stdout = sys.stderr = None; json.dumps = os.write = os.getcwd = os.getpid = None",
        "import builtins; builtins.open = None",
        "import atexit, time; atexit.register(time.sleep, 60)",
        "import threading, time; threading.Thread(target=time.sleep, args=(60,)).start()",
        "import os\nif os.fork() == 0:\n    import ctypes; ctypes.CDLL(None); import time; time.sleep(60)",
        "import sys; sys.stdin.read()",
        "import os; print('x' * 5_000_000); os.write(2, b'y' * 1_000_000)",
        "import sys; sys.setrecursionlimit(60)",
        "import os, sys; os.environ.clear(); sys.path.clear(); sys.modules.pop('os')",
        "import sys; sys._getframe = None",
    ],
)
def test_what_a_target_may_do_and_still_loads(attempt: Try, code: str):
    started = time.monotonic()
    load = "\nimport ctypes\ntry:\n    ctypes.CDLL('libnowhere.so.9')\nexcept OSError: pass\n"
    report = attempt(code + load, timeout_s=20)
    seen = report.observation
    assert seen is not None
    assert seen.error is None
    assert seen.outcome is Outcome.LOADS
    assert [load.request.name for load in seen.loads if load.request.kind == "ctypes"] == ["libnowhere.so.9"]
    assert time.monotonic() - started < 50  # of the sixty seconds that some of them would sleep


def test_output_is_kept_apart_and_short(attempt: Try):
    report = attempt("print('a' * 100_000, flush=True); print('{\"event\":\"finished\"}'); raise OSError('the end')")
    assert len(report.output_tail) <= 4096
    assert report.output_tail.endswith('{"event":"finished"}\n')
    assert report.observation is not None
    assert report.observation.outcome is Outcome.FAILS


def test_an_exception_that_fights_back(attempt: Try):
    code = (
        "class Evil(Exception):\n"
        "    def __str__(self): raise SystemExit(9)\n"
        "    def __getattr__(self, name): raise Evil()\n"
        "raise Evil()"
    )
    seen = attempt(code).observation
    assert seen is not None
    assert seen.outcome is Outcome.FAILS
    assert seen.error is not None
    assert seen.error.exception == "Evil"


def test_an_exception_from_within_another_keeps_its_number(attempt: Try):
    seen = attempt(
        "try:\n    open('/nowhere')\nexcept OSError as e:\n    raise ImportError('sorry') from None"
    ).observation
    assert seen is not None
    assert seen.error is not None
    assert (seen.error.number, seen.error.raised_by, seen.error.line) == (2, "python", 4)


def test_variables_that_the_target_changes(attempt: Try):
    code = "import os; os.environ['LD_LIBRARY_PATH'] = '/late'; import ctypes; ctypes.CDLL('libm.so.6')"
    seen = attempt(code, environment={"PATH": os.environ["PATH"]}).observation
    assert seen is not None
    assert seen.environment_changes == {"LD_LIBRARY_PATH": "/late"}
    assert "LD_LIBRARY_PATH" not in seen.loads[-1].request.process.environment, "glibc read it when the process started"
    assert seen.loads[-1].path is not None
    assert os.path.isabs(seen.loads[-1].path)


def test_the_current_directory_at_each_load(attempt: Try, tmp_path):
    seen = attempt("import os, ctypes; ctypes.CDLL('libm.so.6'); os.chdir('/'); ctypes.CDLL('libm.so.6')").observation
    assert seen is not None
    assert [one.request.process.current_directory for one in seen.loads[-2:]] == [str(tmp_path / "work"), "/"]


def test_the_probe_does_not_stumble_over_files_in_the_current_directory(attempt: Try, tmp_path):
    for name in ("ctypes", "struct", "os", "time", "importlib"):
        (tmp_path / "work" / f"{name}.py").write_text("raise OSError('not me')")
    seen = attempt("x = 1").observation
    assert seen is not None
    assert seen.outcome is Outcome.LOADS


def test_a_name_that_nobody_knows(attempt: Try):
    report = attempt("", target="no_such_module_at_all")
    assert report.observation is not None
    assert not report.found
    assert report.observation.outcome is Outcome.NOT_FOUND
    assert report.observation.missing_module == "no_such_module_at_all"
    assert report.modules_of_distribution == ()


def test_a_submodule_that_nobody_knows(attempt: Try):
    report = attempt("", target="email.no_such_module")
    assert report.observation is not None
    assert (report.observation.outcome, report.found) == (Outcome.NOT_FOUND, False)


def test_a_module_missing_inside_the_target(attempt: Try):
    report = attempt("import no_such_module_at_all")
    seen = report.observation
    assert seen is not None
    assert (seen.outcome, seen.missing_module, report.found) == (Outcome.FAILS, "no_such_module_at_all", True)


def test_a_failed_load_after_an_optional_module_is_about_the_load(attempt: Try):
    code = "try:\n    import cupy_nowhere\nexcept ImportError:\n    import ctypes; ctypes.CDLL('libnowhere.so')"
    seen = attempt(code).observation
    assert seen is not None
    assert (seen.missing_module, seen.error and seen.error.raised_by) == (None, "load")


def test_a_namespace_package_says_so(attempt: Try, tmp_path):
    (tmp_path / "work" / "only_a_folder").mkdir()
    report = attempt("", target="only_a_folder")
    assert report.namespace
    assert report.observation is not None
    assert report.observation.outcome is Outcome.LOADS


def test_a_record_that_grows_without_end_is_cut(attempt: Try):
    code = "import ctypes\nfor _ in range(500):\n    try: ctypes.CDLL('x' * 60_000)\n    except OSError: pass"
    seen = attempt(code).observation
    assert seen is not None
    assert (seen.outcome, seen.cut_short) == (Outcome.LOADS, True)
    assert 50 < len(seen.loads) < 500


def test_what_was_imported_on_the_way_to_a_failure(attempt: Try, interpreter: str):
    """What lies outside of that Python's own directories, and the names that came to nothing."""
    lines = (
        "import os, sys",
        "here = os.path.dirname(__file__)",
        "open(os.path.join(here, 'mine.py'), 'w').close()",
        "with open(os.path.join(here, 'swallowed.py'), 'w') as file:",
        "    file.write('import nothing_of_that_name')",
        "import json, mine",
        "try:",
        "    import swallowed",
        "except ImportError:",
        "    pass",
        "raise ImportError('no more')",
    )
    seen = attempt("\n".join(lines), python=interpreter).observation
    assert seen is not None
    assert seen.origin is not None
    assert dict(seen.from_elsewhere) == {"mine": seen.origin.replace("broken", "mine")}
    assert set(seen.missed) >= {"swallowed", "nothing_of_that_name", "broken"}
    assert not {"json", "mine"} & set(seen.missed)
