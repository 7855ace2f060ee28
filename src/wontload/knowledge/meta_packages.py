"""What distributions without files of their own stand for: others, which their extras install."""

from __future__ import annotations

from wontload.knowledge.tables import table


def installed_by_extras(name: str, requirement: str) -> tuple[str, ...]:
    """Normalised names of what the extras in a requirement of a meta-package install; of any other none.

    Args:
        name: normalised, of the distribution that is required. requirement: as in `Requires-Dist` (PEP 508):
            `cuda-toolkit[cublas,cudart]==13.0.3; platform_system == "Linux"`.
    """
    rows = [row for row in table("meta_packages")["meta_package"] if row["name"] == name]
    if not rows:
        return ()
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        wanted = Requirement(requirement)
    except InvalidRequirement:
        return ()
    row = next((row for row in rows if any(map(wanted.specifier.contains, row["releases"]))), rows[0])
    extras = row["extras"].values() if "all" in wanted.extras else map(row["extras"].get, sorted(wanted.extras))
    return tuple(dict.fromkeys(name for names in extras for name in names or ()))
