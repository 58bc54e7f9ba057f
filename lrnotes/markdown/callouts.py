"""Callouts: quotes that begin with ``[!type]``."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor

_HEAD = r"\[!([^\]\n|]+)(?:\|[^\]\n]*)?\]([+-]?)(.*)"
_TITLE = re.compile(_HEAD)
_START = re.compile(r"(?:^|\n)[ ]{0,3}>[ ]?" + _HEAD)
_QUOTED = re.compile(r"[ ]{0,3}>[ ]?(.*)")
_TYPES = {
    "note": "note",
    "abstract": "abstract summary tldr",
    "info": "info todo",
    "tip": "tip hint important",
    "success": "success check done",
    "question": "question help faq",
    "warning": "warning caution attention",
    "failure": "failure fail missing",
    "danger": "danger error",
    "bug": "bug",
    "example": "example",
    "quote": "quote cite",
}
_SHOWN_AS = {name: kind for kind, names in _TYPES.items() for name in names.split()}


class CalloutProcessor(BlockProcessor):
    """Makes admonitions of callouts, and details of those that fold."""

    def __init__(self, md: Markdown) -> None:
        """Work for one Markdown instance."""
        super().__init__(md.parser)

    def test(self, parent: Element, block: str) -> bool:  # noqa: ARG002 as in the library
        """Return whether a callout begins in the block."""
        return _find(block) is not None

    def run(self, parent: Element, blocks: list[str]) -> None:
        """Read a callout to the end of its block."""
        block = blocks.pop(0)
        found = _find(block)
        if found is None:
            return
        self.parser.parseBlocks(parent, [block[: found.start()]])
        box = _make_box(parent, found)
        lines = block[found.end() :].lstrip("\n").split("\n")
        body = "\n".join(_unquote(line) for line in lines)
        if body.strip():
            self.parser.state.set("blockquote")
            self.parser.parseChunk(box, body)
            self.parser.state.reset()


def begin_callout(parent: Element, title: str) -> Element | None:
    """Return a new box for a callout that begins with that line, if one does."""
    found = _TITLE.match(title)
    return _make_box(parent, found) if found else None


def _find(block: str) -> re.Match[str] | None:
    """Return where a callout begins: at the first line of a quote."""
    if "[!" not in block:
        return None
    for found in _START.finditer(block):
        before = block[: found.start()].rpartition("\n")[2]
        if not _QUOTED.match(before):
            return found
        if not _QUOTED.match(block.split("\n", 1)[0]):
            continue
        return None
    return None


def _make_box(parent: Element, found: re.Match[str]) -> Element:
    given, fold = found[1].strip(), found[2]
    name = re.sub(r"[^\w-]+", "-", given.lower()).strip("-")
    kind = _SHOWN_AS.get(name, "note")
    names = kind if name in (kind, "") or name in _SHOWN_AS else f"{name} {kind}"
    title = found[3].strip() or given[:1].upper() + given[1:].lower()
    if fold:
        box = SubElement(parent, "details", {"class": names})
        if fold == "+":
            box.set("open", "open")
        SubElement(box, "summary").text = title
    else:
        box = SubElement(parent, "div", {"class": f"admonition {names}"})
        SubElement(box, "p", {"class": "admonition-title"}).text = title
    return box


def _unquote(line: str) -> str:
    found = _QUOTED.match(line)
    return found[1] if found else line
