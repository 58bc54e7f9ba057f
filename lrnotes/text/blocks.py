"""Tell what a block, lines without a blank one among them, begins or holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lrnotes.text.containers import Frame, Line
from lrnotes.text.lines import TAB
from lrnotes.text.tags import BLOCK_TAGS

MARKER = re.compile(r"( {0,3})((?:\d+\.|[*+-])( +))(.*)")
"""A list item for Python-Markdown."""
DEEP_MARKER = re.compile(r" {4,7}(?:\d+\.|[*+-]) +")
OTHER_MARKER = re.compile(r" *(?:\d{1,9}[.)]|[*+-]|:)(?: +|$)")
"""A list item for CommonMark, or the text of a defined term."""
CONTAINER = re.compile(
    r"!!! ?[\w-]+(?: +[\w-]+)*(?: +\".*?\")? *$"
    r"|\?\?\?\+? ?(?:(?:[\w-]+(?: +[\w-]+)*)?(?: +\".*?\")|[\w-]+(?: +[\w-]+)*) *$"
    r"|===(?:\+!?|!\+?)? +\".*?\" *$"
)
"""An admonition, details, or a tab."""
RULE = re.compile(r" {0,3}(?:(?:-+ {0,2}){3,}|(?:_+ {0,2}){3,}|(?:\*+ {0,2}){3,}) *$")
UNDERLINE = re.compile(r"(?:=+|-+) *$")
QUOTE = re.compile(r" {0,3}> ?(.*)")
CALLOUT = re.compile(r"\[![^\]|]+(?:\|[^\]]*)?\]")
FOOTNOTE = re.compile(r" {0,3}\[\^([^\]]*)\]: *(.*)")
DEFINITION = re.compile(
    r"(?: {0,3}\[[^\[\]]*\]: *(?:\n *)?(?:<[^<>\n]*>|\S+) *(?:(?:\".*\"|'.*'|\(.*\)) *)?"
    r"| {0,3}\*\[[^\]]*\] ?:.*)$",
    re.MULTILINE,
)
"""A link's address or an abbreviation's meaning, which may stand on the next line."""

_TAG = re.compile(r" {0,3}</?([a-zA-Z][\w-]*)(?:[\s/>]|$)(.*)")


def find_line(block: list[Line], matches: Callable[[str], object]) -> int | None:
    """Return the index of the first line whose text matches."""
    return next((i for i, line in enumerate(block) if matches(line.text)), None)


def count_indented(lines: list[Line]) -> int:
    """Return how many lines at the start are indented by a level."""
    return next((i for i, line in enumerate(lines) if line.pad < TAB), len(lines))


def is_maths(block: list[Line]) -> bool:
    """Return whether the whole block is one formula."""
    first, last = block[0].text, block[-1].text.rstrip(" ")
    for opening, closing in (("$$", "$$"), ("\\[", "\\]"), ("\\begin{", "}")):
        if first.startswith(opening) and last.endswith(closing):
            return len(block) > 1 or len(last) > 4
    return False


def is_table(block: list[Line]) -> bool:
    """Return whether the block begins with a head row and a row of dashes."""
    rows = [line.text.strip(" ") for line in block[:2]]
    return (
        len(rows) == 2
        and set(rows[1]) <= set("|:- ")
        and rows[0].strip("|").count("|") == rows[1].strip("|").count("|")
        and "|" in rows[0]
    )


def begins_html(text: str) -> bool:
    """Return whether CommonMark has HTML from this line to the next blank one."""
    match = _TAG.match(text)
    return match is not None and (
        match[1].lower() in BLOCK_TAGS or text.rstrip(" ").endswith(">")
    )


def split_items(block: list[Line]) -> Iterator[tuple[list[Line], bool]]:
    """Yield the items of a list, and whether they are an indented run of items."""
    group: list[Line] = []
    is_deep = False
    for line in block:
        is_item = bool(MARKER.match(line.text))
        if is_item or (not is_deep and DEEP_MARKER.match(line.text)):
            if group:
                yield group, is_deep
            group, is_deep = [], not is_item
        group.append(line)
    yield group, is_deep


def unquote(frame: Frame, line: Line) -> Line:
    """Return the line without its ``>``, or as one that goes on with a quote."""
    match = QUOTE.match(line.text)
    if line.text.strip(" ") == ">":
        return Line(line.number, "")
    if match:
        return Line(line.number, match[1], 0, line.home)
    home = line.home or (frame, line.column)
    return Line(line.number, line.text, line.shift, home)
