"""Tags in the text: ``#topic/part``."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from markdown.inlinepatterns import InlineProcessor
from markdown.util import AtomicString

from lrnotes.markdown.conversion import Conversion
from lrnotes.markdown.urls import page_address
from lrnotes.vault.fold import fold

# Letters, digits, `_`, `-` and `/`, not digits alone.
_NAME = r"(?=[\w/-]*[^\W\d])[\w/-]+"
# It begins with what is searched for, which is much faster than to look back first.
TAG = rf"#(?<!\S#)({_NAME})"
HAS_TAG = re.compile(TAG)
_ATTRIBUTES = re.compile(r"[:.#\s][^{}\n]*$")
"""An attribute list so far, in which ``#name`` is an id."""
_LINE = re.compile(rf"^[ >*+-]*#{_NAME}", re.MULTILINE)


class TagProcessor(InlineProcessor):
    """Marks tags, and leads to their pages where there are such."""

    ANCESTOR_EXCLUDES = ("a",)

    def __init__(self, conversion: Conversion) -> None:
        """Work for one conversion."""
        super().__init__(TAG, conversion.md)
        self.conversion = conversion

    def handleMatch(  # type: ignore[override]
        self,
        m: re.Match[str],
        data: str,
    ) -> tuple[Element | None, int | None, int | None]:
        """Return the element of a tag, and where it stands."""
        before = data[: m.start()].rpartition("{")
        if before[1] and _ATTRIBUTES.match(before[2]) and "}" in data[m.end() :]:
            return None, None, None
        conversion, tag = self.conversion, m[1].strip("/")
        conversion.found.tags.setdefault(fold(tag), tag)
        page = conversion.index.place_in_docs(tag_page(tag))
        if page in conversion.index.pages:
            address = page_address(conversion, page)
            element = Element("a", {"class": "lrn-tag", **address})
        else:
            element = Element("span", {"class": "lrn-tag"})
        element.text = AtomicString(f"#{tag}")
        return element, m.start(), m.start() + 1 + len(m[1].rstrip("/"))


def tag_page(tag: str) -> str:
    """Return the path of a tag's page from the docs folder."""
    return f"tags/{fold(tag)}.md"


def spare_tag_lines(conversion: Conversion, text: str) -> None:
    """Let a line that begins with a tag be text; Python-Markdown would head it."""
    processors = conversion.md.parser.blockprocessors
    if not _LINE.search(text) or "hashheader" not in processors:
        return
    header = processors["hashheader"]
    pattern = getattr(header, "RE", None)
    start = r"(?:^|\n)"
    if pattern is not None and pattern.pattern.startswith(start + "(?P"):
        spared = f"{start}(?!#{_NAME})" + pattern.pattern.removeprefix(start)
        conversion.changes.set(header, "RE", re.compile(spared))
