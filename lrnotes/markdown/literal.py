"""Inline HTML that is literal: comments, code, and the attributes of tags."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.inlinepatterns import HtmlInlineProcessor

_VALUE = r"""(?:"[^"]*"|'[^']*'|[^\s"'=<>`]++)"""
_ATTRIBUTES = rf"""(?:\s++[^\s"'<>/=]++(?:\s*+=\s*+{_VALUE})?+)++\s*+/?>"""
_CODE = "code|pre|samp|kbd|script|style|textarea"
# An address of two words, `](<some note.md>)`, is in the form of a tag.
_ADDRESS = r"""\]\(\s*<[^<>\n]*>(?=\s*[)"'])"""
# What begins first holds what stands in it, so that code and maths are looked for too.
_LITERAL = (
    r"(?P<skipped>(?P<tick>`+)(?!`).+?(?<!`)(?P=tick)(?!`)"
    rf"|\\\(.+?\\\)|\\.|{_ADDRESS}"
    r"|(?<!\$)\$(?![\s$])(?:\\.|[^\\$])+?(?<!\s)\$)"
    r"|(?P<comment><!--.*?-->)"
    rf"|<(?P<code>{_CODE})(?:\s[^<>]*)?>.*?</(?P=code)\s*>"
    rf"|<[a-zA-Z][\w-]*+{_ATTRIBUTES}"
)
_TAG = re.compile(rf"<[a-zA-Z][\w-]*+{_ATTRIBUTES}")
_OURS = re.compile(r"\[\[|==|%%|\{\{|\{:|\[[^\]]*@|(?<!\S)#[\w/-]*[^\W\d]|(?<!\w)@\w")
_MARKS = re.compile(r"\[\[|==|%%|@|#|\{[{:]")
_HELD = re.compile(r"<!--|<[a-zA-Z][\w-]*\s+[^<>]*=")


def has_literal_html(text: str) -> bool:
    """Return whether a text may have literal HTML that would be read as Markdown."""
    return "<" in text and bool(_HELD.search(text) or _MARKS.search(text))


class LiteralHtmlProcessor(HtmlInlineProcessor):
    """Puts comments and tags with attributes aside, and code where it holds our marks."""

    def __init__(self, md: Markdown) -> None:
        """Work for one Markdown instance."""
        super().__init__(_LITERAL, md)

    def handleMatch(  # type: ignore[override]
        self,
        m: re.Match[str],
        data: str,
    ) -> tuple[Element | str | None, int | None, int | None]:
        """Return a placeholder for literal HTML; None for what is read by others."""
        start, end = m.span()
        if m["skipped"]:
            return None, start, end
        if m["code"] and not _OURS.search(m[0]):
            tag = _TAG.match(data, start)
            if tag is None:
                return None, start, start + 1
            end = tag.end()
        literal = self.backslash_unescape(self.unescape(data[start:end]))
        return self.md.htmlStash.store(literal), start, end
