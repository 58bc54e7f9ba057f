"""Clip paths of a figure that cut nothing off.

Matplotlib clips whatever it draws inside axes, and most of it lies well inside.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from lrnotes.show.decimals import read_path

_CLIP = re.compile(
    r'<clipPath id="([^"]+)"><rect x="([-\d.]+)" y="([-\d.]+)"'
    r' width="([\d.]+)" height="([\d.]+)" /></clipPath>'
)
_CLIPPED = re.compile(
    r'<path d="(M[-\d. MlQC]+)" clip-path="url\(#([^)"]+)\)" style="([^"]*)" />'
)
_WIDTH = re.compile(r"(?<!-)stroke-width:([\d.]+)")
_NO_DEFS = "<defs></defs>"


class Box(NamedTuple):
    """A rectangle, in the units of the drawing."""

    left: float
    top: float
    right: float
    bottom: float


def drop_clips(svg: str) -> str:
    """Return a themed drawing without the clip paths that show in nothing.

    A line is let go where it lies inside with the whole width of its stroke; what has
    corners without a round join, which may reach farther, keeps its clip.
    """
    boxes = {name: _box(*map(float, sides)) for name, *sides in _CLIP.findall(svg)}

    def free(found: re.Match[str]) -> str:
        path, name, style = found.groups()
        if name in boxes and "miter" not in style and _holds(boxes[name], path, style):
            return f'<path d="{path}" style="{style}" />'
        return found[0]

    svg = _CLIPPED.sub(free, svg)
    svg = _CLIP.sub(lambda clip: clip[0] if f"url(#{clip[1]})" in svg else "", svg)
    return svg.replace(_NO_DEFS, "")


def _box(x: float, y: float, width: float, height: float) -> Box:
    return Box(x, y, x + width, y + height)


def _holds(box: Box, path: str, style: str) -> bool:
    """Tell if a path lies in a box, with its stroke; control points bound a curve."""
    stroke = _WIDTH.search(style)
    reach = float(stroke[1]) if stroke else 1.0
    # A square cap reaches half a width on along the line, and as far to either side.
    return all(
        box.left + reach <= x <= box.right - reach
        and box.top + reach <= y <= box.bottom - reach
        for x, y in _points(path)
    )


def _points(path: str) -> list[tuple[float, float]]:
    """Return all points of a path, control points too."""
    points: list[tuple[float, float]] = []
    for command, numbers in read_path(path):
        for x, y in zip(numbers[::2], numbers[1::2], strict=True):
            last = points[-1] if command == "l" else (0.0, 0.0)
            points.append((last[0] + x, last[1] + y))
    return points
