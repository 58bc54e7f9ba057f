"""Addresses: from the page that is written to what a link means."""

from __future__ import annotations

import functools
from urllib.parse import quote

from lrnotes.markdown.context import Index
from lrnotes.vault.names import compare_heading


def relative_url(path: str, source: str) -> str:
    """Return the address of ``path`` as seen from the page ``source``, quoted.

    The builder turns addresses of notes into those of their pages.
    """
    folder, _, name = path.rpartition("/")
    return _way(source.rpartition("/")[0], folder) + _quoted(name)


@functools.lru_cache(maxsize=1 << 16)
def _way(source: str, target: str) -> str:
    """Return the address of one folder as seen from another, ending in a slash."""
    here = source.split("/") if source else []
    there = target.split("/") if target else []
    shared = 0
    for one, other in zip(here, there, strict=False):
        if one != other:
            break
        shared += 1
    steps = [".."] * (len(here) - shared) + there[shared:]
    return "".join(f"{_quoted(step)}/" for step in steps)


@functools.lru_cache(maxsize=1 << 16)
def _quoted(name: str) -> str:
    # A colon in the first part would make it a scheme.
    return quote(name, safe="()'!,;@+=~")


def scripts_of(path: str, index: Index) -> list[str]:
    """Return the names of a file's scripts: a note's own session first."""
    names = [path] if path in index.cells else []
    note = index.notes.get(path)
    if note:
        names += [each.name for each in note.scripts if each.name in index.cells]
    return list(dict.fromkeys(names))


def find_cell(path: str, fragment: str, index: Index) -> tuple[str, int] | None:
    """Return the script and position of the cell that a fragment names in a file."""
    wanted = compare_heading(fragment)
    for script in scripts_of(path, index):
        for at, names in enumerate(index.cells[script]):
            if any(compare_heading(name) == wanted for name in names):
                return script, at
    return None


def cell_names(path: str, index: Index) -> list[str]:
    """Return the names by which the cells of a file can be asked for."""
    return [
        name
        for script in scripts_of(path, index)
        for names in index.cells[script]
        for name in names
    ]


def is_claim(script: str, at: int, index: Index) -> bool:
    """Return whether a cell backs a sentence."""
    names = index.cells[script][at]
    return any(name.lower().startswith("claim:") for name in names)


def is_snippet(path: str, index: Index) -> bool:
    """Return whether a file is Python code that has its own page."""
    return path.endswith(".py") and not index.is_inside_docs(path)
