"""Raw HTML in lists, quotes and other containers, as CommonMark finds it there.

Python-Markdown takes raw HTML out of a text before it knows of any container: what
stands a little in ends the list around it, and what stands far in is no HTML block.
"""

from __future__ import annotations

import re

from msgspec import Struct

from lrnotes.text.containers import Frame
from lrnotes.text.layout import Layout
from lrnotes.text.outline import Outliner
from lrnotes.text.rawhtml import Region, find_html
from lrnotes.text.segmenting import segment
from lrnotes.text.segments import Text
from lrnotes.text.starts import HTML
from lrnotes.text.wholes import Html

_INSIDE = re.compile(r"(?:[ >+*-]|\d+[.)] )+<[a-zA-Z!?/]")
_QUOTES = re.compile("[> ]*")


class Inner(Struct, frozen=True):
    """An HTML block in a container."""

    first: int
    last: int
    """Of its lines, as indices."""
    column: int
    """Where the text of its container begins."""
    lines: list[str]
    """Without what stands left of that."""

    @property
    def is_literal(self) -> bool:
        """Whether its content is meant as text: a comment, or ``<pre>`` and its like."""
        found = HTML.match(self.lines[0].lstrip(" "))
        return bool(found and (found["text"] or found[0] == "<!--"))


def find_inner(lines: list[str]) -> list[Inner]:
    """Return the HTML blocks in containers, among lines with slots for fences."""
    if not any("<" in line and _INSIDE.match(line) for line in lines):
        return []
    finder = _Finder(lines)
    finder.read_page()
    return finder.found


def put_aside(lines: list[str], found: list[Inner], slots: list[str]) -> list[str]:
    """Return the lines with a slot for each block, and nothing but marks below it."""
    lines = list(lines)
    for each, slot in zip(found, slots, strict=True):
        lines[each.first] = lines[each.first][: each.column] + slot
        for at in range(each.first + 1, each.last + 1):
            head = _QUOTES.match(lines[at][: each.column])
            lines[at] = head[0].rstrip(" ") if head else ""
    return lines


class _Finder(Outliner):
    """Walks over the containers of a page."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(Layout(["text"] * len(lines)))
        self.lines = lines
        self.html = Html()
        self.found: list[Inner] = []

    def read_page(self) -> None:
        ends = dict(_ends(find_html(self.lines).regions))
        self._walk(Frame(), segment(self.lines, html=Html(is_page=True, ends=ends)))

    def _read(self, frame: Frame, lines: list[str], first: int) -> None:
        self._walk(frame, segment(lines, first, html=self.html))

    def _text(self, frame: Frame, text: Text) -> None:
        for at, lines in text.html.items() if frame.depth else ():
            first = text.first + at
            column = len(self.lines[first]) - len(lines[0])
            self.found.append(Inner(first, first + len(lines) - 1, column, lines))
        super()._text(frame, text)


def _ends(regions: list[Region]) -> list[tuple[int, int]]:
    """Return first and last lines of what is shown as it stands."""
    ends = []
    for region in regions:
        if region.kind in ("raw", "literal"):
            ends.append((region.first, region.last))
        ends += _ends(region.inner)
    return ends
