"""Raw HTML that Python-Markdown would not leave alone, put aside before it looks.

That is HTML in lists, quotes and other containers, and a fence in a comment or in an
element whose content is text, which superfences would make code of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown import Markdown
from msgspec import Struct

from lrnotes.text.groups import Grouping, group_lines
from lrnotes.text.inner import Inner, put_aside
from lrnotes.text.lines import SLOT, cut_columns
from lrnotes.text.rawhtml import Region, find_html
from lrnotes.text.scan import find_held
from lrnotes.text.unseen import show_unseen

_LITERAL = re.compile(r"(?s)<(?:!--|[a-z]+\b).*?(?:```|~~~)", re.IGNORECASE)


class _Held(Struct, frozen=True):
    """Lines that are put aside, as indices, and what stands for them."""

    first: int
    last: int
    head: str
    """What stays before the placeholder."""
    source: str


def hold_html(md: Markdown, text: str, lists: str) -> str:
    """Return the text with placeholders for such HTML.

    ``lists`` says whose rules lists and quotes follow: ``commonmark`` or ``markdown``.
    """
    has_fence = lists == "commonmark" and ("```" in text or "~~~" in text)
    if not has_fence and "<" not in text:
        return text
    lines = [line if line.strip(" ") else "" for line in text.split("\n")]
    grouping = group_lines(lines)
    if has_fence and (shown := show_unseen(grouping)[0]) != lines:
        lines, text, grouping = shown, "\n".join(shown), group_lines(shown)
    if "<" not in text:
        return text
    masked, numbers = grouping.mask()
    inner = find_held(masked, lists)
    ends = {group.start: group.end for group in grouping.groups}
    held = [_hold_inner(grouping, numbers, ends, each) for each in inner]
    if ends and _LITERAL.search(text):
        masked = put_aside(masked, inner, [""] * len(inner))
        held += _hold_fences(grouping, masked, numbers, ends)
    for each in sorted(held, key=lambda each: each.first, reverse=True):
        token = md.htmlStash.store(each.source)
        lines[each.first : each.last + 1] = [each.head + token]
    return "\n".join(lines) if held else text


def _hold_inner(
    grouping: Grouping, numbers: list[int], ends: dict[int, int], inner: Inner
) -> _Held:
    first, last = numbers[inner.first], numbers[inner.last]
    lines: list[str] = []
    for at, line in enumerate(inner.lines, inner.first):
        if SLOT in line and numbers[at] in ends:
            fence = grouping.lines[numbers[at] : ends[numbers[at]] + 1]
            lines += [cut_columns(each, inner.column) for each in fence]
        else:
            lines.append(line)
    head = grouping.lines[first][: inner.column]
    source = "\n".join(lines).strip(" ")
    return _Held(first, ends.get(last, last), head, source)


def _hold_fences(
    grouping: Grouping, masked: list[str], numbers: list[int], ends: dict[int, int]
) -> Iterator[_Held]:
    for region in _literal(find_html(masked).regions):
        for at in range(region.first, region.last + 1):
            first = numbers[at]
            if first in ends:
                source = "\n".join(grouping.lines[first : ends[first] + 1])
                yield _Held(first, ends[first], "", source)


def _literal(regions: list[Region]) -> Iterator[Region]:
    """Yield comments, and elements whose content is text."""
    for region in regions:
        if region.kind == "literal":
            yield region
        yield from _literal(region.inner)
