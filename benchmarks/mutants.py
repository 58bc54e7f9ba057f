"""Do the claims notice when the method is wrong?  Prints survivors and idle claims.

    python benchmarks/mutants.py [SNIPPET ...] [--count 10] [--most 30] [--seed 0]

A mutant is a snippet with one thing changed in the code of its method: a sign, an
operator, a factor of 1.1, an integer one larger, two arguments swapped, a statement
dropped.  Cells that claim or draw, settings (top-level names given literals), seeds and
text are left alone.  A mutant is killed when a claim fails or the snippet does; the
survivors are for a person to judge: a mutant may well mean the same.

``--count`` mutants are drawn of each snippet, and more, up to ``--most``, as long as a
claim of it is idle: one that no mutant has broken.
"""

from __future__ import annotations

import ast
import copy
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from variants import (
    broken_claims,
    change_cell,
    choose,
    read_arguments,
    read_project,
    run_variants,
)

from lrnotes.model import Cell, Script
from lrnotes.project import Project

OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.Pow: ast.Mult, ast.MatMult: ast.Mult,
}  # fmt: skip
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
}  # fmt: skip
UNTOUCHED = ("plt", "fig", "ax", "axes", "print", "manual_seed", "Generator", "seeds")
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


def make_mutants(script: Script) -> Iterator[Mutant]:
    """Yield all mutants of a script's method."""
    for index, cell in enumerate(script.code):
        if is_method(cell):
            tree = ast.parse(cell.source)
            count = sum(1 for _ in _sites(tree))
            for number in range(count):
                yield _mutate(cell, index, number)


def is_method(cell: Cell) -> bool:
    """Whether a cell computes: it neither claims nor draws."""
    options = cell.options
    return not (cell.is_claim or options.caption or options.alt or options.raises)


def _mutate(cell: Cell, index: int, number: int) -> Mutant:
    tree = ast.parse(cell.source)
    node, change = list(_sites(tree))[number]
    statement = _statement_of(tree, node)
    before = ast.unparse(statement)
    change()
    after = ast.unparse(statement) if before else ""
    before, after = _differing(before, after)
    line = cell.place.line + getattr(node, "lineno", 1) - 1
    return Mutant(
        index, line, before, after, ast.unparse(ast.fix_missing_locations(tree))
    )


def _differing(before: str, after: str) -> tuple[str, str]:
    pairs = zip(before.splitlines(), after.splitlines(), strict=False)
    for one, other in pairs:
        if one != other:
            return one.strip(), other.strip()
    return before.strip(), after.strip()


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
    """Whether a statement imports, or gives names nothing but literals."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return True
    if not isinstance(statement, ast.Assign):
        return False
    kinds = (ast.Constant, ast.Tuple, ast.List, ast.Load, ast.UnaryOp, ast.USub)
    return all(isinstance(node, kinds) for node in ast.walk(statement.value))


def _is_untouched(node: ast.AST) -> bool:
    """Whether a statement or call draws, prints or seeds."""
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
        names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
        return bool(names & {"plt", "seeds"})
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
    for child in ast.iter_child_nodes(node):
        yield from _inside(child)


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


def main() -> None:
    """Make, run and judge."""
    wanted = read_arguments(
        __doc__ or "",
        count=(10, "mutants of each"),
        most=(30, "where claims are idle"),
        seed=(0, "of the choice"),
    )
    project = read_project(wanted.project)
    totals: Counter[str] = Counter()
    for script in choose(project, wanted.names):
        mutants = list(make_mutants(script))
        random.Random(f"{wanted.seed} {script.path}").shuffle(mutants)
        totals += judge(project, script, mutants[: wanted.most], wanted.count)
    share = totals["killed"] / max(1, totals["mutants"])
    print(
        f"{totals['killed']} of {totals['mutants']} mutants killed ({share:.0%}); "
        f"{totals['idle']} of {totals['claims']} claims failed for none of them"
    )


def judge(
    project: Project, script: Script, mutants: list[Mutant], count: int
) -> Counter[str]:
    """Run mutants of one script, ``count`` at a time, and print what they showed."""
    idle = {cell.title for cell in script.code if cell.is_claim}
    totals = Counter(claims=len(idle))
    print(f"{script.path}: {len(idle)} claims", flush=True)
    for start in range(0, len(mutants), count):
        if start and not idle:
            break
        for mutant, broken, survived in run(
            project, script, mutants[start : start + count]
        ):
            idle -= broken
            totals += Counter(mutants=1, killed=not survived)
            if survived:
                where = f"{script.path}:{mutant.line}"
                print(
                    f"  {where}: survived\n    - {mutant.before}\n    + {mutant.after}"
                )
    for title in sorted(idle):
        print(f"  idle: {title}")
    print(f"  {totals['killed']} of {totals['mutants']} killed", flush=True)
    return totals + Counter(idle=len(idle))


def run(
    project: Project, script: Script, mutants: list[Mutant]
) -> Iterator[tuple[Mutant, set[str], bool]]:
    """Yield each mutant, the claims that it breaks, and whether it survives."""
    variants = {
        str(number): change_cell(script, each.cell, each.source)
        for number, each in enumerate(mutants)
    }
    recorded = project.results.get(script.name)
    timeout = 30 + 10 * (recorded.seconds if recorded else 30)
    for number, result in run_variants(project, variants, timeout):
        broken = set(broken_claims(variants[number], result))
        yield mutants[int(number)], broken, result.passed


if __name__ == "__main__":
    main()
