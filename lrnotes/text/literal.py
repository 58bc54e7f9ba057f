"""Blank what is literal in a note, so that what is left can be searched for marks."""

from __future__ import annotations

import re

from lrnotes.text.frontmatter import split_front_matter
from lrnotes.text.groups import group_lines
from lrnotes.text.lines import normalise
from lrnotes.text.scan import read_layout
from lrnotes.text.unseen import find_unseen

_INLINE = re.compile(
    r"""(?xs)
    (?<!\\)(?P<tick>`+)(?!`).+?(?<!`)(?P=tick)(?!`)     # code
    | <!--.*?-->
    | (?<![\\$])\$\$(?!\$).+?(?<!\\)\$\$                # maths
    | (?<![\\$])\$(?![\s$])(?:\\.|[^\\$])+?(?<!\s)\$
    | (?<!\\)\\\(.+?\\\) | (?<!\\)\\\[(?!\[).+?\\\]
    | (?<!\\)\\\[\[[^\]\n]*\]\]                          # escaped links
    | <(?P<tag>code|pre|samp|kbd|script|style|textarea)\b[^<>]*>.*?</(?P=tag)\s*>
    | (?<!\\)</?[a-zA-Z][^<>]*>                         # tags and addresses
    """
)
_LITERAL = re.compile(r"```|~~~|<|\$\$|\\\[|\\b|(?m:^(?:    | {0,3}\t))")
_BLANKED = re.compile(r"[^\r\n]")


def blank_literals(text: str, lists: str = "commonmark") -> str:
    """Return the text, as long as before, with spaces for all that is literal.

    Literal are code, maths, HTML, HTML comments and front matter.  ``lists`` says whose
    rules lists and quotes follow: ``commonmark`` or ``markdown``.
    """
    _, body, _ = split_front_matter(text)
    head = text[: len(text) - len(body)]
    pieces = [_blank(head)]
    prose: list[str] = []
    is_literal = literal_lines(body, lists)
    for number, line in enumerate(re.split(r"(?<=\n)|(?<=\r)(?!\n)", body)):
        if line.strip("> \t\r\n") and not is_literal[number]:
            prose.append(line)
            continue
        # Nothing inline goes on over a blank line.
        pieces.append(_blank_inline("".join(prose)))
        pieces.append(_blank(line) if is_literal[number] else line)
        prose.clear()
    return "".join([*pieces, _blank_inline("".join(prose))])


def may_hold_literals(text: str) -> bool:
    """Return whether there is anything in a text by which a line may be literal."""
    return _LITERAL.search(text) is not None


def literal_lines(text: str, lists: str = "commonmark") -> list[bool]:
    """Return of each line of a text without front matter whether it is literal."""
    lines = normalise(text)
    literal = [False] * len(lines)
    if not may_hold_literals(text):
        return literal
    grouping = group_lines(lines)
    masked, numbers = grouping.mask()
    for number, kind in zip(numbers, read_layout(masked, lists).kinds, strict=True):
        literal[number] = kind != "text"
    ends: set[int] = set()
    if lists == "commonmark":
        for span, _ in find_unseen(grouping):
            literal[span.start : span.end + 1] = [True] * (span.end + 1 - span.start)
            ends.add(span.end)
    for group in grouping.groups:
        # What closes a fence that Python-Markdown does not see opens none.
        if group.start in ends:
            continue
        size = group.end + 1 - group.start
        literal[group.start : group.end + 1] = [True] * size
    return literal


def _blank(text: str) -> str:
    return _BLANKED.sub(" ", text)


def _blank_inline(text: str) -> str:
    return _INLINE.sub(lambda found: _blank(found[0]), text)
