"""What a wheel is worth on a machine: which files decide, and what each lack comes to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.elf_images import elf
from tests.support.images import pe
from tests.support.llama_wheels import gpu_code
from tests.support.machines import dll
from tests.support.wheels import make_wheel
from wontload import load_machine
from wontload.app.places import saved_machine
from wontload.machine.inventory import Distribution, Gpu, RecordedFile
from wontload.machine.inventory_parts import Unmet
from wontload.machine.machine import Machine
from wontload.machine.profile import clean_machine
from wontload.remedy.change import Change, changed_machine
from wontload.wheels.appraisal import Appraisal, appraise, with_runtimes, without
from wontload.wheels.index.link import Link
from wontload.wheels.reading import open_candidate
from wontload.wheels.web import Web
from wontload.wheels.weighing import Standing

EXTENSION = "demo/_ext.cp311-win_amd64.pyd"
CASE = "examples/rtx4070super.json"
SITE = r"C:\venvs\chat\Lib\site-packages"


@pytest.fixture
def judge(tmp_path, request):
    place = saved_machine(load_machine(request.config.rootpath / CASE), None)

    def appraised(files: dict[str, bytes], machine: Machine | None = None, **how) -> Appraisal:
        path = make_wheel(tmp_path, files, **how)
        opened = open_candidate(Link(filename=path.name, url=path.as_uri(), index="i"), Web(offline=True))
        return appraise(opened, machine or place.machine, place.process)

    appraised.machine = place.machine
    return appraised


def test_an_extension_module_that_loads(judge):
    found = judge({EXTENSION: pe(needs=["python311.dll", "KERNEL32.dll"])})
    assert (found.standing, found.deciding, found.gpu.accelerator) == (Standing.LOADS, (EXTENSION,), "cpu")


def test_a_library_that_nobody_brings(judge):
    found = judge({EXTENSION: pe(needs=["nobody-has-this.dll"])})
    assert (found.standing, found.missing) == (Standing.FAILS, ("nobody-has-this.dll",))
    assert {one.code for one in found.findings} == {"WL201"}
    # What the wheel requires may bring it.
    assert judge({EXTENSION: pe(needs=["nobody-has-this.dll"])}, requires=["torch"]).standing is Standing.UNDETERMINED


def test_a_library_that_a_wheel_is_known_to_bring(judge):
    found = judge({EXTENSION: pe(needs=["cudart64_110.dll"])})
    assert (found.standing, found.needs) == (Standing.NEEDS, ("nvidia-cuda-runtime-cu11",))


def test_what_it_requires_comes_with_it_and_a_driver_does_not(judge):
    files = {EXTENSION: pe(needs=["cudart64_110.dll"])}
    found = judge(files, requires=["nvidia-cuda-runtime-cu11"])
    assert (found.standing, found.brought, found.needs) == (Standing.LOADS, ("nvidia-cuda-runtime-cu11",), ())
    elsewhere = judge(files, requires=["nvidia-cuda-runtime-cu11; sys_platform == 'linux'"])
    assert elsewhere.standing is Standing.NEEDS
    found = judge({EXTENSION: pe(needs=["vulkan-1.dll"])}, requires=["numpy"])
    assert (found.standing, found.drivers) == (Standing.FAILS, ("GPU driver",))


def test_a_wheel_of_python_code_alone_tells_what_it_requires(judge):
    files = {"demo/x.py": b""}
    found = judge(files, tag="py3-none-any", pure=True, requires=["demo-runtime", "numpy; sys_platform == 'linux'"])
    assert (found.standing, found.requires, found.gpu.accelerator) == (Standing.LOADS, ("demo-runtime",), "")
    assert judge({EXTENSION: pe()}).requires is None
    foreign = judge({"demo/_ext.cpython-311-x86_64-linux-gnu.so": elf()}, tag="py3-none-any")
    assert (foreign.requires, foreign.files) == (None, ())


def with_torch(machine: Machine, version: str = "2.9.1") -> Machine:
    """With a torch in it, one of whose libraries takes another from where torch lays it."""
    folder = SITE + r"\torch\lib"
    files = {
        folder + r"\c10.dll": dll("torch_cpu.dll", exports=["shared"]),
        folder + r"\torch_cpu.dll": dll(exports=["shared"]),
    }
    machine = changed_machine(machine, Change(files=files))
    listed = tuple(RecordedFile(path=path) for path in files)
    torch = Distribution(name="torch", version=version, location=SITE, files=listed, modules=("torch",))
    return replace(machine, inventory=replace(machine.inventory, distributions=(torch,)))


def test_what_it_requires_and_is_installed_is_loaded_before_it(judge):
    """As torchvision's libraries take torch's: Python code imports torch first, and nothing is to be done for it."""
    files = {EXTENSION: pe(needs=["c10.dll"])}
    assert judge(files, with_torch(judge.machine), requires=["torch>=2"]).standing is Standing.LOADS
    assert judge(files, with_torch(judge.machine)).standing is Standing.ADDED
    found = judge(files, with_torch(judge.machine), requires=["torch==2.9.1"])
    assert (found.standing, found.brought, found.replaces) == (Standing.LOADS, (), ())


def test_what_it_requires_in_another_version_than_is_installed(judge):
    files = {EXTENSION: pe(needs=["c10.dll"])}
    found = judge(files, with_torch(judge.machine), requires=["torch==2.10.0"])
    assert (found.standing, found.brought) == (Standing.LOADS, ("torch",))
    assert found.replaces == (Unmet(name="torch", versions="==2.10.0", found="2.9.1"),)


def test_a_file_that_is_refused(judge):
    assert judge({EXTENSION: pe(needs=["x.dll"]), "demo/x.dll": pe(machine="x86")}).standing is Standing.FAILS
    assert judge({EXTENSION: b"MZ"}).standing is Standing.FAILS


def test_of_libraries_of_which_nothing_is_known_a_part_that_fails_leaves_it_open(judge):
    good, bad = pe(), pe(needs=["nobody-has-this.dll"])
    assert judge({"demo/a.dll": good, "demo/b.dll": bad}).standing is Standing.UNDETERMINED
    assert judge({"demo/a.dll": bad, "demo/b.dll": bad}).standing is Standing.FAILS
    assert judge({EXTENSION: good, "demo/b.dll": bad}).standing is Standing.LOADS
    assert judge({"demo/x.py": b""}, pure=True, tag="py3-none-any").standing is Standing.LOADS


def test_of_alternatives_the_best_decides(judge):
    libraries = {
        "bitsandbytes/libbitsandbytes_cuda118.dll": pe(needs=["cudart64_110.dll"]),
        "bitsandbytes/libbitsandbytes_cuda124.dll": pe(needs=["cudart64_12.dll"], gpu_code=gpu_code(89, containers=1)),
        "bitsandbytes/libbitsandbytes_rocm60.dll": pe(needs=["nobody-has-this.dll"]),
        "bitsandbytes/libbitsandbytes_cpu.dll": pe(),
    }
    found = judge(libraries, name="bitsandbytes", tag="py3-none-win_amd64")
    assert (found.standing, found.added) == (Standing.ADDED, ("cudart64_12.dll",))
    assert found.deciding == ("bitsandbytes/libbitsandbytes_cuda124.dll", "bitsandbytes/libbitsandbytes_cpu.dll")
    assert (found.gpu.cuda, found.gpu.runs) == ((11, 12), True)


@pytest.mark.parametrize(
    ("vendors", "standing", "deciding"),
    [
        (None, Standing.NEEDS, "cuda118"),
        (("nvidia",), Standing.NEEDS, "cuda118"),
        (("intel",), Standing.LOADS, "cpu"),
        ((), Standing.LOADS, "cpu"),
    ],
)
def test_what_is_loaded_for_a_gpu_alone_does_not_decide_where_there_is_none(judge, vendors, standing, deciding):
    gpus = None if vendors is None else tuple(Gpu(name="", vendor=one) for one in vendors)
    machine = replace(judge.machine, inventory=replace(judge.machine.inventory, gpus=gpus))
    libraries = {
        "bitsandbytes/libbitsandbytes_cuda118.dll": pe(needs=["cudart64_110.dll"]),
        "bitsandbytes/libbitsandbytes_cpu.dll": pe(),
    }
    found = judge(libraries, machine, name="bitsandbytes", tag="py3-none-win_amd64")
    assert found.deciding[0] == f"bitsandbytes/libbitsandbytes_{deciding}.dll"
    assert found.standing is standing


def test_no_gpu_does_not_excuse_what_modules_need(judge):
    machine = replace(judge.machine, inventory=replace(judge.machine.inventory, gpus=()))
    assert judge({EXTENSION: pe(needs=["cudart64_110.dll"])}, machine, name="bitsandbytes").standing is Standing.NEEDS


MPI = "demo/MPI.{}.cp311-win_amd64.pyd"


@pytest.mark.parametrize(
    ("one", "other", "standing", "lack", "instead"),
    [
        ("kernel32.dll", "nobody-has-this.dll", Standing.LOADS, (), {}),
        ("nobody.dll", "no-more.dll", Standing.FAILS, ("nobody.dll",), {"nobody.dll": ("no-more.dll",)}),
        ("cudart64_110.dll", "nobody.dll", Standing.NEEDS, ("nvidia-cuda-runtime-cu11",), {}),
        (
            "cudart64_110.dll",
            "impi.dll",
            Standing.NEEDS,
            ("nvidia-cuda-runtime-cu11",),
            {"nvidia-cuda-runtime-cu11": ("impi-rt",)},
        ),
    ],
)
def test_of_several_builds_of_a_module_an_import_takes_one(judge, one, other, standing, lack, instead):
    files = {MPI.format("one"): pe(needs=[one]), MPI.format("two"): pe(needs=[other])}
    found = judge(files)
    assert (found.standing, (*found.missing, *found.needs), found.instead) == (standing, lack, instead)
    assert len(found.deciding) == 1
    beside = judge({**files, EXTENSION: pe(needs=["nobody-at-all.dll"])})
    assert (beside.standing, "nobody-at-all.dll" in beside.missing) == (Standing.FAILS, True)


@pytest.mark.parametrize(
    ("targets", "ptx", "version", "runs", "how"),
    [
        ((89,), (), (8, 4), True, "machine code"),
        ((86,), (), (8, 4), True, "machine code"),
        ((75,), (75,), (8, 4), True, "PTX"),
        ((75,), (75,), (8, 5), False, ""),  # PTX 8.5 is CUDA 12.5's, and the driver takes 12.4
        ((75, 90), (), (8, 4), False, ""),
        ((90,), (90,), (8, 4), False, ""),
    ],
)
def test_gpu_code_is_held_against_the_gpu(judge, targets, ptx, version, runs, how):
    use = judge({EXTENSION: pe(gpu_code=gpu_code(*targets, ptx=ptx, version=version, containers=1))}).gpu
    assert (use.accelerator, use.runs, use.how, use.complete) == ("cuda", runs, how, True)


def test_the_installed_version_is_gone_first(judge):
    """A DLL that only the installed version has does not help the new one."""
    machine = judge.machine
    old = r"C:\venvs\chat\Lib\site-packages\llama_cpp\lib\ggml-base.dll"
    assert machine.files.kind(old).value == "file"
    installed = Distribution(name="llama_cpp_python", version="0.3.16", location="x", files=(RecordedFile(path=old),))
    machine = replace(machine, inventory=replace(machine.inventory, distributions=(installed,)))
    assert without(machine, "llama-cpp-python").files.kind(old).value == "absent"
    assert without(machine, "other").files.kind(old).value == "file"
    files = {"llama_cpp/lib/llama.dll": pe(needs=["ggml-base.dll"])}
    assert judge(files, machine, name="llama_cpp_python").standing is Standing.FAILS


def test_what_a_required_package_is_known_to_load_comes_with_it_unless_it_was_read_and_has_another(tmp_path):
    """As torch loads the CUDA that it is made for: xformers of CUDA 12 beside a torch of CUDA 13."""
    machine, process = clean_machine("debian-13", architecture="x86_64", python=(3, 11))

    def opened(name: str, requires: tuple[str, ...] = (), **what):
        path = make_wheel(
            tmp_path, {f"{name}/_c.abi3.so": elf(**what)}, name=name, tag="cp311-abi3-linux_x86_64", requires=requires
        )
        return open_candidate(Link(filename=path.name, url=path.as_uri(), index="i"), Web(offline=True))

    user = opened("user", ("torch>=2",), needed=["libcudart.so.12"])
    before = appraise(user, machine, process)
    assert (before.standing, before.brought) == (Standing.LOADS, ("torch",))
    after = with_runtimes(before, user, [opened("torch")], machine, process)
    assert (after.standing, after.needs) == (Standing.NEEDS, ("nvidia-cuda-runtime-cu12",))


def test_a_symbol_that_nothing_defines_may_be_in_what_the_wheel_requires(tmp_path):
    """As usearch's of numkong: it is open until that was looked into, and fails where it is not there either."""
    machine, process = clean_machine("debian-13", architecture="x86_64", python=(3, 11))

    def opened(name: str, requires: tuple[str, ...] = (), **what):
        files = {f"{name}/_{name}.abi3.so": elf(**what)}
        path = make_wheel(tmp_path, files, name=name, tag="cp311-abi3-linux_x86_64", requires=requires)
        return open_candidate(Link(filename=path.name, url=path.as_uri(), index="i"), Web(offline=True))

    user = opened("user", ("giver",), undefined=["nk_configure_thread"])
    giver = opened("giver", exports=["nk_configure_thread"])
    before = appraise(user, machine, process)
    assert (before.standing, before.undefined) == (Standing.UNDETERMINED, ("nk_configure_thread",))
    assert with_runtimes(before, user, [giver], machine, process).standing is Standing.LOADS
    assert with_runtimes(before, user, [giver], machine, process).brought == ("giver",)
    other = opened("giver", exports=["nk_something_else"])
    assert with_runtimes(before, user, [other], machine, process).standing is Standing.FAILS
    alone = appraise(opened("user", undefined=["nk_configure_thread"]), machine, process)
    assert (alone.standing, alone.undefined) == (Standing.FAILS, ())
