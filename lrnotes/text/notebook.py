"""Read a Jupyter notebook into a script; a cell's place is its line in the JSON file."""

from __future__ import annotations

import json
import re
from typing import Any

from lrnotes.model import Cell, Place, Problem, Script
from lrnotes.text.options import read_options

_SOURCE = re.compile(r'^\s*"source"\s*:\s*(\[?)', re.MULTILINE)


def read_notebook(path: str, text: str) -> tuple[Script | None, tuple[Problem, ...]]:
    """Return the notebook's cells as one script, or None and what is wrong with it."""
    try:
        content = json.loads(text)
        cells = content["cells"]
    except (ValueError, KeyError, TypeError) as error:
        line = getattr(error, "lineno", 1)
        what = "this is not a notebook of format 4"
        return None, (Problem("front-matter", Place(path, line), what, str(error)),)
    lines = _source_lines(text)
    found: list[Cell] = []
    problems: list[Problem] = []
    for number, raw in enumerate(cells):
        place = Place(path, lines[number] if number < len(lines) else 1)
        first = not any(cell.kind == "code" for cell in found)
        cell, faults = _read_cell(raw, place, first=first)
        found.append(cell)
        problems.extend(faults)
    return Script(path, tuple(found), "notebook"), tuple(problems)


def _read_cell(
    raw: dict[str, Any], place: Place, *, first: bool
) -> tuple[Cell, tuple[Problem, ...]]:
    source = raw.get("source", "")
    source = source if isinstance(source, str) else "".join(source)
    if raw.get("cell_type") != "code":
        return Cell("text", "", source, place), ()
    options, problems = read_options("", source, place, first=first)
    return Cell("code", options.title, source, place, options), problems


def _source_lines(text: str) -> list[int]:
    """Return the line on which each cell's source begins.

    Notebooks are written with one line of code a line of JSON, below the line that
    holds the key; a source given as one string stands on the key's own line.
    """
    lines = []
    for match in _SOURCE.finditer(text):
        on_key = text.count("\n", 0, match.end()) + 1
        lines.append(on_key + bool(match.group(1)))
    return lines
