"""Fences that GitHub and Obsidian see, and superfences does not.

It knows no fence on the line of a list mark, none whose info string it cannot read, and
no closing mark that is longer or further in than the opening one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lrnotes.text.commonmark import Opening, Span, find_spans, read_opening
from lrnotes.text.groups import Grouping, group_lines
from lrnotes.text.scan import read_layout

_OPENS = re.compile(r"[ >]*(?:(?:[-+*]|\d{1,9}[.)]) +[ >]*)*(?:`{3}|~{3})")
_LANGUAGE = re.compile(r" *\{? *\.?([\w#+-]*)")


def find_unseen(grouping: Grouping) -> Iterator[tuple[Span, Opening]]:
    """Yield such fences of a text that is read as CommonMark.

    A fence that is never closed is one only on the line of a list mark: elsewhere it
    is more likely a slip.
    """
    masked, numbers = grouping.mask()
    if not any(_OPENS.match(line) for line in masked):
        return
    read = read_layout(masked, "commonmark").kinds
    kinds = dict(zip(numbers, read, strict=True))
    seen = {group.start for group in grouping.groups}
    for span in find_spans(grouping, kinds).values():
        opening = read_opening(grouping.lines[span.start])
        if (
            opening is None
            or span.start in seen
            or kinds.get(span.start, "text") != "text"
        ):
            continue
        if span.is_closed or opening.follows_mark:
            yield span, opening


def show_unseen(grouping: Grouping) -> tuple[list[str], list[int]]:
    """Return the lines with each such fence in a form that superfences sees.

    The second list has the index at which each line stood, -1 for a new one.
    """
    lines, numbers = list(grouping.lines), list(range(len(grouping.lines)))
    for span, opening in sorted(find_unseen(grouping), key=_start, reverse=True):
        head, inside = opening.prefix, re.sub(r"[^> ]", " ", opening.prefix)
        info = lines[span.start][len(head) + len(opening.mark) :]
        if not opening.info.is_known:
            language = _LANGUAGE.match(info)
            info = language[1] if language else ""
        end = span.end if span.is_closed else span.end + 1
        lines[end : span.end + 1] = [inside + opening.mark]
        numbers[end : span.end + 1] = [span.end if span.is_closed else -1]
        lines[span.start + 1 : end] = [
            _push(line, inside) for line in lines[span.start + 1 : end]
        ]
        above = [head.rstrip()] if opening.follows_mark else []
        lines[span.start : span.start + 1] = [*above, inside + opening.mark + info]
        numbers[span.start : span.start + 1] = [*[-1 for _ in above], span.start]
    return lines, numbers


def mask_shown(grouping: Grouping, lists: str) -> tuple[list[str], list[int]]:
    """Return the lines with one slot for each fence that is shown, and where they stood."""
    if lists != "commonmark":
        return grouping.mask()
    lines, stood = show_unseen(grouping)
    masked, numbers = group_lines(lines).mask()
    return masked, [stood[number] for number in numbers]


def _push(line: str, inside: str) -> str:
    """Return a line no further out than its fence, which superfences would give up."""
    if inside.isspace() and line and not line.startswith(inside):
        return inside + line.lstrip(" ")
    return line


def _start(found: tuple[Span, Opening]) -> int:
    return found[0].start
