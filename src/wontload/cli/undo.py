"""`wontload undo [ID]`: take back what `wontload fix` did."""

from __future__ import annotations

import argparse

from wontload.cli.options import Options


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("identity", nargs="?", metavar="ID", help="which fix (default: the newest of all)")
    parser.add_argument("--list", action="store_true", dest="listed", help="list what can be taken back")


def run(options: Options) -> int:
    """Take one application back, or list them."""
    from wontload.app.undoing import undo, undoable
    from wontload.report.as_json import dump
    from wontload.report.fix_json import undo_to_json

    if options.listed:
        found = undoable()
        if options.format == "json":
            options.say(dump(undo_to_json([(journal, ()) for journal in found])))
            return 0
        for journal in found:
            first = journal.first
            state = f"{journal.ended or 'interrupted'}, for {first['python']}"
            options.say(f"{journal.identity}  {first['target']}  {first['title']}  ({state})")
        if not found:
            options.say("Nothing is recorded that could be taken back.")
        return 0
    journal, left = undo(options.identity)
    if options.format == "json":
        options.say(dump(undo_to_json([(journal, left)])))
    else:
        options.say(f"Taken back for {journal.first['python']}: {journal.first['title']} ({journal.identity}).")
        for sentence in left:
            options.say(f"  {sentence}.")
    return 1 if left else 0
