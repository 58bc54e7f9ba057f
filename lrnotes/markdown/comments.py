"""Comments between ``%%`` marks: gone before anything else reads the page."""

from __future__ import annotations

import re

from lrnotes.text.literal import blank_literals

_MARK_ALONE = re.compile(r"[ >]*(?:(?:[-+*]|\d{1,9}[.)]) +)+$")
_BLANK = re.compile(r"(?:\n[ \t>]*)+(?=\n)")
_COMMENT = re.compile(r"(?<!\\)%%.*?%%", re.DOTALL)


def remove_comments(text: str, lists: str) -> str:
    """Return text without its comments; marks in code and maths are no comments."""
    pieces, end = [], 0
    for found in _COMMENT.finditer(blank_literals(text, lists)):
        start, stop = found.span()
        line_start = text.rfind("\n", 0, start) + 1
        line_end = text.find("\n", stop)
        line_end = len(text) if line_end < 0 else line_end
        if not text[max(line_start, end) : start].strip() and (
            not text[stop:line_end].strip()
        ):
            start, stop = max(line_start, end), min(line_end + 1, len(text))
        elif _MARK_ALONE.match(text[line_start:start]) and (
            blank := _BLANK.match(text, stop)
        ):
            # A list item that begins with a blank line has nothing below it.
            stop = blank.end()
        pieces.append(text[end:start])
        end = stop
    return "".join([*pieces, text[end:]])
