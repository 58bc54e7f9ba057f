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
from lrnotes.text.wholes import Html, end_of_html

_INSIDE = re.compile(r"(?:[ >+*-]|\d+[.)] )+<[a-zA-Z!?/]")
_QUOTES = re.compile("[> ]*")
_MARGIN = re.compile(r"(?: {4}[ >]*| {0,3}>[ >]*)(?=<[a-zA-Z!?/])")
"""What stands before HTML in a container of Python-Markdown's."""
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][\w-]*)")


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


def may_hold_html(lines: list[str]) -> bool:
    """Return whether `find_placed` has anything to look for."""
    return any("<" in line and _MARGIN.match(line) for line in lines)


def find_placed(lines: list[str], kinds: list[str]) -> list[Inner]:
    """Return the same where lists and quotes are Python-Markdown's own.

    ``kinds`` says what each line is, as in `Layout`.  A block on the line of a list mark
    is none: there the next lines stand further in than the first.
    """
    found: list[Inner] = []
    after = 0
    for at, line in enumerate(lines):
        margin = _MARGIN.match(line)
        if at >= after and margin and kinds[at] == "text":
            inside = _cut_margin(lines, kinds, at, margin[0])
            end = end_of_html(inside, 0, is_closed=True)
            if end is not None and _is_whole(inside[: end + 1]):
                after = at + end + 1
                found.append(Inner(at, at + end, margin.end(), inside[: end + 1]))
    return found


def _is_whole(block: list[str]) -> bool:
    """Return whether HTML ends where it is closed; the rest is Python-Markdown's."""
    found = _TAG.match(block[0])
    if found is None or found["end"]:
        return found is None
    return f"</{found['name']}".lower() in block[-1].lower()


def _cut_margin(lines: list[str], kinds: list[str], at: int, margin: str) -> list[str]:
    """Return the lines from one on, as far as they stand in its container."""
    inside: list[str] = []
    for number in range(at, len(lines)):
        line = lines[number]
        is_blank = not line.strip(" >") and line.count(">") == margin.count(">")
        if kinds[number] in ("html", "literal"):
            break
        if not is_blank and not line.startswith(margin):
            break
        inside.append("" if is_blank else line[len(margin) :])
    return inside


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
