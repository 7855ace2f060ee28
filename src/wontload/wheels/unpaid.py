"""What lies behind bytes that nobody wants to pay for."""

from __future__ import annotations

from wontload.machine.files import NotKnown


class NotPaidFor(NotKnown):
    """More would have to be fetched than was allowed: what lies there is not known.

    Attributes:
        missing_bytes: what this one read would have fetched beyond what is allowed.
    """

    def __init__(self, name: str, missing_bytes: int) -> None:
        super().__init__(f"{name}: {missing_bytes} bytes more than may be fetched")
        self.missing_bytes = missing_bytes
