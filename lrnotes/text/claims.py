"""What must hold of every claim cell: an assert, and no name left behind."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lrnotes.model import Cell, Place, Problem, Script

CHECKS = ("assert_close", "assert_allclose", "assert_equal", "assert_array_equal")
"""Functions that assert by being called."""


def check_claims(script: Script) -> Iterator[Problem]:
    """Yield claims that assert nothing, and names that outlive their claim."""
    code = script.code
    trees = [_parse(cell) for cell in code]
    for at, (cell, tree) in enumerate(zip(code, trees, strict=True)):
        if not cell.is_claim or tree is None:
            continue
        if not any(_asserts(node) for node in ast.walk(tree)):
            what = f'"{cell.title}" asserts nothing'
            yield Problem("claim-without-assert", cell.place, what)
        bound = _bound(tree)
        for later, after in zip(code[at + 1 :], trees[at + 1 :], strict=True):
            if after is not None:
                yield from _check_later(cell, bound, later, after)


def _check_later(
    claim: Cell, bound: set[str], later: Cell, tree: ast.Module
) -> Iterator[Problem]:
    rebound: set[str] = set()
    for statement in tree.body:
        for node in _loads(statement, frozenset()):
            if node.id in bound - rebound:
                place = Place(later.place.path, later.place.line + node.lineno - 1)
                what = f'"{node.id}" was bound by the claim "{claim.title}"'
                hint = "a claim that fails leaves it unbound: bind it in a cell before"
                yield Problem("claim-binds-name", place, what, hint)
                rebound.add(node.id)
        rebound |= _bound(ast.Module([statement], []))
    bound -= rebound


def _loads(node: ast.AST, local: frozenset[str]) -> Iterator[ast.Name]:
    """Yield the names that are read from the module's own level."""
    if isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Load) and node.id not in local:
            yield node
        return
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        body = node.body if isinstance(node.body, list) else []
        names = {each.arg for each in ast.walk(node.args) if isinstance(each, ast.arg)}
        local |= names | _bound(ast.Module(body, []))
    for child in ast.iter_child_nodes(node):
        yield from _loads(child, local)


def _parse(cell: Cell) -> ast.Module | None:
    try:
        return ast.parse(cell.source)
    except (SyntaxError, ValueError):
        return None


def _asserts(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return True
    if not isinstance(node, ast.Call):
        return False
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    return name in CHECKS


def _bound(tree: ast.Module) -> set[str]:
    """Return the names that statements of the module's own level bind."""
    found: set[str] = set()
    stack: list[ast.AST] = list(tree.body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
            continue
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).partition(".")[0])
        elif isinstance(
            node,
            ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp,
        ):
            continue
        stack.extend(ast.iter_child_nodes(node))
    return found
