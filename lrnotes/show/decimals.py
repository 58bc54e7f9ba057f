"""Coordinates of a figure with as many decimals as a page can show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

_DATA = re.compile(r'(?<= d=")M[-\d. MlQCz]+(?=")')
_COMMAND = re.compile(r"([MlQCz])([^MlQCz]*)")
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)")
_PLACE = re.compile(r'(?<= [xy]=")-?\d+\.\d+(?=")')
_SHIFT = re.compile(r"(?<=translate\()(-?[\d.]+) (-?[\d.]+)(?=\))")
_GROWS = re.compile(r"matrix\(|scale\((?!-?0?\.)")
"""Whatever draws a part larger than its coordinates say."""
_COARSEST = 1.5
"""CSS pixels of a unit; a tenth of it is then too small to be seen."""

Point = tuple[int, int]


def shorten_numbers(svg: str, pixels: float) -> str:
    """Return a drawing of the worker's with its coordinates rounded to a tenth.

    Lines lead from rounded point to rounded point, so that no error adds up.

    Args:
        svg: What stands inside the root, its paths as `lrnotes.run.strokes` writes them;
            other paths stay as they are.
        pixels: How many CSS pixels a unit of it has where it is shown; a drawing with
            larger ones, or with a part that is drawn larger, stays as it is.
    """
    if not 0 < pixels <= _COARSEST or _GROWS.search(svg):
        return svg
    svg = _DATA.sub(lambda found: _shorten_path(found[0]), svg)
    svg = _PLACE.sub(lambda found: _write(_tenths(found[0])), svg)
    return _SHIFT.sub(
        lambda found: " ".join(_write(_tenths(each)) for each in found.groups()), svg
    )


def read_path(data: str) -> Iterator[tuple[str, list[float]]]:
    """Yield commands and their numbers of path data as `lrnotes.run.strokes` writes it."""
    for command, text in _COMMAND.findall(data):
        yield command, [float(each) for each in _NUMBER.findall(text)]


def _shorten_path(data: str) -> str:
    written = ""
    start = at = (0.0, 0.0)
    for command, numbers in read_path(data):
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        if command == "l":
            ends = [at]
            for x, y in points:
                ends.append((ends[-1][0] + x, ends[-1][1] + y))
            at = ends[-1]
            written += _write_line([(_tenths(x), _tenths(y)) for x, y in ends])
        elif command == "z":
            at = start
            written += "z"
        else:
            at = points[-1]
            start = points[0] if command == "M" else start
            written += command + _join(_tenths(each) for each in numbers)
    return written


def _write_line(ends: list[Point]) -> str:
    """Return the steps from each point to the next; straight on, two are one."""
    steps: list[Point] = []
    for one, other in pairwise(ends):
        x, y = other[0] - one[0], other[1] - one[1]
        before = steps[-1] if steps else (0, 0)
        is_straight = before[0] * y == before[1] * x
        if steps and is_straight and before[0] * x + before[1] * y >= 0:
            steps[-1] = before[0] + x, before[1] + y
        else:
            steps.append((x, y))
    return "l" + _join(part for step in steps for part in step)


def _join(numbers: Iterator[int]) -> str:
    """Return numbers with spaces only where two would be one."""
    joined, before = "", ""
    for number in numbers:
        text = _write(number)
        is_apart = not joined or text[0] == "-" or (text[0] == "." and "." in before)
        joined += text if is_apart else f" {text}"
        before = text
    return joined


def _tenths(number: float | str) -> int:
    return round(float(number) * 10)


def _write(tenths: int) -> str:
    whole, rest = divmod(abs(tenths), 10)
    text = f"{whole or ''}.{rest}" if rest else str(whole)
    return f"-{text}" if tenths < 0 else text
