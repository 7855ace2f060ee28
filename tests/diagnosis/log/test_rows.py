"""Which finding each row of `knowledge/messages` speaks for, and where it does not.

The rows' texts lie in `build_rows`, `gpu_rows` and `program_rows`, as the tables do.
"""

from __future__ import annotations

import pytest

from tests.diagnosis.log import build_rows, gpu_rows, program_rows
from tests.support.logs import said, verdict

ROWS = [*build_rows.ROWS, *gpu_rows.ROWS, *program_rows.ROWS]


@pytest.mark.parametrize(("row", "text", "answer", "other"), ROWS, ids=[row[0] for row in ROWS])
def test_a_row_speaks_where_it_should_and_nowhere_else(row, text, answer, other):
    assert row in said(text)
    assert verdict(text) == answer
    assert row not in said(other)
