"""What is taken whole, whatever stands in its lines: formulas and raw HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from lrnotes.text.starts import HTML, MATHS

_ENDS = {
    "<!--": re.compile("-->"),
    "<?": re.compile(r"\?>"),
    "<![CDATA[": re.compile("]]>"),
    "<!": re.compile(">"),
}
_TEXT_END = re.compile("</(?:pre|script|style|textarea)>", re.IGNORECASE)
_MARKDOWN = re.compile(r"<[\w-]+[^>]*\smarkdown(?=[\s=>/])")


class Html(Struct, frozen=True):
    """Who says where raw HTML ends."""

    is_page: bool = False
    """On the page itself Python-Markdown does, in containers CommonMark."""
    ends: Mapping[int, int] = field(default_factory=dict)
    """First line and last of each block that Python-Markdown sees on the page."""

    def end(self, lines: Sequence[str], at: int, number: int) -> int | None:
        """Return the last line of the raw HTML that begins at a line, if any does.

        ``number`` is the line's in the whole text.
        """
        if not self.is_page:
            return end_of_html(lines, at)
        last = self.ends.get(number)
        return None if last is None else at + last - number


def end_of_maths(lines: Sequence[str], at: int) -> int | None:
    """Return the last line of the formula that begins at a line, if one does."""
    line = lines[at].lstrip(" ")
    closing = MATHS.get(line[:2])
    if closing is None:
        return None
    if closing.search(line, 2):
        return at if len(line.strip()) > 4 else None
    for end in range(at + 1, len(lines)):
        if not lines[end]:
            return None
        if closing.search(lines[end]):
            return end
    return None


def end_of_html(
    lines: Sequence[str], at: int, *, is_closed: bool = False
) -> int | None:
    """Return the last line of the HTML block that begins at a line of a container.

    An element that asks for Markdown inside is none.  One that is never closed ends
    with its container; with ``is_closed`` it is none either.
    """
    line = lines[at].lstrip(" ")
    found = HTML.match(line)
    if found is None or _MARKDOWN.match(line):
        return None
    mark = next((mark for mark in _ENDS if line.startswith(mark)), "")
    closing = _TEXT_END if found["text"] else _ENDS.get(mark)
    last = at
    for end in range(at, len(lines)):
        if closing and closing.search(lines[end]):
            return end
        if lines[end]:
            last = end
        elif closing is None:
            break
    return None if closing and is_closed else last
