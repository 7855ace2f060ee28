"""What Windows makes of one file that a rule proposes: takes it, passes it over, or ends the load over it."""

from __future__ import annotations

from dataclasses import dataclass

from wontload.binary import Defect, Format, Image, MalformedImage
from wontload.loader import quirks
from wontload.loader.windows.context import Load
from wontload.loader.windows.flags import AS_DATA, AS_FLAT_FILE, LOAD_LIBRARY_AS_IMAGE_RESOURCE
from wontload.loader.windows.names import NT_PREFIXES, base_name, is_under
from wontload.machine import Kind, NotKnown

ERROR_FILE_NOT_FOUND = 2
ERROR_ACCESS_DENIED = 5
ERROR_INVALID_PARAMETER = 87
ERROR_MOD_NOT_FOUND = 126
ERROR_PROC_NOT_FOUND = 127
ERROR_FILENAME_EXCED_RANGE = 206
ERROR_INVALID_ORDINAL = 182
ERROR_BAD_EXE_FORMAT = 193
ERROR_NOACCESS = 998
ERROR_FILE_INVALID = 1006
MAX_PATH = 260  # characters, the closing NUL included
ERROR_SXS_CANT_GEN_ACTCTX = 14001

# Machine types that a process takes. On ARM64, x64 processes are emulated and may map ARM64EC code; `arm64x` files
# serve both. Source: Microsoft, "ARM64EC" and "Arm64X PE files".
FITTING = {
    "x86": {"x86"},
    "x86_64": {"x86_64", "arm64ec", "arm64x"},
    "aarch64": {"aarch64", "arm64x"},
    "arm": {"arm"},
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One file as the loader sees it.

    Attributes:
        path: as proposed. outcome: `taken`, `absent`, `passed over`, `denied`, `refused`, or `unknown`.
        image: of a file that is taken; `None` where nothing is known of what is in it.
        reason: why it is passed over or refused. error: the load's, when the search ends here.
    """

    path: str
    outcome: str
    image: Image | None = None
    reason: str = ""
    error: int = 0


def examine(load: Load, path: str) -> Candidate:
    """Say what becomes of the candidate `path`."""
    on_disk = load.on_disk(path)
    kind = load.machine.files.kind(on_disk)
    if kind is Kind.FILE:
        return _examine_file(load, path, on_disk)
    if kind is Kind.DIRECTORY:
        # NtOpenFile with FILE_NON_DIRECTORY_FILE. Oracle: test_candidates.py::test_a_directory_of_that_name
        return Candidate(path, "refused", reason="it is a directory", error=ERROR_ACCESS_DENIED)
    if kind is Kind.DENIED:
        return Candidate(path, "denied", reason="it may not be read", error=ERROR_ACCESS_DENIED)
    return Candidate(path, "absent" if kind is Kind.ABSENT else "unknown")


def _examine_file(load: Load, path: str, on_disk: str) -> Candidate:
    try:
        image = load.machine.files.image(on_disk)
    except NotKnown:
        return Candidate(path, "taken")
    except MalformedImage as malformed:
        if _is_flat(load):
            return _examine_flat_file(path, malformed)
        if malformed.read_completed and load.has_quirk(quirks.LAST_SECTOR_MAY_BE_CUT):
            return Candidate(path, "taken", malformed.read_completed())
        if malformed.part == "sections" and (own := stand_in(load, path)):
            return Candidate(path, "taken", own)
        return Candidate(path, "refused", reason=malformed.what, error=ERROR_BAD_EXE_FORMAT)
    if image.format is not Format.PE:
        reason = f"it is no Windows library but {'an ELF' if image.format is Format.ELF else 'a Mach-O'} file"
        return Candidate(path, "refused", reason=reason, error=ERROR_BAD_EXE_FORMAT)
    if not fits(image, load):
        reason = f"it is built for {image.architecture}, the process is {load.machine.system.architecture}"
        ends = load.has_quirk(quirks.ONLY_X86_IS_PASSED_OVER) and image.architecture != "x86"
        return Candidate(path, "refused" if ends else "passed over", image, reason, ERROR_BAD_EXE_FORMAT)
    return Candidate(path, "taken", stand_in(load, path) or image)


def is_too_long(load: Load, path: str) -> bool | None:
    r"""Whether a path has more characters than this Windows takes; `None` where that depends on what is not known.

    Paths behind `\\?\` have no limit, and neither has anything that lies beside a file asked for by one.
    Source: Microsoft, "Maximum Path Length Limitation". That a load then ends in 206 is believed, from reports.
    """
    if len(path) < MAX_PATH or load.has_quirk(quirks.PATHS_OF_ANY_LENGTH) or load.first_name.startswith(NT_PREFIXES):
        return False
    return None if load.machine.system.long_paths is None else not load.machine.system.long_paths


def stand_in(load: Load, path: str) -> Image | None:
    """Wine's own DLL of that name, which it maps instead of the file. Oracle: test_wine.py."""
    if not load.has_quirk(quirks.BUILTIN_STANDS_IN) or load.flags & AS_DATA:
        return None
    if is_under(path, f"{load.windows_directory}\\WinSxS"):  # what lies there is Wine's own already
        return None
    own = f"{load.system_directory}\\{base_name(path)}"
    if load.machine.files.kind(own) is not Kind.FILE:
        return None
    try:
        image = load.machine.files.image(own)
    except (MalformedImage, NotKnown):
        return None
    return image if image.wine_builtin else None


def _is_flat(load: Load) -> bool:
    """Whether the file is mapped as it lies on the disk. Oracle: test_candidates.py, "as data and a resource"."""
    as_image = load.flags & LOAD_LIBRARY_AS_IMAGE_RESOURCE and load.has_quirk(quirks.DATA_AND_RESOURCE_IS_IMAGE)
    return bool(load.flags & AS_FLAT_FILE) and not as_image


def _examine_flat_file(path: str, malformed: MalformedImage) -> Candidate:
    """As data a file is mapped as it lies on the disk: little is looked at, and it may not be empty.

    Source: Microsoft, CreateFileMappingW, on files of length 0. Oracle: test_candidates.py, "as data".
    """
    if malformed.part in ("sections", "optional header"):
        return Candidate(path, "taken")
    empty = malformed.defect is Defect.EMPTY
    error = ERROR_FILE_INVALID if empty else ERROR_BAD_EXE_FORMAT
    return Candidate(path, "refused", reason=malformed.what, error=error)


def fits(image: Image, load: Load) -> bool:
    """Whether this process can map the image.

    A .NET assembly for any CPU is a 32-bit file that 64-bit processes map too.
    Oracle: test_candidates.py::test_another_machine_type, test_a_dotnet_library_for_x86
    """
    architecture = load.machine.system.architecture
    mapped_flat = _is_flat(load) or not load.has_quirk(quirks.ONLY_X86_IS_PASSED_OVER)
    if (load.flags & AS_DATA and mapped_flat) or image.any_processor:
        return True
    if load.flags & AS_DATA and image.architecture == "x86":
        return True
    return image.architecture in FITTING.get(architecture, {architecture})
