"""What a piece of Markdown shows, read from its source alone."""

from __future__ import annotations

import re

_BLOCK_MARK = re.compile(
    r"^(?:-{3}\r?\n)?(?:\s|>|(?:[-*+]|\d+[.)]|#{1,6})[ \t]+(?:\[.\] )?)*"
)
_EMBED = re.compile(r"!\[\[[^\]]*\]\]|!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(
    r"\[\[([^\[\]|\\]*)(?:\\?\|([^\[\]]*))?\]\]|\[([^\[\]]*)\]\((?:<[^>]*>|[^()\s]*)[^)]*\)"
)
_MARKS = re.compile(
    r"%%.*?%%|<[^<>]+>|\[\^[^\]]+\]|\{[:.#][^}]*\}|\*\*|__|~~|==|(?<!\w)[*_]|[*_](?!\w)|`|"
    r"\s\^[\w-]+$",
    re.DOTALL,
)


def plain_text(source: str) -> str:
    """Return about what a piece of Markdown shows, in one line."""
    text = _BLOCK_MARK.sub("", source)
    text = _EMBED.sub("", text)
    text = _LINK.sub(lambda link: link[2] or link[3] or link[1] or "", text)
    text = _MARKS.sub("", text)
    return " ".join(text.replace("\n> ", " ").replace("|", " ").split())
