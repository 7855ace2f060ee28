"""What `pick` costs: an index of 20 wheels behind a slow link, and how much of real wheels is read.

The link is simulated by the server: every answer comes after 50 ms.

    python -m benchmarks.pick            # an index and wheels that are served from this computer
    python -m benchmarks.pick --index    # the newest wheels with GPU code on the index that pip asks here
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from packaging.version import Version
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


# Project, part of the file's name, system: what people download who want a GPU used.
ON_INDEX = (
    ("nvidia-cudnn-cu12", "win_amd64", "windows"),
    ("nvidia-cudnn-cu12", "manylinux_2_27_x86_64", "linux"),
    ("nvidia-cublas-cu12", "win_amd64", "windows"),
    ("nvidia-cublas-cu12", "x86_64", "linux"),
    ("nvidia-cusolver-cu12", "win_amd64", "windows"),
    ("nvidia-cusparse-cu12", "x86_64", "linux"),
    ("torch", "cp311-cp311-manylinux", "linux"),
    ("vllm", "x86_64", "linux"),
    ("sgl-kernel", "x86_64", "linux"),
    ("onnxruntime-gpu", "cp311-cp311-win_amd64", "windows"),
    ("onnxruntime-gpu", "cp311-cp311-manylinux", "linux"),
    ("nvidia-cufft-cu12", "x86_64", "linux"),
    ("cupy-cuda12x", "cp311-cp311-manylinux2014_x86_64", "linux"),
    ("gpt4all", "win_amd64", "windows"),
    ("xgboost", "win_amd64", "windows"),
)
LARGE_BYTES = 300_000_000


def main(arguments: list[str]) -> dict[str, Any]:
    """Run both parts and print them; with `--index`, ask the index instead."""
    if "--index" in arguments:
        return {"share read on the index": _shares_on_index()}
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


def _shares_on_index() -> dict[str, float]:
    """How much is read of the newest wheels of an index; the median of those of 300 MB and more."""
    from wontload.app.pick_places import web_for
    from wontload.wheels.deciding import decides
    from wontload.wheels.index.gather import Place, gather
    from wontload.wheels.index.settings import pip_settings

    settings = pip_settings()
    places = [Place(kind="simple", url=url) for url in settings.indexes if url.startswith("http")]
    found, large = {}, []
    with tempfile.TemporaryDirectory() as directory:
        cache = Cache(directory)
        web = web_for(settings, cache, Options())
        for name, part, system in ON_INDEX:
            links = [link for asked in gather(name, places, web) for link in asked.links]
            links = [link for link in links if part in link.filename and link.filename.endswith(".whl")]
            if not links:
                continue
            newest = max(links, key=lambda link: Version(link.filename.split("-")[1]))
            begin = time.perf_counter()
            opened = open_candidate(newest, web, cache=cache, first=partial(decides, name, system))
            seconds = time.perf_counter() - begin
            share = found[newest.filename] = opened.fetched_bytes / opened.size_bytes
            large += [share] if opened.size_bytes >= LARGE_BYTES else []
            left = [f"{one.name.rpartition('/')[2]} (+{opened.costs[one.name] >> 20} MB)" for one in opened.unread]
            print(
                f"{newest.filename[:60]:60} {opened.size_bytes / 1e6:6.0f} MB {share:6.1%} "
                f"{opened.requests:3} requests {seconds:5.1f} s{', unread: ' * bool(left)}{', '.join(left)}",
                flush=True,
            )
            opened.close()
    print(f"median of {len(large)} wheels of {LARGE_BYTES / 1e6:.0f} MB and more: {median(large):.1%}")
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
