"""What the labels of variant wheels stand for, as the index' own `NAME-VERSION-variants.json` says.

Source: PEP 817 and PEP 825 (drafts), "Index-level metadata": `variants` maps each label to namespaces, those to
features, those to lists of values; a property is written `namespace :: feature :: value`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from wontload.errors import WontloadError
from wontload.wheels.candidates import Candidate
from wontload.wheels.index.gather import Asked
from wontload.wheels.index.link import Link
from wontload.wheels.web import Web

SUFFIX = "-variants.json"
LARGEST_BYTES = 4 << 20
MOST_FILES, MOST_PROPERTIES, MOST_TEXT = 8, 32, 200


def with_properties(candidates: Sequence[Candidate], asked: Sequence[Asked], web: Web) -> tuple[Candidate, ...]:
    """The candidates, those with a label with the properties that it stands for, where their index tells."""
    wanted = {(one.order, _stem(one.link.filename)) for one in candidates if one.variant}
    told: dict[tuple[int, str], dict[str, tuple[str, ...]]] = {}
    for order, answer in enumerate(asked):
        for link in answer.links:
            key = (order, link.filename.removesuffix(SUFFIX).lower())
            if key in wanted and link.filename.endswith(SUFFIX) and len(told) < MOST_FILES:
                told[key] = _read(link, web)
    return tuple(
        replace(one, properties=told.get((one.order, _stem(one.link.filename)), {}).get(one.variant, ()))
        if one.variant
        else one
        for one in candidates
    )


def _stem(filename: str) -> str:
    """Name and version of a wheel's file name."""
    return "-".join(filename.lower().split("-")[:2])


def _read(link: Link, web: Web) -> dict[str, tuple[str, ...]]:
    try:
        page = json.loads(web.page(link.url, "application/json", limit_bytes=LARGEST_BYTES).body)
    except (WontloadError, ValueError, RecursionError):
        return {}
    labels = page.get("variants") if isinstance(page, dict) else None
    found = labels if isinstance(labels, dict) else {}
    return {str(label): tuple(_properties(value))[:MOST_PROPERTIES] for label, value in found.items()}


def _properties(value: object) -> Iterator[str]:
    for namespace, features in value.items() if isinstance(value, dict) else ():
        for feature, values in features.items() if isinstance(features, dict) else ():
            for one in values if isinstance(values, list) else ():
                yield f"{namespace} :: {feature} :: {one}"[:MOST_TEXT]
