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
from plain import TURNED, replace_node, with_plain_asserts
from seeds import count_seeds, find_seeds, find_value
from variants import choose, read_arguments, read_project

from lrnotes.model import Script
from lrnotes.project import Project

ENOUGH = 2
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
    """Return the margin of the median in spreads; infinite where none differ.

    What is infinitely far from its bound, such as a loss that overflowed, is left out.
    """
    margins = [_measure(seen)]
    if margins[0] > -math.inf and all(min(each.value, each.bound) > 0 for each in seen):
        logs = [
            Seen(math.log(each.value), each.operator, math.log(each.bound))
            for each in seen
        ]
        margins.append(_measure(logs))
    return max(margins)


def _measure(seen: Sequence[Seen]) -> float:
    slacks = [each.slack for each in seen]
    if not all(slack > -math.inf for slack in slacks):
        return -math.inf  # not a number, or endlessly beyond the bound
    finite = [slack for slack in slacks if slack < math.inf]
    spread = max(finite) - min(finite) if finite else 0
    middle = statistics.median(finite) if finite else math.inf
    if not spread:
        return math.inf if middle >= 0 else -math.inf
    return middle / spread


def with_seeds(text: str, first: int) -> str:
    """Return a script's text with as many seeds, from ``first`` on."""
    value = find_value(ast.parse(text))
    if value is None:
        return text
    return replace_node(text, value, f"range({first}, {first + count_seeds(value)})")


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


def report(sets: Sequence[Mapping[Key, Seen]], near: Mapping[Key, str]) -> bool:
    """Print what is near or was not compared, and the sum; return if all is well."""
    keys = dict.fromkeys(key for each in sets for key in each)
    found = {key: [each[key] for each in sets if key in each] for key in keys}
    margins = {key: measure(seen) for key, seen in found.items()}
    missing = [key for key in keys if len(found[key]) < len(sets)]
    stale = [
        key for key in near if key not in margins and key[0] in {k[0] for k in keys}
    ]
    for key in missing:
        path, title, source = key
        print(f"{path}: {title}\n  compared in {len(found[key])} sets alone: {source}")
    for path, title, source in stale:
        print(f"benchmarks/near.yml: nothing compares {source} in {path}, {title}")
    for key in sorted(margins, key=lambda key: margins[key]):
        if margins[key] < ENOUGH and key not in near:
            path, title, source = key
            values = "; ".join(describe(found[key]))
            print(f"{path}: {title}\n  {margins[key]:.2f}: {source}; {values}")
    held = sum(margin >= ENOUGH for margin in margins.values())
    judged = sum(margins[key] < ENOUGH for key in near if key in margins)
    print(
        f"{held} of {len(margins)} comparisons have a margin of {ENOUGH} spreads, "
        f"{judged} others are near for a reason"
    )
    return held + judged == len(margins) and not missing and not stale


def describe(seen: Sequence[Seen]) -> Iterator[str]:
    """Yield each side that was drawn, with its values."""
    sides = {
        "left": [each.value for each in seen],
        "right": [each.bound for each in seen],
    }
    for side, drawn in sides.items():
        if len(set(drawn)) > 1:
            yield f"{side}: " + ", ".join(f"{each:.4g}" for each in drawn)


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
    firsts = [None, *(wanted.first + 100 * number for number in range(wanted.sets))]
    sets = []
    for seen in run_sets(project, scripts, firsts):
        sets.append(seen)
        print(f"set {len(sets)} of {len(firsts)}", flush=True)
    sys.exit(0 if report(sets, read_near(project.layout.root)) else 1)


if __name__ == "__main__":
    main()
