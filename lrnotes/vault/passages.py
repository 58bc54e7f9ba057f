"""The prose of a built page: its blocks of text, their links, the sentences in them.

It is read from the page's HTML, not from the note's source, so that code, comments and
raw HTML are known for what they are, and values, citations and maths read as they show.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

FORMULA = "\ue000"
"""Stands in a passage's text for a formula."""

_TAG = re.compile(
    r"<(/?)([a-zA-Z][\w-]*)([^<>\"']*(?:\"[^\"]*\"[^<>\"']*|'[^']*'[^<>\"']*)*)>|<!--.*?-->",
    re.DOTALL,
)
_ID = re.compile(r'\sid="([^"]*)"')
_SPACE = re.compile(r"\s+")
_INLINE_TAGS = """
a abbr b bdi bdo cite code data del dfn em font i img input ins kbd label mark math q s
samp small span strong sub sup time u var wbr
"""
_NO_PROSE_TAGS = """
audio button canvas iframe nav noscript object pre script select style svg template
textarea video
"""
_INLINE = frozenset(_INLINE_TAGS.split())
_NO_PROSE = frozenset(_NO_PROSE_TAGS.split())
_ASIDE = re.compile(
    r"\bdata-search-exclude\b|"
    r'class="[^"]*\b(?:headerlink|footnote-backref|katex-html|lrn-(?:cell|embed|mark))\b'
    r'|\sid="fnref'
)
"""Elements that stand in the text and are not what its author says there."""
_MATHS = re.compile(r"<math\b.*?</math>", re.DOTALL)
_SPARE = re.compile(
    r"<annotation\b.*?</annotation>|</?semantics>|\sxmlns=\"[^\"]*\"", re.DOTALL
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a passage's text."""

    start: int
    end: int
    id: str = ""
    """Of a link: the id of its element."""


@dataclass(slots=True)
class Passage:
    """A block of text as a page shows it: a paragraph, an item, a cell, a heading."""

    heading: str = ""
    """Id of the heading above it."""
    is_heading: bool = False
    text: str = ""
    formulas: list[str] = field(default_factory=list)
    """MathML of each `FORMULA` in the text."""
    links: list[Span] = field(default_factory=list)
    muted: list[Span] = field(default_factory=list)
    """Code, and links to nothing."""

    def show(self, start: int, end: int) -> str:
        """Return the HTML of a part of the text."""
        shown = html.escape(_SPACE.sub(" ", self.text[start:end]), quote=False)
        if FORMULA not in shown:
            return shown
        waiting = iter(self.formulas[self.text.count(FORMULA, 0, start) :])
        return re.sub(FORMULA, lambda _: next(waiting, ""), shown)


def read_passages(page: str) -> list[Passage]:
    """Return the blocks of text of a page's HTML, in their order."""
    return [each for each in _Reader(page).read() if each.text.strip()]


class _Reader:
    """Reads one page from its first tag to its last."""

    def __init__(self, page: str) -> None:
        self.page = page
        self.passage = Passage()
        self.pieces: list[str] = []
        self.length = 0
        self.opened: list[tuple[str, int, str]] = []

    def read(self) -> Iterator[Passage]:
        at = 0
        while found := _TAG.search(self.page, at):
            self._add(self.page[at : found.start()])
            at = found.end()
            name = (found[2] or "").lower()
            if not name:
                continue
            if found[1]:
                self._close(name)
            elif name in _NO_PROSE or _ASIDE.search(found[3]):
                at = self._skip(name, found)
                continue
            elif name == "math":
                at = self._add_formula(found.start())
                continue
            elif name in ("a", "code", "span"):
                self.opened.append((name, self.length, found[3]))
            if name not in _INLINE:
                yield self._end()
                if name in _HEADINGS:
                    self._begin_heading(found)
        self._add(self.page[at:])
        yield self._end()

    def _add(self, source: str) -> None:
        if source:
            text = html.unescape(source) if "&" in source else source
            self.pieces.append(text)
            self.length += len(text)

    def _add_formula(self, at: int) -> int:
        found = _MATHS.match(self.page, at)
        if found is None:
            return at + 1
        self._add(FORMULA)
        self.passage.formulas.append(_SPARE.sub("", found[0]))
        return found.end()

    def _close(self, name: str) -> None:
        if self.opened and self.opened[-1][0] == name:
            _, start, attributes = self.opened.pop()
            anchor = _ID.search(attributes)
            span = Span(start, self.length, html.unescape(anchor[1]) if anchor else "")
            if name == "a":
                self.passage.links.append(span)
            elif name == "code" or "lrn-unresolved" in attributes:
                self.passage.muted.append(span)

    def _skip(self, name: str, opening: re.Match[str]) -> int:
        """Return where an element ends."""
        if name in ("img", "input", "br", "hr", "wbr") or opening[3].endswith("/"):
            return opening.end()
        depth, tag = 1, re.compile(rf"<(/?){name}\b[^>]*>", re.IGNORECASE)
        for found in tag.finditer(self.page, opening.end()):
            depth += -1 if found[1] else 1
            if not depth:
                return found.end()
        return len(self.page)

    def _end(self) -> Passage:
        """Return the passage that ends here, and begin the next."""
        ended = self.passage
        ended.text = "".join(self.pieces)
        self.passage = Passage(ended.heading)
        self.pieces.clear()
        self.opened.clear()
        self.length = 0
        return ended

    def _begin_heading(self, found: re.Match[str]) -> None:
        self.passage.is_heading = not found[1]
        anchor = _ID.search(found[3])
        if anchor:
            self.passage.heading = html.unescape(anchor[1])
