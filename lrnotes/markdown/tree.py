"""The page as a tree: blocks leave paragraphs, headings and links are recorded."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Any
from xml.etree.ElementTree import Element

from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER_RE

from lrnotes.markdown.blocks import name_blocks
from lrnotes.markdown.claims import append_evidence
from lrnotes.markdown.conversion import Conversion
from lrnotes.markdown.embeds import SLOT
from lrnotes.markdown.properties import record_properties
from lrnotes.markdown.references import append_references
from lrnotes.markdown.wiki import read_sizes
from lrnotes.model import Heading
from lrnotes.vault.names import find_heading

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_PHRASING = ("p", "dt", "summary", "caption", *HEADINGS)
"""Blocks that hold text only: what is no text must stand beside them."""
_INLINE = ("a", "b", "del", "em", "i", "ins", "mark", "s", "small", "span", "strong",
           "sub", "sup", "u")  # fmt: skip
_ESCAPED = re.compile("\x02(\\d+)\x03")
_TAGS = re.compile(r"<[^>]*>")
_WRAP = re.compile(r"\\[()\[\]]")


class PageTreeprocessor(Treeprocessor):
    """Brings a page into its final shape once inline text has been read."""

    def __init__(self, conversion: Conversion) -> None:
        """Work for one conversion."""
        super().__init__(conversion.md)
        self.conversion = conversion

    def run(self, root: Element) -> None:
        """Lift embeds out of paragraphs; append references and evidence."""
        if self.conversion.embeds:
            lift_embeds(root)
        if self.conversion.has_carets:
            name_blocks(root, self.conversion)
        if self.conversion.has_bars:
            size_images(root)
            report_cut_links(root, self.conversion)
        if self.conversion.parent is None:
            append_references(root, self.conversion)
            append_evidence(root, self.conversion)


class HeadingTreeprocessor(Treeprocessor):
    """Reads the headings once the toc extension has given them their ids."""

    def __init__(self, conversion: Conversion) -> None:
        """Work for one conversion."""
        super().__init__(conversion.md)
        self.conversion = conversion

    def run(self, root: Element) -> None:
        """Record the headings; a heading wins over a cell of the same name."""
        conversion = self.conversion
        found = conversion.found
        found.headings.extend(read_headings(root, conversion))
        for shell, fragment in conversion.cell_links:
            _let_heading_win(shell, find_heading(found.headings, fragment))


class RecordTreeprocessor(Treeprocessor):
    """Records what the conversion has found, as the last of ours."""

    def __init__(self, conversion: Conversion) -> None:
        """Work for one conversion."""
        super().__init__(conversion.md)
        self.conversion = conversion

    def run(self, root: Element) -> None:  # noqa: ARG002 the library's signature
        """Leave the record of this page in the index."""
        conversion = self.conversion
        if conversion.path:
            record_properties(conversion)
            record = conversion.found.record(conversion.path)
            conversion.index.records[conversion.path] = record


def _let_heading_win(shell: Element, heading: Heading | None) -> None:
    """Make a link to a cell of the page one to the heading of that name, if any."""
    link = shell if shell.tag == "a" else shell[0]
    if heading is None:
        link.attrib.pop("data-lrn-to", None)
        return
    link.set("data-lrn-at", heading.id)
    link.set("class", "lrn-link")
    for name in ("data-lrn-to", "data-lrn-claim"):
        link.attrib.pop(name, None)
    if shell is not link:
        shell.attrib.pop("class", None)
        for mark in list(shell)[1:]:
            shell.remove(mark)


def read_headings(root: Element, conversion: Conversion) -> Iterable[Heading]:
    """Yield the headings of a page with the ids that they have got."""
    permalink = "headerlink"
    if "toc" in conversion.md.treeprocessors:
        toc: Any = conversion.md.treeprocessors["toc"]
        permalink = getattr(toc, "permalink_class", permalink)
    for element in root.iter():
        if element.tag in HEADINGS and element.get("id"):
            text = "".join(_shown(element, permalink))
            # Raw HTML in a heading is stashed: its tags are not shown.
            text = HTML_PLACEHOLDER_RE.sub(
                lambda found: _TAGS.sub("", _stashed(conversion, int(found[1]))), text
            )
            text = _ESCAPED.sub(lambda found: chr(int(found[1])), text)
            text = html.unescape(_WRAP.sub("", text))
            level = int(element.tag[1])
            yield Heading(level, " ".join(text.split()), element.get("id", ""))


def _stashed(conversion: Conversion, at: int) -> str:
    blocks = conversion.md.htmlStash.rawHtmlBlocks
    return str(blocks[at]) if at < len(blocks) else ""


def _shown(element: Element, permalink: str) -> Iterable[str]:
    """Yield the text of a heading without its footnotes and its own address."""
    yield element.text or ""
    for child in element:
        is_footnote = child.tag == "sup" and child.get("id", "").startswith("fnref")
        if not is_footnote and child.get("class") != permalink:
            yield from _shown(child, permalink)
        yield child.tail or ""


def size_images(root: Element) -> None:
    """Read the sizes in the alternative texts of images: ``![alt|300](url)``."""
    for image in root.iter("img"):
        alt, sizes = read_sizes(image.get("alt", ""))
        if sizes:
            image.attrib.update({"alt": alt, **sizes})


def report_cut_links(root: Element, conversion: Conversion) -> None:
    """Report links that the cells of a table cut in two."""
    for table in root.iter("table"):
        for cell in table.iter():
            text = cell.text or ""
            start = text.rfind("[[")
            if cell.tag in ("td", "th") and start > text.rfind("]]"):
                raw = text[start:]
                conversion.meet(raw)
                what = 'the "|" of this link ends its cell of the table'
                conversion.report("unresolved-link", raw, what, r'write "\|"')


def lift_embeds(root: Element) -> None:
    """Put each embed beside the paragraph or heading that it was written in."""
    parents = {child: parent for parent in root.iter() for child in parent}
    slots = [each for each in root.iter("div") if SLOT in each.get("class", "").split()]
    for slot in slots:
        block = _phrasing_block(slot, parents)
        if block is None:
            continue
        rest = _take_out(slot, block, parents)
        parent = parents[block]
        at = list(parent).index(block) + 1
        for piece in (rest, slot) if rest is not None else (slot,):
            parent.insert(at, piece)
            parents[piece] = parent
        if block.tag == "p" and not _has_content(block):
            parent.remove(block)


def _phrasing_block(slot: Element, parents: dict[Element, Element]) -> Element | None:
    """Return the block of text that a slot stands in; None where a block may stand."""
    element = parents.get(slot)
    while element is not None and element.tag in _INLINE:
        element = parents.get(element)
    return element if element is not None and element.tag in _PHRASING else None


def _take_out(
    slot: Element, block: Element, parents: dict[Element, Element]
) -> Element | None:
    """Take the slot out of its block; return a paragraph of what followed it."""
    parent = parents[slot]
    at = list(parent).index(slot)
    following, tail = list(parent)[at + 1 :], slot.tail
    slot.tail = None
    parent.remove(slot)
    if parent is not block or block.tag != "p":
        # Inside emphasis, or in a heading: the text stays whole, the embed follows it.
        _append_tail(parent, at, tail)
        return None
    _strip_end(block, at)
    rest = Element("p")
    rest.text = (tail or "").lstrip()
    for each in following:
        parent.remove(each)
        rest.append(each)
        parents[each] = rest
    return rest if _has_content(rest) else None


def _append_tail(parent: Element, at: int, tail: str | None) -> None:
    before = (parent[at - 1].tail if at else parent.text) or ""
    tail = tail or ""
    joined = before + (tail.lstrip() if before.endswith(" ") else tail)
    if at:
        parent[at - 1].tail = joined
    else:
        parent.text = joined


def _strip_end(block: Element, count: int) -> None:
    """Strip the space at the end of a block's first ``count`` children."""
    if count:
        block[count - 1].tail = (block[count - 1].tail or "").rstrip()
    else:
        block.text = (block.text or "").rstrip()


def _has_content(element: Element) -> bool:
    breaks_only = all(child.tag == "br" and not (child.tail or "").strip()
                      for child in element)  # fmt: skip
    return bool((element.text or "").strip()) or not breaks_only
