"""`wontload build NAME`: build a package for this machine, or say how it would be built for a saved one."""

from __future__ import annotations

import argparse
import os

from wontload.cli.options import Options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wontload.app.build import BuildAnswer
    from wontload.app.build_order import Order
    from wontload.app.trying import Attempt
    from wontload.build.wishes import Wishes

FAILED = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("name", metavar="NAME", help="a distribution's name, or NAME==VERSION")
    parser.add_argument("--source", metavar="PATH", help="build this directory or source distribution")
    parser.add_argument("--find-links", metavar="DIR", action="append", default=[], help="wheels that a build may use")
    parser.add_argument("--plan", action="store_true", help="show what would be run and why, and run nothing")
    parser.add_argument("--script", choices=("ps1", "cmd", "sh"), help="write the plan as a script to run by hand")
    parser.add_argument("-o", "--output", metavar="DIR", help="where the wheel is laid (default: your wheelhouse)")
    parser.add_argument("--install", action="store_true", help="install the wheel, check the import; undoable")
    parser.add_argument("--again", action="store_true", help="build although a wheel of just this was built before")
    group = parser.add_argument_group("wishes, which the plan otherwise chooses")
    group.add_argument("--backend", choices=("cuda", "hip", "vulkan", "metal", "sycl", "blas", "cpu"))
    group.add_argument("-D", "--define", metavar="NAME=VALUE", action="append", default=[], help="a CMake definition")
    group.add_argument("--cuda", metavar="VERSION", help="the CUDA Toolkit to use, such as 12.4")
    group.add_argument("--compiler", metavar="EXE", help="the C++ compiler to use, such as g++-12")
    group.add_argument("--gpu-arch", metavar="ARCH", action="append", default=[], help="such as 89-real")
    group.add_argument("--portable", action="store_true", help="no code for this very processor")
    group.add_argument("--jobs", metavar="N", type=_at_least_one, help="compilers side by side")
    group.add_argument("--generator", choices=("ninja", "visual-studio"), default="ninja", help="on Windows")


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of 1 or more")
    return int(text)


def run(options: Options) -> int:
    """Plan; unless only that was asked for, build."""
    from wontload.app.build import build, plan_only
    from wontload.errors import UsageError

    machine = options.saved_machine()
    order = _order(options, live=machine is None)
    if machine is not None and not (options.plan or options.script):
        raise UsageError(
            "nothing can be built on a saved machine.", "Give --plan to see what would be run there, or --script."
        )
    if options.script:
        return _script(options, plan_only(order, machine))
    if options.plan:
        return _show(options, plan_only(order, machine))
    from wontload.cli.building import Building
    from wontload.cli.ending import end_as_by_ctrl_c
    from wontload.cli.progress import waiting

    state = Building(order.name)
    end_as_by_ctrl_c()
    with waiting(state.told, enabled=not options.quiet):
        answer = build(order, told=state.seen)
    if not options.install or answer.wheel is None or answer.verdict == "unfit":
        return _show(options, answer)
    from wontload.app.installing import install

    with waiting(f"installing {order.name}", enabled=not options.quiet):
        attempt = install(
            answer.wheel, python=order.python, offline=order.offline, find_links=order.find_links, timeout_s=60.0
        )
    return _show(options, answer, attempt)


def _order(options: Options, *, live: bool) -> Order:
    from wontload.app.build_order import Order, ordered

    name, version = ordered(options.name)
    return Order(
        name=name,
        version=version,
        source=options.source,
        python=options.interpreter() if live else "",
        wishes=_wishes(options, live=live),
        offline=options.offline,
        find_links=tuple(os.path.abspath(one) for one in options.find_links),
        into=os.path.abspath(options.output) if options.output else None,
        again=options.again,
    )


def _wishes(options: Options, *, live: bool) -> Wishes:
    from wontload.build.wishes import (
        Wishes,
        asked_architectures,
        asked_definitions,
        asked_toolkit,
        definitions,
        split_cmake_args,
    )

    told, others = definitions(split_cmake_args(os.environ.get("CMAKE_ARGS", "") if live else ""))
    asked = asked_definitions(options.define)
    return Wishes(
        backend=options.backend,
        cuda=asked_toolkit(options.cuda),
        compiler=options.compiler,
        architectures=asked_architectures(options.gpu_arch),
        defines={**told, **asked},
        from_environment=frozenset(told) - frozenset(asked),
        other_arguments=others,
        portable=options.portable,
        jobs=options.jobs,
        generator=options.generator,
    )


def _script(options: Options, answer: BuildAnswer) -> int:
    from wontload.report.build_script import render_build_script

    options.say(render_build_script(answer, options.script, source=options.source))
    return FAILED if answer.plan.hindered else 0


def _show(options: Options, answer: BuildAnswer, attempt: Attempt | None = None) -> int:
    if options.format == "json":
        from wontload.report.as_json import dump
        from wontload.report.build_json import build_to_json

        options.say(dump(build_to_json(answer, attempt)))
    else:
        from wontload.report.build import render_build

        options.say(render_build(answer, options.terminal(), quiet=options.quiet, verbose=options.verbose))
        if attempt is not None:
            from wontload.report.fixes import render_attempt

            options.say(render_attempt(attempt, options.terminal()))
    failed = answer.verdict in ("hindered", "failed", "unfit") or (attempt is not None and not attempt.kept)
    return FAILED if failed else 0
