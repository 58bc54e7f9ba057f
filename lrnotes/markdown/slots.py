"""Slots: where finished HTML stands in a page, and how its holes are filled."""

from __future__ import annotations

import html
import re

from lrnotes.markdown.conversion import Conversion
from lrnotes.model import Fragment

_HOLE = re.compile("\x02md(\\d+)\x03")
_TAG = re.compile(r"<[^<>]+>")
_ID = re.compile(r'\sid="([^"]+)"')
_REFERS = re.compile(
    r"(?P<head>\s(?:id|for|popovertarget|(?:xlink:)?href|"
    r'aria-(?:controls|describedby|details|labelledby))="|url\()(?P<ids>[^")]*)'
)
_ONE_PARAGRAPH = re.compile(r"<p>((?:(?!</?p>).)*)</p>", re.DOTALL)
# Text without any of these reads the same with and without Markdown.
_MARKED = re.compile(r"[\\`*_{}\[\]<>&$=~#!%^|@\n]|\d[.)]|https?:|^[+\-:\s]")


def fill_fragment(conversion: Conversion, fragment: Fragment) -> str:
    """Return the fragment's HTML as it stands on this page, its ids its own."""
    parts = [
        _convert(conversion, text, is_inline=at in fragment.inline)
        for at, text in enumerate(fragment.parts)
    ]
    unique = _make_unique(fragment.html, conversion.found.ids)
    return _HOLE.sub(lambda hole: parts[int(hole[1])], unique)


def _convert(conversion: Conversion, text: str, *, is_inline: bool) -> str:
    if is_inline and not _MARKED.search(text):
        return html.escape(text, quote=False)
    conversion.found.parts += 1
    ending = f"-part-{conversion.found.parts}"
    converted = end_ids(conversion.convert_part(text), ending)
    if is_inline:
        only = _ONE_PARAGRAPH.fullmatch(converted)
        return only[1] if only else converted
    return converted


def _make_unique(text: str, used: set[str]) -> str:
    """Return HTML whose ids are not yet used on the page, and mark them as used.

    What is shown again on a page leaves the plain ids to its first showing.
    """
    ids = _ids(text)
    taken = ids & used
    number = 2
    while any(f"{name}-{number}" in used for name in taken):
        number += 1
    names = {name: f"{name}-{number}" for name in taken}
    used |= ids
    used |= set(names.values())
    return _rename_ids(text, names)


def end_ids(text: str, ending: str) -> str:
    """Return HTML whose ids, and what refers to them, have an ending of their own."""
    return _rename_ids(text, {name: name + ending for name in _ids(text)})


def _ids(text: str) -> set[str]:
    return {found[1] for tag in _TAG.findall(text) for found in _ID.finditer(tag)}


def _rename_ids(text: str, names: dict[str, str]) -> str:
    return _TAG.sub(lambda tag: _rename(tag[0], names), text) if names else text


def _rename(tag: str, names: dict[str, str]) -> str:
    def rename(found: re.Match[str]) -> str:
        ids = found["ids"]
        if "href" in found["head"] and not ids.startswith("#"):
            return found[0]
        mark = "#" if ids.startswith("#") else ""
        words = ids.removeprefix("#").split(" ")
        return found["head"] + mark + " ".join(names.get(word, word) for word in words)

    return _REFERS.sub(rename, tag)
