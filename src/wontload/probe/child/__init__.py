"""The part of the probe that runs inside the target interpreter. Python 3.8 to the newest, standard library alone.

`script.py` makes these modules a package called `_wontload_probe` there, without putting any directory on `sys.path`,
so the target meets the interpreter that a person's own `python -c "import target"` would give it. They import as little
as they can (no `re`, `json`, `typing`, `subprocess`): what they import, the target finds imported. `ctypes` is the
exception, and the models of a load assume it (docs/architecture.md): its `libffi` is mapped before the target starts.

`run` is the story; `channel` reports; `watch` stands where Python code asks the loader for something; `windows` and
`posix` know what each system tells about a process. Nothing here may let an exception of its own reach the target.
"""
