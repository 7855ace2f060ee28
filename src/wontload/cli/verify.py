"""`wontload verify TARGET`: does it really load, and what came from where; with `--gpu`, does it use the GPU."""

from __future__ import annotations

import argparse
import os

from wontload.cli.options import Options
from wontload.cli.seconds import add_timeout
from wontload.cli.status import STATUS_OF

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wontload.app.gpu import GpuProof
    from wontload.app.verify import Verification

GPU_TIMEOUT_S = 300.0
STATUS_OF_GPU = {"used": 0, "cpu-only": 1, "failed": 1, "undetermined": 3}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("target", metavar="TARGET", help="an import name, a distribution's name or a library's path")
    parser.add_argument("--gpu", action="store_true", help="put it to work, and measure whether the GPU is used")
    parser.add_argument(
        "--model", metavar="FILE", help="with --gpu: a model of your own, in place of a small one made on the spot"
    )
    parser.add_argument(
        "--baseline",
        metavar="FILE",
        help="with --gpu: compare with the measurement in FILE; where there is no such file, write it",
    )
    add_timeout(parser)


def run(options: Options) -> int:
    """Import for real and report."""
    from wontload.app.verify import verify
    from wontload.cli.progress import waiting
    from wontload.errors import UsageError

    if options.machine_file is not None:
        raise UsageError("verify imports for real, which a saved machine cannot do.", "Leave --machine out.")
    if not options.gpu and (options.model or options.baseline):
        raise UsageError("--model and --baseline are for the measurement on the GPU.", "Add --gpu.")
    python = options.interpreter()
    with waiting(f"importing {options.target}", enabled=not options.quiet):
        answer = verify(options.target, python=python, timeout_s=options.timeout)
    proof = _prove(options, answer, python) if options.gpu else None
    worse, changed = _against_baseline(options.baseline, proof) if proof and options.baseline else (None, ())
    kept = options.baseline if worse is None else None  # a first measurement was written there
    if options.format == "json":
        from wontload.report.as_json import dump, verify_to_json
        from wontload.report.gpu_json import gpu_to_json

        value = verify_to_json(answer)
        if proof is not None:
            value["gpu"] = gpu_to_json(proof, worse=worse, changed=changed)
        options.say(dump(value))
    else:
        from wontload.report.gpu import render_gpu
        from wontload.report.verify import render_verify

        brief = options.quiet or (proof is not None and not options.verbose)
        report = render_verify(answer, options.terminal(), quiet=brief, verbose=options.verbose)
        if proof is not None:
            report += render_gpu(proof, options.terminal(), worse=worse, changed=changed, kept=kept)
        options.say(report)
    loads = STATUS_OF[answer.diagnosis.verdict]
    return loads if loads or proof is None else max(STATUS_OF_GPU[proof.verdict.value], 1 if worse else 0)


def _prove(options: Options, answer: Verification, python: str) -> GpuProof:
    from wontload.app.gpu import prove_gpu
    from wontload.cli.progress import waiting

    stage = ["starting"]
    timeout_s = max(options.timeout, GPU_TIMEOUT_S)
    with waiting(lambda: f"putting {options.target} to work: {stage[-1]}", enabled=not options.quiet):
        return prove_gpu(answer.diagnosis, python=python, model=options.model, timeout_s=timeout_s, told=stage.append)


def _against_baseline(path: str, proof: GpuProof) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    """What is worse than what the file holds, and what changed; the file is written where there is none."""
    from wontload.app.gpu import for_baseline
    from wontload.cli.atomic import write_file
    from wontload.errors import WontloadError
    from wontload.gpu.baseline import compare, from_text, to_text

    now = for_baseline(proof)
    if not os.path.lexists(path):
        write_file(path, to_text(now).encode(), replace=False)
        return None, ()
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read(1 << 20)
    except (OSError, UnicodeDecodeError) as error:
        raise WontloadError(f"cannot read {path}: {error}.", "Name another file with --baseline.") from error
    return compare(from_text(text, path), now)
