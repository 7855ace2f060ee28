"""Building a package for one machine: what would be run and why, what hinders it, running it, the wheel.

`source` reads what is to be built; `plan` puts machine, source and wishes together into a `BuildPlan`, a value, which
can as well be made for a saved machine; `run` carries one out in a directory of its own and leaves a wheel and a log.
What a version calls its options is asked of its own source (`cmake_options`), and of `knowledge/builds.toml` where
there is none.

Not here: installing the wheel (`remedy`), reading a log that somebody pastes (`diagnosis/log`).
"""
