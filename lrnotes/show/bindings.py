"""Where the top-level names of a cell stand in its source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = (*_FUNCTIONS, *_COMPREHENSIONS, ast.ClassDef)
_DEFINES = re.compile(r"(?:async\s+)?(?:def|class)\s+")


def find_names(source: str) -> dict[int, str]:
    """Return the offset of each use of a top-level name, and the name.

    Parameters and locals of functions that hide a top-level name do not count; code
    that is not Python has none.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return {}
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    found = {}
    for name, row, byte in _walk(tree, frozenset()):
        if row <= len(lines):
            column = len(lines[row - 1].encode()[:byte].decode(errors="ignore"))
            offset = starts[row - 1] + column
            defines = _DEFINES.match(source, offset)
            offset = defines.end() if defines else offset
            if source.startswith(name, offset):
                found[offset] = name
    return found


def _walk(
    node: ast.AST, hidden: frozenset[str], in_class: frozenset[str] = frozenset()
) -> Iterator[tuple[str, int, int]]:
    """Yield name, row and byte column of what no inner scope's own name hides.

    The names of a class body, ``in_class``, are not seen by the functions in it.
    """
    yield from (use for use in _uses(node) if use[0] not in hidden | in_class)
    for child in ast.iter_child_nodes(node):
        if not isinstance(node, _SCOPES) or not _is_inside(node, child):
            yield from _walk(child, hidden, in_class)
        elif isinstance(node, ast.ClassDef):
            yield from _walk(child, hidden, _own_names(node))
        else:
            yield from _walk(child, hidden | _own_names(node))


def _uses(node: ast.AST) -> Iterator[tuple[str, int, int]]:
    match node:
        case ast.Name():
            yield node.id, node.lineno, node.col_offset
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name, node.lineno, node.col_offset
        case ast.Import() | ast.ImportFrom():
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                column = alias.col_offset
                if alias.asname:
                    column = (alias.end_col_offset or 0) - len(name.encode())
                yield name, alias.lineno, column


def _is_inside(scope: ast.AST, child: ast.AST) -> bool:
    """Whether the child sees the scope's own names: a decorator or default does not."""
    if isinstance(scope, ast.Lambda):
        return child is scope.body
    if isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return child in scope.body
    return True


def _own_names(scope: ast.AST) -> frozenset[str]:
    own: set[str] = set()
    top: set[str] = set()
    if isinstance(scope, _FUNCTIONS):
        given = scope.args
        every = (*given.posonlyargs, *given.args, *given.kwonlyargs)
        own.update(each.arg for each in (*every, given.vararg, given.kwarg) if each)
    for node in _own_nodes(ast.iter_child_nodes(scope)):
        match node:
            case ast.Name(ctx=ast.Store() | ast.Del()):
                own.add(node.id)
            case ast.Global():
                top.update(node.names)
            case ast.ExceptHandler(name=str() as name):
                own.add(name)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                own.add(node.name)
            case ast.Import() | ast.ImportFrom():
                own.update(name for name, _, _ in _uses(node))
    return frozenset(own - top)


def _own_nodes(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield the nodes of a scope without those of the scopes in it."""
    for node in nodes:
        yield node
        if not isinstance(node, _SCOPES):
            yield from _own_nodes(ast.iter_child_nodes(node))
