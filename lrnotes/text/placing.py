"""Place the blocks of a text into containers, in the order that Python-Markdown keeps.

Each block goes to the first reader that wants it, and what is left of it to the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from lrnotes.text.blocks import (
    CALLOUT,
    CONTAINER,
    FOOTNOTE,
    MARKER,
    QUOTE,
    RULE,
    UNDERLINE,
    count_indented,
    find_line,
    split_items,
    unquote,
)
from lrnotes.text.containers import Frame, Line
from lrnotes.text.layout import Layout
from lrnotes.text.leaves import Leaves
from lrnotes.text.lines import SLOT, TAB

DEEPEST = 60
"""Containers in one another that are followed; what stands deeper is left in doubt."""


class Placer:
    """Places blocks, and records in a layout what their lines are."""

    def __init__(self, layout: Layout) -> None:
        """Write to that layout."""
        self.layout, self.leaves = layout, Leaves(layout)
        self.footnotes: dict[str, list[Frame]] = {}
        """By name; the last one of a name replaces those before it."""

    def lost_footnotes(self) -> Iterator[Frame]:
        """Yield the footnotes whose text is not shown, or may not be."""
        for notes in self.footnotes.values():
            nested = [note for note in notes if note.is_within("note")]
            yield from notes if nested else notes[:-1]

    def read(self, frame: Frame, lines: list[Line]) -> None:
        """Read a run of lines inside a frame."""
        for is_blank, block in groupby(lines, lambda line: not line.text):
            if not is_blank:
                self.place(frame, list(block))
            elif len(list(block)) > 1:
                frame.end_note()

    def place(self, frame: Frame, block: list[Line]) -> None:
        """Read a block: lines without a blank one among them."""
        if frame.depth > DEEPEST:
            self.layout.mark(frame, block, "doubt", why="it stands in too many others")
            return
        while (at := find_line(block, CONTAINER.match)) is not None:
            self._settle(frame, block[:at])
            body = block[at + 1 :]
            size = count_indented(body)
            frame.age(block[at].column)
            inside = frame.add("block", -block[at].shift)
            if size:
                self.place(inside, [line.dedent() for line in body[:size]])
            block = body[size:]
        self._settle(frame, block)
        frame.has_split = False

    def _settle(self, frame: Frame, block: list[Line]) -> None:
        """Read a block that opens no admonition, details or tab of its own."""
        readers = (
            self.leaves.formula, self.leaves.table, self._heading, self._rule, self._list,
            self._quote, self._footnote, self.leaves.definition, self.leaves.text,
        )  # fmt: skip
        while block:
            if block[0].pad >= TAB:
                block = self._indented(frame, block)
                continue
            frame.age(block[0].column)
            for reader in readers:
                rest = reader(frame, block)
                if rest is not None:
                    block = rest
                    break

    # --- indented blocks ---------------------------------------------------------

    def _indented(self, frame: Frame, block: list[Line]) -> list[Line]:
        """Read a block that starts a level in; return what is left of it."""
        last = frame.last
        if last and last.kind in ("item", "note"):
            self.place(last, [line.dedent() for line in block])
            return []
        size = count_indented(block)
        if last and last.kind == "block":
            self.place(last, [line.dedent() for line in block[:size]])
            return block[size:]
        if frame.is_tight:
            # The text of a list item is not taken for code before a blank line.
            frame.is_tight = False
            self.place(frame, [line.slide() for line in block])
            return []
        frame.last = None
        self.layout.mark(frame, block[:size], "text", "code")
        return [self._restored(frame, line) for line in block[size:]]

    def _restored(self, frame: Frame, line: Line) -> Line:
        """Return a line below indented code without its slot.

        superfences turns all fences of a block that begins as indented code into text.
        """
        if SLOT not in line.text:
            return line
        self.layout.mark(frame, [line], "code")
        self.layout.doubt(
            line.number, "indented code stands right above it", line.number
        )
        return Line(line.number, line.text.replace(SLOT, "x"), line.shift, line.home)

    # --- headings and rules --------------------------------------------------------

    def _heading(self, frame: Frame, block: list[Line]) -> list[Line] | None:
        at = find_line(block, lambda text: text[0] == "#")
        if at:
            self._settle(frame, block[:at])
            return block[at:]
        has_line = at is None and len(block) > 1 and UNDERLINE.match(block[1].text)
        if at is None and not has_line:
            return None
        frame.last = None
        size = 2 if has_line else 1
        self.layout.mark(frame, block[:size], "code")
        rest = block[size:]
        return [line.slide() for line in rest] if frame.is_late and at == 0 else rest

    def _rule(self, frame: Frame, block: list[Line]) -> list[Line] | None:
        at = find_line(block, RULE.match)
        if at is None:
            return None
        self._settle(frame, block[:at])
        frame.last = None
        return block[at + 1 :]

    # --- containers --------------------------------------------------------------

    def _list(self, frame: Frame, block: list[Line]) -> list[Line] | None:
        """Read a block that begins with a list mark."""
        if not MARKER.match(block[0].text):
            return None
        is_late = frame.last is not None and frame.last.kind == "item"
        for group, is_deep in split_items(block):
            if is_deep:
                self._nested(frame, group)
            else:
                self._item(frame, group, is_late=is_late)
                is_late = False
        return []

    def _item(self, frame: Frame, group: list[Line], *, is_late: bool) -> None:
        """Read a list item; ``is_late`` where it goes on with a list after a gap."""
        line = group[0]
        match = MARKER.match(line.text)
        if match is None:
            return
        start = line.shift + len(match[1])
        end = start + len(match[2])
        has_gap = bool(match[4]) and len(match[3]) < 5
        content = end if has_gap else end - len(match[3]) + 1
        is_stale = not frame.agrees(line)
        item = frame.add("item", TAB - content)
        item.is_stale = is_stale
        item.is_tight, item.is_late = not is_late, is_late
        lines = [each.enter() for each in group[1:]]
        if match[4]:
            lines.insert(0, Line(line.number, match[4], end - TAB, line.home))
        self.place(item, lines)
        item.is_tight = item.is_late = False

    def _nested(self, frame: Frame, group: list[Line]) -> None:
        """Read an indented run of items below the item before it."""
        item = frame.last
        if item is None:
            return
        if item.last and item.last.kind == "block":
            self.place(item, [line.enter() for line in group])
        else:
            self.place(item, [line.dedent() for line in group])

    def _quote(self, frame: Frame, block: list[Line]) -> list[Line] | None:
        """Read a block with a ``>`` in it, which takes the rest of the block along."""
        at = find_line(block, QUOTE.match)
        if at is None:
            return None
        self._settle(frame, block[:at])
        is_stale = not frame.agrees(block[at])
        lines = [unquote(frame, line) for line in block[at:]]
        is_callout = bool(CALLOUT.match(lines[0].text))
        quote = frame.last
        if quote is None or quote.kind != "quote" or is_callout:
            quote = frame.add("quote")
        elif quote.last and quote.last.kind != "quote":
            quote.end_note()
            if quote.last:
                quote.last.grow_stale()
            quote.ghosts = []
        quote.is_stale = is_stale
        if is_callout:
            # Our extension takes the title off, so that a list may follow at once.
            lines.insert(1, Line(lines[0].number, ""))
        self.read(quote, lines)
        return []

    def _footnote(self, frame: Frame, block: list[Line]) -> list[Line] | None:
        """Read up to and with the first footnote."""
        at = find_line(block, FOOTNOTE.match)
        match = FOOTNOTE.match(block[at].text) if at is not None else None
        if at is None or match is None:
            return None
        self._settle(frame, block[:at])
        after = find_line(block[at + 1 :], FOOTNOTE.match)
        end = len(block) if after is None else at + 1 + after
        before = frame.last
        note = frame.add("note")
        note.before = before
        # In other containers Python-Markdown reads a block at a time, and a blank line
        # would end the footnote.
        is_brief = note.is_stale = frame.kind in ("item", "block")
        self.footnotes.setdefault(match[1], []).append(note)
        lines = [line.dedent() for line in block[at + 1 : end]]
        if match[2]:
            lines.insert(0, Line(block[at].number, match[2]))
        self.place(note, lines)
        if is_brief:
            frame.end_note()
        return block[end:]
