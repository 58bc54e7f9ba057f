"""Read the options of a cell: ``#|`` lines in YAML, and the info string of a fence."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator

import yaml
from msgspec import Struct

from lrnotes.model import Cell, Options, Place, Problem
from lrnotes.text.info import read_info
from lrnotes.text.lines import split_lines
from lrnotes.text.values import BadValue, Value, read_value

KNOWN = Options.__struct_fields__
SCRIPT_LEVEL = ("timeout", "slow", "device", "deps", "needs")
"""Options of the whole script, which stand in its first code cell."""

_ELSEWHERE = {
    "fig-cap": "caption", "fig-alt": "alt", "code-fold": "fold", "echo": "show",
    "include": "show", "source": "show", "result": "output", "html": "output",
    "id": "label", "name": "label", "error": "raises",
}  # fmt: skip
"""What other tools call our options."""

_LATE = re.compile(r"#\|\s*([\w-]+)\s*:")


class _Given(Struct, frozen=True):
    """One option as written."""

    name: str
    value: Value
    place: Place


def read_options(
    info: str, source: str, place: Place, *, first: bool
) -> tuple[Options, tuple[Problem, ...]]:
    """Return a cell's options, and what is wrong with those that were dropped.

    ``info`` is a fence's info string, which stands a line above ``place``, the first
    line of the source; ``first`` says whether the cell is the first of its script.
    """
    problems: list[Problem] = []
    in_info = list(_from_info(info, Place(place.path, place.line - 1)))
    in_lines = list(_from_lines(source, place, problems))
    values: dict[str, object] = {}
    for given in (*in_info, *in_lines):
        what, hint = _reject(given, values, first=first, is_fence=bool(info))
        if not what:
            try:
                values[given.name] = read_value(given.name, given.value)
            except BadValue as error:
                what, hint = str(error), error.hint
        if what:
            problems.append(Problem("bad-option", given.place, what, hint))
    if values.get("default") and not values.get("frames"):
        where = next(
            each.place for each in in_info + in_lines if each.name == "default"
        )
        what = "default names a frame, but the cell has no frames"
        problems.append(Problem("bad-option", where, what, "add frames, or remove it"))
        del values["default"]
    options = Options(**values)  # type: ignore[arg-type]
    return options, tuple(sorted(problems, key=lambda problem: problem.place))


def shown_source(cell: Cell) -> str:
    """Return what readers see: the source without its ``#|`` lines."""
    lines = cell.source.split("\n")
    count = _count_option_lines(lines)
    if count and count < len(lines) and not lines[count].strip():
        count += 1
    return "\n".join(lines[count:])


def nearest_option(name: str) -> str:
    """Return a hint at the known option that is meant by a name."""
    if name in _ELSEWHERE:
        return f"nearest: {_ELSEWHERE[name]}"
    near = difflib.get_close_matches(name.lower().replace("-", "_"), KNOWN, 1)
    return f"nearest: {near[0]}" if near else f"known: {', '.join(KNOWN)}"


def _reject(
    given: _Given, values: Iterable[str], *, first: bool, is_fence: bool
) -> tuple[str, str]:
    """Return why the option cannot stand where it does, and what to do; or nothing."""
    name = given.name
    if name not in KNOWN:
        return f'no option "{name}"', nearest_option(name)
    if name in values:
        return f"{name} is given twice", "keep one of them"
    if name == "session" and not is_fence:
        return "session belongs to fences", "a file is a script of its own"
    if name in SCRIPT_LEVEL and not first:
        what = f"{name} holds for the whole script"
        return what, "move it to the script's first code cell"
    return "", ""


def _from_info(info: str, place: Place) -> Iterator[_Given]:
    for key, value in read_info(info).given:
        if key != "exec":
            yield _Given(key, True if value is None else value, place)


def _count_option_lines(lines: list[str]) -> int:
    """Return how many lines the options take up, with blank lines before them."""
    start = 0
    while start < len(lines) and not lines[start].strip():
        start += 1
    end = start
    while end < len(lines) and lines[end].startswith("#|"):
        end += 1
    return end if end > start else 0


def _from_lines(source: str, place: Place, problems: list[Problem]) -> Iterator[_Given]:
    lines = split_lines(source)
    count = _count_option_lines(lines)
    written = "\n".join(
        line[2:].removeprefix(" ") if line.startswith("#|") else ""
        for line in lines[:count]
    )
    for number, line in enumerate(lines[count:], count):
        match = _LATE.match(line)
        if match and match[1] in KNOWN:
            where = Place(place.path, place.line + number)
            what = f"{match[1]} stands below code, where it is a comment"
            problems.append(Problem("bad-option", where, what, "move it to the top"))
    try:
        node = yaml.compose(written, yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problems.append(_yaml_problem(error, place))
        return
    if node is None:
        return
    if not isinstance(node, yaml.MappingNode):
        where = Place(place.path, place.line + node.start_mark.line)
        what = f'"{str(node.value)[:40]}" is not an option with a value'
        problems.append(Problem("bad-option", where, what, "write name: value"))
        return
    for key, value in node.value:
        line = place.line + key.start_mark.line
        name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
        yield _Given(name, value, Place(place.path, line))


def _yaml_problem(error: Exception, place: Place) -> Problem:
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or str(error)
    where = Place(place.path, place.line + (mark.line if mark else 0))
    hint = "put a text with a colon into quotes" if "mapping values" in reason else ""
    return Problem("bad-option", where, f"these options are not YAML: {reason}", hint)
