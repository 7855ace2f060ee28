"""What the parsers' benchmarks share: the same question to every contender, in turns, answers before clocks."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from benchmarks.parse_contenders import Answer, comparable

Contenders = Mapping[str, Callable[[str], Answer]]


def files_beginning(magic: bytes, roots: Iterable[Path]) -> list[Path]:
    """The files under `roots` (or the roots themselves) that begin with `magic`, each once, links left out."""
    found = []
    for root in roots:
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.is_file() and not (path.is_symlink() and root.is_dir()):
                with path.open("rb") as stream:
                    if stream.read(len(magic)) == magic:
                        found.append(path)
    return found


def agreed(contenders: Contenders, paths: Iterable[Path]) -> list[Path]:
    """The files of which all contenders say the same. Those that are left out are named, with what differs from us."""
    kept = []
    for path in paths:
        answers = {name: comparable(answer(str(path))) for name, answer in contenders.items()}
        others = [name for name in answers if answers[name] != answers["wontload"]]
        if others:
            print(f"{path.name}: {' and '.join(others)} answer differently, so no comparison", file=sys.stderr)
        else:
            kept.append(path)
    return kept


def best_of_interleaved(contenders: Contenders, paths: Sequence[Path], rounds: int) -> dict[str, list[float]]:
    """For each contender the shortest time in seconds for each file; everyone has its turn in every round.

    Of processor: a busy machine does not stretch that as it does the time on the wall.
    """
    seconds = {name: [float("inf")] * len(paths) for name in contenders}
    for _ in range(rounds):
        for name, answer in contenders.items():
            for index, path in enumerate(paths):
                start = time.process_time()
                answer(str(path))
                seconds[name][index] = min(seconds[name][index], time.process_time() - start)
            gc.collect()  # what one leaves behind is not the next one's to clear
    return seconds


def report(title: str, paths: Sequence[Path], seconds: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Print a table of totals and ratios; give the ratios by contender."""
    ours = sum(seconds["wontload"])
    size = sum(path.stat().st_size for path in paths) / 1e6
    print(f"{title}: {len(paths)} files, {size:.0f} MB")
    ratios = {}
    for name, times in seconds.items():
        ratios[name] = sum(times) / ours
        slowest = max(times) / (sum(times) / len(times))
        print(f"  {name:12}{sum(times) * 1e3:9.1f} ms{ratios[name]:8.1f}x    worst file {slowest:.1f} x its mean")
    return ratios
