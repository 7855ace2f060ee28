"""`python -m wontload`: the same program, about the interpreter that runs it."""

import sys


def main(*, as_module: bool = False) -> int:
    """The command line. All that takes time is imported inside, so that Ctrl-C is answered from the first moment."""
    try:
        from wontload import cli

        return cli.main(as_module=as_module)
    except KeyboardInterrupt:
        sys.stderr.write("\nwontload: interrupted; nothing was changed.\n")
        return 130


if __name__ == "__main__":
    # `-m` puts the current directory first: a `json.py` there would be imported in place of Python's own.
    if not getattr(sys.flags, "safe_path", False):
        del sys.path[0]
    sys.exit(main(as_module=True))
