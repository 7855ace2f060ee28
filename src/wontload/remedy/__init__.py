"""Fixes: what could be done, the proof on an overlay that it would help, the doing, and the taking back.

A fix is data (`steps`): it can be shown, proven and written down before anything happens. `doing` takes its steps,
`journal` keeps what is needed to take each of them back, whatever interrupts it.

Not here: whether a thing is broken and why (`diagnosis`), asking the person and trying the import again (`app`, `cli`).
"""
