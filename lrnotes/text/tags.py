"""What the names of HTML elements mean for Markdown inside them."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["raw", "literal", "markdown", "span"]

_BLOCK = """
address article aside blockquote body canvas center colgroup dd details div dl dt fieldset
figcaption figure footer form group h1 h2 h3 h4 h5 h6 header hgroup hr html iframe legend li
main map math menu nav noscript object ol option output p pre progress script section style
summary table tbody td textarea tfoot th thead tr ul video
"""
_LITERAL = "canvas math option pre script style textarea"
_SPAN = "address dd dt h1 h2 h3 h4 h5 h6 legend li p summary td th"
_SWALLOWING = "script style template textarea title"

BLOCK_TAGS = frozenset(_BLOCK.split())
"""Elements that begin a raw block at the start of a line."""
LITERAL_TAGS = frozenset(_LITERAL.split())
"""Elements whose content is never Markdown."""
SPAN_TAGS = frozenset(_SPAN.split())
"""Elements whose content is inline text where they hold Markdown."""
SWALLOWING_TAGS = frozenset(_SWALLOWING.split())
"""Elements that take in what follows them, wherever they stand."""

_MARKDOWN = re.compile(
    r"""\smarkdown(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?(?=[\s/]|$)"""
)


def read_kind(tag: str, attributes: str, parent: Kind | None) -> Kind:
    """Return how the content of an element is read inside one of the parent's kind."""
    match = _MARKDOWN.search(attributes)
    value = "0"
    if match:
        value = next((each for each in match.groups() if each is not None), "1")
        value = "1" if value == "markdown" else value
    if parent in ("raw", "literal"):
        return parent
    if parent == "span" and value != "0":
        value = "span"
    if tag in LITERAL_TAGS:
        return "literal"
    if value == "block" or (value == "1" and tag not in SPAN_TAGS):
        return "markdown"
    return "span" if value in ("1", "span") else "raw"
