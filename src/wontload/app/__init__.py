"""The use cases, one a module: each asks the rooms in turn and answers with a value.

`diagnose` (why does this not load?), `tree` (what would these files load?), `doctor` (what has this computer, and what
of it would not load?), `which` (who provides this library, and where is it?), `explain` (what does this finding mean?).
They print nothing and read no arguments; `wontload` itself re-exports the ones that programs call.

Not here: how an answer looks (`report`), how it is asked for on a command line (`cli`).
"""
