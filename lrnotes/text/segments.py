"""The parts of a text as CommonMark sees them: quotes, lists and what stands between.

Python-Markdown gives four columns to a list item and takes a list or quote only after a
blank line; GitHub and Obsidian go by the column at which an item's text begins.
"""

from __future__ import annotations

from msgspec import Struct, field


class Text(Struct):
    """Lines that hold no list and no quote."""

    first: int
    """Number of the first line in the whole text, from 0."""
    lines: list[str] = field(default_factory=list)
    """Without the up to three columns that mean nothing."""
    breaks: set[int] = field(default_factory=set)
    """Indices of the lines at which a new block begins, be there a blank line or not."""
    gaps: set[int] = field(default_factory=set)
    """Indices of the blank lines inside an admonition, details or a tab."""
    html: dict[int, list[str]] = field(default_factory=dict)
    """Raw HTML by the index of its first line, in whose place a slot stands."""
    is_code: bool = False
    """Whether the last line is indented code; superfences makes text of all fences in
    a block that begins so."""
    is_open: bool = False
    """Whether the last line belongs to a paragraph that may go on."""


class Quote(Struct):
    """Lines behind ``>``, and those that lazily go on with them."""

    first: int
    title: str
    """The first line of a callout, ``[!type] …``; empty for any other quote."""
    inside: list[Segment]
    """All of it, or what stands below the title."""


class Item(Struct):
    """A list item."""

    first: int
    inside: list[Segment]
    has_gap: bool
    """Whether a blank line parts it from the next item, or two of its own blocks."""


class Items(Struct):
    """A list."""

    first: int
    kind: str
    """The bullet, or what follows the number: ``.`` or ``)``."""
    start: int
    """The first number; 0 for bullets too."""
    items: list[Item]

    @property
    def is_ordered(self) -> bool:
        """Whether its items are numbered."""
        return self.kind in ".)"

    @property
    def is_loose(self) -> bool:
        """Whether the text of its items stands in paragraphs."""
        return any(item.has_gap for item in self.items)


Segment = Text | Quote | Items


def is_open(segments: list[Segment]) -> bool:
    """Return whether the segments end with a paragraph that may go on."""
    while segments:
        last = segments[-1]
        if isinstance(last, Text):
            return last.is_open
        segments = last.inside if isinstance(last, Quote) else last.items[-1].inside
    return False


def has_gap(segments: list[Segment]) -> bool:
    """Return whether a blank line parts two blocks."""
    has_block = is_parted = False
    for each in segments:
        lines = each.lines if isinstance(each, Text) else ["x"]
        gaps = each.gaps if isinstance(each, Text) else ()
        for at, line in enumerate(lines):
            if line:
                if has_block and is_parted:
                    return True
                has_block, is_parted = True, False
            elif at not in gaps:
                is_parted = True
    return False
