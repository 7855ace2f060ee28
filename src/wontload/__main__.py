"""`python -m wontload`: the same program, about the interpreter that runs it."""

import sys


def main(*, as_module: bool = False) -> int:
    """The command line. All that takes time is imported inside, so that Ctrl-C is answered from the first moment."""
    try:
        from wontload import cli

        return cli.main(as_module=as_module)
    except KeyboardInterrupt:
        # One that passed through code compiled from a text, as a dataclass's methods are, has CPython end by SIGINT
        # whatever is returned here, until the next such code begins (Python/pythonrun.c, run_eval_code_obj).
        exec("")
        sys.stderr.write("\nwontload: interrupted; nothing was changed.\n")
        return 130


if __name__ == "__main__":
    # `-m` puts the current directory first: a `json.py` there would be imported in place of Python's own.
    if not getattr(sys.flags, "safe_path", False):
        del sys.path[0]
    sys.exit(main(as_module=True))
