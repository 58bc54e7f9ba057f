"""What begins at a line: a quote, a list, a heading, and what a paragraph ends at."""

from __future__ import annotations

import re

from lrnotes.text.blocks import CONTAINER
from lrnotes.text.lines import TAB
from lrnotes.text.tags import BLOCK_TAGS

MARK = re.compile(r"(?P<mark>[-+*]|(?P<number>\d{1,9})(?P<end>[.)]))(?P<gap> +|$)")
RULE = re.compile(r"(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})$")
HEADING = re.compile(r"#{1,6}(?: |$)")
UNDERLINE = re.compile(r"(?:=+|-+) *$")
PLACEHOLDER = re.compile(r"\x02(?:wzxhzdk:\d+\x03)? *$")
DEFINED = re.compile(r"\[\^[^\]]*\]:|: {1,3}\S")
"""A footnote, below which columns count from the margin, or what a term means."""
MATHS = {"$$": re.compile(r"\$\$ *$"), "\\[": re.compile(r"\\\] *$")}
_INLINE_TAGS = "canvas group hgroup map math object output progress video"
HTML = re.compile(
    r"<(?:(?P<text>pre|script|style|textarea)(?=[\s>]|$)|!--|\?|!\[CDATA\[|![a-z]"
    rf"|/?(?:{'|'.join(sorted(BLOCK_TAGS - set(_INLINE_TAGS.split())))})(?=[\s>]|/>|$))",
    re.IGNORECASE,
)
"""An HTML block of CommonMark that may stand right below a paragraph."""


def is_box(line: str) -> bool:
    """Return whether a line begins an admonition, details or a tab."""
    return line[:3] in ("!!!", "???", "===") and bool(CONTAINER.match(line))


def begins_maths(line: str) -> bool:
    """Return whether a formula may begin at a line."""
    return line[:2] in MATHS


def begins_container(line: str, pad: int, *, is_open: bool) -> bool:
    """Return whether a quote or a list begins at a line."""
    if pad >= TAB or not line:
        return False
    if line[pad] == ">":
        return True
    mark = MARK.match(line, pad)
    if mark is None or RULE.match(line, pad):
        return False
    if not is_open:
        return True
    return mark["number"] in (None, "1") and mark.end() < len(line)


def begins_block(line: str) -> bool:
    """Return whether a line can be no paragraph's next one."""
    return (
        line[0] == ">"
        or begins_maths(line)
        or any(
            pattern.match(line)
            for pattern in (MARK, RULE, HEADING, PLACEHOLDER, DEFINED, HTML)
        )
        or is_box(line)
    )
