"""Ticks of an axis, worked out once for as long as its limits and its size stand.

While matplotlib lays out and draws a figure of one panel it works out the ticks of each
axis some fifteen times, of panels that stand in a grid more often still: half of the
time that a figure takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def ticks_remembered(figure: Any) -> Iterator[None]:
    """Let the axes of a figure remember their ticks; none is changed meanwhile."""
    changed = [
        axis
        for axes in figure.axes
        if axes.name == "rectilinear"
        for axis in (axes.xaxis, axes.yaxis)
        # A name that a later matplotlib may not have; then all is as it was.
        if hasattr(axis, "_update_ticks")
    ]
    for axis in changed:
        axis._update_ticks = _Ticks(axis)
    try:
        yield
    finally:
        for axis in changed:
            del axis._update_ticks


class _Ticks:
    """Works out the ticks that an axis draws, anew only where they may be others."""

    def __init__(self, axis: Any) -> None:
        self.axis, self.work_out = axis, axis._update_ticks
        self.known: object = None
        self.ticks: list[Any] = []

    def __call__(self) -> list[Any]:
        limits = tuple(self.axis.get_view_interval())
        # How many ticks there are depends on the room for them.
        state = limits, self.axis.axes.bbox.bounds
        if state != self.known:
            self.ticks, self.known = self.work_out(), state
        return self.ticks
