"""What really happened: a child of the target interpreter tries the import and records what it sees.

`observe` runs the child and reads its record; `ask` asks an interpreter about itself alone. The broken package's code
runs in that child and never here; a child that crashes, leaves, hangs or prints is an answer too.

`script` and `child/` run inside the target interpreter and know nothing of the rest; `child_process` keeps a child
under control; `reader` turns its record into the values of `machine`; who owns a module is read by `machine.dist_info`.

Not here: what a loader would do (`loader`), what it means (`diagnosis`).
"""

from wontload.probe.exit_status import describe_exit, is_crash
from wontload.probe.report import Report
from wontload.probe.runner import NoPython, PythonDoesNotStart, ask, observe

__all__ = ["NoPython", "PythonDoesNotStart", "Report", "ask", "describe_exit", "is_crash", "observe"]
