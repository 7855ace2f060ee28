"""Asking the live computer what it has besides files: processor, GPUs, drivers, toolkits, runtimes, distributions.

One module for each part of `Inventory`, with one entry point: `Sources` in, values out. Whatever reaches outside goes
through `Sources` (files, texts, programs, the registry), so that the rest is pure and meets recorded answers in
tests/machine/survey. Every source is optional: what gave no answer is noted and the next one is asked.

`live_inventory(machine)` asks for each part when somebody first wants it; `in_full(machine)` asks for all at once.

Not here: the interpreter's own process (`probe`), what a loader consults (`capture`, `linux`), what any of it means.
"""

from wontload.machine.survey.live import LiveInventory, in_full, live_inventory

__all__ = ["LiveInventory", "in_full", "live_inventory"]
