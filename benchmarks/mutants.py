"""Do the claims notice when the method is wrong?  Prints survivors and idle claims.

    python benchmarks/mutants.py [SNIPPET ...] [--count 20] [--most 60] [--seed 0]

A mutant is a snippet with one thing changed in the code of its method: a sign, an
operator, a factor of 1.1, an integer one larger, two arguments swapped, a statement
dropped.  Asserts, cells that draw, settings (top-level names given literals; amounts of
20 and more given to calls), seeds and text are left alone.  A mutant is killed when a
claim fails or the snippet does, or takes four times as long; the survivors are for a
person to judge, who writes down in ``benchmarks/judged.yml`` which mean the same.

``--count`` mutants of method cells are drawn of each snippet.  Then, up to ``--most``,
those from which an idle claim (one that no mutant has broken) is reached soonest: first
what computes the names that it reads, at last what it computes itself.  Claims that are
idle still get the mutants that a person wrote for them, in ``benchmarks/handmade.yml``.
Only the drawn ones enter the share that is killed.  What is known from an earlier run, in
``build/mutants.jsonl``, is not run again, so that a run may be stopped at any time.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from forked import Fate, names_of, warm_up
from handmade import read_handmade
from mutating import Mutant, make_mutants, mutate_cell
from remembered import Memory, read_judged
from variants import (
    choose,
    read_arguments,
    read_project,
    run_variants,
    time_unchanged,
)

from lrnotes.model import Script
from lrnotes.project import Project


@dataclass
class Sheet:
    """What is known of one snippet."""

    project: Project
    script: Script
    idle: set[str] = field(default_factory=set)
    claims: int = 0
    mutants: int = 0
    killed: int = 0
    judged: int = 0
    limit: float = 0.0
    """CPU seconds that a mutant may take; 0 before the first runs."""

    def __post_init__(self) -> None:
        root = self.project.layout.root
        snippets = root / self.project.layout.settings.snippets
        self.memory = Memory(root, snippets, self.script)
        self.reasons = read_judged(root, self.script)
        self.idle = {cell.title for cell in self.script.code if cell.is_claim}
        self.claims = len(self.idle)

    def run(self, mutants: Iterable[Mutant]) -> list[tuple[Mutant, Fate]]:
        """Return the fates of mutants, those that are not known by running them."""
        wanted = list(mutants)
        fates = {each: self.memory.find(each) for each in wanted}
        self._awake(fate for fate in fates.values() if fate)
        unknown = [each for each, fate in fates.items() if fate is None]
        changes = [(each.cell, each.source) for each in unknown]
        if changes:
            if not self.limit:
                self.limit = 3 + 4 * time_unchanged(self.project, self.script)
            for number, fate in run_variants(
                self.project, self.script, changes, self.limit, self.idle
            ):
                self.memory.keep(unknown[number], fate)
                fates[unknown[number]] = fate
                self._awake([fate])
        return [(each, fate) for each, fate in fates.items() if fate]

    def _awake(self, fates: Iterable[Fate]) -> None:
        for fate in fates:
            self.idle -= set(fate.broken)

    def count(self, fates: Iterable[tuple[Mutant, Fate]]) -> None:
        """Take drawn mutants into the share, and print the survivors nobody judged."""
        for mutant, fate in fates:
            is_judged = (mutant.before, mutant.after) in self.reasons
            self.mutants += 1
            self.killed += not fate.passed
            self.judged += fate.passed and is_judged
            if fate.passed and not is_judged:
                print(
                    f"  {self.script.path}:{mutant.line}: survived\n"
                    f"    - {mutant.before}\n    + {mutant.after}",
                    flush=True,
                )


def main() -> None:
    """Make, run and judge."""
    wanted = read_arguments(
        __doc__ or "",
        count=(20, "mutants of each"),
        most=(60, "where claims are idle"),
        seed=(0, "of the choice"),
    )
    project = read_project(wanted.project)
    scripts = list(choose(project, wanted.names))
    warm_up(scripts)
    sheets = []
    for script in scripts:
        sheet = Sheet(project, script)
        print(f"{script.path}: {sheet.claims} claims", flush=True)
        mutants = list(make_mutants(script))
        random.Random(f"{wanted.seed} {script.path}").shuffle(mutants)
        sheet.count(sheet.run(mutants[: wanted.count]))
        near = find_near(script, mutants[wanted.count :], sheet.idle)
        extra = max(wanted.most - wanted.count, 0)
        for start in range(0, extra, 10):
            if sheet.idle:
                sheet.run(near[start : min(start + 10, extra)])
        sheet.run(read_handmade(project.layout.root, script, sheet.idle.copy()))
        for title in sorted(sheet.idle):
            print(f"  idle: {title}", flush=True)
        sheets.append(sheet)
    report(sheets)


def find_near(script: Script, mutants: list[Mutant], idle: set[str]) -> list[Mutant]:
    """Return mutants in the order in which one would ask the idle claims of them.

    Each claim in turn gives one: first of those that bind a name which it reads, from
    the nearest cell back, then of what it computes itself, then any before it.
    """
    queues = []
    for index, cell in enumerate(script.code):
        if cell.is_claim and cell.title in idle:
            read = names_of(cell.source)[1]
            before = [each for each in reversed(mutants) if each.cell < index]
            before.sort(key=lambda each: -each.cell)
            direct = [each for each in before if each.binds & read]
            rest = [each for each in before if not each.binds & read]
            queues.append([*direct, *mutate_cell(cell, index), *rest])
    found: dict[Mutant, None] = {}
    for place in range(max(map(len, queues), default=0)):
        found |= {queue[place]: None for queue in queues if place < len(queue)}
    return list(found)


def report(sheets: list[Sheet]) -> None:
    """Print a line for each snippet, and the sum."""
    print("\n| snippet | mutants | killed | judged equal | open | claims | idle |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for each in sheets:
        left = each.mutants - each.killed - each.judged
        print(
            f"| {each.script.path} | {each.mutants} | {each.killed} | {each.judged} "
            f"| {left} | {each.claims} | {len(each.idle)} |"
        )
    mutants, killed = sum(s.mutants for s in sheets), sum(s.killed for s in sheets)
    judged, idle = sum(s.judged for s in sheets), sum(len(s.idle) for s in sheets)
    share = killed / max(1, mutants - judged)
    print(
        f"{killed} of {mutants} mutants killed, {judged} judged equal ({share:.0%} of "
        f"the others killed); {idle} of {sum(s.claims for s in sheets)} claims failed "
        "for none"
    )


if __name__ == "__main__":
    main()
