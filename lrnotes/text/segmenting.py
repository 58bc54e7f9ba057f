"""Cut a text into quotes, lists and what stands between them, as CommonMark does.

What Python-Markdown alone knows (``!!!``, ``???``, ``===``, footnotes, definitions)
keeps its four columns, wherever it stands.  Raw HTML and fences have been put aside:
each is a line with a placeholder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lrnotes.text.blocks import CALLOUT
from lrnotes.text.lines import SLOT, TAB, indent_of
from lrnotes.text.segments import Item, Items, Quote, Segment, Text, has_gap, is_open
from lrnotes.text.starts import (
    DEFINED,
    HEADING,
    MARK,
    PLACEHOLDER,
    RULE,
    UNDERLINE,
    begins_block,
    begins_container,
    is_box,
)  # fmt: skip
from lrnotes.text.wholes import Html, end_of_maths

DEEPEST = 40
"""Containers in one another that are followed; what stands deeper is text."""


class _Lazy(str):
    """A line that goes on with a paragraph of a container that it stands outside of."""

    __slots__ = ()


def segment(
    lines: Sequence[str], first: int = 0, depth: int = 0, html: Html | None = None
) -> list[Segment]:
    """Return what the lines hold, in order; the first has the number ``first``.

    Tabs are expanded, and blank lines are empty.  Raw HTML that has not been put aside
    is looked for where ``html`` says how it ends.
    """
    return list(_Reader(lines, first, depth, html).read())


class _Reader:
    """Reads the lines of one container."""

    def __init__(
        self, lines: Sequence[str], first: int, depth: int, html: Html | None
    ) -> None:
        self.lines, self.first, self.depth, self.html = lines, first, depth, html
        self.at = 0

    def read(self) -> Iterator[Segment]:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            pad = indent_of(line)
            if not begins_container(line, pad, is_open=False) or self.depth > DEEPEST:
                yield self._text()
            elif line[pad] == ">":
                yield self._quote()
            else:
                yield self._items()

    # --- text --------------------------------------------------------------------

    def _text(self) -> Text:
        text = Text(self.first + self.at)
        box: int | None = None
        while self.at < len(self.lines):
            line = self.lines[self.at]
            pad = indent_of(line)
            if isinstance(line, _Lazy):
                pass
            elif box is not None and line and pad >= box + TAB:
                self._add_gaps(text)
                line, text.is_open = line[box:], False
            elif line and pad < TAB:
                if text.is_code:
                    text.breaks.add(len(text.lines))
                    text.is_code = False
                if begins_container(line, pad, is_open=text.is_open) and (
                    self.depth <= DEEPEST
                ):
                    break
                if (end := end_of_maths(self.lines, self.at)) is not None:
                    self._take_whole(text, end)
                    continue
                if self.html and self._take_html(self.html, text):
                    continue
                line = line[pad:]
                box = self._read_line(text, line, pad)
            elif not line:
                text.is_open = False
            else:
                box, text.is_code = None, not text.is_open
            text.lines.append(line)
            self.at += 1
        return text

    def _read_line(self, text: Text, line: str, pad: int) -> int | None:
        """Note what a line is; return the column of what it opens."""
        box = None
        if PLACEHOLDER.match(line):
            text.breaks |= {len(text.lines), len(text.lines) + 1}
            text.is_open = False
        elif is_box(line):
            box, text.is_open = pad, False
        elif DEFINED.match(line):
            box, text.is_open = 0 if line[0] == "[" else pad, True
        elif HEADING.match(line) or RULE.match(line):
            if line[0] != "-":  # It would be a row of a table.
                text.breaks.add(len(text.lines))
            text.is_open = False
        else:
            text.is_open = not (text.is_open and UNDERLINE.match(line))
        return box

    def _add_gaps(self, text: Text) -> None:
        at = len(text.lines) - 1
        while at > 0 and not text.lines[at]:
            text.gaps.add(at)
            at -= 1

    def _take_html(self, html: Html, text: Text) -> bool:
        end = html.end(self.lines, self.at, self.first + self.at)
        if end is None:
            return False
        text.breaks |= {len(text.lines), len(text.lines) + 1}
        text.html[len(text.lines)] = list(self.lines[self.at : end + 1])
        text.lines += [SLOT, *[""] * (end - self.at)]
        text.is_open, self.at = False, end + 1
        return True

    def _take_whole(self, text: Text, end: int) -> None:
        text.breaks.add(len(text.lines))
        lines = self.lines[self.at : end + 1]
        pad = indent_of(lines[0])
        text.lines += [line[min(pad, indent_of(line)) :] for line in lines]
        text.breaks.add(len(text.lines))
        text.is_open = False
        self.at = end + 1

    # --- containers --------------------------------------------------------------

    def _quote(self) -> Quote:
        first = self.at
        inside: list[str] = []
        is_lazy = False
        while self.at < len(self.lines):
            line = self.lines[self.at]
            pad = indent_of(line)
            if isinstance(line, _Lazy):
                inside.append(line)
            elif pad < TAB and line[pad : pad + 1] == ">":
                rest = line[pad + 1 :].removeprefix(" ")
                inside.append(rest if rest.strip() else "")
                is_lazy = False
            elif self._goes_on(line, pad, inside, is_lazy=is_lazy):
                inside.append(_Lazy(line if pad >= TAB else line[pad:]))
                is_lazy = True
            else:
                break
            self.at += 1
        title = inside[0] if CALLOUT.match(inside[0]) else ""
        at = 1 if title else 0
        return Quote(self.first + first, title, self._inner(inside[at:], first + at))

    def _items(self) -> Items:
        first, items = self.at, []
        mark = self._mark()
        kind, end = _kind(mark), self.at
        start = int((mark and mark["number"]) or 0)
        while mark and _kind(mark) == kind:
            items.append(self._item(mark))
            end, is_parted = self._before_gap()
            mark = self._mark()
            if is_parted and mark and _kind(mark) == kind:
                items[-1].has_gap = True
        self.at = end
        return Items(self.first + first, kind, start, items)

    def _before_gap(self) -> tuple[int, bool]:
        """Return the end of the item just read, and whether blank lines follow."""
        end = self.at
        while not self.lines[end - 1]:
            end -= 1
        return end, end < self.at

    def _mark(self) -> re.Match[str] | None:
        if self.at >= len(self.lines):
            return None
        line = self.lines[self.at]
        pad = indent_of(line)
        if pad >= TAB or RULE.match(line, pad):
            return None
        return MARK.match(line, pad)

    def _item(self, mark: re.Match[str]) -> Item:
        first, line = self.at, self.lines[self.at]
        width = len(mark["gap"])
        column = mark.end() if 0 < width < 5 and line[mark.end() :] else 0
        column = column or mark.end("mark") + 1
        inside = [line[column:] if line[mark.end() :] else ""]
        self.at += 1
        is_lazy = False
        while self.at < len(self.lines):
            line = self.lines[self.at]
            pad = indent_of(line)
            if isinstance(line, _Lazy):
                inside.append(line)
            elif not line or pad >= column:
                if not line and inside == [""]:
                    break
                inside.append(line[column:])
                is_lazy = False
            elif self._goes_on(line, pad, inside, is_lazy=is_lazy):
                inside.append(_Lazy(line if pad >= TAB else line[pad:]))
                is_lazy = True
            else:
                break
            self.at += 1
        self._skip_blank()
        segments = self._inner(inside, first)
        return Item(self.first + first, segments, has_gap(segments))

    def _skip_blank(self) -> None:
        while self.at < len(self.lines) and not self.lines[self.at]:
            self.at += 1

    def _inner(self, lines: list[str], first: int) -> list[Segment]:
        html = self.html and Html()
        return segment(lines, self.first + first, self.depth + 1, html)

    def _goes_on(
        self, line: str, pad: int, inside: list[str], *, is_lazy: bool
    ) -> bool:
        """Return whether a line outside a container goes on with its paragraph."""
        if not line or not inside[-1] or (pad < TAB and begins_block(line[pad:])):
            return False
        return is_lazy or is_open(self._inner(inside, 0))


def _kind(mark: re.Match[str] | None) -> str:
    return (mark["end"] or mark["mark"]) if mark else ""
