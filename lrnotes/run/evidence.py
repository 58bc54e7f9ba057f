"""Rewrite the asserts of a cell so that they tell what they saw, and nothing else.

Operands are evaluated once and in order, comparisons stop where Python stops, the
truth of a result is asked once, messages are evaluated on failure only.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from lrnotes.run.sites import Site
from lrnotes.run.witness import Witness

NAME = "@lrnotes"
"""Under this name, which no script can write, rewritten code finds its witness."""

_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}
_ASSERTING = {"assert_close", "assert_allclose"}
_TESTING = {"allclose", "isclose"}


def install(witness: Witness) -> None:
    """Let rewritten code find the witness, from any namespace."""
    setattr(builtins, NAME, witness)


def rewrite_asserts(
    tree: ast.Module, source: str, cell: int, is_claim: bool, witness: Witness
) -> ast.Module:
    """Return the tree with its asserts speaking to the witness."""
    _Rewriter(source, cell, is_claim, witness).visit(tree)
    return ast.fix_missing_locations(tree)


class _Rewriter(ast.NodeTransformer):
    """Replaces the tests of assert statements and the calls of ``assert_close``."""

    def __init__(
        self, source: str, cell: int, is_claim: bool, witness: Witness
    ) -> None:
        self.source, self.cell, self.is_claim = source, cell, is_claim
        self.witness = witness

    def visit_Assert(self, node: ast.Assert) -> ast.Assert:
        """Return the statement with another test and the same message."""
        test = node.test
        call: ast.expr
        match test:
            case ast.Compare(ops=[_]):
                call = self._call("compare", self._note(test, node), *_sides(test))
            case ast.Compare():
                call = self._chain(test, node)
            case ast.Call(func=function) if _last_name(function) in _TESTING:
                call = self._wrap("is_close", test, node)
            case _:
                call = self._branch(test, self._note(test, node))
        node.test = call
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        """Return a bare call of ``assert_close`` with its operands witnessed."""
        match node.value:
            case ast.Call(func=function) as call if _last_name(function) in _ASSERTING:
                node.value = self._wrap("close", call, node)
                return node
        return self.generic_visit(node)

    def _wrap(self, method: str, call: ast.Call, statement: ast.stmt) -> ast.Call:
        """Return ``witness.method(site, function, …)`` in place of ``function(…)``."""
        new = self._call(method, self._note(call, statement), call.func, *call.args)
        new.keywords = call.keywords
        return ast.copy_location(new, call)

    def _chain(self, test: ast.Compare, statement: ast.stmt) -> ast.BoolOp:
        """Return a chained comparison link by link, each only if those before hold."""
        number = self._note(test, statement)
        left, first, *others = _sides(test)
        links = [self._call("begin", number, left, first)]
        links += [self._call("go_on", number, other) for other in others]
        return ast.copy_location(ast.BoolOp(ast.And(), list[ast.expr](links)), test)

    def _branch(self, test: ast.expr, number: int) -> ast.IfExp:
        """Return any other test with the witness behind its two ends.

        As a condition it asks each operand's truth once, as it does in an assert.
        """
        ends = [ast.copy_location(ast.Constant(value), test) for value in (True, False)]
        calls = [self._call("other", number, end) for end in ends]
        return ast.copy_location(ast.IfExp(test, *calls), test)

    def _call(self, method: str, number: int, *operands: ast.expr) -> ast.Call:
        witness = ast.Attribute(ast.Name(NAME, ast.Load()), method, ast.Load())
        call = ast.Call(witness, [ast.Constant(number), *operands], [])
        return ast.copy_location(call, operands[-1])

    def _note(self, test: ast.expr, statement: ast.stmt) -> int:
        """Make the assert known to the witness; return its number."""
        compared = _sides(test) if isinstance(test, ast.Compare) else []
        operators = test.ops if isinstance(test, ast.Compare) else []
        site = Site(
            cell=self.cell,
            line=statement.lineno,
            end_line=statement.end_lineno or statement.lineno,
            source=self._text(test),
            operators=tuple(_SIGNS[type(each)] for each in operators),
            operands=tuple(
                "" if isinstance(each, ast.Constant) else self._text(each)
                for each in compared
            ),
            names=tuple(dict.fromkeys(_names(test))),
            is_claim=self.is_claim,
        )
        self.witness.sites.append(site)
        return len(self.witness.sites) - 1

    def _text(self, node: ast.expr) -> str:
        """Return an expression as Python writes it, whatever its layout in the cell."""
        return ast.unparse(node)


def _sides(test: ast.expr) -> list[ast.expr]:
    assert isinstance(test, ast.Compare)
    return [test.left, *test.comparators]


def _last_name(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _names(node: ast.AST) -> Iterator[str]:
    """Yield the names that an expression reads, in order."""
    for child in ast.iter_child_nodes(node):
        yield from _names(child)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        yield node.id
