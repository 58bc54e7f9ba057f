"""One thing changed in the code of a method: the mutants of a snippet.

The changes are the stock ones of mutation testing: a sign, an operator, a factor of 1.1,
an integer one larger, two arguments swapped, a statement dropped.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from forked import names_of

from lrnotes.model import Cell, Script

OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.Pow: ast.Mult, ast.MatMult: ast.Mult,
}  # fmt: skip
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
}  # fmt: skip
SPREADS = ("range", "torch.arange", "torch.linspace", "torch.logspace", "torch.tensor")
"""Calls that make a setting of literals: which numbers one puts in is no method."""
LINE = 100
"""Characters that are shown of a changed line."""
AMOUNT = 20
"""From here on an integer that a call is given says how many: one more is the same."""
UNTOUCHED = (
    "plt",
    "fig",
    "ax",
    "axes",
    "print",
    "assert_close",
    "manual_seed",
    "Generator",
    "seeds",
)
"""Names whose statements or calls say nothing of the method."""


@dataclass(frozen=True)
class Mutant:
    """One change to one cell."""

    cell: int
    line: int
    """In the snippet's file."""
    before: str
    after: str
    source: str
    """Of the whole cell."""
    binds: frozenset[str]
    """The names that the changed statement gives a value."""


def make_mutants(script: Script) -> Iterator[Mutant]:
    """Yield all mutants of a script's method."""
    for index, cell in enumerate(script.code):
        if is_method(cell):
            yield from mutate_cell(cell, index)


def is_method(cell: Cell) -> bool:
    """Whether a cell computes: it neither claims nor draws, nor prints a table."""
    options = cell.options
    is_shown = options.caption or options.alt or options.output == "markdown"
    return not (cell.is_claim or is_shown or options.raises)


def mutate_cell(cell: Cell, index: int) -> Iterator[Mutant]:
    """Yield all mutants of one cell; its asserts are left alone."""
    count = sum(1 for _ in _sites(ast.parse(cell.source)))
    for number in range(count):
        yield _mutate(cell, index, number)


def _mutate(cell: Cell, index: int, number: int) -> Mutant:
    tree = ast.parse(cell.source)
    node, change = list(_sites(tree))[number]
    statement = _statement_of(tree, node)
    before = ast.unparse(statement)
    change()
    after = ast.unparse(statement) if before else ""
    before, after = _differing(before, after)
    line = cell.place.line + getattr(node, "lineno", 1) - 1
    source = ast.unparse(ast.fix_missing_locations(tree))
    binds = frozenset(names_of(ast.unparse(statement))[0])
    return Mutant(index, line, before, after, source, binds)


def _differing(before: str, after: str) -> tuple[str, str]:
    pairs = zip(before.splitlines(), after.splitlines(), strict=False)
    for one, other in pairs:
        if one != other:
            return _clip(one.strip(), other.strip())
    return _clip(before.strip(), after.strip())


def _clip(one: str, other: str) -> tuple[str, str]:
    """Cut two lines to what stands around their first difference."""
    pairs = enumerate(zip(one, other, strict=False))
    same = next((at for at, (left, right) in pairs if left != right), 0)
    start = 0 if max(len(one), len(other)) <= LINE else max(0, same - LINE // 2)
    return one[start : start + LINE], other[start : start + LINE]


def _statement_of(tree: ast.Module, node: ast.AST) -> ast.stmt:
    for statement in tree.body:
        if any(each is node for each in ast.walk(statement)):
            return statement
    raise ValueError("the node is not in the tree")


Site = tuple[ast.AST, Callable[[], None]]


def _sites(tree: ast.Module) -> Iterator[Site]:
    """Yield each node that can be changed, and what changes it."""
    for statement in tree.body:
        if not _is_setting(statement) and not _is_untouched(statement):
            yield from _inside(statement)


def _is_setting(statement: ast.stmt) -> bool:
    """Whether a statement imports, or names literals or a tensor or range of them."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return True
    if not isinstance(statement, ast.Assign):
        return False
    kinds = (ast.Constant, ast.Tuple, ast.List, ast.Load, ast.UnaryOp, ast.USub)
    parts = [statement.value]
    if isinstance(statement.value, ast.Call) and (
        ast.unparse(statement.value.func) in SPREADS
    ):
        parts = statement.value.args
    return all(isinstance(node, kinds) for each in parts for node in ast.walk(each))


def _is_untouched(node: ast.AST) -> bool:
    """Whether a statement or call asserts, draws, prints or seeds."""
    if isinstance(node, ast.Assert):
        return True
    called = node.value if isinstance(node, ast.Expr) else node
    if isinstance(called, ast.Call):
        chain = {
            each.id for each in ast.walk(called.func) if isinstance(each, ast.Name)
        }
        chain |= {
            each.attr
            for each in ast.walk(called.func)
            if isinstance(each, ast.Attribute)
        }
        return bool(chain & set(UNTOUCHED))
    if isinstance(node, ast.Assign):
        given, used = (
            {
                each.id
                for part in parts
                for each in ast.walk(part)
                if isinstance(each, ast.Name)
            }
            for parts in (node.targets, [node.value])
        )
        return "seeds" in given or "plt" in used
    return False


def _inside(node: ast.AST) -> Iterator[Site]:
    if _is_untouched(node):
        return
    change = _change(node)
    if change is not None:
        yield node, change
    body = getattr(node, "body", None)
    if isinstance(body, list) and not isinstance(node, ast.ClassDef):
        yield from _droppable(body)
    amounts = list(_amounts(node))
    for child in ast.iter_child_nodes(node):
        if child not in amounts:
            yield from _inside(child)


def _amounts(node: ast.AST) -> Iterator[ast.expr]:
    """Yield large integers given to a call or as a default: of steps, digits, points."""
    given: list[ast.expr | None] = []
    if isinstance(node, ast.Call):
        given = [*node.args, *(each.value for each in node.keywords)]
    elif isinstance(node, ast.arguments):
        given = [*node.defaults, *node.kw_defaults]
    for each in given:
        value = each.value if isinstance(each, ast.Constant) else None
        if each is not None and type(value) is int and value >= AMOUNT:
            yield each


def _droppable(body: list[ast.stmt]) -> Iterator[Site]:
    for statement in body:
        is_call = isinstance(statement, ast.Expr) and isinstance(
            statement.value, ast.Call
        )
        if (is_call and not _is_untouched(statement)) or isinstance(
            statement, ast.AugAssign
        ):
            yield statement, lambda at=statement: _drop(body, at)  # type: ignore[misc]


def _drop(body: list[ast.stmt], statement: ast.stmt) -> None:
    body[body.index(statement)] = ast.copy_location(ast.Pass(), statement)


def _change(node: ast.AST) -> Callable[[], None] | None:
    """Return what turns a node into something near it, where that is possible."""
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in OPERATORS:
        other: object = OPERATORS[type(node.op)]()
        return lambda: setattr(node, "op", other)
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        first = COMPARISONS[type(node.ops[0])]()
        return lambda: node.ops.__setitem__(0, first)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return lambda: setattr(node, "op", ast.UAdd())
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        value = (
            node.value + 1 if isinstance(node.value, int) else node.value * 1.1 or 0.1
        )
        return lambda: setattr(node, "value", value)
    if isinstance(node, ast.Call) and len(node.args) >= 2:
        swapped = [node.args[1], node.args[0], *node.args[2:]]
        return lambda: setattr(node, "args", copy.copy(swapped))
    return None
