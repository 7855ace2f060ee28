"""What the exercises of array libraries share: how large their matrices are, and what is told of them."""

from __future__ import annotations

from time import perf_counter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

SIDE = 4096  # of a square matrix of 4-byte floats: 64 MiB
BYTES = SIDE * SIDE * 4
SMALL_SIDE = 1024  # of what is multiplied: quick on a processor too
MULTIPLICATIONS = 20


def measured(multiply: Callable[[], None]) -> dict[str, object]:
    """Multiply small matrices some times; `multiply` waits until each product is there."""
    multiply()  # the first one compiles, or loads kernels
    begin = perf_counter()
    for _ in range(MULTIPLICATIONS):
        multiply()
    return {"GFLOP/s": 2 * SMALL_SIDE**3 * MULTIPLICATIONS / (perf_counter() - begin) / 1e9}
