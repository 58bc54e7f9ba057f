"""Read the layout of a text: raw HTML first, then the blocks between."""

from __future__ import annotations

from lrnotes.text.containers import Frame, Line
from lrnotes.text.inner import Inner, find_inner, find_placed, may_hold_html, put_aside
from lrnotes.text.layout import Layout
from lrnotes.text.lines import SLOT
from lrnotes.text.outline import Outliner
from lrnotes.text.placing import DEEPEST, Placer
from lrnotes.text.rawhtml import Region, find_html


def read_layout(masked: list[str], lists: str) -> Layout:
    """Return what the masked lines of a whole text are.

    ``lists`` says whose rules lists and quotes follow: ``commonmark`` or ``markdown``.
    """
    if lists == "commonmark":
        return _read(masked, find_inner(masked), lists)
    layout = _read(masked, [], lists)
    inner = find_placed(masked, layout.kinds)
    return _read(masked, inner, lists) if inner else layout


def find_held(masked: list[str], lists: str) -> list[Inner]:
    """Return the HTML blocks in containers that the extension puts aside."""
    if lists == "commonmark":
        return find_inner(masked)
    if not may_hold_html(masked):
        return []
    return find_placed(masked, _read(masked, [], lists).kinds)


def _read(masked: list[str], inner: list[Inner], lists: str) -> Layout:
    """Return the layout with HTML blocks of containers put aside."""
    given, masked = masked, put_aside(masked, inner, [SLOT] * len(inner))
    html = find_html(masked)
    layout = Layout(["text"] * len(masked))
    placer = Outliner(layout) if lists == "commonmark" else Placer(layout)
    reader = _Reader(masked, placer)
    reader.read(Frame(), 0, len(masked) - 1, html.regions)
    lost = set(reader.placer.lost_footnotes())
    for number, frame in layout.frames.items():
        if lost.intersection(frame.chain()):
            why = "its footnote is defined twice, or in another one"
            layout.doubt(number, why, number)
    for first, last, what in html.torn:
        for number in range(first, last + 1):
            layout.doubt(number, f"{what} may reach over it", first)
    for each in inner:
        _mark_inner(layout, given, each)
    return layout


def _mark_inner(layout: Layout, masked: list[str], inner: Inner) -> None:
    """Record the lines of an HTML block in a container, and the slots in it."""
    layout.readings.pop(inner.first, None)
    for number in range(inner.first, inner.last + 1):
        layout.kinds[number] = "literal" if inner.is_literal else "html"
        if SLOT in masked[number]:
            layout.readings[number] = "text" if inner.is_literal else "doubt"
            layout.reasons[number] = ("HTML may go on to it", inner.first)


class _Reader:
    """Reads the lines of one text, region by region."""

    def __init__(self, masked: list[str], placer: Placer | Outliner) -> None:
        self.masked, self.placer = masked, placer

    def read(self, frame: Frame, first: int, last: int, regions: list[Region]) -> None:
        """Read lines that hold regions of raw HTML, in order."""
        start = first
        for region in regions:
            self.placer.read(frame, self._lines(start, region.first - 1))
            self._read_region(frame, region, start)
            start = max(start, region.last + 1)
        self.placer.read(frame, self._lines(start, last))

    def _lines(self, first: int, last: int) -> list[Line]:
        return [Line(at, self.masked[at]) for at in range(first, last + 1)]

    def _read_region(self, frame: Frame, region: Region, start: int) -> None:
        # Python-Markdown takes the indentation before a tag for text of a block that
        # goes on, and the element with it.
        is_tied = self.masked[region.first][:1] == " " and any(
            self.masked[max(region.first - 1, 0) : region.first]
        )
        if is_tied and frame.last:
            frame.last.grow_stale()
        elif not is_tied:
            frame.last = None
        frame.ghosts = []
        if region.kind != "markdown" or is_tied or frame.depth > DEEPEST:
            self._mark(region, start)
            return
        inside = Frame(depth=frame.depth + 1)
        if region.head and region.first >= start:
            self.placer.read(inside, [Line(region.first, region.head)])
        first = max(start, region.first + 1)
        self.read(inside, first, region.last - 1, region.inner)

    def _mark(self, region: Region, start: int) -> None:
        """Record the lines of a region that is shown as it stands."""
        layout = self.placer.layout
        is_literal = region.kind == "literal"
        for number in range(max(start, region.first), region.last + 1):
            layout.kinds[number] = "literal" if is_literal else "html"
            if SLOT in self.masked[number]:
                layout.readings[number] = "text" if is_literal else "doubt"
                why = f"it stands in raw HTML, <{region.tag}>"
                layout.reasons[number] = (why, region.first)
