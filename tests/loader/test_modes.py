import pytest

from wontload.binary import Format
from wontload.loader.modes import MODES, default_mode, fits, flags_for


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("_ssl.pyd", "import"),
        ("_x.cp311-win_amd64.PYD", "import"),
        ("_x.cpython-311-x86_64-linux-gnu.so", "import"),
        ("_rust.abi3.so", "import"),
        ("_x.pypy39-pp73-x86_64-linux-gnu.so", "import"),
        ("libllama.so", "ctypes"),
        ("libcudart.so.12", "ctypes"),
        ("llama.dll", "ctypes"),
        ("libllama.dylib", "ctypes"),
        ("abi3.so", "ctypes"),
    ],
)
def test_the_name_decides_the_mode(name, mode):
    assert default_mode(name) == mode


@pytest.mark.parametrize(
    ("mode", "image_format", "name", "flags"),
    [
        ("import", Format.PE, r"C:\x\_x.pyd", 0x1100),
        ("ctypes", Format.PE, r"C:\x\x.dll", 0x1100),
        ("ctypes", Format.PE, "sub/x.dll", 0x1100),
        ("ctypes", Format.PE, "x.dll", 0x1000),
        ("legacy", Format.PE, r"C:\x\x.dll", 0),
        ("import", Format.ELF, "/x/_x.so", 2),
        ("ctypes", Format.ELF, "/x/x.so", 2),
        ("dlopen", Format.ELF, "/x/x.so", 2),
        ("dlopen", Format.MACHO, "/x/x.dylib", 6),
        ("import", Format.MACHO, "/x/_x.so", 2),
    ],
)
def test_flags_are_cpythons(mode, image_format, name, flags):
    assert flags_for(mode, image_format, name) == flags


def test_which_mode_fits_which_format():
    fitting = {(mode, form.value) for mode in MODES for form in Format if fits(mode, form)}
    everywhere = {(mode, form) for mode in ("import", "ctypes") for form in ("pe", "elf", "macho")}
    assert fitting == everywhere | {("legacy", "pe"), ("dlopen", "elf"), ("dlopen", "macho")}
