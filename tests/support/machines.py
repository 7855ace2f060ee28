r"""Machines as values, what was asked of them, and the diagnosis: for the tests of the findings.

The loader's model is the real one. What was seen agrees with it, unless a test says otherwise with `saw`.

    machine = windows({LLAMA: dll("cudart64_12.dll"), CUDA + r"\cudart64_12.dll": dll()})
    answer = diagnose(machine, ctypes_load(LLAMA, winmode=0, added=[CUDA]))
"""

from tests.support.machine_cases import (
    as_foreseen,
    case_of,
    codes,
    ctypes_load,
    data,
    diagnose,
    dlopen,
    failed_directory,
    import_load,
    observe,
    of_kind,
    python_error,
    saw,
    told,
)
from tests.support.machine_values import (
    BASE,
    CUDA,
    LINUX_PACKAGE,
    LINUX_PYTHON,
    LINUX_SITE,
    PACKAGE,
    SITE,
    SYSTEM32,
    USR_LIB,
    VENV,
    broken,
    dll,
    linux,
    recorded,
    so,
    windows,
)

__all__ = [
    "BASE",
    "CUDA",
    "LINUX_PACKAGE",
    "LINUX_PYTHON",
    "LINUX_SITE",
    "PACKAGE",
    "SITE",
    "SYSTEM32",
    "USR_LIB",
    "VENV",
    "as_foreseen",
    "broken",
    "case_of",
    "codes",
    "ctypes_load",
    "data",
    "diagnose",
    "dll",
    "dlopen",
    "failed_directory",
    "import_load",
    "linux",
    "observe",
    "of_kind",
    "python_error",
    "recorded",
    "saw",
    "so",
    "told",
    "windows",
]
