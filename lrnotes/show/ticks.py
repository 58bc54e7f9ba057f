"""Ticks, grid and frame of a figure: one path for lines that look alike.

Matplotlib draws each by itself, and a page of figures would be thousands of elements.
"""

from __future__ import annotations

import re
from collections import defaultdict

_SHAPE = re.compile(
    r'<defs><path d="M0 0(l[^"MZmz]*)" style="([^"]*)" id="([^"]+)" /></defs>'
)
_TICK = re.compile(
    r'<g style="[^"]*"><use x="([-\d.]+)" y="([-\d.]+)" href="#([^"]+)" /></g>'
)
_GRID = re.compile(
    r'<path d="(M[^"]+)" ((?:clip-path="[^"]*" )?style="[^"]*--lrn-grid[^"]*") />'
)
_NEIGHBOURS = re.compile(
    r'<path d="M[^"]+" (style="fill:none;[^"]*") />(?:<path d="M[^"]+" \1 />)+'
)
_PATH = re.compile(r'(?<= d=")[^"]+')


def join_lines(svg: str) -> str:
    """Return a themed drawing with its ticks, its grid and its frame joined.

    Ticks and grid lines are drawn where the first of them was, below all that came
    between; other lines are joined where nothing stands between them.
    """
    return _NEIGHBOURS.sub(_join_neighbours, _join_grid(_join_ticks(svg)))


def _join_neighbours(found: re.Match[str]) -> str:
    if "opacity" in found[1]:
        return found[0]  # where they cross, two would be darker than one
    return f'<path d="{"".join(_PATH.findall(found[0]))}" {found[1]} />'


def _join_ticks(svg: str) -> str:
    places: defaultdict[str, list[str]] = defaultdict(list)
    for x, y, name in _TICK.findall(svg):
        places[name].append(f"M{x} {y}")
    shapes = {
        name: f'<path d="{"".join(at + line for at in places[name])}"'
        f' style="fill:none;{style}" />'
        for line, style, name in _SHAPE.findall(svg)
        # A shape that serves something else too stays as it is.
        if len(places[name]) == svg.count(f'"#{name}"') > 0
    }
    svg = _TICK.sub(lambda found: "" if found[3] in shapes else found[0], svg)
    return _SHAPE.sub(lambda found: shapes.get(found[3], found[0]), svg)


def _join_grid(svg: str) -> str:
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for path, look in _GRID.findall(svg):
        lines[look].append(path)

    def join(found: re.Match[str]) -> str:
        paths = lines.pop(found[2], [])
        return f'<path d="{"".join(paths)}" {found[2]} />' if paths else ""

    return _GRID.sub(join, svg)
