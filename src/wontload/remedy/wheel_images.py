"""The native files of a wheel as they will lie on the machine, parsed before anything is installed."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Mapping, Sequence

from wontload.binary import MalformedImage, read_image
from wontload.machine.files import NATIVE_SUFFIX
from wontload.machine.memory import Content
from wontload.remedy.refused import Refused
from wontload.remedy.wheel_members import place_of, wheel_files

LARGEST_BYTES = 16 << 30  # of all native files of one wheel, unpacked; NVIDIA's largest take about one


def wheel_images(wheels: Sequence[str], places: Mapping[str, str], directory: str) -> dict[str, Content]:
    """Parse every native file of some wheels.

    Args:
        wheels: paths. places: `sysconfig`'s. directory: where files are unpacked for as long as the images are used.

    Returns:
        What is in each file, by the path at which the installer will lay it.

    Raises:
        Refused: no wheel, or one that is made to do harm.
    """
    found: dict[str, Content] = {}
    for wheel in wheels:
        files = wheel_files(wheel, places)
        root = os.path.dirname(files.dist_info)
        with zipfile.ZipFile(wheel) as archive:
            members = [one for one in archive.infolist() if NATIVE_SUFFIX.search(one.filename) and not one.is_dir()]
            if sum(one.file_size for one in members) > LARGEST_BYTES:
                raise Refused(f"{wheel} holds more than {LARGEST_BYTES >> 30} GB of native files.")
            for member in members:
                unpacked = os.path.join(directory, str(len(found)))
                with archive.open(member) as source, open(unpacked, "wb") as target:
                    shutil.copyfileobj(source, target, 1 << 20)
                found[place_of(member.filename, root, places, wheel)] = _content(unpacked)
    return found


def _content(path: str) -> Content:
    try:
        return read_image(path)
    except MalformedImage as malformed:
        return malformed
