"""WL104: the file is no library of this system."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.binary import Defect
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Finding
from wontload.diagnosis.refused import finding_of, refused

# What such a file turns out to be, and what that says about how it came there.
STORY = {
    "git-lfs pointer": "It is a pointer that Git LFS left in place of the file: `git lfs pull` fetches the real one.",
    "html": "It is a web page, saved under the library's name: the download answered with a page instead of the file.",
    "text": "It is a text file.",
    "zip": "It is a ZIP archive that was renamed or never unpacked.",
    "gzip": "It is a gzip file that was never unpacked.",
    "archive": "It is a static library: for linkers, not for loaders.",
    "linker script": "It is a linker script: for linkers, not for loaders. The library it names is the one to load.",
    "zeros": "It holds nothing but zeros: the copy or the download was never finished.",
    "16-bit program": "It is a program for 16-bit Windows or DOS.",
    "directory": "A directory has the library's name.",
}
NOUN = {
    "git-lfs pointer": "a Git LFS pointer",
    "html": "a web page",
    "text": "a text file",
    "zip": "a ZIP archive",
    "gzip": "a gzip file",
    "archive": "a static library",
    "zeros": "a run of zeros",
}
# ELF files that are sound and that `dlopen` takes for no library, by glibc's words (loader.glibc.candidate).
NO_SHARED_OBJECT = {
    "cannot dynamically load executable": (
        "a program",
        "It is for the system to start, and not for a program to load.",
    ),
    "cannot dynamically load position-independent executable": (
        "a program",
        "It is for the system to start: linked with -pie, where -shared makes a library.",
    ),
    "object file has no dynamic section": (
        "a file without a dynamic section",
        "A static program has none, nor has a file with debug information alone: the library it belongs to is the one "
        "to load.",
    ),
}


def not_a_library(case: Case) -> Iterator[Finding]:
    """The loader met a file of another system's format, or of no native format at all.

    So are files of the right format that are programs. A native file that is damaged is WL102. The right format for
    another processor is WL103 or WL205.
    """
    for one in refused(case):
        if one.defect is Defect.NOT_NATIVE:
            story = STORY.get(one.content, "Its first bytes are those of no native library.")
            what = NOUN.get(one.content, f"a {one.content}") if one.content in STORY else "something else"
            yield finding_of(
                case, one, code="WL104", title=f"{one.name} is not a native library but {what}", explanation=story
            )
        elif one.module.reason in NO_SHARED_OBJECT and not one.foreign_architecture:
            what, story = NO_SHARED_OBJECT[one.module.reason]
            title = f"{one.name} is not a native library but {what}"
            yield finding_of(case, one, code="WL104", title=title, explanation=story)
        elif one.foreign_format:
            yield finding_of(
                case,
                one,
                code="WL104",
                title=f"{one.name} is a library of another system ({one.foreign_format})",
                explanation="The file is made for another operating system: its package was installed for one, copied "
                "from one, or its wheel is tagged for any.",
            )
