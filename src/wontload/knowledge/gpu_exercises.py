"""Packages that can be put to work on a GPU, and what they say while they do."""

from __future__ import annotations

from dataclasses import dataclass

from wontload.knowledge.tables import table


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuExercise:
    """How a package is put to work.

    Attributes:
        import_name: of the package. module: of `gpu/child/exercises/`. model: `gguf`, `onnx`, or empty for none.
        lines: patterns of what it prints, with named groups for the facts. default: what a program must ask for.
    """

    import_name: str
    module: str
    model: str
    lines: tuple[str, ...]
    default: str


def gpu_exercise(import_name: str) -> GpuExercise | None:
    """By a top-level import name; `None` for a package that no exercise is written for."""
    return next((one for one in gpu_exercises() if one.import_name == import_name.partition(".")[0]), None)


def gpu_exercises() -> tuple[GpuExercise, ...]:
    """All of them."""
    return tuple(
        GpuExercise(
            import_name=row["import_name"],
            module=row["module"],
            model=row.get("model", ""),
            lines=tuple(row["lines"]),
            default=row.get("default", ""),
        )
        for row in table("gpu/exercises")["exercise"]
    )
