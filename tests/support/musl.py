"""Programs that musl-gcc builds and musl's loader starts, each once, in `.cache/musl`; they load what they are told to.

The shared objects they load come from `tests.support.gcc`: without a libc of their own, they suit any. There is no
Python for musl here. What extension modules would see of one is a library in LD_PRELOAD, which `python_for` makes.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from wontload.binary import read_image

POOL = Path(__file__).parents[2] / ".cache" / "musl"
# Loads its arguments one after the other and says what came of it; the last is the question. Prints one fact a line:
# `B` an object before the last load, `E` what an earlier one got, `X` what `dlerror` says, `A` an object afterwards.
SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

static int show(struct dl_phdr_info *info, size_t size, void *mark)
{
    (void)size;
    printf("%s\t%s\n", (char *)mark, info->dlpi_name);
    return 0;
}

static void *load(const char *name, const char **bare)
{
    int mode = RTLD_NOW;
    *bare = name;
    if (!strncmp(name, "global:", 7)) mode |= RTLD_GLOBAL, *bare = name + 7;
    if (!strncmp(name, "lazy:", 5)) mode = RTLD_LAZY, *bare = name + 5;
    if (!strncmp(name, "noload:", 7)) mode |= RTLD_NOLOAD, *bare = name + 7;
    errno = 0;
    return dlopen(*bare, mode);
}

int main(int count, char **names)
{
    const char *bare;
    for (int at = 1; at < count - 1; at++) {
        struct link_map *object = load(names[at], &bare);
        if (object) printf("E\t%s\t%s\n", bare, object->l_name);
    }
    dl_iterate_phdr(show, "B");
    fflush(stdout);
    if (!load(names[count - 1], &bare)) printf("X\t%s\n", dlerror());
    dl_iterate_phdr(show, "A");
    return 0;
}
"""


@dataclass(frozen=True, kw_only=True)
class Program:
    """An executable: `options` for the compiler besides its source."""

    options: tuple[str, ...] = ()

    def built(self) -> Path:
        """The file in the pool."""
        name = hashlib.sha256(repr((SOURCE, self.options)).encode()).hexdigest()[:24]
        path = POOL / name
        if not path.exists():
            POOL.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f"{name}.{os.getpid()}")
            command = ["musl-gcc", "-x", "c", "-O1", "-", "-x", "none", *self.options, "-o", str(fresh)]
            done = subprocess.run(command, input=SOURCE, capture_output=True, text=True, timeout=60)
            if done.returncode:
                raise RuntimeError(f"{' '.join(command)}: {done.stderr}")
            fresh.replace(path)
        return path


def python_for(objects: Iterable[Path], path: Path) -> Path:
    """A library at `path` that defines each symbol of Python's that these shared objects leave open."""
    names = {symbol.name or "" for one in objects for symbol in read_image(str(one)).undefined}
    return stand_in({name for name in names if name.startswith(("Py", "_Py"))}, path)


def stand_in(names: Iterable[str], path: Path) -> Path:
    """A library at `path` that defines these symbols, each a function that does nothing."""
    source = "".join(f"long {name}(void) {{ return 0; }}\n" for name in sorted(names))
    command = [
        "gcc",
        "-x",
        "c",
        "-w",
        "-fno-builtin",
        "-shared",
        "-fPIC",
        "-nostdlib",
        f"-Wl,-soname,{path.name}",
        "-",
        "-o",
        str(path),
    ]
    subprocess.run(command, input=source, text=True, check=True, timeout=60)
    return path
