"""Read the blocks that hold text and no other block."""

from __future__ import annotations

from lrnotes.text.blocks import (
    DEFINITION,
    OTHER_MARKER,
    begins_html,
    is_maths,
    is_table,
)
from lrnotes.text.containers import Frame, Line
from lrnotes.text.layout import Layout
from lrnotes.text.lines import TAB


class Leaves:
    """Readers of such blocks: each returns what it leaves, or None for all of it."""

    def __init__(self, layout: Layout) -> None:
        """Write to that layout."""
        self.layout = layout

    def formula(self, frame: Frame, block: list[Line]) -> list[Line] | None:
        """Read a block of maths."""
        if not is_maths(block):
            return None
        frame.last = None
        self.layout.mark(frame, block, "doubt", "maths", "it stands in maths")
        return []

    def table(self, frame: Frame, block: list[Line]) -> list[Line] | None:
        """Read a table, which takes the rest of the block for rows."""
        if not is_table(block):
            return None
        frame.last = None
        self.layout.mark(frame, block, "code")
        return []

    def definition(self, frame: Frame, block: list[Line]) -> list[Line] | None:
        """Read up to and with the first link definitions."""
        at = next((i for i in range(len(block)) if _defined(block, i)), None)
        if at is None:
            return None
        if at:
            self.text(frame, block[:at])
        elif frame.last:
            # A definition leaves nothing behind: Python-Markdown goes on with what
            # stands before it.
            frame.last.grow_stale()
        end = at
        while size := _defined(block, end):
            end += size
        self.layout.mark(frame, block[at:end], "text")
        return block[end:]

    def text(self, frame: Frame, block: list[Line]) -> list[Line]:
        """Read lines that are nothing but text."""
        if frame.is_tight and frame.last:
            # In the first block of an item, text goes to what stands before it.
            frame.last.grow_stale()
        else:
            frame.last = None
        self.layout.mark(frame, block, "code")
        first = block[0].number
        is_html = begins_html(block[0].text)
        dollars = 0
        for line in block:
            marker = OTHER_MARKER.match(line.text)
            if marker:
                width = len(marker[0].strip()) + 1
                is_meaning = ":" in marker[0]
                frame.ghosts.append((TAB if is_meaning else line.column + width, 0))
            if is_html and line is not block[0]:
                self.layout.doubt(line.number, "HTML may go on to it", first)
            if dollars % 2:
                self.layout.doubt(line.number, "maths may go on to it", first)
            dollars += line.text.count("$$")
        return []


def _defined(block: list[Line], at: int) -> int:
    """Return how many lines from there on are one link definition."""
    match = DEFINITION.match("\n".join(line.text for line in block[at : at + 2]))
    return match[0].count("\n") + 1 if match else 0
