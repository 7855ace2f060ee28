"""Visual C++ runtimes: what the redistributables have written down, and the files themselves.

Source: Microsoft, "Redistributing Visual C++ Files", registry keys of the redistributable packages
(`VisualStudio\\14.0\\VC\\Runtimes\\{x86,x64,ARM64}`: `Version` is `v14.38.33135.00`, `Installed` is 1).
"""

from __future__ import annotations

from collections.abc import Iterator

from wontload.machine.inventory import VcRuntime
from wontload.machine.survey.sources import Sources

KEYS = tuple(rf"HKLM\SOFTWARE\{node}Microsoft\VisualStudio\14.0\VC\Runtimes" for node in ("", "WOW6432Node\\"))
ARCHITECTURES = {"x86": "x86", "x64": "x86_64", "arm64": "aarch64"}
FILE = "msvcp140.dll"


def vc_runtimes(sources: Sources) -> tuple[VcRuntime, ...]:
    """Those registered, then those found as files in Windows' directories; none on other systems."""
    if sources.system != "windows":
        return ()
    return (*dict.fromkeys(_registered(sources)), *_files(sources))


def _registered(sources: Sources) -> Iterator[VcRuntime]:
    for key in KEYS:
        for name in sources.registry.keys(key):
            values = sources.registry.values(rf"{key}\{name}") or {}
            version = str(values.get("Version", "")).lstrip("vV")
            if values.get("Installed") == 1 and version and name.lower() in ARCHITECTURES:
                yield VcRuntime(architecture=ARCHITECTURES[name.lower()], version=version, source="registry")


def _files(sources: Sources) -> Iterator[VcRuntime]:
    windows = sources.machine.system.windows_directory
    for directory in ("System32", "SysWOW64"):
        path = sources.path.join(windows, directory, FILE)
        image = sources.image(path)
        if image is None or image.wine_builtin:  # Wine's own has a made-up version
            continue
        yield VcRuntime(architecture=image.architecture, version=sources.file_version(path), path=path, source="file")
