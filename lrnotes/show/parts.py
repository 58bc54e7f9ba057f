"""Holes in finished HTML for what is converted in the note that shows it."""

from __future__ import annotations

import re

from lrnotes.model import Fragment
from lrnotes.show.streams import without_control

_SPECIAL = re.compile(r"[^\w\s.,%+:-]|_")


def literal_markdown(text: str) -> str:
    """Return Markdown that shows the text as it is, on one line: no mark in it acts."""
    line = re.sub(r"\s*\n\s*", " ", without_control(text))
    return _SPECIAL.sub(lambda hit: f"&#{ord(hit[0])};", line)


class Parts:
    """Collects the Markdown pieces of one fragment."""

    def __init__(self) -> None:
        """Begin with none."""
        self.texts: list[str] = []
        self.inline: list[int] = []

    def add_block(self, text: str) -> str:
        """Keep Markdown blocks; return the hole where they belong."""
        self.texts.append(without_control(text))
        return f"\x02md{len(self.texts) - 1}\x03"

    def add_inline(self, text: str) -> str:
        """Keep a piece of a sentence; return the hole where it belongs."""
        self.inline.append(len(self.texts))
        return self.add_block(" ".join(text.split()))

    def fragment(self, html: str) -> Fragment:
        """Return the finished fragment."""
        return Fragment(html, tuple(self.texts), tuple(self.inline))
