"""The names of cells: what two of them may not share."""

from __future__ import annotations

from collections.abc import Iterator

from lrnotes.model import Problem, Script


def find_duplicates(script: Script) -> Iterator[Problem]:
    """Yield a problem at each cell whose title or label an earlier one has."""
    taken: dict[str, int] = {}
    for cell in script.code:
        for name in dict.fromkeys(cell.names):
            if name in taken:
                what = f'a cell named "{name}" stands at line {taken[name]} already'
                hint = "give it another title or label"
                yield Problem("duplicate-title", cell.place, what, hint)
            else:
                taken[name] = cell.place.line
