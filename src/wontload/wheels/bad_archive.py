"""Why an archive is not read any further."""

from __future__ import annotations

from wontload.errors import WontloadError

NEXT_STEP = "Get it again from where it was published, or have it built again; do not install it."


class BadArchive(WontloadError):
    """A wheel that cannot be read, or that is made to do harm. Exit status 4.

    Attributes:
        archive: the file's name or address. member: the member that is at fault; empty for the archive itself.
        what: one clause without either.
    """

    def __init__(self, archive: str, what: str, *, member: str = "", next_step: str = NEXT_STEP) -> None:
        of = f"its member {member!r} " if member else ""
        super().__init__(f"cannot read {archive}: {of}{what}.", next_step)
        self.archive = archive
        self.member = member
        self.what = what

    def __reduce__(self) -> tuple[object, ...]:
        """As its arguments, so that it survives the way back from a worker process."""
        return _again, (self.archive, self.what, self.member, self.next_step)


def _again(archive: str, what: str, member: str, next_step: str) -> BadArchive:
    return BadArchive(archive, what, member=member, next_step=next_step)
