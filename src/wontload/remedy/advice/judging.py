"""Whether a remedy in circulation would work on one machine, and why."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

from wontload.diagnosis import Case, Diagnosis
from wontload.diagnosis.rules.wl801_unhelpful_advice import JudgedAdvice
from wontload.diagnosis.words import are, listed
from wontload.knowledge.advice import advice
from wontload.loader import Status, Verdict
from wontload.remedy.advice import copies, installing, variables
from wontload.remedy.advice.overlay import Make, Overlay, Subject
from wontload.remedy.candidates.stale_variable import proof_of_variable, toolkit_homes
from wontload.remedy.change import Change, together
from wontload.remedy.proof import Proof, must_load, prove

OVERLAYS: dict[str, Make] = {
    "add-dll-directory": copies.add_dll_directory,
    "build-variables": variables.build_variables,
    "conda": installing.conda,
    "copy-beside": copies.copy_beside,
    "cuda-path": variables.cuda_path,
    "cuda-toolkit": installing.cuda_toolkit,
    "from-source": installing.from_source,
    "gpu-driver": installing.gpu_driver,
    "ldconfig": copies.ldconfig,
    "library-path": copies.library_path,
    "no-winmode": variables.no_winmode,
    "nvidia-wheels": installing.nvidia_wheels,
    "older-cuda": installing.older_cuda,
    "other-wheel": installing.other_wheel,
    "path": copies.search_path,
    "reinstall": installing.reinstall,
    "restart": variables.restart,
    "system-package": installing.system_package,
    "vc-redistributable": installing.vc_redistributable,
}


def judge_advice(diagnosis: Diagnosis) -> tuple[JudgedAdvice, ...]:
    """Every remedy that people would give for this target on this system, in the table's order.

    Empty when the target does not fail, when it is not installed at all (WL506), or when its case is not known.
    """
    case = diagnosis.case
    absent = any(one.code == "WL506" and one.explains_error for one in diagnosis.findings)
    if case is None or absent or diagnosis.verdict != "fails":
        return ()
    package = case.target.partition(".")[0] if case.kind == "import" else ""
    rows = advice(case.machine.system.name, package)
    return tuple(_judged(Subject(case=case, diagnosis=diagnosis, advice=row)) for row in rows)


def _judged(subject: Subject) -> JudgedAdvice:
    works, why = _verdict(subject)
    row = subject.advice
    return JudgedAdvice(id=row.id, title=row.title, works_here=works, why=f"{_capital(why)}.")


def _capital(clause: str) -> str:
    """A clause as a sentence; a file's name stays as it is spelled."""
    word = clause.partition(" ")[0]
    return clause[:1].upper() + clause[1:] if word.isalpha() else clause


def _verdict(subject: Subject) -> tuple[bool | None, str]:
    case = subject.case
    makes = [OVERLAYS[name] for name in subject.advice.change]
    if not must_load(case):
        return _without_a_load(subject)
    parts = [make(subject) for make in makes]
    unknown = [one.unknown for one in parts if one.unknown]
    change = reduce(together, (one.change for one in parts))
    proof = prove(case, change)
    if any(one.verdict is not Verdict.FAILS for one in proof.before):
        return None, "the model of the loader does not foresee this failure, so it cannot tell what would end it"
    if proof.works:
        return True, _found(case, proof)
    if unknown:
        return None, "; ".join(unknown + [one.but for one in parts if one.but and one.change == Change()])
    if proof.works is None:
        settle = next((sentence for result in proof.after for sentence in result.would_settle), "")
        return None, (settle or "what it brings is not known before it is here").rstrip(".")
    return False, _why_not(parts, change, proof)


def _why_not(parts: list[Overlay], change: Change, proof: Proof) -> str:
    names = [name.replace("\\", "/").rsplit("/", 1)[-1] for name in (one.name for one in proof.still_missing)]
    but = "; ".join(dict.fromkeys(one.but for one in parts if one.but))
    if change == Change():
        return but or "it changes nothing that this load depends on"
    if proof.spoilt:
        return f"{proof.spoilt[0].request.name} would not load any more"
    left = f"{listed(names)} would still be missing or refused" if names else "the load would still fail"
    return f"{left}: {but}" if but else left


def _found(case: Case, proof: Proof) -> str:
    """Where what was missing would come from."""
    turned = [
        (case.path_module.basename(new.name), new.path)
        for before, after in zip(proof.before, proof.after, strict=True)
        for old in before.modules
        if old.status in (Status.MISSING, Status.REFUSED)
        for new in after.modules
        if new.name == old.name and new.status not in (Status.MISSING, Status.REFUSED) and new.path
    ]
    if not turned:
        return "with it, everything that the load asks for is found"
    places = dict.fromkeys(case.path_module.dirname(path) for _, path in turned)
    names = list(dict.fromkeys(name for name, _ in turned))
    return f"{listed(names)} {are(names)} then found in {listed(list(places), 2)}"


def _without_a_load(subject: Subject) -> tuple[bool | None, str]:
    """Of an import that ended before, or without, a load: a variable may still decide, and files do not."""
    case, first = subject.case, next(iter(subject.diagnosis.findings), None)
    if first is None or not first.explains_error:
        return None, "what ended the import is not established, so neither is what would mend it"
    if first.code == "WL208" and "cuda-path" in subject.advice.change and first.subject.upper() == "CUDA_PATH":
        homes = toolkit_homes(case, first.subject)
        if not homes:
            return False, "no CUDA directory is seen here that it could name"
        works = proof_of_variable(case, Change(environment={first.subject: homes[0]})).works
        return works, f"{first.subject} would name {homes[0]}"
    if any(name in INDEPENDENT for name in subject.advice.change):
        return None, next(_unknown_parts(subject))
    if first.code in REINSTALLED and subject.advice.change == ("reinstall",):
        if case.editable_project:
            return False, f"it is an editable install of {case.editable_project}; an index may have another project"
        return True, "it brings the package's own files again"
    if first.code in installing.FOR_ANOTHER and subject.advice.change == ("reinstall",):
        return None, installing.reinstall(subject).unknown or "what pip would take is not known until it is here"
    return False, f"the import ends for another reason: {first.title}"


# What makes the package anew, in whatever way it failed; and what a package's own files being wrong yields to.
INDEPENDENT = frozenset({"other-wheel", "from-source", "conda"})
REINSTALLED = frozenset({"WL504", "WL502"})


def _unknown_parts(subject: Subject) -> Iterator[str]:
    for name in subject.advice.change:
        if name in INDEPENDENT:
            yield OVERLAYS[name](subject).unknown
