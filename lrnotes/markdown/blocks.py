"""Block ids: ``^id`` at the end of a block, or on a line of its own below it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from markdown.util import HTML_PLACEHOLDER_RE

from lrnotes.markdown.conversion import Conversion

_END = re.compile(r"(?:^|\s+)\^([A-Za-z0-9-]+)\s*$")
_AFTER_EMBED = re.compile(r"(?<=\]\])\^([A-Za-z0-9-]+)\s*$")
_END_OF_LINE = re.compile(r"[ \t]+\^([A-Za-z0-9-]+)[ \t]*(?=\n)")
_ALONE = re.compile(r"\s*\^([A-Za-z0-9-]+)\s*$")
_INSIDE = ("ul", "ol", "dl", "p", "div", "pre", "table", "blockquote", "details")
_NAMED = ("p", "li", "td", "th", "dd")


def block_anchor(name: str) -> str:
    """Return the HTML id of a block; the caret keeps it apart from headings."""
    return f"^{name}"


def name_blocks(root: Element, conversion: Conversion) -> None:
    """Move block ids from the text to the blocks that they name."""
    names = conversion.found.blocks
    for parent in list(root.iter()):
        for child in list(parent):
            alone = find_alone(child)
            if alone:
                named = _before(parent, child)
                if named is not None:
                    parent.remove(child)
                    _give(named, alone, names)
                continue
            if child.tag == "table":
                _name_table(child, names)
            elif child.tag in _NAMED:
                found = _take_from_end(child)
                if found:
                    _give(child, found, names)


def find_alone(element: Element) -> str:
    """Return the id of a paragraph that holds nothing else; empty for any other."""
    if element.tag != "p" or len(element) or not element.text:
        return ""
    found = _ALONE.match(element.text)
    return found[1] if found else ""


def _before(parent: Element, child: Element) -> Element | None:
    """Return the block before a child, in a form that can carry an id."""
    at = list(parent).index(child)
    if not at:
        return None
    before = parent[at - 1]
    if before.tag == "p" and HTML_PLACEHOLDER_RE.fullmatch((before.text or "").strip()):
        # Stashed HTML, such as a fence, takes the place of its whole paragraph.
        before.tag = "div"
    return before


def _give(element: Element, name: str, names: list[str]) -> None:
    if "id" not in element.attrib and name not in names:
        element.set("id", block_anchor(name))
        names.append(name)


def _name_table(table: Element, names: list[str]) -> None:
    """Read an id that stands right below a table, and so became its last row."""
    rows = list(table.iter("tr"))
    if len(rows) < 2:
        return
    texts = [(cell.text or "").strip() for cell in rows[-1]]
    found = _ALONE.match(texts[0]) if texts and not any(texts[1:]) else None
    if found and not any(len(cell) for cell in rows[-1]):
        for body in table.iter("tbody"):
            if rows[-1] in list(body):
                body.remove(rows[-1])
        _give(table, found[1], names)


def find_at_end(element: Element) -> str:
    """Return the id that an element's source ends with; empty where there is none.

    The text has not been read yet, so an embed before the id still has its brackets.
    """
    if element.tag not in _NAMED:
        return ""
    text = element.text or ""
    found = _END.search(text) or _AFTER_EMBED.search(text) or _line_end(element, text)
    return found[1] if found else ""


def _line_end(element: Element, text: str) -> re.Match[str] | None:
    """Return the id at the end of a line of an item, whose text goes on below it."""
    return _END_OF_LINE.search(text) if element.tag == "li" else None


def _take_from_end(element: Element) -> str:
    """Take the id from the end of an element's own text; return it, or nothing."""
    last = _last_inline(element)
    text = (element.text if last is None else last.tail) or ""
    found = _END.search(text)
    if found and last is not None and not found.start() and text[0] == "^":
        # Without a space before it, an id can only follow an embed.
        found = found if last.tag in ("img", "div") else None
    found = found or _line_end(element, element.text or "")
    if not found:
        return ""
    rest = found.string[: found.start()] + found.string[found.end() :]
    if last is None or found.string is element.text:
        element.text = rest
    else:
        last.tail = rest
    return found[1]


def _last_inline(element: Element) -> Element | None:
    """Return the last child that belongs to an element's own text."""
    last: Element | None = None
    for child in element:
        if child.tag in _INSIDE:
            break
        last = child
    return last


def find_block(names: tuple[str, ...], wanted: str) -> str:
    """Return the block id that is equal but for case; empty where there is none."""
    same: Iterator[str] = (each for each in names if each.lower() == wanted.lower())
    return next(same, "")
