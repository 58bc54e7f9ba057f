"""The prose of a built page: its blocks of text, their links, the sentences in them.

It is read from the page's HTML, not from the note's source, so that code, comments and
raw HTML are known for what they are, and values, citations and maths read as they show.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator

from msgspec import Struct, field

from lrnotes.text.elements import TAG, skip_element

FORMULA = "\ue000"
"""Stands in a passage's text for a formula."""

_ID = re.compile(r'\sid="([^"]*)"')
_SPACE = re.compile(r"\s+")
_WRITTEN = re.compile(f"[&<>{FORMULA}]")
"""What is written in another way in HTML."""
_TAGS = {
    "inline": "abbr b bdi bdo cite data del dfn em font i img input ins kbd label mark q s "
    "samp small strong sub sup time u var wbr",
    "span": "a code span",
    "none": "audio button canvas iframe nav noscript object pre script select style svg "
    "template textarea video",
    "heading": "h1 h2 h3 h4 h5 h6",
    "math": "math",
}
_KINDS = {name: kind for kind, names in _TAGS.items() for name in names.split()}
"""What a tag means for the text; any other begins or ends a block."""
_ASIDE = re.compile(
    r'class="[^"]*\b(?:headerlink|footnote-backref|katex-html|lrn-(?:cell|embed|mark))\b'
)
_MARKED_ASIDE = re.compile(r'\bdata-search-exclude\b|\sid="fnref')
"""Elements that stand in the text and are not what its author says there."""
_SPARE = re.compile(
    r"<annotation\b.*?</annotation>|</?semantics>|\sxmlns=\"[^\"]*\"", re.DOTALL
)


class Span(Struct, frozen=True):
    """A part of a passage's text."""

    start: int
    end: int
    id: str = ""
    """Of a link: the id of its element."""


class Passage(Struct):
    """A block of text as a page shows it: a paragraph, an item, a cell, a heading."""

    heading: str = ""
    """Id of the heading above it."""
    id: str = ""
    """Its own id, or that of the element that begins with it."""
    is_heading: bool = False
    text: str = ""
    formulas: list[str] = field(default_factory=list)
    """MathML of each `FORMULA` in the text."""
    links: list[Span] = field(default_factory=list)
    muted: list[Span] = field(default_factory=list)
    """Code, and links to nothing."""
    is_plain: bool | None = None
    """Whether all of the text reads the same as HTML; None before anyone asks."""

    def show(self, start: int, end: int) -> str:
        """Return the HTML of a part of the text."""
        shown = self.text[start:end]
        if self.is_plain is None:
            framed = f"x{self.text}x"
            is_even = " ".join(framed.split()) == framed
            self.is_plain = is_even and not _WRITTEN.search(framed)
        if self.is_plain:
            return shown
        shown = html.escape(_SPACE.sub(" ", shown), quote=False)
        if FORMULA not in shown:
            return shown
        waiting = iter(self.formulas[self.text.count(FORMULA, 0, start) :])
        return re.sub(FORMULA, lambda _: next(waiting, ""), shown)


def read_passages(page: str) -> list[Passage]:
    """Return the blocks of text of a page's HTML, in their order."""
    return [each for each in _Reader(page).read() if each.text.strip()]


def _is_aside(attributes: str) -> bool:
    # Searches for one literal each are quicker than one for all.
    return ("class=" in attributes and bool(_ASIDE.search(attributes))) or (
        ("-exclude" in attributes or "fnref" in attributes)
        and bool(_MARKED_ASIDE.search(attributes))
    )


class _Reader:
    """Reads one page from its first tag to its last."""

    def __init__(self, page: str) -> None:
        # Text, slash, name, attributes, text, …: one pass over the page, made in C.
        self.parts = TAG.split(page)
        self.passage = Passage()
        self.pieces: list[str] = []
        self.length = 0
        self.opened: list[tuple[str, int, str]] = []

    def read(self) -> Iterator[Passage]:
        parts, at = self.parts, 1
        self._add(parts[0])
        while at < len(parts):
            closing, name, attributes = parts[at : at + 3]
            kind = _KINDS.get(name, "block") if name else "inline"
            if kind == "none" or (attributes and _is_aside(attributes)):
                at = skip_element(self.parts, at)
            elif kind == "math":
                at = self._add_formula(at)
            elif kind == "span":
                if closing:
                    self._close(name)
                else:
                    self.opened.append((name, self.length, attributes))
            elif kind != "inline":
                if self.length:
                    yield self._end()
                if kind == "heading":
                    self._begin_heading(closing, attributes)
                elif attributes and not closing and "id=" in attributes:
                    anchor = _ID.search(attributes)
                    self.passage.id = html.unescape(anchor[1]) if anchor else ""
            self._add(parts[at + 3])
            at += 4
        yield self._end()

    def _add(self, source: str) -> None:
        if source:
            text = html.unescape(source) if "&" in source else source
            if not text.isascii():
                text = unicodedata.normalize("NFC", text)
            self.pieces.append(text)
            self.length += len(text)

    def _add_formula(self, at: int) -> int:
        """Take in a formula that begins at a tag; return where its last tag is."""
        end = skip_element(self.parts, at)
        shown = "".join(
            f"<{slash or ''}{name}{attributes}>{text}"
            for slash, name, attributes, text in zip(
                *(self.parts[at + shift : end + shift + 1 : 4] for shift in range(4)),
                strict=True,
            )
        )
        formula, mark, _ = shown.rpartition("</math>")
        self.passage.formulas.append(_SPARE.sub("", formula + mark))
        self._add(FORMULA)
        return end

    def _close(self, name: str) -> None:
        if self.opened and self.opened[-1][0] == name:
            _, start, attributes = self.opened.pop()
            anchor = _ID.search(attributes)
            span = Span(start, self.length, html.unescape(anchor[1]) if anchor else "")
            if name == "a":
                self.passage.links.append(span)
            elif name == "code" or "lrn-unresolved" in attributes:
                self.passage.muted.append(span)

    def _end(self) -> Passage:
        """Return the passage that ends here, and begin the next."""
        ended = self.passage
        ended.text = "".join(self.pieces)
        self.passage = Passage(ended.heading)
        self.pieces.clear()
        self.opened.clear()
        self.length = 0
        return ended

    def _begin_heading(self, closing: str, attributes: str) -> None:
        self.passage.is_heading = not closing
        anchor = _ID.search(attributes)
        if anchor:
            self.passage.heading = html.unescape(anchor[1])
