"""WL104: the file is no library of this system."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.binary import Defect
from wontload.diagnosis.case import Case
from wontload.diagnosis.finding import Finding
from wontload.diagnosis.installed import is_altered
from wontload.diagnosis.record_evidence import install_again
from wontload.diagnosis.records import of_file
from wontload.diagnosis.refused import Refused, finding_of, refused

# What is to be said of such a file besides what it is: how it came there, or what it is good for.
STORY = {
    "git-lfs pointer": "Git LFS leaves one in place of a file that it has not fetched.",
    "html": "The download answered with a page instead of the file, which was saved under the library's name.",
    "text": "No compiled code is in it.",
    "zip": "It was renamed, or never unpacked.",
    "gzip": "It was never unpacked.",
    "archive": "Such a one is for linkers, not for loaders.",
    "linker script": "Such a one is for linkers, not for loaders. The library it names is the one to load.",
    "zeros": "The copy or the download was never finished.",
    "16-bit program": "It is for 16-bit Windows or DOS.",
    "directory": "A file was expected there.",
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
                case,
                one,
                code="WL104",
                title=f"{one.name} is not a native library but {what}",
                explanation=" ".join((story, *_remedy(case, one))),
                says_what=True,
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


def _remedy(case: Case, one: Refused) -> Iterator[str]:
    """What brings the file itself: of an installed one its wheel, unless that has brought this; else a checkout's Git.

    Whether the wheel has: the record that pip wrote of it gives the size.
    """
    lines = of_file(case, one.path)
    if any(is_altered(case, line.file) for line in lines):
        again = install_again(case, lines[0])
        yield f"This file was put there after the installation. What brings the library again: {again}"
    elif lines and one.content == "git-lfs pointer":
        yield (
            f"The wheel of {lines[0].owner} has it in this form, as it was built from a checkout without Git LFS: "
            "install another version, or tell its maintainers."
        )
    elif one.content == "git-lfs pointer":
        yield "In the checkout that the file is of, `git lfs pull` fetches the real one."
