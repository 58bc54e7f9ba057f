"""Group lines into fences as CommonMark does, near enough to see where readers differ.

A fence runs only where superfences and CommonMark agree on its lines, since a note is
read by both: published by the one, shown by GitHub and Obsidian with the other.
"""

from __future__ import annotations

import re

from msgspec import Struct

from lrnotes.text.groups import Group, Grouping, split_prefix
from lrnotes.text.info import Info, read_info

_OPENING = re.compile(
    r"(?P<prefix>(?:[> ]|(?:[*+-]|\d{1,9}[.)])(?= ))*)"
    r"(?P<mark>`{3,}|~{3,})(?P<info>.*)$"
)
_LIST_MARK = re.compile(r"[*+-]|\d")


class Opening(Struct, frozen=True):
    """A line that opens a fence for CommonMark."""

    prefix: str
    mark: str
    info: Info

    @property
    def follows_mark(self) -> bool:
        """Whether it stands on the line of a list mark."""
        return bool(_LIST_MARK.search(self.prefix))


class Span(Struct, frozen=True):
    """The lines of one fence for CommonMark, as indices."""

    start: int
    end: int
    is_closed: bool
    """Whether a closing line ends it; else its container or the text does."""


def read_opening(line: str) -> Opening | None:
    """Return what a line opens for CommonMark, if it opens a fence."""
    if "```" not in line and "~~~" not in line:
        return None
    match = _OPENING.match(line)
    if match is None or (match["mark"][0] == "`" and "`" in match["info"]):
        return None
    return Opening(match["prefix"], match["mark"], read_info(match["info"]))


def find_spans(grouping: Grouping, kinds: dict[int, str]) -> dict[int, Span]:
    """Return the fences of CommonMark by first line.

    ``kinds`` tells of lines outside the groups what they are; raw HTML opens nothing.
    """
    spans: dict[int, Span] = {}
    lines = grouping.lines
    groups = {group.start: group for group in grouping.groups}
    number = 0
    while number < len(lines):
        opening, group = read_opening(lines[number]), groups.get(number)
        if kinds.get(number) == "literal":
            number = (group.end if group else number) + 1
            continue
        if opening is None:
            number += 1
            continue
        # Inside a group that both readers see, there is nothing else to be found.
        span = _span_of(group, lines) if group else None
        span = span or _search(opening, lines, number)
        spans[number] = span
        number = span.end + 1
    return spans


def _span_of(group: Group, lines: tuple[str, ...]) -> Span | None:
    """Return the group's lines, if CommonMark sees the very same."""
    level = group.prefix.count(">")
    closing = _closing(group.mark)
    for number in range(group.start + 1, group.end):
        lead, content = split_prefix(lines[number], len(group.prefix))
        if level and lead.count(">") != level:
            return None
        if closing.match(content):
            return None
    return Span(group.start, group.end, is_closed=True)


def _closing(mark: str) -> re.Pattern[str]:
    return re.compile(rf" {{0,3}}{mark[0]}{{{len(mark)},}} *$")


def _search(opening: Opening, lines: tuple[str, ...], start: int) -> Span:
    """Look for the end of a fence that superfences does not see as such."""
    level, column = opening.prefix.count(">"), len(opening.prefix)
    leftmost = column if opening.follows_mark else column - 3
    closing = re.compile(rf"{opening.mark[0]}{{{len(opening.mark)},}} *$")
    for number in range(start + 1, len(lines)):
        content = lines[number].lstrip("> ")
        indent = len(lines[number]) - len(content)
        left = lines[number][:indent]
        if left.count(">") < level or (content and indent < leftmost):
            return Span(start, number - 1, is_closed=False)
        if indent <= column + 3 and closing.match(content):
            return Span(start, number, is_closed=True)
    return Span(start, len(lines) - 1, is_closed=False)
