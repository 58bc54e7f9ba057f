"""Links and names in front matter, written as their quotes, or the lack of them, demand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

_WIKI = re.compile(r"!?\[\[[^\[\]\n]+\]\]")
_PLAIN = re.compile(r"(?:!?\[\[)?\w[\w ./|#()+-]*(?:\]\])?")
"""What reads the same without quotes, on its own and in a list."""


def rewrite_links(head: str, rewrite: Callable[[str], str]) -> str:
    """Return front matter whose wiki-links are as ``rewrite`` returns them.

    It is given each link as YAML reads it; links in comments are left alone.
    """

    def write_anew(found: re.Match[str]) -> str:
        quote = quote_at(head, found.start())
        link = _read(found[0], quote)
        new = link if quote == "#" else rewrite(link)
        return found[0] if new == link else write_scalar(new, quote)

    return _WIKI.sub(write_anew, head)


def quote_at(head: str, at: int) -> str:
    """Return the quote around a place of front matter; ``#`` in a comment, else empty."""
    quote, before = "", " "
    line = iter(head[head.rfind("\n", 0, at) + 1 : at])
    for char in line:
        if quote == '"' and char == "\\":
            next(line, "")
        elif quote:
            quote = "" if char == quote else quote
        elif char in "'\"" and before in " \t[,{'":
            # Two single quotes in a row stand for one, and end nothing.
            quote = char
        elif char == "#" and before in " \t":
            return "#"
        before = char
    return quote


def write_scalar(text: str, quote: str) -> str:
    """Return a text as it stands between such quotes; in quotes of its own for none."""
    if quote == "'":
        return text.replace("'", "''")
    # JSON's texts are YAML's.
    quoted = json.dumps(text, ensure_ascii=False)
    if quote == '"':
        return quoted[1:-1]
    return text if _PLAIN.fullmatch(text) else quoted


def _read(text: str, quote: str) -> str:
    if quote == "'":
        return text.replace("''", "'")
    if quote == '"' and "\\" in text:
        try:
            return str(json.loads(f'"{text}"'))
        except ValueError:
            return text
    return text
