"""What `pick` costs: an index of 20 wheels behind a slow link, and how much of real wheels is read.

The link is simulated by the server: every answer comes after 50 ms.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.support.downloads import wheel
from tests.support.index_server import serving
from tests.support.llama_wheels import cuda_wheel, gpu_code, offer

from wontload import load_machine
from wontload.app.pick import Pick, pick
from wontload.app.pick_places import Options
from wontload.wheels.cache import Cache
from wontload.wheels.index.link import Link
from wontload.wheels.reading import open_candidate
from wontload.wheels.web import Web

LATENCY_S = 0.05
CANDIDATES = 20
MACHINE = Path(__file__).parents[1] / "examples" / "rtx4070super.json"
REAL = ("gpt4all", "bitsandbytes", "torchao", "numpy", "kinako-llama-cpp", "pyzmq")


def main(arguments: list[str]) -> dict[str, Any]:
    """Run both parts and print them."""
    return {"index of 20": _index_of_twenty(), "share read": _shares()}


def _index_of_twenty() -> dict[str, float]:
    os.environ["PIP_CONFIG_FILE"] = os.devnull
    os.environ.pop("PIP_FIND_LINKS", None)
    with tempfile.TemporaryDirectory() as directory, serving(LATENCY_S) as server:
        code = gpu_code(75, 80, 86, 89, containers=4)
        wheels = [cuda_wheel(Path(directory), f"0.3.{number}", "cp311", code=code) for number in range(CANDIDATES)]
        url = offer(server, "simple", *wheels)
        begin = time.perf_counter()
        answer = _picked(url, directory)
        picked = time.perf_counter() - begin
        assert len(answer.ranked) == CANDIDATES
    print(f"{'pick of 20 wheels behind 50 ms':45} {picked:.2f} s, {answer.fetched_bytes / 1e6:.0f} MB")
    return {"pick_s": picked, "fetched_bytes": answer.fetched_bytes}


def _picked(url: str, directory: str) -> Pick:
    options = Options(index_url=url, known=False, every=True)
    cache = Cache(os.path.join(directory, "cache"))
    return pick("llama-cpp-python", machine=load_machine(MACHINE), options=options, cache=cache)


def _shares() -> dict[str, float]:
    found = {}
    with serving() as server:
        for name in REAL:
            path = wheel(name)
            body = path.read_bytes()
            url = server.file(f"/{path.name}", body)
            opened = open_candidate(Link(filename=path.name, url=url, index="i", size_bytes=len(body)), Web())
            found[name] = opened.fetched_bytes / len(body)
            size = f"{len(body) / 1e6:.1f} MB"
            left = f", {len(opened.unread)} files left unread" if opened.unread else ""
            print(f"{name:45} {found[name]:6.1%} of {size} read in {opened.requests} requests{left}")
    return found


if __name__ == "__main__":
    main([])
