"""Group lines into fences exactly as superfences does: by marks alone, no containers.

superfences looks for fences before any container is known: a fence may stand behind
any run of spaces and ``>``, ends at the first line that has its very mark at its very
column, and is given up at the first line that stands left of it.
"""

from __future__ import annotations

import re

from msgspec import Struct

from lrnotes.text.info import Info, read_info
from lrnotes.text.lines import SLOT

OPENING = re.compile(r"(?P<prefix>[> ]*)(?P<mark>`{3,}|~{3,})(?P<info>.*)$")


class Group(Struct, frozen=True):
    """The lines of one fence; all line numbers here are indices, from 0."""

    start: int
    end: int
    """The closing line."""
    prefix: str
    mark: str
    info: Info


class Loose(Struct, frozen=True):
    """An opening line that superfences reads but finds no end for."""

    start: int
    prefix: str
    mark: str
    info: Info
    stop: int | None
    """The line at which it was given up; None where the text ended first."""


class Grouping(Struct, frozen=True):
    """What superfences makes of a text."""

    lines: tuple[str, ...]
    """The normalised lines that were read."""
    groups: tuple[Group, ...] = ()
    loose: tuple[Loose, ...] = ()
    refused: tuple[int, ...] = ()
    """Lines with a fence mark whose info string superfences does not read."""

    def mask(self) -> tuple[list[str], list[int]]:
        """Return the lines with each fence as one slot, and where each line stood."""
        masked: list[str] = []
        numbers: list[int] = []
        start = 0
        for group in self.groups:
            masked += self.lines[start : group.start]
            numbers += range(start, group.start + 1)
            masked.append(group.prefix + SLOT)
            start = group.end + 1
        masked += self.lines[start:]
        numbers += range(start, len(self.lines))
        return masked, numbers


class _Open:
    """A fence whose end is being looked for."""

    def __init__(self, start: int, prefix: str, mark: str, info: Info) -> None:
        self.start, self.head = start, (prefix, mark, info)
        self.width, self.level = len(prefix), prefix.count(">")
        self.closing = re.compile(re.escape(mark) + r"[ \t]*$")
        self.blanks = 0
        """Blank lines since the last line of content."""


def group_lines(lines: list[str]) -> Grouping:
    """Return the fences among normalised lines, and what only looks like one."""
    groups: list[Group] = []
    loose: list[Loose] = []
    refused: list[int] = []
    current: _Open | None = None
    for number, line in enumerate(lines):
        if current is None:
            match = OPENING.match(line) if "```" in line or "~~~" in line else None
            if match is None:
                continue
            info = read_info(match["info"])
            if info.is_known:
                current = _Open(number, match["prefix"], match["mark"], info)
            else:
                refused.append(number)
            continue
        verdict = _judge(current, line)
        if verdict == "go on":
            continue
        if verdict == "end":
            groups.append(Group(current.start, number, *current.head))
        else:
            loose.append(Loose(current.start, *current.head, stop=number))
        current = None
    if current is not None:
        loose.append(Loose(current.start, *current.head, stop=None))
    return Grouping(tuple(lines), tuple(groups), tuple(loose), tuple(refused))


def split_prefix(line: str, width: int) -> tuple[str, str]:
    """Return at most ``width`` characters of spaces and ``>``, and the rest."""
    lead = line[:width]
    size = len(lead) - len(lead.lstrip("> "))
    return line[:size], line[size:]


def _judge(fence: _Open, line: str) -> str:
    """Return whether the line ends the fence, gives it up, or belongs to it."""
    lead, content = split_prefix(line, fence.width)
    level = lead.count(">")
    if level > fence.level:
        return "give up"
    is_blank = not content if fence.level else not (lead + content).strip()
    if is_blank:
        fence.blanks += 1
        return "go on"
    is_short = len(lead) < fence.width
    if is_short or (fence.blanks and level < fence.level):
        return "give up"
    if fence.closing.match(content):
        return "end"
    fence.blanks = 0
    return "go on"
