"""Remedies that install something: what it would put where, as far as that is known before it is here."""

from __future__ import annotations

from collections.abc import Iterable

from wontload.diagnosis.evidence import providers_here
from wontload.diagnosis.grouping import NUMBERED_LIKE_CUDA
from wontload.diagnosis.installed import is_altered, is_gone, own_distributions
from wontload.diagnosis.records import recorded
from wontload.diagnosis.unbound import unbound_of
from wontload.diagnosis.words import listed
from wontload.knowledge.components import component_of
from wontload.knowledge.packages import distribution_for
from wontload.knowledge.providers import manager_of
from wontload.knowledge.suites import suite_of
from wontload.machine.memory import Content
from wontload.remedy.advice.overlay import Overlay, Subject, base_names, not_part_of, opaque
from wontload.remedy.advice.variables import with_variable
from wontload.remedy.change import Change
from wontload.remedy.expected import sites_of
from wontload.remedy.proof import prove

TOOLKIT = r"C:\Program Files\NVIDIA GPU Computing Toolkit\CUDA\v{major}"
DRIVER = "nvidia-driver"
FOR_ANOTHER = ("WL103", "WL501")  # findings that say: what is here was made for another machine or Python


def cuda_toolkit(subject: Subject) -> Overlay:
    """NVIDIA's installer: the files of the major that is asked for, CUDA_PATH, and `bin` on PATH."""
    case = subject.case
    names = base_names(case, subject.lost)
    ours = [name for name in names if _is_cuda(name)]
    others = [name for name in names if name not in ours]
    if not ours:
        return Overlay(but=not_part_of(others, "the CUDA Toolkit"))
    if not case.windows:
        return Overlay(
            unknown=f"{listed(ours)} would come with it; whether the loader then looks there depends on the installer: "
            "a distribution's package enters the directory into ld.so.conf.d, the runfile does not"
        )
    if standing := _toolkit_here(subject, ours):
        return standing
    home = TOOLKIT.format(major=next((major for name in ours if (major := _major(name))), ""))
    change = Change(
        files=_laid(subject, case.path_module.join(home, "bin"), ours),
        search_last=(case.path_module.join(home, "bin"),),
        environment={"CUDA_PATH": home},
    )
    but = not_part_of(others, "the CUDA Toolkit") or "its installer puts bin on PATH, which this load does not search"
    return Overlay(change=with_variable(case, change) or change, but=but)


def _toolkit_here(subject: Subject, names: list[str]) -> Overlay | None:
    """The same toolkit over itself: the files stay where they are. `None` where one of them is nowhere here."""
    case = subject.case
    fit = {name: one.fit[0].path for one in subject.lost if one.fit for name in base_names(case, (one,))}
    if not all(name in fit for name in names):
        return None
    directories = tuple(dict.fromkeys(case.path_module.dirname(fit[name]) for name in names))
    there = f"it puts the files where they are already, in {listed(list(directories), 2)}"
    if prove(case, Change(search_last=directories)).works is not True:
        return Overlay(but=f"{there}, which this load does not search")
    return Overlay(
        unknown=f"{there}: that helps only if its installer also puts this directory on PATH, which one can do without "
        "it"
    )


def older_cuda(subject: Subject) -> Overlay:
    """Another major than the one that is here; it is the file's own that counts."""
    case = subject.case
    names = base_names(case, subject.lost)
    majors = {major for name in names if _is_cuda(name) and (major := _major(name))}
    if not majors:
        return Overlay(but=f"no file of a CUDA version is missing, but {listed(names)}" if names else "")
    here = {_major(copy.path) for one in subject.lost for copy in one.majors} - {""}
    here |= {one.version.partition(".")[0] for one in case.machine.inventory.toolkits or () if one.kind == "cuda"}
    wanted = ", ".join(sorted(majors))
    if here and all(int(major) < int(newer) for major in majors for newer in here if newer.isdigit()):
        return cuda_toolkit(subject)
    seen = f"; CUDA {', '.join(sorted(here))} is here" if here else ""
    return Overlay(but=f"the library asks for files of CUDA {wanted}, and an older one has files of other names{seen}")


def vc_redistributable(subject: Subject) -> Overlay:
    """Microsoft's current runtime in System32, over whatever copy is there."""
    case = subject.case
    lost = list(base_names(case, subject.lost))
    old = [one.library for one in unbound_of(case) if one.code == "WL305" and one.library]
    ours = [name for name in (*lost, *old) if _family(name) in ("msvc-runtime", "openmp-msvc")]
    ours = [name for name in ours if (found := component_of(name)) and found.major in ("14", "")]
    others = [name for name in lost if name not in ours]
    suspected = next((one for one in subject.diagnosis.findings if one.code == "WL305"), None)
    if not ours and suspected:
        return Overlay(unknown=f"{suspected.title}; the copy that counts decides, see WL305")
    if not ours:
        return Overlay(but=not_part_of(others, "it") or "none of its files is missing or too old")
    system32 = case.path_module.join(case.machine.system.windows_directory, "System32")
    but = not_part_of(others, "it") or "another copy of it comes first"
    return Overlay(change=Change(files=_laid(subject, system32, ours)), but=but)


def gpu_driver(subject: Subject) -> Overlay:
    """The driver's own libraries where it puts them."""
    case = subject.case
    names = base_names(case, subject.lost)
    ours = [name for name in names if _family(name) in (DRIVER, "vulkan")]
    others = [name for name in names if name not in ours]
    if not ours:
        return Overlay(but=not_part_of(others, "a GPU driver"))
    return Overlay(
        change=Change(files=_laid(subject, _system_directory(subject), ours)), but=not_part_of(others, "a GPU driver")
    )


def system_package(subject: Subject) -> Overlay:
    """Packages of a Linux distribution."""
    names = base_names(subject.case, subject.lost)
    title = listed(subject.advice.provides)
    ours = [name for name in names if _packages_of(name) & set(subject.advice.provides)]
    others = [name for name in names if name not in ours]
    if not ours:
        return Overlay(but=not_part_of(others, title))
    manager = manager_of(subject.case.machine.system.version)
    if manager not in ("apt", None):
        own = [one.package for name in ours for one in providers_here(subject.case, name) if one.kind == manager]
        named = f": here it is {manager}, with {listed(list(dict.fromkeys(own)))}" if own else ""
        return Overlay(but=f"this distribution has no apt, and its packages have other names{named}")
    return Overlay(
        change=Change(files=_laid(subject, _system_directory(subject), ours)), but=not_part_of(others, title)
    )


def nvidia_wheels(subject: Subject) -> Overlay:
    """The files where pip puts them; nothing tells the loader of them."""
    case = subject.case
    site = next(iter(sites_of(case)), None)
    files: dict[str, Content] = {}
    names = base_names(case, subject.lost)
    for name in names:
        offered = providers_here(case, name)
        wheel = next((one for one in offered if one.kind == "wheel" and one.package.startswith("nvidia-")), None)
        if wheel and site:
            files[case.path_module.normpath(case.path_module.join(site, wheel.where, name))] = opaque(case)
    laid = {case.path_module.basename(path) for path in files}
    others = [name for name in names if name not in laid]
    if not files:
        return Overlay(but=f"no wheel of NVIDIA's has {listed(others, word='or')}" if others else "")
    places = listed(list(dict.fromkeys(case.path_module.dirname(path) for path in files)), 2)
    but = not_part_of(others, "NVIDIA's wheels") or f"pip puts them into {places}, where this load does not look"
    return Overlay(change=Change(files=files), but=but)


def reinstall(subject: Subject) -> Overlay:
    """Every native file that the target's own records list is there again, as it was when it was installed."""
    case = subject.case
    owners = set(own_distributions(case))
    if not owners:
        return Overlay(unknown="no record tells which files it has installed; `pip show --files` would")
    own = [entry for lines in recorded(case).values() for entry in lines if entry.distribution in owners]
    lost = [one.file for one in own if is_gone(case, one.file) or is_altered(case, one.file)]
    if not lost and any(one.explains_error and one.code in FOR_ANOTHER for one in subject.diagnosis.findings):
        return Overlay(
            unknown="what is here is for another machine or Python, and pip would take another wheel, of which nothing "
            "is known until it is here: wontload fix fetches it, and judges it before it is installed"
        )
    if not lost:
        return Overlay(
            but=f"all {len(own)} native files that its RECORD lists are there in their full size; the same wheel "
            "brings the same files"
        )
    return Overlay(
        change=Change(files={file.path: opaque(case) for file in lost}),
        but=not_part_of(base_names(case, subject.lost), "what it lost")
        if not {case.path_module.basename(file.path) for file in lost} & set(base_names(case, subject.lost))
        else "",
    )


def other_wheel(subject: Subject) -> Overlay:
    """A wheel of somebody else's index, of which nothing is known until it is here."""
    return Overlay(
        unknown="what a wheel of that index needs is not known before it is read: "
        f"`wontload pick {_distribution(subject)}` reads those that fit this Python, and tells which would load here"
    )


def from_source(subject: Subject) -> Overlay:
    """What a build brings out is not known beforehand."""
    return Overlay(
        unknown="what it needs is not known before it is built: "
        f"`wontload build {_distribution(subject)}` builds a wheel, judges it on this machine, and installs nothing"
    )


def conda(subject: Subject) -> Overlay:
    """Another build altogether."""
    return Overlay(
        unknown="conda would install another build of the package with libraries of its own; try it in an environment "
        "of conda's and ask wontload there (--python)"
    )


def _distribution(subject: Subject) -> str:
    """By what name the package is installed, as far as one is known."""
    case = subject.case
    owners = case.observation.distributions if case.observation else ()
    if owners or case.kind != "import":
        return owners[0][0] if owners else "NAME"
    return distribution_for(case.target) or case.target.partition(".")[0]


def _laid(subject: Subject, directory: str, names: Iterable[str]) -> dict[str, Content]:
    return {subject.case.path_module.join(directory, name): opaque(subject.case) for name in names}


def _system_directory(subject: Subject) -> str:
    system = subject.case.machine.system
    if subject.case.windows:
        return str(subject.case.path_module.join(system.windows_directory, "System32"))
    return system.default_directories[0] if system.default_directories else "/usr/lib"


def _family(name: str) -> str:
    found = component_of(name)
    return found.family if found else ""


def _is_cuda(name: str) -> bool:
    found = component_of(name)
    return found is not None and suite_of(found) == "cuda" and found.family != DRIVER


def _major(name: str) -> str:
    """The major version of CUDA that a file belongs to; empty where its number is one of its own."""
    found = component_of(name)
    return found.major.partition(".")[0] if found and found.family in NUMBERED_LIKE_CUDA else ""


def _packages_of(name: str) -> set[str]:
    found = component_of(name)
    return set(f"{found.row.get('apt') or ''} {found.row.get('apt_t64') or ''}".split()) if found else set()
