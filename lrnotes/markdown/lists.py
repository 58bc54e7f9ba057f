"""Lists and quotes as CommonMark reads them, in the place of Python-Markdown's."""

from __future__ import annotations

import re
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.util import HTML_PLACEHOLDER_RE

from lrnotes.markdown.callouts import begin_callout
from lrnotes.text.blocks import CONTAINER
from lrnotes.text.segmenting import segment
from lrnotes.text.segments import Items, Quote, Segment, Text

_BEGINS = (
    r" {1,3}#| {0,3}(?:>|[-+*](?: |$)|\d{1,9}[.)](?: |$)"
    r"|!!!|\?\?\?|===|\$\$|\\\[)| *\x02wzxhzdk:"
)
_HINT = re.compile(f"^(?:{_BEGINS})", re.MULTILINE)
_CHANGED = re.compile(
    rf"^(?:{_BEGINS}| {{1,3}}(?! )| +$|\[\^[^\]]*\]:|: )", re.MULTILINE
)
"""Lines that `segment` reads, moves or joins; it returns all others as they are."""
_BELOW_ROW = re.compile(r"\|.*\n(?:#{1,6} |\*{3}|_{3})")
"""A heading or a rule right below a row of a table."""
_ALONE = re.compile(r"(?:\A|(?<=\n\n))\x02wzxhzdk:\d+\x03(?=\n\n|\Z)")
"""A slot that is a block already."""
_GAP = "\x02lrn-gap\x03"
_GAP_LINE = re.compile(f"^ *{_GAP}$", re.MULTILINE)
_REPLACED = ("indent", "olist", "ulist", "quote")


class ContainerProcessor(BlockProcessor):
    """Reads all blocks of a container at once, since a list may hold blank lines."""

    def __init__(self, md: Markdown) -> None:
        """Work for one Markdown instance."""
        super().__init__(md.parser)
        self.begin()

    def begin(self) -> None:
        """Start a page."""
        self.text_blocks: set[str] = set()
        """Blocks in which no list and no quote begins."""

    def test(self, parent: Element, block: str) -> bool:  # noqa: ARG002 as in the library
        """Return whether there may be something to read."""
        return block not in self.text_blocks and bool(
            _HINT.search(block) or _GAP in block or _cuts_table(block)
        )

    def run(self, parent: Element, blocks: list[str]) -> bool:
        """Read all blocks that are left in the container, but for text alone."""
        text = "\n\n".join(blocks)
        is_plain = text[0] != "\n" and _GAP not in text
        is_plain = is_plain and not _cuts_table(text)
        if is_plain and not _CHANGED.search(_ALONE.sub("", text)):
            blocks[:] = text.rstrip("\n").split("\n\n")
            self.text_blocks.update(blocks)
            return False
        text = _GAP_LINE.sub("", text)
        blocks.clear()
        lines = [line if line.strip(" ") else "" for line in text.split("\n")]
        self._build(parent, segment(lines))
        return True

    def _build(self, parent: Element, segments: list[Segment]) -> None:
        for each in segments:
            if isinstance(each, Text):
                self._build_text(parent, each)
            elif isinstance(each, Quote):
                self._build_quote(parent, each)
            else:
                self._build_list(parent, each)

    def _build_text(self, parent: Element, text: Text) -> None:
        blocks = _join(text).strip("\n").split("\n\n")
        self.text_blocks.update(blocks)
        for is_box, run in groupby(blocks, lambda block: bool(CONTAINER.match(block))):
            if is_box:
                self.parser.state.set("box")
            self.parser.parseBlocks(parent, list(run))
            if is_box:
                self.parser.state.reset()

    def _build_quote(self, parent: Element, quote: Quote) -> None:
        box = begin_callout(parent, quote.title)
        if box is None:
            box = SubElement(parent, "blockquote")
        self.parser.state.set("blockquote")
        self._build(box, quote.inside)
        self.parser.state.reset()

    def _build_list(self, parent: Element, items: Items) -> None:
        found = SubElement(parent, "ol" if items.is_ordered else "ul")
        if items.is_ordered and items.start != 1:
            found.set("start", str(items.start))
        # In the state "list" Python-Markdown writes text without paragraphs.
        self.parser.state.set("item" if items.is_loose else "list")
        for item in items.items:
            element = SubElement(found, "li")
            self._build(element, item.inside)
            _wrap_tails(element)
        self.parser.state.reset()


def _cuts_table(text: str) -> bool:
    return "|" in text and _BELOW_ROW.search(text) is not None


def _wrap_tails(item: Element) -> None:
    """Give what follows code in a tight item an element of its own.

    Python-Markdown leaves it as the tail of the code, which the highlighter drops.
    """
    for start, code in reversed(list(enumerate(item))):
        lines = (code.tail or "").strip("\n") if code.tag == "pre" else ""
        if not lines:
            continue
        code.tail = None
        pieces = [Element("span")]
        for line in filter(None, lines.split("\n")):
            if HTML_PLACEHOLDER_RE.fullmatch(line.strip()):
                pieces += [Element("p"), Element("span")]
                pieces[-2].text = line
            else:
                pieces[-1].text = f"{pieces[-1].text or ''}\n{line}".lstrip("\n")
        item[start + 1 : start + 1] = [each for each in pieces if each.text]


def _join(text: Text) -> str:
    """Return the text as Python-Markdown parts it into the same blocks."""
    lines: list[str] = []
    for at, line in enumerate(text.lines):
        if at in text.breaks:
            lines.append("")
        # What stands in an admonition arrives there whole.
        lines.append(f"    {_GAP}" if at in text.gaps else line)
    return "\n".join(lines)


def read_as_commonmark(md: Markdown) -> None:
    """Let CommonMark's rules hold for the lists and quotes of a page."""
    processors = md.parser.blockprocessors
    if "lrnotes-lists" in processors:
        processors["lrnotes-lists"].begin()  # type: ignore[attr-defined]
        return
    for name in _REPLACED:
        processors.deregister(name, strict=False)
    if "defindent" in processors:
        # Indented text below a list is no part of it; below a definition it is.
        indent = processors["defindent"]
        indent.ITEM_TYPES, indent.LIST_TYPES = ["dd"], ["dl"]  # type: ignore[attr-defined]
    # Before admonitions, details and tabs (105).
    processors.register(ContainerProcessor(md), "lrnotes-lists", 106)
