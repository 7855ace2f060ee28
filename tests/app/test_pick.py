"""`wontload pick` for the machine of the case: which wheel, from which index, and what is wrong with the others."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.elf_images import elf
from tests.support.images import pe
from tests.support.index_server import serving
from tests.support.llama_wheels import cpu_wheel, cuda_wheel, gpu_code, historic_wheel, offer
from tests.support.wheels import make_wheel
from wontload import load_machine
from wontload.app.pick import Pick, pick
from wontload.app.pick_places import Options
from wontload.diagnosis import Severity
from wontload.errors import UnknownTarget, WontloadError
from wontload.machine.profile import clean_machine
from wontload.report.pick_json import pick_to_json
from wontload.report.pick_words import reasons, standing_of
from wontload.wheels.cache import Cache
from wontload.wheels.weighing import Standing

CASE = Path(__file__).parents[2] / "examples" / "rtx4070super.json"
NAME = "llama-cpp-python"


@pytest.fixture(autouse=True)
def quiet_settings(monkeypatch, tmp_path):
    """No settings of the person who runs the tests."""
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("UV_NO_CONFIG", "1")
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "UV_INDEX", "UV_DEFAULT_INDEX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WONTLOAD_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def indexes(tmp_path_factory):
    """Indexes in the shapes of the case, by name."""
    root = tmp_path_factory.mktemp("wheels")
    ada, turing, pascal = gpu_code(75, 80, 86, 89), gpu_code(75), gpu_code(61, 75, 86)
    many = gpu_code(75, 80, 86, 89, containers=40)

    def made(make, *arguments, **how):
        directory = root / str(len(list(root.iterdir())))
        directory.mkdir()
        return make(directory, *arguments, **how)

    with serving() as server:
        yield {
            "server": server,
            "pypi": offer(server, "pypi", sources=["llama_cpp_python-0.3.16.tar.gz", "llama_cpp_python-0.3.4.tar.gz"]),
            "cu124": offer(
                server,
                "cu124",
                made(cuda_wheel, "0.3.4", "cp311", code=ada),
                made(cuda_wheel, "0.3.4", "cp312", code=ada),
                made(cuda_wheel, "0.3.3", "cp311", code=ada),
            ),
            "cu130": offer(server, "cu130", made(cuda_wheel, "0.3.18", "cp311", cuda=13, code=ada)),
            "turing": offer(server, "turing", made(cuda_wheel, "0.3.5", "cp311", code=turing)),
            "cu118": offer(server, "AVX2/cu118", made(historic_wheel, "0.2.26+cu118", "cp311", code=pascal)),
            "large": offer(server, "large", made(cuda_wheel, "0.3.7", "cp311", code=many)),
            "cpu": offer(server, "cpu", made(cpu_wheel, "0.3.16", "cp311")),
            "cp312": offer(server, "cp312", made(cuda_wheel, "0.3.16", "cp312", code=ada)),
        }


def ask(indexes, *names: str, requirement: str = NAME, machine=None, **how) -> Pick:
    options = Options(
        index_url=indexes["pypi"], extra_index_urls=tuple(indexes[name] for name in names), known=False, **how
    )
    return pick(requirement, machine=machine or load_machine(CASE), options=options)


def of(answer: Pick, version: str):
    (found,) = [one for one in answer.ranked if str(one.candidate.version) == version]
    return found


def test_the_wheel_of_this_cuda_is_the_best(indexes):
    answer = ask(indexes, "cu124", "cu118", "cpu")
    best = answer.recommended
    assert best is not None
    assert (str(best.candidate.version), best.candidate.place.url) == ("0.3.4", indexes["cu124"])
    assert best.appraisal is not None
    assert best.appraisal.standing is Standing.ADDED
    assert set(best.appraisal.added) == {"cudart64_12.dll", "cublas64_12.dll"}
    assert (best.appraisal.gpu.runs, best.appraisal.gpu.how, best.appraisal.gpu.cuda) == (True, "machine code", (12,))
    assert {one.code for one in best.appraisal.findings} == {"WL202"}
    assert (answer.installed, answer.verdict) == ("0.3.16", "loads")


def test_remedy_1_is_judged_and_why_it_does_not_help_is_said(indexes):
    found = of(ask(indexes, "cu124", "cu118", "cpu"), "0.2.26+cu118").appraisal
    assert found is not None
    assert found.standing is Standing.NEEDS
    assert found.needs == ("nvidia-cuda-runtime-cu11", "nvidia-cublas-cu11")
    assert found.gpu.cuda == (11,)
    # Code for 8.6 runs on 8.9: the same major.
    assert (found.gpu.runs, found.gpu.how) == (True, "machine code")


def test_the_build_for_the_cpu_would_load_and_comes_behind(indexes):
    answer = ask(indexes, "cu124", "cpu")
    found = of(answer, "0.3.16")
    assert found.appraisal is not None
    assert (found.appraisal.standing, found.appraisal.gpu.accelerator) == (Standing.LOADS, "cpu")
    assert answer.ranked.index(found) > 0
    alone = ask(indexes, "cpu").recommended
    assert alone is not None
    assert alone.candidate.link == found.candidate.link


def test_what_pip_takes_by_itself_is_said_and_the_command_is_another(indexes):
    answer = ask(indexes, "cu124", "cu118")
    assert answer.plain is not None
    assert (answer.plain.link.filename, answer.plain.wheel) == ("llama_cpp_python-0.3.16.tar.gz", False)
    (finding,) = answer.findings
    assert (finding.code, finding.severity, finding.subject) == ("WL505", Severity.WARNING, NAME)
    told = [one.text for one in finding.evidence]
    assert told[0] == "llama_cpp_python-0.3.16.tar.gz is what pip takes"
    assert told[1].startswith("llama_cpp_python-0.3.4-cp311-cp311-win_amd64.whl is the newest wheel that fits")
    pypi, cu124 = indexes["pypi"], indexes["cu124"]
    assert answer.commands == {
        "pip": f'python -m pip install --index-url "{pypi}" --extra-index-url "{cu124}" "{NAME}==0.3.4"',
        "uv": f'uv pip install --default-index "{pypi}" --index "{cu124}" "{NAME}==0.3.4"',
    }


def test_cuda_13_is_too_new_for_this_driver(indexes):
    answer = ask(indexes, "cu130")
    found = of(answer, "0.3.18")
    assert found.appraisal is not None
    assert found.appraisal.gpu.driver_too_old
    assert (answer.recommended, found.works) == (None, False)


def test_code_for_other_gpus_only_comes_behind(indexes):
    answer = ask(indexes, "turing", "cu124")
    found = of(answer, "0.3.5")
    assert found.appraisal is not None
    # sm_75 code alone: no code for 8.9. Of a wheel read in part that stays open.
    assert found.appraisal.gpu.runs in (False, None)
    assert answer.recommended == of(answer, "0.3.4")


def test_of_a_wheel_with_gpu_code_little_is_read(indexes):
    found = of(ask(indexes, "large"), "0.3.7").appraisal
    assert found is not None
    assert found.size_bytes > 18_000_000
    assert found.fetched_bytes < found.size_bytes / 8
    assert found.gpu.runs
    assert found.unread == ()


def test_the_newest_is_read_on_where_many_had_to_share_what_may_be_fetched(indexes, monkeypatch, tmp_path):
    noise = random.Random(5).randbytes(700_000)  # which no compression makes smaller
    files = {"llama_cpp/_ext.cp311-win_amd64.pyd": pe(needs=["kernel32.dll"]) + noise}
    path = make_wheel(tmp_path, files, name="llama_cpp_python", version="0.3.16")
    indexes["shared"] = offer(indexes["server"], "shared", path)
    monkeypatch.setattr("wontload.app.pick_reading.ALL_BYTES", 300_000)
    answer = ask(indexes, "shared")
    assert answer.recommended == of(answer, "0.3.16")
    monkeypatch.setattr("wontload.app.pick_reading.MOST_BYTES", 300_000)
    monkeypatch.setenv("WONTLOAD_CACHE_DIR", str(tmp_path / "another cache"))
    answer = ask(indexes, "shared")
    found = of(answer, "0.3.16").appraisal
    assert found is not None
    assert (answer.recommended, found.standing, found.unread) == (None, Standing.UNDETERMINED, (*files,))
    assert found.unread_bytes > 600_000


def test_where_nothing_fits_the_smallest_change_is_named(indexes):
    answer = ask(indexes, "cp312")
    assert (answer.recommended, answer.verdict) == (None, "fails")
    (finding,) = answer.findings
    assert (finding.code, finding.severity) == ("WL505", Severity.ERROR)
    assert finding.evidence[-1].text == "1 wheel is passed over: for other Pythons"
    assert answer.changes[0].startswith("CPython 3.12: llama_cpp_python-0.3.16-cp312-cp312-win_amd64.whl")
    assert "build from source" in answer.changes[1]


AIO, VERBS = (f"{package} brings {library}: sudo apt install {package}" for package, library in (
    ("libaio1", "libaio.so.1"), ("libibverbs1", "libibverbs.so.1")))  # fmt: skip


@pytest.mark.parametrize(
    ("needed", "changes", "lacks"),
    [
        ({"_ext": ["libaio.so.1", "libnobody.so.7"]}, AIO, "libaio.so.1 and nobody is known to bring libnobody.so.7"),
        (
            {"_ext.one": ["libaio.so.1"], "_ext.two": ["libibverbs.so.1"]},
            f"{AIO}; or {VERBS}",
            "libaio.so.1 (or libibverbs.so.1 in its place)",
        ),
    ],
)
def test_a_library_that_the_system_brings_is_named_with_its_command_and_no_other_python_is(
    tmp_path, needed, changes, lacks
):
    tag = "manylinux_2_17_x86_64"
    with serving() as server:
        files = {f"llama_cpp/{name}.abi3.so": elf(needed=libraries) for name, libraries in needed.items()}
        tags = [f"cp3{minor}-cp3{minor}-{tag}" for minor in (11, 12)]
        wheels = [make_wheel(tmp_path, files, name="llama_cpp_python", tag=one) for one in tags]
        options = Options(index_url=offer(server, "only", *wheels), known=False)
        machine, _ = clean_machine("debian-12", architecture="x86_64", python=(3, 11))
        answer = pick(NAME, machine=machine, options=options)
    assert (answer.verdict, answer.changes) == ("fails", (changes,))
    assert "; ".join(reasons(answer.ranked[0], answer)) == f"would not load: this system lacks {lacks}"


def test_without_a_gpu_the_cpu_build_is_the_best(indexes):
    saved = load_machine(CASE)
    inventory = replace(saved.machine.inventory, gpus=(), drivers=())
    answer = ask(indexes, "cu124", "cpu", machine=saved._replace(machine=replace(saved.machine, inventory=inventory)))
    assert answer.recommended == of(answer, "0.3.16")


def test_versions_may_be_asked_for(indexes):
    answer = ask(indexes, "cu124", "cpu", requirement="llama_cpp_python<0.3.4")
    assert [str(one.candidate.version) for one in answer.ranked] == ["0.3.3"]


def test_versions_that_nobody_offers_are_no_files_that_do_not_fit(indexes):
    with pytest.raises(UnknownTarget, match=r"no llama-cpp-python==9\.9 in any place") as none:
        ask(indexes, "cu124", "cpu", requirement=f"{NAME}==9.9")
    assert "newest that fits this Python is 0.3.16: `wontload pick llama-cpp-python==0.3.16`" in none.value.next_step
    with serving() as broken:
        broken.page("/llama-cpp-python/", "x", status=500)
        with pytest.raises(WontloadError, match="not all did") as some:
            ask({**indexes, "broken": broken.url}, "cpu", "broken", requirement=f"{NAME}==9.9")
    assert some.value.exit_status == 4  # that place may have it


def test_what_would_make_a_version_fit_is_said_of_that_version_alone(indexes):
    (change,) = ask(indexes, "cp312", requirement=f"{NAME}==0.3.4").changes  # and not the 0.3.16 for CPython 3.12
    assert change.startswith("A build from source: llama_cpp_python-0.3.4.tar.gz")


def test_a_command_pins_the_version_where_what_is_offered_now_is_not_known(indexes, tmp_path, monkeypatch):
    def command(index: str, **how) -> dict[str, str]:
        options = Options(index_url=index, known=False, **how)
        return dict(pick(NAME, machine=load_machine(CASE), options=options).commands)

    cpu = indexes["cpu"]
    assert not any("==" in one for one in command(cpu).values())
    assert all(one.endswith(f'"{NAME}==0.3.16"') for one in command(cpu, offline=True).values())
    folder = tmp_path / "wheels"
    folder.mkdir()
    cpu_wheel(folder, "0.3.15", "cp311")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    with serving() as broken:
        broken.page("/llama-cpp-python/", "x", status=500)
        assert command(broken.url)["pip"].endswith(f'"{NAME}==0.3.15"')


def test_without_the_network_what_was_read_before_is_known(indexes):
    before = ask(indexes, "cu124", "cpu")
    indexes["server"].requests.clear()
    again = ask(indexes, "cu124", "cpu", offline=True)
    assert indexes["server"].requests == []
    assert again.recommended is not None
    assert before.recommended is not None
    assert again.recommended.candidate == before.recommended.candidate
    assert (before.fetched_bytes > 0, again.fetched_bytes) == (True, 0)
    told = [
        (answer["offline"], *(one["cached"] for one in answer["places"]))
        for answer in map(pick_to_json, (before, again))
    ]
    assert told == [(False,) * len(told[0]), (True,) * len(told[1])]


def test_a_name_that_no_index_knows_and_a_network_that_is_not_there(indexes):
    with pytest.raises(UnknownTarget, match="no index that was asked knows"):
        ask(indexes, "cpu", requirement="no-such-thing")
    with pytest.raises(WontloadError, match="not in the cache"):
        ask(indexes, "cpu", requirement="no-such-thing", offline=True)
    with pytest.raises(UnknownTarget, match="no distribution's name"):
        ask(indexes, requirement="../x")


def test_a_server_without_ranges_is_asked_for_the_whole_only_with_consent(tmp_path, indexes):
    with serving() as server:
        url = offer(server, "whole", cpu_wheel(tmp_path, "0.3.9", "cp311"), ranges="no")
        options = Options(index_url=url, known=False)
        refused = pick(NAME, machine=load_machine(CASE), options=options, cache=Cache(str(tmp_path / "c")))
        assert (refused.verdict, refused.recommended) == ("undetermined", None)
        assert "only as a whole" in refused.ranked[0].problem
        asked = []
        agreed = pick(
            NAME,
            machine=load_machine(CASE),
            options=options,
            consent=lambda link, size: asked.append((link.filename, size)) or True,
            cache=Cache(str(tmp_path / "c")),
        )
        assert agreed.recommended is not None
        assert [name for name, _ in asked] == ["llama_cpp_python-0.3.9-cp311-cp311-win_amd64.whl"]
        assert isinstance(asked[0][1], int)


def test_pips_constraints_bind_what_is_promised(indexes, tmp_path, monkeypatch):
    (tmp_path / "c.txt").write_text("llama-cpp-python<0.3.4\n")
    monkeypatch.setenv("PIP_CONSTRAINT", str(tmp_path / "c.txt"))
    answer = ask(indexes, "cu124")
    assert answer.constraint == "<0.3.4"
    assert answer.plain is not None
    assert answer.plain.link.filename == "llama_cpp_python-0.3.3-cp311-cp311-win_amd64.whl"
    assert answer.commands["pip"].endswith(".whl#sha256=" + answer.recommended.candidate.link.sha256 + '"')
    assert answer.commands["uv"].endswith(f'"{NAME}==0.3.4"')


RUNTIMES = {
    "nvidia_cuda_runtime_cu12": ("nvidia/cuda_runtime/bin/cudart64_12.dll", pe(needs=["KERNEL32.dll"])),
    "nvidia_cublas_cu12": ("nvidia/cublas/bin/cublas64_12.dll", pe(needs=["cublasLt64_12.dll"])),
}


def runtime_index(indexes, tmp_path: Path, name: str, **more: bytes) -> dict[str, str]:
    """The indexes with one more that has NVIDIA's runtime wheels beside the package. `more`: files of cuBLAS."""
    server = indexes["server"]
    for project, (member, content) in RUNTIMES.items():
        files = {member: content}
        if "cublas" in project:
            files |= {f"nvidia/cublas/bin/{file}.dll": content for file, content in more.items()}
        path = make_wheel(tmp_path, files, name=project, version="12.4.5.8", tag="py3-none-win_amd64")
        server.file(f"/{name}/files/{path.name}", path.read_bytes())
        page = f"/{name}/{project.replace('_', '-')}/"
        server.page(page, f'<a href="../files/{path.name}">{path.name}</a>')
    wheel = cuda_wheel(tmp_path, "0.3.16", "cp311", code=gpu_code(75, 80, 86, 89))
    cpu = cpu_wheel(tmp_path, "0.3.15", "cp311")
    return {**indexes, "pypi": offer(server, name, wheel, cpu)}


def bare_windows():
    machine, _ = clean_machine("windows-11+vc+nvidia", architecture="x86_64", python=(3, 11))
    return machine


def test_the_wheels_that_it_needs_are_looked_into(indexes, tmp_path):
    where = runtime_index(indexes, tmp_path, "runtime-whole", cublasLt64_12=pe(needs=["KERNEL32.dll"]))
    answer = ask(where, machine=bare_windows())
    best = answer.recommended
    assert best is not None
    assert answer.findings == ()
    assert (str(best.candidate.version), best.appraisal.standing) == ("0.3.16", Standing.NEEDS)
    assert set(best.appraisal.needs) == {"nvidia-cuda-runtime-cu12", "nvidia-cublas-cu12"}
    assert len(best.appraisal.runtimes) == 2


def test_a_wheel_whose_runtime_wheels_do_not_help_comes_behind(indexes, tmp_path):
    where = runtime_index(indexes, tmp_path, "runtime-broken", cublasLt64_12=pe(needs=["gone_for_ever.dll"]))
    answer = ask(where, machine=bare_windows())
    assert answer.recommended is not None
    assert str(answer.recommended.candidate.version) == "0.3.15"
    worse = of(answer, "0.3.16").appraisal
    assert (worse.standing, worse.missing) == (Standing.FAILS, ("gone_for_ever.dll",))


def test_runtime_wheels_that_nobody_offers_leave_the_answer_as_it_was(indexes):
    best = ask(indexes, "cu124", machine=bare_windows()).recommended
    assert best is not None
    assert (best.appraisal.standing, best.appraisal.runtimes) == (Standing.NEEDS, ())


GOOD, BAD = pe(needs=["KERNEL32.dll"]), pe(needs=["gone_for_ever.dll"])


def parted_index(indexes, tmp_path: Path, name: str, offered: dict[str, bytes]) -> dict[str, str]:
    """Wheels 0.3.3 and 0.3.4 whose library lacks one of a project's other part, and that part's wheels by version."""
    server = indexes["server"]
    parts = [
        make_wheel(tmp_path, {"llama_cpp/lib/engine.dll": content}, name="llama_engine", version=version)
        for version, content in offered.items()
    ]
    for path in parts:
        server.file(f"/{name}/files/{path.name}", path.read_bytes())
    page = "".join(f'<a href="../files/{path.name}">{path.name}</a>' for path in parts)
    server.page(f"/{name}/llama-engine/", page)
    wheels = [
        make_wheel(
            tmp_path,
            {"llama_cpp/__init__.py": b"", "llama_cpp/lib/llama.dll": pe(needs=["engine.dll"])},
            name="llama_cpp_python",
            version=version,
            requires=[f"llama-engine=={version}", "numpy"],
        )
        for version in ("0.3.3", "0.3.4")
    ]
    return {**indexes, "pypi": offer(server, name, *wheels)}


@pytest.mark.parametrize(
    ("offered", "extra", "command"),
    [
        ({"llama-cpp": GOOD, "llama-cuda": GOOD}, "cpu", '"llama-cpp-python[cpu]"'),
        ({"llama-cuda": GOOD}, "cuda", '"llama-cpp-python[cuda]"'),
        ({"llama-cpp": BAD}, "", ""),
        ({}, "", ""),
    ],
)
def test_an_extra_with_a_part_of_the_project_is_asked_for_where_nothing_loads_without_it(
    indexes, tmp_path, offered: dict[str, bytes], extra: str, command: str
):
    """As mlx', which has its libraries for Linux in mlx-cpu and in mlx-cuda-12."""
    server, name = indexes["server"], f"extra-{len(offered)}-{extra}"
    for project, content in offered.items():
        part = make_wheel(tmp_path, {"llama_cpp/lib/engine.dll": content}, name=project.replace("-", "_"))
        newer = make_wheel(tmp_path, {"llama_cpp/lib/engine.dll": BAD}, name=project.replace("-", "_"), version="2.0")
        for path in (part, newer):
            server.file(f"/{name}/files/{path.name}", path.read_bytes())
        page = "".join(f'<a href="../files/{path.name}">{path.name}</a>' for path in (part, newer))
        server.page(f"/{name}/{project}/", page)
    wheel = make_wheel(
        tmp_path,
        {"llama_cpp/__init__.py": b"", "llama_cpp/_llama.pyd": pe(needs=["engine.dll"])},
        name="llama_cpp_python",
        version="0.3.9",
        requires=[
            "llama-cuda==1.0; extra == 'cuda'",
            "llama-cpp==1.0; extra == 'cpu'",
            "numpy; extra == 'dev'",
        ],
        extras=["dev", "cuda", "cpu"],
    )
    answer = ask({**indexes, "pypi": offer(server, name, wheel)}, machine=bare_windows())
    about = of(answer, "0.3.9").appraisal
    assert about.extra == extra
    assert (about.standing is Standing.LOADS) is bool(extra)
    assert all(line.endswith(command) for line in answer.commands.values())
    assert bool(answer.commands) is bool(extra)


@pytest.mark.parametrize(
    ("content", "standing"), [(pe(needs=["KERNEL32.dll"]), Standing.LOADS), (pe(machine="x86"), Standing.FAILS)]
)
def test_a_wheel_of_python_code_alone_is_as_good_as_the_part_of_its_project_that_it_requires(
    indexes, tmp_path, content: bytes, standing: Standing
):
    """As polars', of polars-runtime-32."""
    server, name = indexes["server"], f"pure-{standing.name}"
    part = make_wheel(tmp_path, {"_llama/_llama.pyd": content}, name="llama_runtime")
    server.file(f"/{name}/files/{part.name}", part.read_bytes())
    server.page(f"/{name}/llama-runtime/", f'<a href="../files/{part.name}">{part.name}</a>')
    main = make_wheel(
        tmp_path,
        {"llama_cpp/__init__.py": b""},
        name="llama_cpp_python",
        version="0.3.9",
        tag="py3-none-any",
        pure=True,
        requires=["llama-runtime==1.0", "numpy"],
    )
    answer = ask({**indexes, "pypi": offer(server, name, main)}, machine=bare_windows())
    about = of(answer, "0.3.9").appraisal
    assert (about.standing, about.brought, about.runtimes) == (standing, ("llama-runtime",), (part.name,))


@pytest.mark.parametrize(
    ("offered", "recommended", "newest"),
    [
        ({"0.3.3": GOOD, "0.3.4": GOOD}, "0.3.4", Standing.LOADS),
        ({"0.3.3": GOOD}, "0.3.3", Standing.UNDETERMINED),  # as PyQt6, of which the part is not published yet
        ({"0.3.3": GOOD, "0.3.4": BAD}, "0.3.3", Standing.UNDETERMINED),
        ({}, "", Standing.UNDETERMINED),
    ],
)
def test_a_part_of_the_project_is_looked_into_for_what_nobody_is_known_to_bring(
    indexes, tmp_path, offered: dict[str, bytes], recommended: str, newest: Standing
):
    where = parted_index(indexes, tmp_path, f"parted-{len(offered)}-{recommended}-{newest}", offered)
    answer = ask(where, machine=bare_windows())
    assert (str(answer.recommended.candidate.version) if answer.recommended else "") == recommended
    about = of(answer, "0.3.4").appraisal
    assert about.standing is newest
    assert about.unoffered == (("llama-engine==0.3.4",) if "0.3.4" not in offered else ())
    said = standing_of(about, answer.machine)
    assert ("it requires llama-engine==0.3.4, of which no wheel is offered" in said) == ("0.3.4" not in offered)
    if not offered:
        assert answer.changes[0].startswith("A place that offers llama-engine==0.3.4, which llama_cpp_python-0.3.4")
    if answer.recommended:
        about = answer.recommended.appraisal
        assert (about.brought, len(about.runtimes)) == (("llama-engine",), 1)
