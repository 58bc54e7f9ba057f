"""Comments between ``%%`` marks: gone before anything else reads the page."""

from __future__ import annotations

import re

from lrnotes.text.literal import blank_literals

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
        pieces.append(text[end:start])
        end = stop
    return "".join([*pieces, text[end:]])
