"""The codes as data: which exist, how grave they are, and which yields when two would speak of one file."""

from __future__ import annotations

from types import MappingProxyType

# Code: the name of its rule, its page and its test. Stable for ever; the list grows.
CODES = MappingProxyType(
    {
        "WL101": "absent",
        "WL102": "damaged",
        "WL103": "other_machine",
        "WL104": "not_a_library",
        "WL105": "blocked",
        "WL201": "nowhere",
        "WL202": "not_searched",
        "WL203": "added_and_ignored",
        "WL204": "other_major",
        "WL205": "dependency_of_other_machine",
        "WL206": "another_copy_wins",
        "WL208": "points_at_nothing",
        "WL501": "other_python",
        "WL503": "shadowed",
        "WL506": "not_installed",
        "WL601": "initialisation_failed",
        "WL605": "crashes",
        "WL901": "disagreement",
        "WL902": "not_observed",
        "WL903": "undetermined",
    }
)

# For one missing dependency the first code that applies stands, the others are its evidence: what the loader met on
# its way (205) before what it passed by (203, 202), a near miss (204) before nothing at all (201).
MISSING = ("WL205", "WL203", "WL202", "WL204", "WL201")
