"""Read the plotted data off a figure, as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

ROWS = 5000
"""Rows of one table; of more, evenly spaced ones are kept."""

Series = tuple[str, list[object], list[object]]


def read_table(figure: Any) -> str:
    """Return the points of a figure's lines, scatters and bars; empty without any."""
    panels = [found for axes in figure.axes if (found := list(_read_axes(axes)))]
    if not panels:
        return ""
    most = max(ROWS // sum(map(len, panels)), 2)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("label", "x", "y"))
    for number, panel in enumerate(panels, 1):
        prefix = f"panel {number}: " if len(panels) > 1 else ""
        for label, xs, ys in panel:
            for index in _choose(len(xs), most):
                writer.writerow((prefix + label, xs[index], ys[index]))
    return text.getvalue()


def _choose(count: int, most: int) -> Iterable[int]:
    """Return the indices to keep, the first and the last among them."""
    if count <= most:
        return range(count)
    return (round(step * (count - 1) / (most - 1)) for step in range(most))


def _read_axes(axes: Any) -> Iterator[Series]:
    names = _category_names(axes)
    for number, line in enumerate(axes.lines, 1):
        # A line across the axes is no data.
        if all(line.get_transform().contains_branch_seperately(axes.transData)):
            xs, ys = line.get_data(orig=False)
            yield _series(_label(line, f"line {number}"), xs, ys, names)
    for number, points in enumerate(axes.collections, 1):
        if type(points).__name__ == "PathCollection":
            xs, ys = points.get_offsets().T
            yield _series(_label(points, f"points {number}"), xs, ys, names)
    for number, bars in enumerate(axes.containers, 1):
        if type(bars).__name__ == "BarContainer":
            label = _label(bars, f"bars {number}")
            across = getattr(bars, "orientation", "") == "horizontal"
            xs, ys = zip(*(_bar(bar, across) for bar in bars), strict=True)
            yield _series(label, xs, ys, names)


def _bar(bar: Any, across: bool) -> tuple[float, float]:
    """Return a bar's place and its length."""
    if across:
        return bar.get_width(), bar.get_y() + bar.get_height() / 2
    return bar.get_x() + bar.get_width() / 2, bar.get_height()


def _label(artist: Any, other: str) -> str:
    label = str(artist.get_label())
    return other if label.startswith("_") or not label else label


def _series(label: str, xs: Any, ys: Any, names: dict[float, str]) -> Series:
    numbers = [float(x) for x in xs]
    across = [names.get(number) or f"{number:.7g}" for number in numbers]
    return label, [*across], [f"{float(y):.7g}" for y in ys]


def _category_names(axes: Any) -> dict[float, str]:
    """Return the names that stand for whole numbers on a horizontal axis of names."""
    formatter = axes.xaxis.get_major_formatter()
    if type(formatter).__name__ != "StrCategoryFormatter":
        return {}
    places = list(axes.xaxis.get_major_locator()())
    return dict(zip(map(float, places), formatter.format_ticks(places), strict=True))
