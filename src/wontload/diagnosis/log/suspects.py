"""How a suspect is named, when a text does not decide: one sentence for each code that a message may come of."""

from __future__ import annotations

from types import MappingProxyType

SENTENCES = MappingProxyType(
    {
        "WL101": "{it} itself may not be there",
        "WL102": "{it} may be empty, cut short or damaged",
        "WL103": "{it} may be for another processor or bitness than the process",
        "WL104": "{it} may be no library of that system at all",
        "WL105": "{it} may be blocked: by rights, a policy or an antivirus",
        "WL201": "a library that is needed may be nowhere on that machine",
        "WL202": "the library may be there, in a directory that this load does not search",
        "WL203": "its directory may have been added in a way that this load ignores",
        "WL204": "only another major version of it may be there",
        "WL205": "a dependency may be for another processor or bitness",
        "WL206": "another copy may win: one in a system directory, on PATH, of conda, or already loaded",
        "WL207": "a library that is opened by name at first use may be what is missing",
        "WL208": "a variable or an added directory may point at nothing",
        "WL209": "it may be of a debug build, or the Python may be one",
        "WL301": "a DLL may lack a function that is needed",
        "WL302": "the glibc there may be too old",
        "WL303": "the C++ runtime there may be too old",
        "WL304": "it may have been built against another version of a sister package",
        "WL305": "the Visual C++ runtime that is loaded may be older than the code needs",
        "WL306": "it may be made for the other C library (musl, glibc)",
        "WL307": "the operating system may be too old for it",
        "WL401": "the CPU may lack an instruction set that the code uses",
        "WL402": "there may be no GPU driver where it runs",
        "WL403": "the GPU driver may be too old",
        "WL404": "the library may have no code for that GPU",
        "WL405": "it may be a build for the CPU alone",
        "WL406": "the GPU may be hidden from the process",
        "WL501": "the wheel may be for another Python or platform",
        "WL502": "two distributions may have written over one package",
        "WL503": "a file or folder of the package's name may stand before it",
        "WL504": "the installation may be incomplete",
        "WL505": "no wheel may fit, so that pip builds from source",
        "WL506": "it may not be installed in that environment",
        "WL601": "the library's own start-up code may have failed",
        "WL602": "there may be no room for its static TLS",
        "WL603": "it may ask for an executable stack",
        "WL604": "two OpenMP runtimes may meet in one process",
        "WL605": "the process may have crashed while loading",
        "WL701": "a compiler or build tool may be missing",
        "WL702": "the CUDA compiler, or Visual Studio's CUDA integration, may be missing",
        "WL703": "nvcc may not accept the host compiler",
        "WL704": "a build flag may be obsolete or not applied",
        "WL705": "a cached or finished wheel may have been used in place of a build",
        "WL706": "the build may have picked another toolchain than the one that works",
        "WL707": "the build may have lacked memory, disk, path length or network",
        "WL903": "what it comes of may be something that no finding is about",
    }
)


def title_of_suspect(code: str, subject: str) -> str:
    """The sentence of a suspect, about what the message is about."""
    return SENTENCES[code].format(it=subject or "the file")
