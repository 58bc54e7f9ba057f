"""The reserved colours of figures: drawn by the worker, mapped to the theme when shown.

Each is what the figure has on a light page, so that a figure reads well wherever its
variables are unknown (a download, a notebook).  Each is odd enough that no author meets
it by accident, and no two are equal.  `assets/lrnotes.css` holds the dark counterparts.
"""

from __future__ import annotations

RESERVED: dict[str, str] = {
    "fg": "#1c2128",
    "muted": "#58606b",
    "axes": "#79828e",
    "grid": "#dde1e7",
    "background": "#fefefd",
    "panel": "#fefdfe",
    "paper": "#fdfefe",
    "c0": "#0b4fd1",
    "c1": "#cf4a0c",
    "c2": "#0a8270",
    "c3": "#680f7d",
    "c4": "#4f8ed6",
    "c5": "#80202c",
    "c6": "#b9801f",
    "c7": "#8052f0",
    "c8": "#3a1f10",
    "c9": "#5b6072",
}
"""Role to colour: ``fg`` text, ``muted`` tick labels, ``axes`` spines and ticks,
``grid``, ``background`` of the figure, ``panel`` behind the axes, ``paper`` behind
legends and notes that must hide what is below them, ``c0`` … ``c9`` the cycle."""

CYCLE: tuple[str, ...] = tuple(RESERVED[f"c{index}"] for index in range(10))
"""The colour cycle: blue, orange, green, purple, sky, red, ochre, violet, brown, grey;
told apart in the three kinds of colour blindness, and so are the dark counterparts."""
