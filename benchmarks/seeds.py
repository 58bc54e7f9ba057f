"""Do the claims hold on seeds that their author never saw?  Prints each that does not.

    python benchmarks/seeds.py [SNIPPET ...] [--fresh 20] [--first 1000]

A snippet that draws at random names its seeds at the top level, ``seeds = range(5)``.
They are replaced by fresh ones, as many at a time as the snippet has, until ``--fresh``
have been tried.
"""

from __future__ import annotations

import ast
import math
import sys
from collections.abc import Iterator

from forked import warm_up
from variants import choose, read_arguments, read_project, run_variants

from lrnotes.model import Script


def find_seeds(script: Script) -> tuple[int, ast.Module, ast.expr] | None:
    """Return the cell, its tree and the value of the top-level name ``seeds``."""
    for index, cell in enumerate(script.code):
        tree = ast.parse(cell.source)
        value = find_value(tree)
        if value is not None:
            return index, tree, value
    return None


def find_value(tree: ast.Module) -> ast.expr | None:
    """Return what the top-level name ``seeds`` is given, if there is one."""
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                value = _paired(target, statement.value)
                if value is not None:
                    return value
    return None


def count_seeds(value: ast.expr) -> int:
    """Return how many seeds an expression gives; 0 where it is no literal."""
    try:
        return len(eval(ast.unparse(value), {"range": range, "list": list}))
    except (NameError, TypeError):
        return 0


def _paired(target: ast.expr, value: ast.expr) -> ast.expr | None:
    if isinstance(target, ast.Name):
        return value if target.id == "seeds" else None
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = zip(target.elts, value.elts, strict=True)
        return next((found for each in pairs if (found := _paired(*each))), None)
    return None


def with_fresh_seeds(
    script: Script, fresh: int, first: int
) -> Iterator[tuple[int, str]]:
    """Yield a cell with other seeds and its source, until ``fresh`` have been used."""
    found = find_seeds(script)
    if found is None:
        return
    index, tree, value = found
    count = count_seeds(value)
    if not count:
        print(f"{script.path}: seeds = {ast.unparse(value)} is no literal; passed over")
        return
    for batch in range(math.ceil(fresh / count)):
        start = first + batch * count
        new = ast.parse(f"range({start}, {start + count})", mode="eval").body
        source = _Replace(value, new).visit(ast.parse(ast.unparse(tree)))
        yield index, ast.unparse(source)


class _Replace(ast.NodeTransformer):
    """Replaces the first expression that reads like another."""

    def __init__(self, old: ast.expr, new: ast.expr) -> None:
        self.old, self.new, self.is_done = ast.dump(old), new, False

    def visit(self, node: ast.AST) -> ast.AST:
        """Return the new expression in the old one's place."""
        if not self.is_done and ast.dump(node) == self.old:
            self.is_done = True
            return self.new
        return self.generic_visit(node)


def main() -> None:
    """Run every stochastic snippet on fresh seeds."""
    wanted = read_arguments(
        __doc__ or "", fresh=(20, "seeds to try"), first=(1000, "the first of them")
    )
    project = read_project(wanted.project)
    scripts = list(choose(project, wanted.names))
    warm_up(scripts)
    held = asked = 0
    for script in scripts:
        batches = list(with_fresh_seeds(script, wanted.fresh, wanted.first))
        if not batches:
            continue
        titles = {cell.title for cell in script.code if cell.is_claim}
        for number, fate in run_variants(project, script, batches, 600, titles):
            asked, held = asked + len(titles), held + len(titles) - len(fate.broken)
            for title in fate.broken:
                print(f"{script.path}: batch {number}: {title}", flush=True)
            if fate.error:
                sys.exit(f"{script.path}: batch {number} failed: {fate.error}")
        print(f"{script.path}: {len(batches)} batches", flush=True)
    print(f"{held} of {asked} claims held ({held / max(1, asked):.1%})")
    sys.exit(0 if held == asked else 1)


if __name__ == "__main__":
    main()
