"""Find raw HTML in masked text as Python-Markdown does, before any container is known.

A block-level tag, a comment or a declaration at the start of a line (three spaces at
most) begins a raw block, which lasts until its end, whatever blank lines or list marks
stand in it.  An element with the attribute ``markdown`` is a container instead.
"""

from __future__ import annotations

import re

from msgspec import Struct, field

from lrnotes.text.tags import BLOCK_TAGS, SWALLOWING_TAGS, Kind, read_kind

_START = re.compile(
    r"""<([a-zA-Z][^`\s/>]*)((?:[\s/]++(?:[^`\s/>=][^\s/>=]*+"""
    r"""(?:\s*+=\s*+(?:"[^"]*"|'[^']*'|[^`\s"'>]+))?)?)*+)\s*>"""
)
_END = re.compile(r"</([a-zA-Z][^\s/>]*)[^>]*>")
_COMMENT_END = re.compile(r"--!?>")
_BLANK_AFTER = re.compile(r"(?:[ ]*\n){2}")


class Region(Struct):
    """Lines that raw HTML covers, as indices of the masked lines."""

    kind: Kind
    """``raw`` is shown as it stands; ``literal`` likewise, and a fence in it is meant
    as text; ``markdown`` is a container; the content of ``span`` is inline text."""
    first: int
    last: int
    tag: str
    """The element's name, or how a comment or declaration begins."""
    head: str = ""
    """What follows the start tag on its line."""
    inner: list[Region] = field(default_factory=list)


class RawHtml(Struct):
    """All raw HTML of a text."""

    regions: list[Region] = field(default_factory=list)
    torn: list[tuple[int, int, str]] = field(default_factory=list)
    """First and last line of constructs that only some readers take for HTML: a tag or
    comment that goes on over lines inside a container or a paragraph, or never ends."""


def find_html(lines: list[str]) -> RawHtml:
    """Return the raw HTML of masked lines."""
    text = "\n".join(lines)
    if "<" not in text:
        return RawHtml()
    return _Scanner(text).scan()


class _Scanner:
    """Walks over the text once, from ``<`` to ``<``."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found = RawHtml()
        self.line = 0
        self.counted = 0
        self.raw: list[str] = []
        """Open tags of the raw block at hand, outermost first."""
        self.block: Region | None = None
        """The raw block at hand."""
        self.open: list[Region] = []
        """Open elements of a ``markdown`` element, outermost first."""
        self.in_tail = False
        """Whether a block has ended on this very line."""
        self.is_fresh = False
        """Whether nothing but tags has followed the start of the innermost element."""

    def scan(self) -> RawHtml:
        """Return what the text holds."""
        position = 0
        while (at := self.text.find("<", position)) >= 0:
            between = self.text[position:at]
            if between:
                self.is_fresh = False
                self.in_tail = self.in_tail and "\n" not in between
            position = self._read(at)
        last = self.text.count("\n")
        if self.block:
            self._add(self.block)
            self.open.append(self.block)
        for region in self.open:
            region.last = last
            # Python-Markdown may lose what stands in an element without an end.
            region.kind = "raw" if region.kind == "markdown" else region.kind
        return self.found

    # --- where we are ----------------------------------------------------------

    def _line_of(self, at: int) -> int:
        if at < self.counted:
            return self.text.count("\n", 0, at)
        self.line += self.text.count("\n", self.counted, at)
        self.counted = at
        return self.line

    def _starts_line(self, at: int) -> bool:
        before = self.text[self.text.rfind("\n", 0, at) + 1 : at]
        return len(before) <= 3 and not before.strip()

    def _starts_block(self, at: int) -> bool:
        return self.in_tail or self._starts_line(at)

    # --- constructs ------------------------------------------------------------

    def _read(self, at: int) -> int:
        """Read the construct at ``<``; return where to go on."""
        text = self.text
        if text.startswith("<!--", at):
            end = _COMMENT_END.search(text, at + 4)
            return self._declare(at, end.end() if end else -1, is_comment=True)
        for opening, closing in (("<?", "?>"), ("<![CDATA[", "]]>"), ("<!", ">")):
            if text.startswith(opening, at):
                if not (self._starts_block(at) or self.open):
                    return at + 2
                end_at = text.find(closing, at + len(opening))
                return self._declare(at, end_at + len(closing) if end_at >= 0 else -1)
        if match := _START.match(text, at):
            return self._start(match)
        if match := _END.match(text, at):
            self._end(match)
            return match.end()
        return at + 1

    def _declare(self, at: int, end: int, *, is_comment: bool = False) -> int:
        first = self._line_of(at)
        prefix = self.text[self.text.rfind("\n", 0, at) + 1 : at]
        leads = not prefix.strip(" >")
        if end < 0:
            if leads and not self.raw:
                torn = (first, self.text.count("\n"), self.text[at : at + 4])
                self.found.torn.append(torn)
            return at + 1
        last = first + self.text.count("\n", at, end)
        if self.raw:
            return end
        if self._starts_line(at) or (self.in_tail and not is_comment):
            kind: Kind = "literal" if is_comment else "raw"
            tag = self.text[at + 1 : at + 4].strip()
            self._add(Region(kind, first, last, tag))
            self.in_tail = not _BLANK_AFTER.match(self.text, end)
        elif last > first:
            self.found.torn.append((first, last, self.text[at : at + 4]))
        return end

    def _add(self, region: Region) -> None:
        (self.open[-1].inner if self.open else self.found.regions).append(region)

    def _start(self, match: re.Match[str]) -> int:
        at, end = match.span()
        tag, attributes = match[1].lower(), match[2]
        first, last = self._line_of(at), self._line_of(at) + match[0].count("\n")
        is_empty = attributes.endswith("/") or tag == "hr"
        can_start = self._starts_block(at) or (bool(self.open) and self.is_fresh)
        if self.raw:
            if not is_empty:
                self.raw.append(tag)
        elif tag not in BLOCK_TAGS or not can_start:
            if tag in SWALLOWING_TAGS and not is_empty and not self._in_code(at):
                last = self._line_before_end(tag, end)
            if last > first:
                self.found.torn.append((first, last, f"<{tag}>"))
            return end
        elif is_empty:
            if not self.open:
                self._add(Region("raw", first, last, tag))
                self.in_tail = not _BLANK_AFTER.match(self.text, end)
            return end
        else:
            self._enter(tag, attributes, first, end)
        if last > first:
            self.found.torn.append((first, last, f"<{tag}>"))
        if self.raw and tag in ("script", "style"):
            close = re.compile(f"</{tag}", re.IGNORECASE).search(self.text, end)
            return close.start() if close else len(self.text)
        return end

    def _in_code(self, at: int) -> bool:
        before = self.text[self.text.rfind("\n", 0, at) + 1 : at]
        return before.count("`") % 2 == 1

    def _line_before_end(self, tag: str, at: int) -> int:
        """Return the last line that an element reaches for a browser."""
        close = re.compile(f"</{tag}", re.IGNORECASE).search(self.text, at)
        return self.text.count("\n", 0, close.start() if close else None)

    def _enter(self, tag: str, attributes: str, first: int, end: int) -> None:
        parent = self.open[-1].kind if self.open else None
        kind = read_kind(tag, attributes, parent)
        line_end = self.text.find("\n", end)
        head = self.text[end : line_end if line_end >= 0 else len(self.text)]
        region = Region(kind, first, first, tag, head.strip(" "))
        if kind in ("raw", "literal") and not self.open:
            self.raw, self.block = [tag], region
            return
        self._add(region)
        self.open.append(region)
        self.is_fresh = True

    def _end(self, match: re.Match[str]) -> None:
        tag, line = match[1].lower(), self._line_of(match.start())
        last = line + match[0].count("\n")
        if self.raw:
            if tag in self.raw:
                while self.raw.pop() != tag:
                    pass
            if not self.raw and self.block:
                self.block.last = last
                self._add(self.block)
                self.block = None
                self.in_tail = not _BLANK_AFTER.match(self.text, match.end())
        elif tag in (region.tag for region in self.open):
            while (region := self.open.pop()).tag != tag:
                region.last = last
            region.last = last
            if not self.open:
                self.in_tail = not _BLANK_AFTER.match(self.text, match.end())
