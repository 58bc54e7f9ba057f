"""Rewrite the asserts of a cell so that they tell what they saw, and nothing else.

Operands are evaluated once and in order, comparisons stop where Python stops, the
truth of a result is asked once, messages are evaluated on failure only.
"""

from __future__ import annotations

import ast
import builtins

from lrnotes.run.sites import Site, find_sides
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
_BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")
"""Where statements stand in other nodes."""
_TESTING = {"allclose", "isclose"}


def install(witness: Witness) -> None:
    """Let rewritten code find the witness, from any namespace."""
    setattr(builtins, NAME, witness)


def rewrite_asserts(
    tree: ast.Module, source: str, cell: int, is_claim: bool, witness: Witness
) -> ast.Module:
    """Return the tree with its asserts speaking to the witness."""
    if "assert" in source:
        _Rewriter(cell, is_claim, witness).visit(tree)
    return tree


class _Rewriter:
    """Replaces the tests of assert statements and the calls of ``assert_close``."""

    def __init__(self, cell: int, is_claim: bool, witness: Witness) -> None:
        self.cell, self.is_claim, self.witness = cell, is_claim, witness

    def visit(self, parent: ast.AST) -> None:
        """Rewrite the statements below a node; no expression holds any."""
        for name in _BLOCKS:
            for node in getattr(parent, name, ()):
                if isinstance(node, ast.Assert):
                    self._rewrite_assert(node)
                elif isinstance(node, ast.Expr):
                    self._rewrite_call(node)
                else:
                    self.visit(node)

    def _rewrite_assert(self, node: ast.Assert) -> None:
        """Give the statement another test; its message stays."""
        test = node.test
        call: ast.expr
        match test:
            case ast.Compare(ops=[_]):
                call = self._call("compare", self._note(test, node), *find_sides(test))
            case ast.Compare():
                call = self._chain(test, node)
            case ast.Call(func=function) if _last_name(function) in _TESTING:
                call = self._wrap("is_close", test, node)
            case _:
                call = self._branch(test, self._note(test, node))
        node.test = call

    def _rewrite_call(self, node: ast.Expr) -> None:
        """Have the operands of a bare call of ``assert_close`` witnessed."""
        match node.value:
            case ast.Call(func=function) as call if _last_name(function) in _ASSERTING:
                node.value = self._wrap("close", call, node)

    def _wrap(self, method: str, call: ast.Call, statement: ast.stmt) -> ast.Call:
        """Return ``witness.method(site, function, …)`` in place of ``function(…)``."""
        new = self._call(method, self._note(call, statement), call.func, *call.args)
        new.keywords = call.keywords
        return ast.copy_location(new, call)

    def _chain(self, test: ast.Compare, statement: ast.stmt) -> ast.BoolOp:
        """Return a chained comparison link by link, each only if those before hold."""
        number = self._note(test, statement)
        left, first, *others = find_sides(test)
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
        name = ast.Name(NAME, ast.Load())
        witness = ast.Attribute(name, method, ast.Load())
        first = ast.Constant(number)
        call = ast.Call(witness, [first, *operands], [])
        for node in (name, witness, first, call):
            ast.copy_location(node, operands[-1])
        return call

    def _note(self, test: ast.expr, statement: ast.stmt) -> int:
        """Make the assert known to the witness; return its number."""
        operators = test.ops if isinstance(test, ast.Compare) else []
        site = Site(
            cell=self.cell,
            line=statement.lineno,
            end_line=statement.end_lineno or statement.lineno,
            test=test,
            operators=tuple(_SIGNS[type(each)] for each in operators),
            is_claim=self.is_claim,
        )
        self.witness.sites.append(site)
        return len(self.witness.sites) - 1


def _last_name(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
