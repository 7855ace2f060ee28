"""Plans for machines as values: which backend, toolchain, Visual Studio and options, and why."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.machines import linux, windows
from wontload.build.cmake_options import options_of
from wontload.build.cost import Resources
from wontload.build.hindrance import Circumstances
from wontload.build.plan import BuildPlan, plan_build
from wontload.build.source import Source
from wontload.build.studio import NoStudio, Studio
from wontload.build.toolchain import CudaToolchain, NoToolchain
from wontload.build.wishes import Wishes
from wontload.diagnosis.finding import Severity
from wontload.machine.inventory import Cpu, Driver, Gpu, Inventory, Tool, Toolkit, VisualStudio
from wontload.machine.snapshot import load
from wontload.machine.survey.visual_studios import parse_vswhere

EXAMPLE = Path(__file__).parents[2] / "examples" / "rtx4070super.json"
ADA = Gpu(vendor="nvidia", name="NVIDIA GeForce RTX 4070 SUPER", compute_capability=(8, 9))
BLACKWELL = Gpu(vendor="nvidia", name="NVIDIA GeForce RTX 5090", compute_capability=(12, 0))
RADEON = Gpu(vendor="amd", name="AMD Radeon RX 7900 XTX", gfx="gfx1100")
DRIVER = Driver(vendor="nvidia", version="551.61", cuda=(12, 4))
NEW_DRIVER = Driver(vendor="nvidia", version="580.65", cuda=(13, 0))
TOOLS = r"C:\Program Files (x86)\Microsoft Visual Studio\2022\BuildTools"
COMMUNITY = r"C:\Program Files\Microsoft Visual Studio\2022\Community"
TOOLKIT = r"C:\Program Files\NVIDIA GPU Computing Toolkit\CUDA\v12.4"
VCTOOLS = "Microsoft.VisualStudio.Workload.VCTools"


def gxx(version: str, path: str = "/usr/bin/g++") -> Tool:
    return Tool(name="g++", version=version, path=path)


def nvcc(version: str, directory: str = "") -> Tool:
    return Tool(name="nvcc", version=version, path=f"{directory or '/usr/local/cuda-' + version[:4]}/bin/nvcc")


def unix(*tools: Tool, gpus: tuple[Gpu, ...] = (ADA,), driver: Driver = DRIVER, **rest: object):
    files = {f"{one.path.removesuffix('/bin/nvcc')}/include/cuda.h": b"" for one in tools if one.name == "nvcc"}
    inventory = Inventory(gpus=gpus, drivers=(driver,), tools=tools, cpu=Cpu(cores=16), **{"toolkits": (), **rest})
    return replace(linux(files), inventory=inventory)


def with_studios(*studios: VisualStudio, cuda: str = "12.4"):
    tools = (Tool(name="nvcc", version=f"{cuda}.99", path=TOOLKIT + r"\bin\nvcc.exe"),)
    inventory = Inventory(gpus=(ADA,), drivers=(DRIVER,), toolkits=(), tools=tools, visual_studios=studios)
    return replace(windows({TOOLKIT + r"\include\cuda.h": b""}), inventory=inventory)


def build_tools(*toolsets: str, cuda: tuple[str, ...] = ("12.4",), directory: str = TOOLS) -> VisualStudio:
    return VisualStudio(
        product="BuildTools", year="2022", version="17.9", directory=directory, workloads=(VCTOOLS,),
        toolsets=toolsets, cuda=cuda,
    )  # fmt: skip


def planned(machine, **wishes: object) -> BuildPlan:
    return plan_build(machine, "llama-cpp-python", wishes=Wishes(**wishes))


def told(plan: BuildPlan) -> dict[str, str]:
    return {one.name: one.value for one in (*plan.defines, *plan.variables)}


def errors(plan: BuildPlan) -> list[str]:
    return [one.code for one in plan.findings if one.severity is Severity.ERROR]


def test_the_machine_of_the_case():
    plan = planned(load(str(EXAMPLE)).machine)
    assert (plan.backend.name, plan.architectures, plan.local) == ("cuda", ("89-real",), "cu124.sm89")
    assert isinstance(plan.studio, Studio)
    assert plan.studio.instance.product == "BuildTools"
    assert [(one.what, one.code) for one in plan.studio.passed_over] == [("Visual Studio 2022 Community", "WL701")]
    values = told(plan)
    assert values["GGML_CUDA"] == "ON"
    assert values["CMAKE_CUDA_ARCHITECTURES"] == "89-real"
    assert values["CMAKE_GENERATOR"] == "Ninja"
    assert values["CUDACXX"].endswith("v12.4/bin/nvcc.exe")
    assert not plan.hindered


@pytest.mark.parametrize(
    ("version", "option"),
    [
        ("0.2.57", "LLAMA_CUBLAS"),
        ("0.2.58", "LLAMA_CUDA"),
        ("0.2.79", "LLAMA_CUDA"),
        ("0.2.80", "GGML_CUDA"),
        ("", "GGML_CUDA"),
    ],
)
def test_the_option_is_called_as_that_version_calls_it(version, option):
    plan = plan_build(load(str(EXAMPLE)).machine, "llama_cpp_python", version=version)
    assert told(plan)[option] == "ON"


def test_a_source_is_asked_for_its_own_options():
    options = options_of(['option(GGML_VULKAN "x" OFF)', 'option(LLAMA_CUDA "x" OFF)'])
    source = Source(directory="/odd", name="odd", version="9", options=options)
    plan = plan_build(unix(gxx("12.2"), nvcc("12.4")), "odd", source=source)
    assert told(plan)["LLAMA_CUDA"] == "ON"
    assert plan.version == "9"


# Toolkit and host compiler, as a pair


def test_a_compiler_too_new_for_nvcc_gives_way_to_an_older_one_that_is_here():
    machine = unix(gxx("14.2.0"), gxx("13.3.0", "/usr/bin/g++-13"), gxx("11.4.0", "/usr/bin/g++-11"), nvcc("12.4"))
    plan = planned(machine)
    assert isinstance(plan.cuda, CudaToolchain)
    assert plan.cuda.host == gxx("13.3.0", "/usr/bin/g++-13")
    values = told(plan)
    assert (values["CUDAHOSTCXX"], values["CXX"], values["CC"]) == (
        "/usr/bin/g++-13",
        "/usr/bin/g++-13",
        "/usr/bin/gcc-13",
    )
    assert [one.code for one in plan.cuda.passed_over] == ["WL703"]


def test_the_compiler_of_every_day_is_taken_where_nvcc_accepts_it():
    values = told(planned(unix(gxx("13.3.0"), nvcc("12.4"))))
    assert values["CUDAHOSTCXX"] == "/usr/bin/g++"
    assert "CXX" not in values


def test_without_an_older_compiler_it_is_a_finding_that_names_one():
    plan = planned(unix(gxx("14.2.0"), nvcc("12.4")))
    assert errors(plan) == ["WL703"]
    assert "GCC 13" in plan.findings[0].explanation


def test_a_second_toolkit_that_takes_the_compiler():
    plan = planned(unix(gxx("14.2.0"), nvcc("12.4"), nvcc("12.8"), driver=NEW_DRIVER))
    assert isinstance(plan.cuda, CudaToolchain)
    assert plan.cuda.nvcc.version == "12.8"


def test_a_toolkit_that_does_not_know_the_gpu():
    plan = planned(unix(gxx("12.2"), nvcc("12.4"), gpus=(BLACKWELL,), driver=NEW_DRIVER))
    assert isinstance(plan.cuda, NoToolchain)
    assert errors(plan) == ["WL706"]


def test_a_toolkit_of_a_major_that_the_driver_does_not_take():
    plan = planned(unix(gxx("12.2"), nvcc("13.0")))
    assert errors(plan) == ["WL403"]


def test_no_nvcc():
    plan = planned(unix(gxx("12.2")))
    assert (plan.backend.name, errors(plan)) == ("cuda", ["WL702"])
    assert "cpu" in plan.alternatives


def test_a_wrapper_on_path_stands_for_its_toolkit():
    wrapper = Tool(name="nvcc", version="12.4.99", path="/usr/local/bin/nvcc")
    machine = unix(gxx("12.2"), nvcc("12.4"), nvcc("12.1"))
    inventory = replace(machine.inventory, tools=(wrapper, *(machine.inventory.tools or ())))
    plan = planned(replace(machine, inventory=inventory))
    assert isinstance(plan.cuda, CudaToolchain)
    assert (plan.cuda.nvcc.directory, plan.cuda.nvcc.first) == ("/usr/local/cuda-12.4", True)


def test_several_gpus_are_all_compiled_for():
    plan = planned(unix(gxx("12.2"), nvcc("12.8"), gpus=(BLACKWELL, ADA, ADA), driver=NEW_DRIVER))
    assert plan.architectures == ("89-real", "120-real")
    assert plan.local == "cu128.sm89.sm120"


# Visual Studio


def test_one_with_the_cuda_integration_before_one_without():
    plan = planned(with_studios(build_tools("14.39.1", cuda=(), directory=COMMUNITY), build_tools("14.38.1")))
    assert isinstance(plan.studio, Studio)
    assert plan.studio.instance.directory == TOOLS


def test_ninja_needs_no_integration_and_msbuild_does():
    machine = with_studios(build_tools("14.39.1", cuda=("12.1",)))
    assert not planned(machine).hindered
    plan = planned(machine, generator="visual-studio")
    assert errors(plan) == ["WL702"]
    assert any("MSBuildExtensions" in str(one.data) for one in plan.findings[0].evidence)


def test_msbuild_is_told_instance_toolkit_and_an_older_toolset():
    plan = planned(with_studios(build_tools("14.38.1", "14.60.1")), generator="visual-studio")
    values = told(plan)
    assert values["CMAKE_GENERATOR"] == "Visual Studio 17 2022"
    assert values["CMAKE_GENERATOR_INSTANCE"] == TOOLS
    assert values["CMAKE_GENERATOR_TOOLSET"].startswith("cuda=12.4")


def test_a_toolset_too_new_for_nvcc():
    plan = planned(with_studios(build_tools("14.40.33807", cuda=("12.1",)), cuda="12.1"))
    assert isinstance(plan.studio, NoStudio)
    assert errors(plan) == ["WL703"]


def test_no_workload_is_a_finding_with_the_command_of_the_installer():
    community = VisualStudio(product="Community", year="2022", version="17.9", directory=COMMUNITY)
    plan = planned(with_studios(community))
    assert errors(plan) == ["WL701"]
    assert any(f'--installPath "{COMMUNITY}"' in str(one.data.get("command")) for one in plan.findings[0].evidence)


def test_no_visual_studio_at_all():
    plan = planned(with_studios())
    assert errors(plan) == ["WL701"]
    assert any("winget install" in str(one.data.get("command")) for one in plan.findings[0].evidence)


# Backends


def test_an_amd_gpu_with_and_without_rocm():
    rocm = Toolkit(kind="rocm", version="6.2", directory="/opt/rocm")
    assert planned(unix(gxx("12.2"), gpus=(RADEON,), toolkits=(rocm,))).backend.name == "hip"
    vulkan = Toolkit(kind="vulkan", version="1.3", directory="/opt/vulkan")
    assert planned(unix(gxx("12.2"), gpus=(RADEON,), toolkits=(vulkan,))).backend.name == "vulkan"
    assert planned(unix(gxx("12.2"), gpus=(RADEON,))).backend.name == "cpu"


def test_a_package_without_backends_has_none():
    plan = plan_build(unix(gxx("12.2")), "pyzmq")
    assert (plan.backend.name, plan.local, plan.alternatives) == ("", "local", ())


def test_the_persons_own_option_chooses_the_backend():
    plan = planned(unix(gxx("12.2"), nvcc("12.4")), defines={"GGML_VULKAN": "on"})
    assert plan.backend.name == "vulkan"


# Flags, before anything is compiled


@pytest.mark.parametrize("name", ["LLAMA_CUBLAS", "LLAMA_CUDA", "GGML_HIPBLAS"])
def test_obsolete_options_are_refused_with_the_new_name(name):
    plan = planned(unix(gxx("12.2"), nvcc("12.4")), defines={name: "on"})
    assert errors(plan) == ["WL704"]
    assert plan.findings[0].also[0].startswith("GGML_")


def test_a_misspelt_option_is_refused_where_the_source_is_here():
    options = options_of(['option(GGML_CUDA "x" OFF)'])
    source = Source(directory="/odd", name="odd", options=options)
    plan = plan_build(unix(gxx("12.2")), "odd", source=source, wishes=Wishes(defines={"GGML_CUDDA": "on"}))
    assert [(one.code, one.also) for one in plan.findings if one.code == "WL704"] == [("WL704", ("GGML_CUDA",))]


@pytest.mark.parametrize(
    ("make", "commands"),
    [
        (lambda: unix(gxx("12.2")), ["export CMAKE_ARGS='-DGGML_CUDA=on -DBUILD_TESTING=OFF -G Ninja'"]),
        (
            lambda: with_studios(build_tools("14.39.1")),
            [
                'set "CMAKE_ARGS=-DGGML_CUDA=on -DBUILD_TESTING=OFF -G Ninja"',
                "$env:CMAKE_ARGS = '-DGGML_CUDA=on -DBUILD_TESTING=OFF -G Ninja'",
            ],
        ),
    ],
)
def test_what_the_shell_has_to_say_instead_is_written_whole(make, commands):
    defines = {"LLAMA_CUBLAS": "on", "GGML_CUDA": "on", "BUILD_TESTING": "OFF"}
    wishes = Wishes(defines=defines, from_environment=frozenset(defines), other_arguments=("-G", "Ninja"))
    finding = plan_build(make(), "llama-cpp-python", version="0.3.16", wishes=wishes).findings[0]
    steps = [one.data["command"] for one in finding.evidence if one.kind == "step"]
    assert (finding.subject, steps) == ("LLAMA_CUBLAS", commands)


# What it needs and takes


def test_offline_what_the_build_needs_must_lie_there():
    source = Source(directory="/odd", name="odd", backend="scikit-build-core", requires=("scikit-build-core>=0.10",))
    machine = unix(gxx("12.2"))
    bare = plan_build(machine, "odd", source=source, circumstances=Circumstances(offline=True))
    assert [one.subject for one in bare.findings] == ["scikit-build-core", "cmake", "ninja"]
    offered = frozenset({"scikit-build-core", "cmake", "ninja"})
    there = plan_build(machine, "odd", source=source, circumstances=Circumstances(offline=True, offered=offered))
    assert there.findings == ()


def test_no_compiler():
    assert errors(plan_build(unix(), "pyzmq")) == ["WL701"]
    only_c = Source(directory="/odd", languages=frozenset({"C"}))
    assert errors(plan_build(unix(Tool(name="gcc", version="12.2", path="/usr/bin/gcc")), "odd", source=only_c)) == []


def test_a_compiler_that_was_asked_for_has_to_be_here():
    machine = unix(gxx("12.2"))
    plan = plan_build(machine, "pyzmq", wishes=Wishes(compiler="g++-9"))
    assert [(one.code, one.subject) for one in plan.findings] == [("WL701", "g++-9")]
    assert "/usr/bin/g++" in plan.findings[0].explanation
    assert plan_build(machine, "pyzmq", wishes=Wishes(compiler="g++")).findings == ()


def test_wishes_about_cuda_ask_for_cuda():
    machine = unix(gxx("12.2"), nvcc("12.4"), gpus=())
    assert planned(machine).backend.name == "cpu"
    assert planned(machine, cuda="12.4").backend.name == "cuda"
    assert planned(machine, architectures=("89-real",)).backend.name == "cuda"
    assert plan_build(machine, "pyzmq", wishes=Wishes(cuda="12.4")).backend.name == ""


@pytest.mark.parametrize(
    ("backend", "requires", "offline", "severity"),
    [
        ("maturin", (), False, Severity.WARNING),  # it fetches one
        ("maturin", (), True, Severity.ERROR),
        ("setuptools", ("setuptools-rust>=1.7",), False, Severity.ERROR),
    ],
)
def test_rust_is_asked_for_where_a_package_is_written_in_it(backend, requires, offline, severity):
    source = Source(directory="/odd", name="odd", backend=backend, requires=requires)
    offered = Circumstances(offline=offline, offered=frozenset({"setuptools-rust"}))
    (bare,) = plan_build(unix(gxx("12.2")), "odd", source=source, circumstances=offered).findings
    assert (bare.code, bare.subject, bare.severity) == ("WL701", "cargo", severity)
    cargo = Tool(name="cargo", version="1.80.0", path="/usr/bin/cargo")
    assert plan_build(unix(gxx("12.2"), cargo), "odd", source=source, circumstances=offered).findings == ()


@pytest.mark.parametrize("make", [unix, with_studios])
def test_a_package_without_compiled_code_needs_no_compiler(make):
    machine = make()
    assert errors(plan_build(machine, "odd")) == ["WL701"]
    assert errors(plan_build(machine, "odd", source=Source(directory="/odd", name="odd"))) == []


def test_jobs_fit_into_the_memory():
    machine = unix(gxx("12.2"), nvcc("12.4"))
    plan = plan_build(machine, "some-cuda-thing", resources=Resources(cores=16, memory_bytes=6 << 30))
    assert plan.cost.jobs == 5
    assert plan_build(machine, "pyzmq", resources=Resources(cores=16, memory_bytes=64 << 30)).cost.jobs == 16


def test_portable_code_for_a_processor_without_avx2():
    machine = unix(gxx("12.2"), gpus=())
    machine = replace(machine, inventory=replace(machine.inventory, cpu=Cpu(cores=2, features=frozenset({"avx"}))))
    values = told(planned(machine, portable=True))
    assert (values["GGML_NATIVE"], values["GGML_AVX2"], "GGML_AVX" in values) == ("OFF", "OFF", False)


def test_a_disk_without_room():
    machine = unix(gxx("12.2"))
    plan = plan_build(machine, "pyzmq", resources=Resources(cores=1, disk_bytes=100 << 20))
    assert errors(plan) == ["WL707"]
    assert plan_build(machine, "pyzmq", resources=Resources(cores=1, disk_bytes=8 << 30)).findings == ()


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("C:\\" + "x" * 80, ["has 83 characters"]),
        ("C:\\Üß\\t", ["not plain ASCII"]),
        ("C:\\Users\\A Person\\t", ["holds a space"]),
        ("C:\\t", []),
    ],
)
def test_paths_that_windows_tools_may_not_take(place, says):
    plan = windows_plan(place)
    titles = [one.title for one in plan.findings if "scanner" not in one.title]
    assert [text in title for text, title in zip(says, titles, strict=True)] == [True] * len(says)
    assert not plan.hindered


def test_a_space_in_the_place_is_told_on_linux_too():
    plan = plan_build(unix(gxx("12.2")), "pyzmq", circumstances=Circumstances(directory="/home/a person/tmp"))
    assert [(one.code, one.severity) for one in plan.findings] == [("WL707", Severity.NOTE)]


@pytest.mark.parametrize(("place", "word"), [("C:\\O'Hara\\t", "'C:\\O''Hara\\t'"), ("", "$env:TEMP")])
def test_on_windows_it_says_how_to_see_whether_a_virus_scanner_looks_on(place, word):
    scanner = windows_plan(place).findings[-1]
    commands = [str(one.data["command"]) for one in scanner.evidence if one.data["command"]]
    assert (scanner.code, scanner.severity) == ("WL707", Severity.NOTE)
    assert "RealTimeProtectionEnabled" in commands[0]
    assert commands[1] == f'powershell -Command "Add-MpPreference -ExclusionPath {word}"'


def test_no_index_answers():
    said = "https://index.example does not answer."
    plan = plan_build(unix(gxx("12.2")), "pyzmq", circumstances=Circumstances(unreachable=said))
    assert (errors(plan), plan.findings[0].explanation) == (["WL707"], said)


def windows_plan(place: str) -> BuildPlan:
    return plan_build(with_studios(build_tools("14.39.1")), "pyzmq", circumstances=Circumstances(directory=place))


# Visual Studio from what vswhere says. Shapes: vswhere's wiki, "Examples"; components: Microsoft, "Visual Studio
# workload and component IDs"; 14.50 is _MSC_VER 1950: MicrosoftDocs/cpp-docs, compiler-versions.md.


def vswhere(product: str, version: str, year: str, *packages: str) -> dict[str, object]:
    return {
        "installationPath": rf"C:\\VS\\{year}\\{product}",
        "installationVersion": version,
        "productId": f"Microsoft.VisualStudio.Product.{product}",
        "displayName": f"Visual Studio {product} {year}",
        "packages": [{"id": one, "type": "Workload"} for one in packages],
    }


NATIVE = "Microsoft.VisualStudio.Workload.NativeDesktop"
MANAGED = "Microsoft.VisualStudio.Workload.ManagedDesktop"
LAYOUTS = [
    # Build Tools for C++ beside a Community for C#: the case's own
    ([vswhere("Community", "17.9.1", "2022", MANAGED), vswhere("BuildTools", "17.9.1", "2022", VCTOOLS)],
     {"BuildTools": "14.39.33519"}, ("BuildTools", [])),
    ([vswhere("Community", "17.9.1", "2022", NATIVE)], {"Community": "14.39.33519"}, ("Community", [])),
    ([vswhere("Community", "17.9.1", "2022", MANAGED)], {}, (None, ["WL701"])),
    # only a compiler that is younger than CUDA 12.4
    ([vswhere("Community", "18.0.1", "2026", NATIVE)], {"Community": "14.50.35717"}, (None, ["WL703"])),
    # the younger one is installed beside the one that CUDA 12.4 takes
    ([vswhere("Community", "18.0.1", "2026", NATIVE), vswhere("BuildTools", "16.11.2", "2019", VCTOOLS)],
     {"Community": "14.50.35717", "BuildTools": "14.29.30133"}, ("BuildTools", [])),
]  # fmt: skip


@pytest.mark.parametrize(("instances", "toolsets", "expected"), LAYOUTS)
def test_what_vswhere_lists_becomes_a_choice(instances, toolsets, expected):
    told = [
        replace(one, toolsets=(toolsets[one.product],) if one.product in toolsets else ())
        for one in parse_vswhere(json.dumps(instances))
    ]
    plan = planned(with_studios(*told))
    chosen = plan.studio.instance.product if isinstance(plan.studio, Studio) else None
    assert (chosen, errors(plan)) == expected
