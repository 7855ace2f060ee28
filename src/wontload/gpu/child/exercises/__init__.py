"""One module a package: `Exercise(options)` imports it; `registered`, `load`, `run` and `release` put it to work.

`registered()` gives what the package says of itself. `load(gpu)` puts something on the GPU (or in memory) and gives
`{"bytes": how much the GPU should then hold, "where": what the package says}`. `run()` gives figures, each higher is
better. `release()` lets go of it all.
"""
