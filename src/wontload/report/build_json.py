"""`wontload.build/1`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wontload._version import __version__
from wontload.app.build import BuildAnswer
from wontload.app.trying import Attempt
from wontload.build.plan import BuildPlan
from wontload.build.settings import Setting
from wontload.build.studio import Studio
from wontload.build.toolchain import CudaToolchain, PassedOver
from wontload.report.as_json import finding_to_json, log_to_json

Object = dict[str, Any]


def build_to_json(answer: BuildAnswer, attempt: Attempt | None = None) -> Object:
    """What was, or would be, run, and what came of it."""
    built, judged = answer.built, answer.judged
    return {
        "schema": "wontload.build/1",
        "tool": __version__,
        "machine": answer.machine.id,
        "verdict": answer.verdict,
        "plan": _plan(answer.plan),
        "sought": None
        if answer.sought is None
        else {"file": answer.sought.file, "place": answer.sought.place, "unasked": answer.sought.unasked},
        "findings": [finding_to_json(one) for one in answer.findings],
        "wheel": answer.wheel,
        "again": answer.again,
        "judged": None
        if judged is None
        else {
            "verdict": judged.verdict,
            "gpu_targets": list(judged.gpu_targets),
            "files": [
                {"member": one.member, "path": one.path, "verdict": one.verdict.value, "added": list(one.added)}
                for one in judged.files
            ],
        },
        "installed": None
        if attempt is None
        else {"kept": attempt.kept, "journal": attempt.journal, "problem": attempt.problem},
        "built": None
        if built is None
        else {
            "log": built.log,
            "seconds": round(built.seconds, 1),
            "job_bytes": built.job_bytes,
            "disk_bytes": built.disk_bytes,
            "left_out": [{"name": name, "why": why} for name, why in built.environment.left_out],
            "diagnosis": log_to_json(built.diagnosis) if built.diagnosis else None,
        },
    }


def _plan(plan: BuildPlan) -> Object:
    cuda, studio = plan.cuda, plan.studio
    return {
        "package": plan.package,
        "version": plan.version,
        "backend": plan.backend.name,
        "backend_why": plan.backend.why,
        "passed_over": [*_passed(plan.backend.passed_over), *_passed(getattr(cuda, "passed_over", ())),
                        *_passed(getattr(studio, "passed_over", ()) or ())],
        "architectures": list(plan.architectures),
        "cuda": {
            "version": cuda.nvcc.version,
            "nvcc": cuda.nvcc.path,
            "directory": cuda.nvcc.directory,
            "host_compiler": cuda.host.path if cuda.host else None,
        }
        if isinstance(cuda, CudaToolchain)
        else None,
        "visual_studio": {
            "name": studio.name,
            "directory": studio.instance.directory,
            "toolset": studio.toolset,
            "generator": studio.generator,
        }
        if isinstance(studio, Studio)
        else None,
        "defines": [*_settings(plan.defines), *_settings(Setting(name=name, value=value, why="as asked")
                                                          for name, value in plan.flags.kept.items())],
        "variables": _settings(plan.variables),
        "jobs": plan.cost.jobs,
        "minutes": plan.cost.minutes,
        "disk_bytes": plan.cost.disk_bytes,
        "measured": plan.cost.basis,
        "local_version": plan.local,
        "alternatives": list(plan.alternatives),
    }  # fmt: skip


def _settings(settings: Iterable[Setting]) -> list[Object]:
    return [{"name": one.name, "value": one.value, "why": one.why} for one in settings]


def _passed(passed: Iterable[PassedOver]) -> list[Object]:
    return [{"what": one.what, "why": one.why, "code": one.code} for one in passed]
