"""How far a build is, from lines that pip, Ninja, make and MSBuild print."""

from __future__ import annotations

from wontload.build.progress import Progress

# As `pip wheel -v` printed them for llama-cpp-python 0.3.36, which has Ninja print whole commands.
NINJA = [
    "  Installing build dependencies: started",
    "  *** Configuring CMake...",
    "  -- The CXX compiler identification is GNU 12.2.0",
    "  *** Building project with Ninja...",
    "  [1/200] Building CXX object vendor/llama.cpp/ggml/src/CMakeFiles/ggml-base.dir/gguf.cpp.o",
    "  [50/200] Building C object vendor/llama.cpp/ggml/src/CMakeFiles/ggml-base.dir/ggml-quants.c.o",
]


def progress_after(lines: list[str], every_s: float = 1.0) -> Progress:
    progress = Progress()
    for second, line in enumerate(lines):
        progress = progress.seen(line, second * every_s)
    return progress


def test_the_steps_of_ninja():
    progress = progress_after(NINJA, every_s=50.0)  # from 200 s to 250 s it did a quarter
    assert (progress.phase, progress.done, progress.total, progress.file) == ("compiling", 50, 200, "ggml-quants.c")
    assert progress.left_s(254.0) == 146.0
    assert progress.told(254.0) == "compiling 50/200 ggml-quants.c, about 2 min left"


def test_a_step_that_takes_long_does_not_put_the_end_off():
    progress = progress_after(NINJA, every_s=50.0)
    assert progress.told(390.0) == "compiling 50/200 ggml-quants.c, about 10 s left"
    assert progress.told(401.0) == "compiling 50/200 ggml-quants.c"


def test_ninja_with_whole_commands():
    progress = progress_after(
        ["[28/193] /usr/bin/gcc -I/tmp/a.c -fPIC -MF CMakeFiles/x.dir/quants.c.o.d -c /tmp/ggml/quants.c"]
    )
    assert (progress.done, progress.file) == (28, "quants.c")


def test_the_percents_of_make():
    progress = progress_after(
        ["[ 12%] Building C object CMakeFiles/odd.dir/odd.c.o", "[ 50%] Linking C shared library libodd.so"]
    )
    assert (progress.done, progress.total, progress.file) == (50, 100, "odd.c")


def test_msbuild_tells_only_the_file():
    progress = progress_after(["  ggml-quants.c", "  gguf.cpp"])
    assert (progress.told(1.0), progress.left_s(1.0)) == ("compiling gguf.cpp", None)


def test_a_trial_of_cmake_is_not_the_build():
    progress = progress_after(["[1/2] Building C object CMakeFiles/cmTC.dir/test.c.o", *NINJA[4:]])
    assert progress.left_s(2.0) is not None
    assert progress.began_s == 1.0


def test_it_does_not_go_back():
    progress = progress_after([*NINJA, "  *** Making wheel...", "  -- The CXX compiler identification is GNU"])
    assert progress.phase == "packing"


def test_too_early_to_say():
    assert progress_after(NINJA[:5]).left_s(60.0) is None
