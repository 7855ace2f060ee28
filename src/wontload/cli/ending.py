"""Being told to end (SIGTERM, a closed terminal) while something is being built or changed."""

from __future__ import annotations

import signal


def end_as_by_ctrl_c() -> None:
    """Have what is under way end as Ctrl-C ends it: compilers and their directory go, a fix is taken back."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), interrupt)
