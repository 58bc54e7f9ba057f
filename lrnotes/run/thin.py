"""Thin the points of a drawn line to what a reader can tell apart."""

from __future__ import annotations

from typing import Any

import numpy as np

FEW = 1000
"""Lines of so many points are drawn as they are."""
_COLUMN = 0.72
"""Width of a column of pixels, in the units of the drawing: one CSS pixel."""
_STEP = 0.25


def thin(points: Any) -> Any:
    """Return those of the points, one a row, that keep the line's look.

    Where the line runs from left to right, each column of pixels keeps its first, its
    lowest, its highest and its last point; elsewhere points that fall together go.
    Rows that are not finite stay, as gaps.
    """
    points = np.asarray(points, dtype=float)
    if len(points) <= FEW:
        return points
    finite = np.isfinite(points).all(axis=1)
    edges = np.flatnonzero(np.diff(finite.astype(np.int8))) + 1
    runs = np.split(points, edges)
    return np.concatenate([_thin_run(run) for run in runs])


def _thin_run(run: Any) -> Any:
    """Thin one stretch without gaps; of a stretch of gaps one is enough."""
    if not np.isfinite(run[0]).all():
        return run[:1]
    if len(run) < 3:
        return run
    steps = np.diff(run[:, 0])
    if (steps >= 0).all() or (steps <= 0).all():
        return run[_keep_columns(run)]
    return run[_keep_steps(run)]


def _keep_columns(run: Any) -> Any:
    """Return the indices of each column's first, lowest, highest and last point."""
    column = np.floor(run[:, 0] / _COLUMN)
    starts = np.flatnonzero(np.diff(column, prepend=np.nan))
    ends = np.append(starts[1:], len(run)) - 1
    number = np.repeat(np.arange(len(starts)), ends - starts + 1)
    order = np.lexsort((run[:, 1], number))
    return np.unique(np.concatenate([starts, ends, order[starts], order[ends]]))


def _keep_steps(run: Any) -> Any:
    """Return the indices of points that lie a visible step along the line apart."""
    lengths = np.hypot(*np.diff(run, axis=0).T)
    travelled = np.floor(np.concatenate([[0.0], np.cumsum(lengths)]) / _STEP)
    kept = np.flatnonzero(np.diff(travelled, prepend=-1.0))
    return np.unique(np.append(kept, len(run) - 1))


def spread(points: Any) -> Any:
    """Return the points of which no two lie in one pixel, the first of each."""
    points = np.asarray(points, dtype=float)
    cells = np.floor(points[np.isfinite(points).all(axis=1)] / _COLUMN)
    _, first = np.unique(cells, axis=0, return_index=True)
    return points[np.isfinite(points).all(axis=1)][np.sort(first)]
