"""Inline HTML that is literal: comments, code, and the attributes of tags."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.inlinepatterns import HtmlInlineProcessor

_LITERAL = (
    r"(<!--.*?-->"
    r"|<(?P<tag>code|pre|samp|kbd|script|style|textarea)\b[^<>]*>.*?</(?P=tag)\s*>"
    r"|<[a-zA-Z][^\s<>]*\s[^<>]*>)"
)
_OURS = re.compile(r"\[\[|==|%%|\{\{|\{:|\[[^\]]*@|(?<!\S)#[\w/-]*[^\W\d]|(?<!\w)@\w")


class LiteralHtmlProcessor(HtmlInlineProcessor):
    """Puts literal HTML aside where it holds what we would read as ours."""

    def __init__(self, md: Markdown) -> None:
        """Work for one Markdown instance."""
        super().__init__(_LITERAL, md)

    def handleMatch(  # type: ignore[override]
        self, m: re.Match[str], data: str
    ) -> tuple[Element | str | None, int | None, int | None]:
        """Return a placeholder for HTML with our syntax in it; None for any other."""
        if not _OURS.search(m[1]):
            return None, m.start(), m.end()
        return super().handleMatch(m, data)
