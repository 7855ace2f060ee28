"""Which files are builds of one module: Python's own finder says which of them a plain import cannot find."""

from __future__ import annotations

from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, FileFinder

import pytest

from wontload.diagnosis.module_builds import module_of, spared

TAGGED = [one for one in EXTENSION_SUFFIXES if one != ".so"]


@pytest.mark.parametrize("suffix", TAGGED)
@pytest.mark.parametrize("stem", ["MPI", "MPI.mpich", "_kernels.avx512", "_x"])
def test_a_build_is_what_a_plain_import_cannot_find(tmp_path, stem, suffix):
    path = tmp_path / f"{stem}{suffix}"
    path.touch()
    finder = FileFinder(str(tmp_path), (ExtensionFileLoader, EXTENSION_SUFFIXES))
    found = any(finder.find_spec(name) for name in (stem, stem.partition(".")[0]))
    assert (module_of(str(path)) is None) == found
    if not found:
        assert module_of(str(path)) == str(tmp_path / stem.partition(".")[0])


@pytest.mark.parametrize(
    ("path", "module"),
    [
        ("mpi4py/MPI.impi.cp311-win_amd64.pyd", "mpi4py/MPI"),
        (r"C:\site\mpi4py\MPI.msmpi.cp313t-win_amd64.pyd", r"C:\site\mpi4py\MPI"),
        ("mpi4py/MPI.mpich.cpython-312-darwin.so", "mpi4py/MPI"),
        ("pkg/_x.cp311-win_amd64.pyd", None),
        ("pkg/_x.pypy39-pp73-win_amd64.pyd", None),
        ("pkg/_x.graalpy242-311-native-x86_64-linux.so", None),
        ("pkg.libs/libgfortran.so.5", None),
        ("pkg/lib.1.2.so", None),
    ],
)
def test_names_of_other_systems_and_pythons(path, module):
    assert module_of(path) == module


def test_only_a_build_of_the_same_module_stands_in():
    mpich, openmpi, other = "a/MPI.mpich.abi3.so", "a/MPI.openmpi.abi3.so", "b/MPI.openmpi.abi3.so"
    assert spared([openmpi, other, "a/_x.abi3.so"], [mpich, "a/_y.abi3.so"]) == {openmpi}
    assert spared([openmpi, mpich], []) == frozenset()
