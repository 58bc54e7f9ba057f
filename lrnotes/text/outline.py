"""Read what lines are where lists and quotes follow CommonMark's rules.

The counterpart of `placing`: Python-Markdown then builds the same containers, so that
no line is read in two ways but for a fence that stands too far in.
"""

from __future__ import annotations

from collections.abc import Iterator

from lrnotes.text.blocks import FOOTNOTE, is_table
from lrnotes.text.containers import Frame, Line
from lrnotes.text.layout import Layout, Reading
from lrnotes.text.lines import SLOT, TAB, indent_of
from lrnotes.text.segmenting import DEEPEST, segment
from lrnotes.text.segments import Quote, Segment, Text
from lrnotes.text.starts import UNDERLINE, begins_maths, is_box
from lrnotes.text.wholes import end_of_maths

_DEEP = "it stands too far in, or in too many others"


class Outliner:
    """Reads runs of lines, and records in a layout what they are."""

    def __init__(self, layout: Layout) -> None:
        """Write to that layout."""
        self.layout = layout
        self.footnotes: dict[str, list[Frame]] = {}
        """By name; the last one of a name replaces those before it."""

    def lost_footnotes(self) -> Iterator[Frame]:
        """Yield the footnotes whose text is not shown, or may not be."""
        for notes in self.footnotes.values():
            nested = [note for note in notes if note.is_within("note")]
            yield from notes if nested else notes[:-1]

    def read(self, frame: Frame, lines: list[Line]) -> None:
        """Read a run of lines inside a frame."""
        if lines:
            self._read(frame, [line.text for line in lines], lines[0].number)

    def _read(self, frame: Frame, lines: list[str], first: int) -> None:
        self._walk(frame, segment(lines, first))

    def _walk(self, frame: Frame, segments: list[Segment]) -> None:
        for each in segments:
            if isinstance(each, Text):
                self._text(frame, each)
                continue
            if isinstance(each, Quote):
                self._walk(frame.add("quote"), each.inside)
                continue
            for item in each.items:
                self._walk(frame.add("item"), item.inside)

    # --- text --------------------------------------------------------------------

    def _text(self, frame: Frame, text: Text) -> None:
        at, end = 0, len(text.lines)
        has_box = False
        while at < end:
            if not text.lines[at]:
                at += 1
                continue
            line = text.lines[at]
            stop = self._block_end(text, at)
            note = FOOTNOTE.match(line)
            if is_box(line) or (note and not _is_heading(text, at)):
                at, has_box = self._box(frame, text, at), True
            elif indent_of(line) >= TAB:
                # Text of a tight item does not part a box from what is indented below.
                reading: Reading = (
                    "doubt" if has_box and frame.kind == "item" else "text"
                )
                at = self._code(frame, text, at, reading)
            elif begins_maths(line) and at in text.breaks:
                last = end_of_maths(text.lines, at)
                stop = stop if last is None else last + 1
                self._mark(frame, text, range(at, stop), "doubt", "maths")
                at = stop
            else:
                self._mark(frame, text, range(at, stop), "code")
                at = stop

    def _block_end(self, text: Text, at: int) -> int:
        """Return the index of the line after the block that begins there."""
        end = at + 1
        while end < len(text.lines) and text.lines[end] and end not in text.breaks:
            line = text.lines[end]
            if (is_box(line) or FOOTNOTE.match(line)) and not is_table(
                [Line(0, each) for each in text.lines[at : at + 2]]
            ):
                break
            end += 1
        return end

    def _box(self, frame: Frame, text: Text, at: int) -> int:
        """Read a container of Python-Markdown's own; return where it ends."""
        note = FOOTNOTE.match(text.lines[at])
        end, last = at + 1, at
        while end < len(text.lines):
            line = text.lines[end]
            is_lazy = note and last == end - 1 and not is_box(line)
            if line and (end in text.breaks or not is_lazy) and indent_of(line) < TAB:
                break
            if line:
                if note and FOOTNOTE.match(line):
                    break
                last = end
            end += 1
        inside = frame.add("note" if note else "block")
        lines = [
            line[min(indent_of(line), TAB) :] for line in text.lines[at + 1 : last + 1]
        ]
        first = text.first + at
        if note:
            self.footnotes.setdefault(note[1], []).append(inside)
            lines.insert(0, note[2])
        else:
            first += 1
        if frame.depth > DEEPEST:
            self._mark(frame, text, range(at, last + 1), "doubt")
        else:
            self._read(inside, lines, first)
        return last + 1

    def _code(self, frame: Frame, text: Text, at: int, reading: Reading) -> int:
        """Read indented code; return where it ends."""
        end = at
        while end < len(text.lines) and indent_of(text.lines[end]) >= TAB:
            end += 1
        self._mark(frame, text, range(at, end), reading, "code")
        return end

    def _mark(
        self,
        frame: Frame,
        text: Text,
        numbers: range,
        reading: Reading,
        kind: str = "text",
    ) -> None:
        layout = self.layout
        for at in numbers:
            number, line = text.first + at, text.lines[at]
            layout.kinds[number] = kind
            if SLOT not in line:
                continue
            layout.frames[number] = frame
            is_whole = line.strip(" ") == SLOT
            given = reading
            if reading == "code" and (indent_of(line) >= TAB or not is_whole):
                given = "doubt"
            layout.readings[number] = given
            if given == "doubt":
                why = "it stands in maths" if kind == "maths" else _DEEP
                layout.reasons[number] = (why, number)


def _is_heading(text: Text, at: int) -> bool:
    """Return whether a line that begins a block is underlined."""
    is_first = not at or not text.lines[at - 1] or at in text.breaks
    below = "" if at + 1 in text.breaks else "".join(text.lines[at + 1 : at + 2])
    return is_first and bool(UNDERLINE.match(below))
