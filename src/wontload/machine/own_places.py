"""Where this tool keeps what outlives a run: journals, logs of builds, wheels that it built, scoped paths, caches."""

from __future__ import annotations

import os
import re


def state_directory() -> str:
    """Where journals, backups and logs are kept: `WONTLOAD_STATE_DIR`, else the user's state directory."""
    from platformdirs import user_state_dir  # 4 ms, and only what changes something needs it

    return os.environ.get("WONTLOAD_STATE_DIR") or user_state_dir("wontload", appauthor=False)


def wheelhouse() -> str:
    """Where wheels are kept that were built here: below `WONTLOAD_STATE_DIR`, else in the user's data directory."""
    from platformdirs import user_data_dir

    own = os.environ.get("WONTLOAD_STATE_DIR")
    return os.path.join(own or user_data_dir("wontload", appauthor=False), "wheels")


def cache_directory() -> str:
    """Where that is kept which can be had again: `WONTLOAD_CACHE_DIR`, else the user's cache directory."""
    named = os.environ.get("WONTLOAD_CACHE_DIR")
    if named:
        return named
    from platformdirs import user_cache_dir

    return user_cache_dir("wontload", appauthor=False)


def scoped_path_module(package: str) -> str:
    """The module that serves one package in its environment: an identifier that no package is likely to have."""
    return "_wontload_for_" + re.sub(r"\W", "_", package)
