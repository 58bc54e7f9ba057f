"""A note among its neighbours, as a drawing that needs no script.

The note stands in the middle, what links to it on the left, what it links to on the
right.  A chevron says which way a link goes; what is linked both ways bears two, and
stands on the side that has room.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from html import escape

from msgspec import Struct

from lrnotes.show.labels import fit_label

SHOWN = 14
"""Neighbours in a drawing; of the rest the number is told."""
WIDTH, ROW, SIZE = 420, 24, 12.5
"""Of the drawing, of a row, and of the labels: units of the drawing."""
SIDE = 160
"""Width of a column of labels."""
_HEAD = 26
_SAYS = {"in": "links here", "out": "linked from here", "both": "linked both ways"}


class Beside(Struct, frozen=True):
    """A neighbour of the note."""

    url: str
    title: str
    way: str
    """``in``, ``out`` or ``both``: which way the links go, seen from the note."""
    is_snippet: bool = False


def place_sides(beside: Sequence[Beside]) -> tuple[list[Beside], list[Beside]]:
    """Return who stands on the left and who on the right, in their order."""
    both = [each for each in beside if each.way == "both"]
    left = [each for each in beside if each.way == "in"]
    right = [each for each in beside if each.way == "out"]
    missing = max(0, min(len(both), (len(both) + len(right) - len(left)) // 2))
    return both[:missing] + left, both[missing:] + right


def local_graph(title: str, beside: Sequence[Beside]) -> str:
    """Return the SVG of a note and at most `SHOWN` neighbours."""
    left, right = place_sides(beside[:SHOWN])
    rows = max(len(left), len(right))
    height = _HEAD + ROW * rows
    middle = _HEAD + ROW * rows / 2
    name = escape(f"{title} and what is linked with it")
    parts = [
        f'<svg class="lrn-near" viewBox="0 0 {WIDTH} {height}" role="group" '
        f'aria-label="{name}"><g aria-hidden="true">',
        f'<text x="{SIDE}" y="11" text-anchor="end">link here</text>' if left else "",
        f'<text x="{WIDTH - SIDE}" y="11">linked from here</text>' if right else "",
        f'<circle cx="{WIDTH // 2}" cy="{middle:g}" r="6"/></g>',
    ]
    parts += _column(left, middle, is_left=True)
    parts += _column(right, middle, is_left=False)
    return "".join([*parts, "</svg>"])


def _column(side: Sequence[Beside], middle: float, *, is_left: bool) -> list[str]:
    first = middle - ROW * (len(side) - 1) / 2
    parts = []
    for at, each in enumerate(side):
        label, title = _words(each.title)
        drawn = _line(each.way, middle, first + ROW * at, is_left)
        kind = ' class="lrn-code"' if each.is_snippet else ""
        parts.append(
            f'<a href="{escape(each.url)}"{kind}><title>{title}: {_SAYS[each.way]}</title>'
            f"{drawn}{label}</text></a>"
        )
    return parts


# The notes of a vault share their titles and the rows of their drawings.
@lru_cache(maxsize=1 << 14)
def _words(title: str) -> tuple[str, str]:
    """Return a title as it is shown and as it is told."""
    return (
        escape(fit_label(title, SIZE, SIDE), quote=False),
        escape(title, quote=False),
    )


@lru_cache(maxsize=1 << 12)
def _line(way: str, middle: float, y: float, is_left: bool) -> str:
    """Return the line between a label and the note, and the beginning of the label.

    The line is level where its chevrons are.
    """
    if is_left:
        level, x, anchor = SIDE + 4, SIDE, ' text-anchor="end"'
        path = f"M{level} {y:g}h16C190 {y:g} 185 {middle:g} 204 {middle:g}"
    else:
        level, x, anchor = WIDTH - SIDE - 20, WIDTH - SIDE, ""
        path = f"M{level + 16} {y:g}h-16C230 {y:g} 235 {middle:g} 216 {middle:g}"
    path += f"M{level + 10} {y - 3:g}l4 3-4 3"
    if way == "both":
        path += "m-7-6-4 3 4 3"
    return f'<path d="{path}"/><text x="{x}" y="{y + 4:g}"{anchor}>'
