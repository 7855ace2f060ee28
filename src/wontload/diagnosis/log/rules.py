"""The rules that are asked of a text, in place of a machine."""

from __future__ import annotations

from wontload.diagnosis.log.others import others
from wontload.diagnosis.rules import (
    wl505_no_wheel,
    wl701_no_build_tool,
    wl702_no_cuda_compiler,
    wl703_host_compiler,
    wl704_build_flags,
    wl705_not_built,
    wl706_other_toolchain,
    wl707_starved,
)

# `others` speaks for the findings that have rules for machines, as far as a text tells of them.
LOG_RULES = (
    others,
    wl505_no_wheel.no_wheel,
    wl701_no_build_tool.no_build_tool,
    wl702_no_cuda_compiler.no_cuda_compiler,
    wl703_host_compiler.host_compiler,
    wl704_build_flags.build_flags,
    wl705_not_built.not_built,
    wl706_other_toolchain.other_toolchain,
    wl707_starved.starved,
)
