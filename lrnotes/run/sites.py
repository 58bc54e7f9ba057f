"""The asserts of a script: where each stands, and what it saw, as text."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from types import FrameType
from typing import Any

from msgspec import Struct

from lrnotes.run.glance import describe, names_and_values, to_number

OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "is": operator.is_,
    "is not": operator.is_not,
    "in": lambda left, right: operator.contains(right, left),
    "not in": lambda left, right: not operator.contains(right, left),
}


class Site(Struct, frozen=True, dict=True):
    """One assert in the source of one cell; its texts are written when asked for.

    Most asserts hold and belong to no claim, and are never asked.
    """

    cell: int
    line: int
    end_line: int
    test: ast.expr
    """What is asserted."""
    operators: tuple[str, ...] = ()
    is_claim: bool = False

    @cached_property
    def source(self) -> str:
        """The test as Python writes it, whatever its layout in the cell."""
        return ast.unparse(self.test)

    @cached_property
    def operands(self) -> tuple[str, ...]:
        """Source of each operand of a comparison; empty for a constant."""
        return tuple(
            "" if isinstance(each, ast.Constant) else ast.unparse(each)
            for each in find_sides(self.test)
        )

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names in the expression, in order."""
        return tuple(dict.fromkeys(_names(self.test)))


def find_sides(test: ast.expr) -> list[ast.expr]:
    """Return the operands of a comparison; of anything else none."""
    if isinstance(test, ast.Compare):
        return [test.left, *test.comparators]
    return []


def _names(node: ast.AST) -> Iterator[str]:
    """Yield the names that an expression reads, in order."""
    for child in ast.iter_child_nodes(node):
        yield from _names(child)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        yield node.id


def show_names(site: Site, frame: FrameType) -> tuple[tuple[str, str], ...]:
    """Return the names of an assert that hold data, as its own frame sees them."""
    local, shared = frame.f_locals, frame.f_globals

    def find(name: str) -> Any:
        return local[name] if name in local else shared[name]

    return tuple(names_and_values(site.names, find))


def show_operands(site: Site, operands: Sequence[Any]) -> tuple[tuple[str, str], ...]:
    """Return the operands that are no plain names, as written, and what they held."""
    pairs = zip(site.operands, operands, strict=False)
    return tuple(
        (source, describe(value))
        for source, value in pairs
        if source and source not in site.names
    )


def show_sides(site: Site, operands: Sequence[Any]) -> tuple[str, str, str]:
    """Return left side, sign and right side.

    The left one of a chain holds all but the last operand.
    """
    texts = [_write(operand, operands) for operand in operands]
    used = site.operators[: len(operands) - 1]
    left = texts[0]
    for sign, text in zip(used[:-1], texts[1:-1], strict=True):
        left += f" {sign} {text}"
    return left, used[-1], texts[-1]


def _write(value: Any, among: Sequence[Any]) -> str:
    """Return a value with as many digits as tell it from the others."""
    text = describe(value)
    for other in among:
        if other is not value and describe(other) == text and type(value) is float:
            return repr(value)
    return text


def find_margin(operators: Sequence[str], operands: Sequence[Any]) -> float | None:
    """Return the least distance from failing of a chain of inequalities."""
    margins = []
    for sign, left, right in zip(operators, operands, operands[1:], strict=False):
        if sign[0] not in "<>":
            continue
        low, high = to_number(left), to_number(right)
        if low is None or high is None:
            return None
        margins.append(high - low if sign[0] == "<" else low - high)
    return min(margins) if margins else None


def write_margin(margin: float) -> str:
    """Return a distance with three digits, and a large one without an exponent."""
    return f"{margin:.0f}" if 1e3 <= abs(margin) < 1e6 else f"{margin:.3g}"
