"""Whether Python code that imports a module is prepared to do without it. The code is parsed, and never run."""

from __future__ import annotations

import ast
from collections.abc import Iterator

MOST_BYTES = 1 << 20  # of one file; of a longer one nothing is told
# What catches the error of a library that does not load, in lower case. ModuleNotFoundError does not.
CATCHING = frozenset({"importerror", "exception", "baseexception"})


def guards(code: bytes, module: str) -> list[bool]:
    """Of each import of a module, by the last part of its name: whether an `except ImportError` goes on without it.

    Such a handler raises nothing itself: those that do only explain the error. A text that is the module's full name
    counts as an import without one (`import_module`), as does any name that is given to a function of imports.

    Args:
        code: of one file, in lower case, as module is. That is code as well.
    """
    if len(code) > MOST_BYTES:
        return [False]
    try:
        return list(_imports(ast.parse(code), module, guarded=False))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return [False]


def _imports(node: ast.AST, module: str, *, guarded: bool) -> Iterator[bool]:
    if isinstance(node, ast.Try):
        inside = guarded or any(map(_goes_on, node.handlers))
        for one in node.body:
            yield from _imports(one, module, guarded=inside)
        rest: list[ast.AST] = [*node.handlers, *node.orelse, *node.finalbody]
    else:
        if _names(node, module):
            yield guarded
        rest = list(ast.iter_child_nodes(node))
    for child in rest:
        yield from _imports(child, module, guarded=guarded)


def _names(node: ast.AST, module: str) -> bool:
    """Whether a node imports a module, or is a text that does."""
    if isinstance(node, ast.Import):
        names = [one.name for one in node.names]
    elif isinstance(node, ast.ImportFrom):
        names = [node.module or "", *(one.name for one in node.names)]
    elif isinstance(node, ast.Call) and "import" in ast.unparse(node.func):
        names = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.endswith(f".{module}")
    else:
        return False
    return any(name.rpartition(".")[2] == module for name in names)


def _goes_on(handler: ast.ExceptHandler) -> bool:
    caught = handler.type
    kinds = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    catches = any(one is None or (isinstance(one, ast.Name) and one.id in CATCHING) for one in kinds)
    return catches and not any(isinstance(one, ast.Raise) for part in handler.body for one in ast.walk(part))
