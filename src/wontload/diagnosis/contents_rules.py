"""The rules that are asked of a wheel, in place of a machine."""

from __future__ import annotations

from wontload.diagnosis.contents import Contents
from wontload.diagnosis.finding import Finding
from wontload.diagnosis.rules import (
    wl511_newer_than_tag,
    wl512_unlike_tag,
    wl513_other_abi,
    wl514_not_bundled,
    wl515_record_disagrees,
    wl516_metadata_disagrees,
    wl517_absolute_rpath,
    wl518_common_name,
    wl519_strange_layout,
    wl604_runtimes_collide,
)

CONTENTS_RULES = (
    wl511_newer_than_tag.newer_than_tag,
    wl512_unlike_tag.unlike_tag,
    wl513_other_abi.other_abi,
    wl514_not_bundled.not_bundled,
    wl515_record_disagrees.record_disagrees,
    wl516_metadata_disagrees.metadata_disagrees,
    wl517_absolute_rpath.absolute_rpath,
    wl518_common_name.common_name,
    wl519_strange_layout.strange_layout,
    wl604_runtimes_collide.bundled_together,
)


def findings_of(contents: Contents) -> tuple[Finding, ...]:
    """What is wrong with a wheel whatever machine it is installed on."""
    return tuple(found for rule in CONTENTS_RULES for found in rule(contents))
