"""Make the development environment: `make_venv.py DIRECTORY`.

Says in one sentence what is missing when Python is too old or Debian's `python3-venv` is not there.
"""

import subprocess
import sys

if sys.version_info < (3, 10):  # noqa: UP036 - this very check is for the older ones
    found = f"{sys.executable} is {sys.version.split()[0]}"
    sys.exit(f"wontload needs Python 3.10 or newer, and {found}. Try: make PYTHON=python3.11")
try:
    import ensurepip  # noqa: F401
    import venv
except ImportError:
    sys.exit("This Python cannot make environments. On Debian and Ubuntu: apt-get install python3-venv")

venv.EnvBuilder(with_pip=True, clear=True).create(sys.argv[1])
subprocess.run([f"{sys.argv[1]}/bin/python", "-c", "import pip"], check=True)
