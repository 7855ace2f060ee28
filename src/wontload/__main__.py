"""`python -m wontload`: the same program, about the interpreter that runs it."""

import sys

from wontload.cli import main

if __name__ == "__main__":
    sys.exit(main(as_module=True))
