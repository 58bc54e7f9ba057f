"""Where the nodes of a whole graph stand: on a ring, section beside section.

Links bend towards the middle, the more the farther apart their ends are, so that the
links of a section hug the ring and those between sections run in bundles (Holten,
"Hierarchical edge bundles", 2006, with the ring's middle as the only inner node).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

ROW = 13.5
"""Least distance of two labels along the ring; their size is `SIZE`."""
SIZE = 11.5
LABEL = 150
"""Longest label."""
GAP = 1.6
"""Room between two sections, in rows."""
_SMALLEST = 150
_MARGIN = 16


class Spot(Struct, frozen=True):
    """Where a node stands, seen from the middle of the ring."""

    angle: float
    """Clockwise from the top, in radians."""
    x: float
    y: float


class Ring(Struct, frozen=True):
    """A ring of nodes."""

    radius: float
    spots: tuple[Spot, ...]

    @property
    def reach(self) -> float:
        """Half the side of the square that holds the ring and its labels."""
        return self.radius + _MARGIN + LABEL


def place_on_ring(sections: Sequence[int]) -> Ring:
    """Return the places of nodes in their order; ``sections`` counts those of each."""
    rows = sum(sections) + GAP * len(sections)
    radius = max(_SMALLEST, rows * ROW / math.tau)
    step = math.tau / rows if rows else 0
    spots = []
    at = GAP / 2
    for count in sections:
        for _ in range(count):
            angle = (at + 0.5) * step
            spots.append(
                Spot(angle, radius * math.sin(angle), -radius * math.cos(angle))
            )
            at += 1
        at += GAP
    return Ring(radius, tuple(spots))


def bend(one: Spot, other: Spot) -> str:
    """Return the path of a link from one place to another, in whole units."""
    apart = abs(math.sin((one.angle - other.angle) / 2))
    pull = 0.82 - 0.68 * math.sqrt(apart)
    ends = [one.x, one.y, one.x * pull, one.y * pull]
    ends += [other.x * pull, other.y * pull, other.x, other.y]
    x0, y0, *rest = (str(round(value)) for value in ends)
    return f"M{x0} {y0}C{' '.join(rest)}"
