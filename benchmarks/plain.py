"""Rewrites asserts so that each compares two numbers by size, where it can."""

from __future__ import annotations

import ast
from collections.abc import Iterator

TURNED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
SIGNS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


def with_plain_asserts(source: str) -> str:
    """Return a claim's source with each assert comparing two numbers, where it can."""
    for node in reversed(ast.parse(source).body):
        if isinstance(node, ast.Assert):
            parts = list(_compare(node.test, source))
            if parts:
                source = replace_node(
                    source, node, "; ".join(f"assert {p}" for p in parts)
                )
    return source


def _compare(test: ast.expr, source: str) -> Iterator[str]:
    """Yield the comparisons of numbers that an assert's test amounts to."""
    match test:
        case ast.Compare(left, operators, others):
            sides = [_text(each, source) for each in (left, *others)]
            for operator, low, high in zip(operators, sides, sides[1:], strict=False):
                if type(operator) not in SIGNS:
                    return
                yield f"{low} {SIGNS[type(operator)]} {high}"
        case ast.Call(ast.Attribute(ast.Compare() as each, "all")):
            yield from _worst(each, source, is_turned=False)
        case ast.UnaryOp(
            ast.Not(), ast.Call(ast.Attribute(ast.Compare() as each, "any"))
        ):
            yield from _worst(each, source, is_turned=True)


def _worst(each: ast.Compare, source: str, *, is_turned: bool) -> Iterator[str]:
    """Yield the comparison of the element nearest to failing."""
    if len(each.ops) > 1 or type(each.ops[0]) not in SIGNS:
        return
    sign = SIGNS[type(each.ops[0])]
    sign = TURNED[sign] if is_turned else sign
    left, right = _text(each.left, source), _text(each.comparators[0], source)
    worst = "max" if "<" in sign else "min"
    if any(isinstance(part, ast.Name) for part in ast.walk(each.comparators[0])):
        yield f"({left} - {right}).{worst}() {sign} 0"
    else:
        yield f"{left}.{worst}() {sign} {right}"


def _text(node: ast.expr, source: str) -> str:
    text = ast.get_source_segment(source, node) or ""
    is_plain = isinstance(node, ast.Name | ast.Constant | ast.Call | ast.Attribute)
    return text if is_plain else f"({text})"


def replace_node(text: str, node: ast.expr | ast.stmt, new: str) -> str:
    """Return the text with other words in the place of a node."""
    lines = text.encode().splitlines(keepends=True)
    start = sum(map(len, lines[: node.lineno - 1])) + node.col_offset
    end = sum(map(len, lines[: (node.end_lineno or 1) - 1])) + (
        node.end_col_offset or 0
    )
    data = text.encode()
    return (data[:start] + new.encode() + data[end:]).decode()
