"""Turn the source of a cell into code that shows its last value and its asserts."""

from __future__ import annotations
import __future__

import ast
import linecache
import symtable
from collections.abc import Iterator
from types import CodeType

from msgspec import Struct

from lrnotes.run.evidence import rewrite_asserts
from lrnotes.run.job import JobCell
from lrnotes.run.silence import is_silent
from lrnotes.run.witness import Witness

_FUTURES = sum(
    getattr(__future__, name).compiler_flag for name in __future__.all_feature_names
)


class CellCode(Struct, frozen=True):
    """One cell, ready to be executed."""

    body: CodeType
    last: CodeType | None
    """The last expression, whose value is shown; None where nothing is to be shown."""
    last_line: int
    """Line of the last statement."""
    names: tuple[str, ...]
    """The global names in the cell, in alphabetic order."""
    futures: int
    """Flags of ``from __future__``, which hold for the cells that follow."""


def cell_file(index: int) -> str:
    """Return the file name under which a cell is compiled."""
    return f"<cell {index}>"


def compile_cell(cell: JobCell, index: int, futures: int, witness: Witness) -> CellCode:
    """Return a cell's code; raise SyntaxError with the cell's own line."""
    name = cell_file(index)
    lines = [f"{line}\n" for line in cell.source.splitlines()]
    linecache.cache[name] = (len(cell.source), None, lines, name)
    flags = futures | ast.PyCF_ONLY_AST
    tree = compile(cell.source, name, "exec", flags, dont_inherit=True)
    names = tuple(sorted(set(_globals(symtable.symtable(cell.source, name, "exec")))))
    last_line = tree.body[-1].lineno if tree.body else 1
    last = _take_last(tree, index, cell.source)
    tree = rewrite_asserts(tree, cell.source, index, cell.is_claim, witness)
    body = compile(tree, name, "exec", futures, dont_inherit=True, optimize=0)
    futures |= body.co_flags & _FUTURES
    code = None
    if last is not None:
        expression = ast.Expression(last.value)
        code = compile(expression, name, "eval", futures, dont_inherit=True, optimize=0)
    return CellCode(body, code, last_line, names, futures)


def _take_last(tree: ast.Module, index: int, source: str) -> ast.Expr | None:
    """Cut off the last statement where it is an expression whose value is shown."""
    if not tree.body or not isinstance(tree.body[-1], ast.Expr):
        return None
    is_docstring = index == 0 and len(tree.body) == 1 and ast.get_docstring(tree)
    if is_docstring or is_silent(tree, source):
        return None
    last = tree.body[-1]
    value = last.value
    if isinstance(value, ast.Call) and ast.unparse(value.func).endswith(
        ("assert_close", "assert_allclose")
    ):
        # Its evidence is what it shows.
        return None
    tree.body.pop()
    return last


def _globals(table: symtable.SymbolTable) -> Iterator[str]:
    """Yield the names that mean something at the top level."""
    is_module = table.get_type() == "module"
    for symbol in table.get_symbols():
        if is_module or symbol.is_global():
            yield symbol.get_name()
    for child in table.get_children():
        yield from _globals(child)
