"""Which GPU has which compute capability, and which toolkits compile for it."""

from __future__ import annotations

import re

import pytest

from wontload.knowledge.cuda import cuda_releases
from wontload.knowledge.gpus import (
    architecture,
    capability_of_chip,
    compute_capabilities,
    compute_capability,
    toolkit_range,
    version_pair,
)
from wontload.knowledge.tables import lines, table

ARCHITECTURES = table("gpu/architectures")["architecture"]


@pytest.mark.parametrize(
    ("name", "capability"),
    [
        ("NVIDIA GeForce RTX 4070 SUPER", (8, 9)),
        ("NVIDIA GeForce RTX 4070", (8, 9)),
        ("GeForce RTX 4070 Ti", (8, 9)),
        ("NVIDIA GeForce RTX 4070 Laptop GPU", (8, 9)),
        ("nvidia geforce rtx 3050", (8, 6)),
        ("NVIDIA GeForce RTX 3050 A Laptop GPU", (8, 9)),
        ("NVIDIA GeForce RTX 5090", (12, 0)),
        ("NVIDIA GeForce RTX 5060 Ti 16GB", (12, 0)),
        ("NVIDIA RTX PRO 6000 Blackwell Server Edition", (12, 0)),
        ("NVIDIA GB10", (12, 1)),
        ("NVIDIA B200", (10, 0)),
        ("NVIDIA GB200", (10, 0)),
        ("NVIDIA B300 SXM6 AC", (10, 3)),
        ("NVIDIA H100 80GB HBM3", (9, 0)),
        ("NVIDIA H200", (9, 0)),
        ("NVIDIA GH200 480GB", (9, 0)),
        ("NVIDIA A100-SXM4-80GB", (8, 0)),
        ("NVIDIA A100-SXM4-40GB MIG 1g.5gb", (8, 0)),
        ("NVIDIA A40-8Q", (8, 6)),
        ("GRID T4-16Q", (7, 5)),
        ("NVIDIA RTX A6000", (8, 6)),
        ("NVIDIA RTX 6000 Ada Generation", (8, 9)),
        ("Quadro RTX 5000", (7, 5)),
        ("Quadro RTX 5000 with Max-Q Design", (7, 5)),
        ("Tesla T4", (7, 5)),
        ("NVIDIA GeForce GTX 1650/PCIe/SSE2", (7, 5)),
        ("Tesla V100-SXM2-16GB", (7, 0)),
        ("NVIDIA TITAN V", (7, 0)),
        ("Tesla P100-PCIE-16GB", (6, 0)),
        ("NVIDIA GeForce GTX 1060 6GB", (6, 1)),
        ("NVIDIA TITAN X (Pascal)", (6, 1)),
        ("NVIDIA GeForce GTX TITAN X", (5, 2)),
        ("GeForce GTX 970", (5, 2)),
        ("Tesla M10", (5, 0)),
        ("NVIDIA GeForce GTX 750 Ti", (5, 0)),
        ("Tesla K80", (3, 7)),
        ("GeForce GTX 780 Ti", (3, 5)),
        ("GeForce GTX 680", (3, 0)),
        ("Orin", (8, 7)),
        ("NVIDIA Jetson AGX Orin", (8, 7)),
        ("Xavier", (7, 2)),
        ("NVIDIA Thor", (11, 0)),
        ("NVIDIA Tegra X1", (5, 3)),
        # as people shorten them
        ("RTX 4070", (8, 9)),
        ("RTX 4070 Mobile", (8, 9)),
        ("4090", (8, 9)),
        ("1080 Ti", (6, 1)),
        ("A100", (8, 0)),
        ("A6000", (8, 6)),
        ("RTX 6000 Ada", (8, 9)),
        # as lspci prints them
        ("AD106M [GeForce RTX 4070 Max-Q / Mobile]", (8, 9)),
        ("NVIDIA Corporation GK110BGL [Tesla K40m]", (3, 5)),
        ("GB203M / GN22-X9 [GeForce RTX 5080 Max-Q / Mobile]", (12, 0)),
    ],
)
def test_a_gpu_has_its_compute_capability(name, capability):
    assert compute_capability(name) == capability


@pytest.mark.parametrize(
    ("name", "capabilities"),
    [
        ("GeForce GT 730", ((2, 1), (3, 0), (3, 5))),  # three chips were sold under this name
        ("NVIDIA GeForce GTX 860M", ((3, 0), (5, 0))),
        ("RTX 4000", ((7, 5), (8, 9))),  # Quadro RTX 4000; RTX 4000 Ada Generation
        ("RTX 6000", ((7, 5), (8, 9))),
        ("TITAN X", ((5, 2), (6, 1))),
    ],
)
def test_a_name_of_several_chips_decides_nothing(name, capabilities):
    assert compute_capability(name) is None
    assert compute_capabilities(name) == capabilities


@pytest.mark.parametrize(
    "name",
    [
        "", " ", "NVIDIA", "NVIDIA Graphics Device", "2", "GeForce", "Laptop GPU", "RTX", "RTX 4070 Ti SUPER X",
        "RTX 407", "GeForce RTX 40700", "AMD Radeon RX 7900 XTX", "Intel(R) UHD Graphics 770",
        "Microsoft Basic Render Driver",
        "GT218 [GeForce 210]", "\x00\x1b[31m" * 1000,
    ],
)  # fmt: skip
def test_an_unknown_gpu_stays_unknown(name):
    assert compute_capability(name) is None


def test_one_gpu_s_name_is_not_another_s_beginning():
    """Every name of the table has the answer of its own row, whatever other names begin with it."""
    for line in lines("gpu/names.txt"):
        name, _, written = line.partition("|")
        found = compute_capabilities(name)
        assert set(map(version_pair, written.split())) <= set(found), line


def test_no_name_stands_twice():
    names = [line.partition("|")[0].strip() for line in lines("gpu/names.txt")]
    assert sorted(names) == sorted(set(names))
    assert len(names) > 700


def test_every_capability_of_a_name_is_an_architecture():
    for line in lines("gpu/names.txt"):
        for written in line.partition("|")[2].split():
            assert architecture(version_pair(written)) is not None, line


def test_no_chip_is_claimed_twice():
    chips = [chip for row in ARCHITECTURES for chip in row["chips"]]
    assert sorted(chips) == sorted(set(chips))
    assert all(re.fullmatch(r"[A-Z]{1,2}\d+[A-Z]?", chip) for chip in chips)


def test_architectures_and_their_toolkits_ascend():
    capabilities = [version_pair(row["capability"]) for row in ARCHITECTURES]
    assert capabilities == sorted(set(capabilities))
    known = cuda_releases()
    for row in ARCHITECTURES:
        first, last = toolkit_range(version_pair(row["capability"]))
        assert last is None or last > first
        assert first in known or first < known[0]
        assert last is None or last in known


@pytest.mark.parametrize(
    ("capability", "toolkits"),
    [
        ((8, 9), ((11, 8), None)),
        ((3, 5), ((5, 0), (11, 8))),
        ((6, 1), ((8, 0), (12, 9))),
        ((12, 0), ((12, 8), None)),
        ((11, 0), ((13, 0), None)),
        ((10, 1), ((12, 8), (12, 9))),  # Thor's number before CUDA 13
        ((4, 0), None),
    ],
)
def test_which_toolkits_compile_for_a_gpu(capability, toolkits):
    assert toolkit_range(capability) == toolkits


def test_which_driver_branch_is_a_gpu_s_last():
    assert architecture((3, 5)).last_driver == 470
    assert architecture((6, 1)).last_driver == 580
    assert architecture((8, 9)).last_driver is None


@pytest.mark.parametrize(
    ("chip", "capability"),
    [("GK110B", (3, 5)), ("gm20b", (5, 3)), ("AD104GLM", (8, 9)), ("GB20B", (12, 1)), ("GB2", None), ("", None)],
)
def test_a_chip_has_its_compute_capability(chip, capability):
    assert capability_of_chip(chip) == capability
