"""The containers that lines stand in, as two kinds of reader see them.

Python-Markdown gives four columns to a container: a list item, ``!!!``, ``???``,
``===``, a footnote.  CommonMark (GitHub, Obsidian) goes by the column at which an
item's text begins.  A `Frame` is a container as Python-Markdown sees it, and knows
where CommonMark sees it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct, field

from lrnotes.text.lines import TAB, indent_of

FrameKind = Literal["root", "item", "block", "note", "quote"]


class Line(Struct):
    """A line, as its containers leave it."""

    number: int
    """Index of the masked line."""
    text: str
    shift: int = 0
    """Columns from where the text stands to where CommonMark counts it; not 0 where
    Python-Markdown takes a line into a container without cutting its indentation."""
    home: tuple[Frame, int] | None = None
    """Of a line without ``>`` that goes on with a quote: the frame around the quote,
    and the line's column there."""

    @property
    def pad(self) -> int:
        """The line's indentation."""
        return indent_of(self.text)

    @property
    def column(self) -> int:
        """The column at which CommonMark sees the line in its frame."""
        return self.pad + self.shift

    def dedent(self) -> Line:
        """Return the line one level further in."""
        if self.text.startswith(" " * TAB):
            return Line(self.number, self.text[TAB:], self.shift, self.home)
        return self.enter()

    def enter(self) -> Line:
        """Return the line inside a container that leaves its indentation to it."""
        return Line(self.number, self.text, self.shift - TAB, self.home)

    def slide(self) -> Line:
        """Return the line a level further in, where CommonMark leaves it."""
        if self.text.startswith(" " * TAB):
            return Line(self.number, self.text[TAB:], self.shift + TAB, self.home)
        return self


class Frame(Struct, eq=False):
    """A container as Python-Markdown sees it."""

    kind: FrameKind = "root"
    outer: Frame | None = None
    slack: int = 0
    """Columns from where CommonMark has the content begin to where it begins here."""
    is_stale: bool = False
    """Whether only Python-Markdown still has the container open."""
    last: Frame | None = None
    """The container that indented lines go on with."""
    ghosts: list[tuple[int, int]] = field(default_factory=list)
    """Columns at which CommonMark sees the content of an open item, where a line that
    stands left of its four columns has left it; and how many levels in the item is for
    Python-Markdown, 0 where it sees none."""
    before: Frame | None = None
    """Of a footnote: what indented lines go on with once it has ended."""
    is_tight: bool = False
    """Whether the text of an item is being read that stands in its first block."""
    is_late: bool = False
    """Whether that item goes on with a list after a blank line."""
    has_split: bool = False
    """Whether the block at hand goes on below a slot, out of the list it began with."""
    depth: int = 0

    def chain(self) -> Iterator[Frame]:
        """Yield this frame and those around it."""
        frame: Frame | None = self
        while frame:
            yield frame
            frame = frame.outer

    def is_within(self, kind: FrameKind) -> bool:
        """Return whether a frame around this one is of that kind."""
        return any(frame.kind == kind for frame in self.chain() if frame is not self)

    def add(self, kind: FrameKind, slack: int = 0) -> Frame:
        """Open a container inside this one, and return it."""
        self.last = Frame(kind, self, slack, depth=self.depth + 1)
        return self.last

    def holds(self, column: int) -> bool:
        """Return whether CommonMark lets a fence begin at that column."""
        distance = column + self.slack
        if distance < 0 or any(frame.is_stale for frame in self.chain()):
            if self.outer is None or self.kind == "quote":
                return False
            return self.outer.holds(column + TAB)
        return distance < TAB or any(0 <= column - at < TAB for at, _ in self.ghosts)

    def agrees(self, line: Line) -> bool:
        """Return whether CommonMark, too, begins a container at that line."""
        home, column = line.home or (self, line.column)
        return column < TAB and home.holds(column)

    def leave(self, column: int) -> None:
        """Note that what begins at that column ends what it stands left of."""
        if self.outer and self.kind != "quote" and column + self.slack < 0:
            self.grow_stale()
            self.outer.leave(column + TAB)

    def leave_quote(self) -> None:
        """Note that a fence without ``>`` ends the quote around for CommonMark."""
        for frame in self.chain():
            if frame.kind == "quote":
                return
            frame.is_stale = True

    def age(self, column: int) -> None:
        """Note that a line begins at that column: what it closes for whom."""
        ghosts = [(at, 0) for at, _ in self.ghosts]
        level, frame = 0, self.last
        while frame and not frame.is_stale and frame.kind in ("item", "block", "note"):
            level += 1
            ghosts.append((level * TAB - frame.slack, level))
            frame = frame.last
        self.ghosts = [ghost for ghost in ghosts if ghost[0] <= column]

    def level_of(self, column: int) -> int:
        """Return how many levels in, from the root or quote, CommonMark sees a line."""
        frames = list(self.chain())
        if column + self.slack < 0 or any(frame.is_stale for frame in frames):
            if self.outer is None or self.kind == "quote":
                return 0
            return self.outer.level_of(column + TAB)
        if any(frame.has_split for frame in frames):
            return 0
        inner = (level for at, level in self.ghosts if at <= column)
        return self.level + max(inner, default=0)

    def split(self, column: int) -> None:
        """Note that text stands at that column in a block, below a slot.

        With the blank line below the slot the text ends a list that it stands left of,
        and what follows in the block goes on with the text.
        """
        self.ghosts = [ghost for ghost in self.ghosts if ghost[0] <= column]
        if self.outer and self.kind in ("item", "note") and column < 0:
            self.outer.has_split = True
            self.outer.split(column + TAB)

    def is_split(self, column: int) -> bool:
        """Return whether a slot would be indented code below such text."""
        if self.has_split and column >= TAB:
            return True
        if self.outer is None or self.kind == "quote":
            return False
        return self.outer.is_split(column + TAB)

    @property
    def level(self) -> int:
        """How many levels in this container is, from the root or quote around it."""
        if self.outer is None or self.kind == "quote":
            return 0
        return self.outer.level + 1

    def end_note(self) -> None:
        """Close a footnote, as two blank lines do for Python-Markdown alone."""
        if self.last and self.last.kind == "note":
            self.last = self.last.before
            if self.last:
                self.last.grow_stale()
            self.ghosts.append((TAB, 0))

    def grow_stale(self) -> None:
        """Mark this container and what is open in it as closed for CommonMark."""
        frame: Frame | None = self
        while frame:
            frame.is_stale, frame = True, frame.last
