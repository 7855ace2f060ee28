#!/bin/sh
# What the tool sees of a machine with an NVIDIA GPU: sh examples/on_an_nvidia_machine.sh
#
# Needs Python 3.10 or newer, and nothing from the network. Says for each question what came out; nothing is installed.
set -u
cd "$(dirname "$0")/.." || exit 4
PYTHONPATH=$PWD/src exec "${PYTHON:-python3}" -B - <<'PROGRAM'
import os, shutil, subprocess, sys, tempfile

sys.path.insert(0, os.getcwd())
from wontload.app.diagnose import diagnose
from wontload.binary import read_gpu_code
from wontload.binary.fatbin import ENTRY_HEADER, FATBIN_HEADER, FATBIN_MAGIC


def show(title, answer):
    print(f"\n== {title}: {answer.verdict}")
    for one in answer.findings:
        print(f"   {one.severity.value}[{one.code}] {one.title}")
        for fact in one.evidence:
            print(f"      {fact.kind}: {fact.text}")


inventory = diagnose("zlib").machine.inventory
print("gpus      ", inventory.gpus)
print("drivers   ", inventory.drivers)
print("toolkits  ", inventory.toolkits)
print("container ", repr(inventory.container))
print("unasked   ", inventory.unasked)
if shutil.which("nvidia-smi"):
    subprocess.run(["nvidia-smi"], check=False)


def fatbin(sm):
    """A fatbin with one cubin of zeros for `sm`: only its headers are read."""
    entry = ENTRY_HEADER.pack(2, ENTRY_HEADER.size, 64, 0, 7, 1, sm, 0x11, 64)  # 2: a cubin; 0x11: 64 bits, for Linux
    return FATBIN_HEADER.pack(FATBIN_MAGIC, 1, FATBIN_HEADER.size, len(entry) + 64) + entry + bytes(64)


def library(directory, sm):
    """A shared object whose section .nv_fatbin is that fatbin; needs gcc."""
    blob, path = os.path.join(directory, f"sm_{sm}.bin"), os.path.join(directory, f"libsm_{sm}.so")
    with open(blob, "wb") as file:
        file.write(fatbin(sm))
    source = f'.section .nv_fatbin,"a"\n.align 8\n.incbin "{blob}"\n'
    command = ["gcc", "-shared", "-nostdlib", "-x", "assembler", "-", "-o", path]
    subprocess.run(command, input=source.encode(), check=True)
    return path


with tempfile.TemporaryDirectory() as directory:
    for sm in (35, 90):
        try:
            path = library(directory, sm)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"no library for sm_{sm}: {error}")
            continue
        print("\nread back:", read_gpu_code(path).targets)
        show(f"a library with code for sm_{sm} only", diagnose(path))
        show("the same, hidden", diagnose(path, environment={**os.environ, "CUDA_VISIBLE_DEVICES": "-1"}))
show("the driver's library", diagnose("libcuda.so.1"))
PROGRAM
