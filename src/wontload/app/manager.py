"""The package manager that made an environment and answers for it, by what it left there: conda's kin or pixi."""

from __future__ import annotations

import json
import os
import re

from wontload.remedy.fix import Manager

KIN = ("micromamba", "mamba", "conda")  # programs of one command line
LARGEST_BYTES = 1 << 20


def manager_of(prefix: str) -> Manager | None:
    """Of the environment with that prefix; `None` for a virtual environment or a plain Python."""
    meta = os.path.join(prefix, "conda-meta")
    if not os.path.isdir(meta):
        return None
    manifest = _manifest(os.path.join(meta, "pixi"))
    if manifest is not None:
        return Manager(kind="pixi", program="pixi", prefix=prefix, manifest=manifest, environment=_name(prefix))
    return Manager(kind="conda", program=_program(os.path.join(meta, "history")), prefix=prefix)


def _manifest(path: str) -> str | None:
    """Of the workspace; empty where pixi's note does not name it, `None` where there is no note."""
    if not os.path.isfile(path):
        return None
    try:
        told = json.loads(_text(path))
    except ValueError:
        return ""
    named = told.get("manifest_path") if isinstance(told, dict) else None
    return named if isinstance(named, str) else ""


def _name(prefix: str) -> str:
    """Of a pixi environment: `.pixi/envs/NAME`; empty for the default one."""
    name = os.path.basename(prefix.rstrip("\\/"))
    return "" if name == "default" else name


def _program(history: str) -> str:
    """The program of the last `# cmd:` line, which every transaction of conda's kin begins with; else conda."""
    commands = re.findall(r"^# cmd: (.+)$", _text(history), re.MULTILINE)
    words = re.split(r"[\\/\s]+", commands[-1]) if commands else []
    return next((kin for kin in KIN if any(word.removesuffix(".exe") == kin for word in words)), "conda")


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(LARGEST_BYTES)
    except OSError:
        return ""
