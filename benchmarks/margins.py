"""How far from its bound is what a claim compares?  Prints what is nearer than two spreads.

    python benchmarks/margins.py [SNIPPET ...] [--sets 4] [--first 2000]

A claim that draws at random compares a value that other seeds would make another.  The
spread is the largest less the smallest of that value (of its distance, where the bound
is drawn as well) over the script's own seeds and ``--sets`` fresh sets as large; the
margin is the median's distance to the bound, in spreads.  Where values and bounds are
above zero both are taken in logarithms too, and the better counts.

Measured are comparisons of numbers by size, links of chains one by one, and
``(a < b).all()`` by its worst element.  What is near for a reason stands with it in
``benchmarks/near.yml``.
"""

from __future__ import annotations

import ast
import math
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from seeds import count_seeds, find_seeds, find_value
from variants import choose, read_arguments, read_project

from lrnotes.model import Script
from lrnotes.project import Project

ENOUGH = 2
TURNED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
SIGNS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
Key = tuple[str, str, str]
"""Of a comparison: path of the script, title of the claim, source."""


@dataclass(frozen=True)
class Seen:
    """A comparison as one set of seeds made it."""

    value: float
    operator: str
    bound: float

    @property
    def slack(self) -> float:
        """How far the value is from its bound; below zero where it is beyond it."""
        return (self.bound - self.value) * (1 if "<" in self.operator else -1)


def measure(seen: Sequence[Seen]) -> float:
    """Return the margin of the median in spreads; infinite where none differ."""
    margins = [_measure(seen)]
    if all(min(each.value, each.bound) > 0 for each in seen):
        logs = [
            Seen(math.log(each.value), each.operator, math.log(each.bound))
            for each in seen
        ]
        margins.append(_measure(logs))
    return max(margins)


def _measure(seen: Sequence[Seen]) -> float:
    slacks = [each.slack for each in seen]
    spread = max(slacks) - min(slacks)
    return statistics.median(slacks) / spread if spread else math.inf


def with_seeds(text: str, first: int) -> str:
    """Return a script's text with as many seeds, from ``first`` on."""
    value = find_value(ast.parse(text))
    if value is None:
        return text
    return _replace(text, value, f"range({first}, {first + count_seeds(value)})")


def with_plain_asserts(source: str) -> str:
    """Return a claim's source with each assert comparing two numbers, where it can."""
    for node in reversed(ast.parse(source).body):
        if isinstance(node, ast.Assert):
            parts = list(_compare(node.test, source))
            if parts:
                source = _replace(source, node, "; ".join(f"assert {p}" for p in parts))
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


def _replace(text: str, node: ast.expr | ast.stmt, new: str) -> str:
    """Return the text with other words in the place of a node."""
    lines = text.encode().splitlines(keepends=True)
    start = sum(map(len, lines[: node.lineno - 1])) + node.col_offset
    end = sum(map(len, lines[: (node.end_lineno or 1) - 1])) + (
        node.end_col_offset or 0
    )
    data = text.encode()
    return (data[:start] + new.encode() + data[end:]).decode()


def with_plain_claims(text: str, script: Script) -> str:
    """Return a script's text with plain asserts in each claim."""
    for cell in script.code:
        if cell.is_claim:
            before, found, after = text.partition(cell.source)
            if not found:
                raise ValueError(f"{script.path}: {cell.title} is not in the text")
            text = before + with_plain_asserts(cell.source) + after
    return text


def run_sets(
    project: Project, scripts: Sequence[Script], firsts: Sequence[int | None]
) -> Iterator[Mapping[Key, Seen]]:
    """Run the scripts on their own seeds (None) or on others; yield what was compared."""
    layout = project.layout
    snippets = Path(layout.settings.snippets)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "docs").mkdir()
        (root / "docs" / "index.md").write_text("# Margins\n")
        settings = {"snippets": str(snippets), "timeout": 600}
        site = {"site_name": "Margins", "plugins": [{"lrnotes": settings}]}
        (root / "mkdocs.yml").write_text(yaml.safe_dump(site))
        for first in firsts:
            for path in (layout.root / snippets).rglob("*"):
                if path.is_file() and "__pycache__" not in path.parts:
                    copy = root / path.relative_to(layout.root)
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    copy.write_bytes(path.read_bytes())
            for script in scripts:
                text = with_plain_claims(
                    (layout.root / script.path).read_text("utf-8"), script
                )
                text = text if first is None else with_seeds(text, first)
                (root / script.path).write_text(text, "utf-8")
            yield _run(read_project(root), {script.path for script in scripts})


def _run(project: Project, paths: set[str]) -> Mapping[Key, Seen]:
    scripts = [each for each in project.of_kind("snippet") if each.path in paths]
    engine = project.make_engine(None)
    try:
        project.run(engine, [script.name for script in scripts], fresh=False)
    finally:
        engine.close()
    seen = {}
    for script in scripts:
        result = project.results[script.name]
        for cell, outcome in zip(script.code, result.outcomes, strict=False):
            if cell.is_claim:
                for each in outcome.evidence:
                    if each.operator in TURNED:
                        compared = _read(each.left, each.operator, each.right)
                        if compared:
                            seen[script.path, cell.title, each.source] = compared
    return seen


def _read(left: str, operator: str, right: str) -> Seen | None:
    try:
        return Seen(float(left), operator, float(right))
    except ValueError:
        return None


def read_near(root: Path) -> dict[Key, str]:
    """Return why comparisons may be near, from ``benchmarks/near.yml``."""
    path = root / "benchmarks" / "near.yml"
    if not path.exists():
        return {}
    return {
        (script, claim, source): each["why"]
        for script, found in yaml.safe_load(path.read_text("utf-8")).items()
        for each in found
        for claim, source in each["claims"]
    }


def main() -> None:
    """Run each stochastic snippet on several sets of seeds, and tell what is near."""
    wanted = read_arguments(
        __doc__ or "",
        sets=(4, "fresh sets of seeds"),
        first=(2000, "the first of them"),
    )
    project = read_project(wanted.project)
    scripts = [
        script
        for script in choose(project, wanted.names)
        if (found := find_seeds(script)) and count_seeds(found[-1])
    ]
    near = read_near(project.layout.root)
    firsts = [None, *(wanted.first + 100 * number for number in range(wanted.sets))]
    sets = []
    for seen in run_sets(project, scripts, firsts):
        sets.append(seen)
        print(f"set {len(sets)} of {len(firsts)}", flush=True)
    found = {
        key: [each[key] for each in sets if key in each]
        for key in dict.fromkeys(sets[0])
    }
    margins = {key: measure(seen) for key, seen in found.items()}
    for key in sorted(margins, key=lambda key: margins[key]):
        if margins[key] < ENOUGH and key not in near:
            path, title, source = key
            sides = {
                "left": [each.value for each in found[key]],
                "right": [each.bound for each in found[key]],
            }
            values = "; ".join(
                f"{side}: " + ", ".join(f"{each:.4g}" for each in drawn)
                for side, drawn in sides.items()
                if len(set(drawn)) > 1
            )
            print(f"{path}: {title}\n  {margins[key]:.2f}: {source}; {values}")
    held = sum(margin >= ENOUGH for margin in margins.values())
    judged = sum(margins[key] < ENOUGH for key in near if key in margins)
    print(
        f"{held} of {len(margins)} comparisons have a margin of {ENOUGH} spreads, "
        f"{judged} others are near for a reason"
    )
    sys.exit(0 if held + judged == len(margins) else 1)


if __name__ == "__main__":
    main()
