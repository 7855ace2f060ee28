"""Makes a source tree of llama-cpp-python that a build needs, of its source distribution: 10 MB in place of 77.

    python examples/slim_llama_cpp_source.py llama_cpp_python-0.3.36.tar.gz DIRECTORY

For a machine without network. Left out: the Git history that came along, vocabularies, documentation, tests, examples.
"""

from __future__ import annotations

import re
import sys
import tarfile

LEFT_OUT = re.compile(
    r"^[^/]+/(\.git|\.github|docs|examples|tests|docker"
    r"|vendor/llama\.cpp/(\.devops|\.github|benches|ci|conversion|docs|examples|gguf-py|grammars|media|models|pocs"
    r"|requirements|scripts|skills|tests)"
    r")(/|$)"
)


def main(archive: str, directory: str) -> None:
    """Unpack what is kept."""
    with tarfile.open(archive) as source:
        kept = [member for member in source.getmembers() if not LEFT_OUT.match(member.name)]
        source.extractall(directory, members=kept, filter="data")
    print(f"{len(kept)} files and directories in {directory}/{kept[0].name.partition('/')[0]}")


if __name__ == "__main__":
    main(*sys.argv[1:3])
