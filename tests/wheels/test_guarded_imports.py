"""Whether code that imports a module is prepared to do without it."""

from __future__ import annotations

import pytest

from wontload.wheels.guarded_imports import guards


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import demo._fast", [False]),
        ("from demo import _fast as fast", [False]),
        ("from demo._fast import run", [False]),
        ("from ._fast import run", [False]),
        ("import demo._faster", []),
        ("try:\n import _fast\nexcept importerror:\n pass", [True]),
        ("try:\n import _fast\nexcept (oserror, exception):\n pass", [True]),
        ("try:\n import _fast\nexcept:\n pass", [True]),
        ("try:\n import _fast\nexcept oserror:\n pass", [False]),
        ("try:\n import _fast\nexcept modulenotfounderror:\n pass", [False]),  # the module is found, its library is not
        ("try:\n import _fast\nexcept importerror as e:\n raise importerror('see the manual') from e", [False]),
        ("try:\n if x:\n  import _fast\nexcept importerror:\n pass", [True]),
        ("try:\n pass\nexcept importerror:\n import _fast", [False]),
        ("try:\n pass\nexcept importerror:\n pass\nelse:\n import _fast", [False]),
        ("try:\n import _fast\nfinally:\n pass", [False]),
        ("try:\n import _fast\nexcept importerror:\n pass\nimport _fast", [True, False]),
        ("import_module('demo._fast')", [False, False]),
        ("importlib.import_module('_fast', 'demo')", [False]),
        ("lazy = {'run': 'demo._fast'}", [False]),
        ("print('_fast')", []),
        ("import _fast +", [False]),  # no Python: nothing is known
        ("(" * 5000, [False]),
        ("#" * (1 << 20) + "\nimport other", [False]),
    ],
)
def test_each_import_with_whether_the_code_goes_on_without(code: str, found: list[bool]):
    assert guards(code.encode(), "_fast") == found
