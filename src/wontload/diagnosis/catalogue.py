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
        "WL207": "fails_when_first_used",
        "WL208": "points_at_nothing",
        "WL209": "debug_runtime",
        "WL301": "symbol_missing",
        "WL302": "glibc_too_old",
        "WL303": "gcc_runtime_too_old",
        "WL304": "sister_of_another_version",
        "WL305": "vc_runtime_too_old",
        "WL306": "other_c_library",
        "WL307": "system_too_old",
        "WL401": "instruction_set",
        "WL402": "no_gpu_driver",
        "WL403": "driver_too_old",
        "WL404": "no_code_for_gpu",
        "WL405": "cpu_only",
        "WL406": "gpu_hidden",
        "WL501": "other_python",
        "WL502": "two_distributions",
        "WL503": "shadowed",
        "WL504": "incomplete",
        "WL505": "no_wheel",
        "WL506": "not_installed",
        "WL511": "newer_than_tag",
        "WL512": "unlike_tag",
        "WL513": "other_abi",
        "WL514": "not_bundled",
        "WL515": "record_disagrees",
        "WL516": "metadata_disagrees",
        "WL517": "absolute_rpath",
        "WL518": "common_name",
        "WL519": "strange_layout",
        "WL601": "initialisation_failed",
        "WL602": "no_static_tls",
        "WL603": "executable_stack",
        "WL604": "runtimes_collide",
        "WL605": "crashes",
        "WL701": "no_build_tool",
        "WL702": "no_cuda_compiler",
        "WL703": "host_compiler",
        "WL704": "build_flags",
        "WL705": "not_built",
        "WL706": "other_toolchain",
        "WL707": "starved",
        "WL801": "unhelpful_advice",
        "WL901": "disagreement",
        "WL902": "not_observed",
        "WL903": "undetermined",
    }
)

# For one missing dependency the first code that applies stands, the others are its evidence: what no copy would mend,
# as it belongs to another C library (306), a newer system (307) or a compiler's own machine (209); then what the loader
# met on its way (205) before what it passed by (203, 202), what was installed and is gone (504), a near miss (204), and
# what a GPU's driver would bring (402)
# before nothing at all (201).
MISSING = ("WL306", "WL307", "WL209", "WL205", "WL203", "WL202", "WL504", "WL204", "WL402", "WL201")

# For one symbol that is missing likewise: what the whole file does not fit (the C library, its age), then a better copy
# of the library, then whose library is too old, and last that it is simply not there.
UNBOUND = ("WL602", "WL306", "WL302", "WL206", "WL502", "WL504", "WL501", "WL303", "WL305", "WL307", "WL304", "WL301")

# What only says how the process ended gives way to what says why. The first yields where one of the others explains the
# error; its evidence is among theirs.
YIELDS = MappingProxyType(
    {
        "WL601": ("WL305", "WL401", "WL604"),
        "WL605": ("WL102", "WL207", "WL305", "WL401", "WL604"),
    }
)
