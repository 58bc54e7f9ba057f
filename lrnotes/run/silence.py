"""The ``;`` at the end of a cell, which keeps its last value from being shown."""

from __future__ import annotations

import ast
import re

_LINE_END = re.compile(rb"\r\n|\r|\n")


def is_silent(tree: ast.Module, source: str) -> bool:
    """Whether a semicolon follows the last statement of some code, given its syntax."""
    if not tree.body or ";" not in source:
        return False
    # Only space, a joined line, comments and this one sign can follow.
    rest = _encode(source)[_find_end(tree.body[-1], source) :]
    return rest.lstrip(b" \t\f\\\r\n").startswith(b";")


def silence(source: str) -> str:
    """Return the code with a semicolon after its last statement, if that has a value."""
    tree = ast.parse(source)
    if (
        is_silent(tree, source)
        or not tree.body
        or not isinstance(tree.body[-1], ast.Expr)
    ):
        return source
    data, end = _encode(source), _find_end(tree.body[-1], source)
    return (data[:end] + b";" + data[end:]).decode("utf-8", "surrogatepass")


def _find_end(last: ast.stmt, source: str) -> int:
    """Return how many bytes of the code there are up to the end of a statement."""
    assert last.end_lineno is not None, "the parser places what it has read"
    assert last.end_col_offset is not None, "to the column"
    ends = [0, *(found.end() for found in _LINE_END.finditer(_encode(source)))]
    return ends[last.end_lineno - 1] + last.end_col_offset


def _encode(source: str) -> bytes:
    return source.encode("utf-8", "surrogatepass")
