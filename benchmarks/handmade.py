"""Mutants that people wrote: the wrong belief that a claim refutes, put into the code.

They stand in ``benchmarks/handmade.yml``, by the snippet's path: the title of the claim
that is to fail, a text that stands once in the cells that are no claims, and the wrong
text.  They are run for claims that no other mutant has broken.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set
from pathlib import Path

import yaml
from forked import names_of
from mutating import Mutant

from lrnotes.model import Script


def read_handmade(root: Path, script: Script, idle: Set[str]) -> Iterator[Mutant]:
    """Yield the mutants of a script that are to break idle claims.

    Raise ValueError where a text does not stand once in the script's method.
    """
    path = root / "benchmarks" / "handmade.yml"
    sheet = yaml.safe_load(path.read_text("utf-8")) if path.exists() else {}
    for entry in (sheet or {}).get(script.path, ()):
        if entry["claim"] in idle:
            yield make_by_hand(script, entry["before"], entry["after"])


def make_by_hand(script: Script, before: str, after: str) -> Mutant:
    """Return a script's mutant with one text in place of another."""
    method = [
        (index, cell) for index, cell in enumerate(script.code) if not cell.is_claim
    ]
    count = sum(cell.source.count(before) for _, cell in method)
    if count != 1:
        found = f"{count} times" if count else "nowhere"
        raise ValueError(f"{script.path}: {before!r} stands {found} in its method")
    [(index, cell)] = [(index, cell) for index, cell in method if before in cell.source]
    line = cell.place.line + cell.source.partition(before)[0].count("\n")
    source = cell.source.replace(before, after)
    binds = frozenset(names_of(ast.unparse(ast.parse(source)))[0])
    return Mutant(index, line, before, after, source, binds)
