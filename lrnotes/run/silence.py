"""Tell whether a cell ends in ``;``, which keeps its last value from being shown."""

from __future__ import annotations

import ast
import re

_LINE_END = re.compile(rb"\r\n|\r|\n")


def is_silent(tree: ast.Module, source: str) -> bool:
    """Whether a semicolon follows the last statement of some code, given its syntax."""
    if not tree.body or ";" not in source:
        return False
    last = tree.body[-1]
    lines = _LINE_END.split(source.encode("utf-8", "surrogatepass"))
    assert last.end_lineno is not None, "the parser places what it has read"
    rest = [
        lines[last.end_lineno - 1][last.end_col_offset :],
        *lines[last.end_lineno :],
    ]
    # Only space, a joined line, comments and this one sign can follow.
    return b"\n".join(rest).lstrip(b" \t\f\\\n").startswith(b";")
