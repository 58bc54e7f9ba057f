"""The front matter: its wiki-links count as links of the note, and none of it is text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from markdown import Markdown

from lrnotes.markdown.context import Index
from lrnotes.markdown.conversion import Conversion
from lrnotes.markdown.wiki import WIKI, read_wiki
from lrnotes.model import Link
from lrnotes.text.lines import normalise
from lrnotes.text.notes import split_front_matter

_WIKI = re.compile(WIKI)


def hide_unread(conversion: Conversion, text: str) -> str:
    """Return the text of a page without front matter that its builder has left there.

    A builder shows what it cannot read; Obsidian does not.  It is reported elsewhere.
    """
    note = conversion.index.notes.get(conversion.path)
    if note is None or not text.startswith("---"):
        return text
    body = split_front_matter(note.text)[1]
    head = normalise(note.text[: len(note.text) - len(body)].rstrip("\r\n"))
    lines = text.split("\n")
    size = len(head)
    # A text that begins twice so has lost the first to the builder.
    if lines[:size] == head and normalise(body)[:size] != head:
        return "\n".join(lines[size:])
    return text


def record_properties(conversion: Conversion) -> None:
    """Add the links of the front matter to what was found, and report missing notes."""
    note = conversion.index.notes.get(conversion.path)
    vault = conversion.index.vault
    for text in _texts(note.meta) if note else ():
        for found in _WIKI.finditer(text):
            wiki = read_wiki(found[2])
            if wiki is None:
                continue
            resolution = vault.resolve(wiki.target, conversion.path)
            link = Link(found[0], wiki.target, wiki.fragment, wiki.text or "", False,
                        resolution.path or "", True)  # fmt: skip
            conversion.found.links.append(link)
            if resolution.path is None:
                conversion.meet(found[0])
                near = ", ".join(vault.nearest(wiki.target))
                what = f'no note named "{wiki.target}"'
                hint = f"nearest: {near}" if near else ""
                conversion.report("unresolved-link", found[0], what, hint)


def record_blank(index: Index) -> None:
    """Record the notes without a text, which Python-Markdown does not read at all."""
    for path, note in index.notes.items():
        body = split_front_matter(note.text)[1]
        if not body or body.isspace():
            conversion = Conversion(Markdown(), index, path)
            record_properties(conversion)
            index.records[path] = conversion.found.record(path)


def _texts(value: Any) -> Iterator[str]:
    """Yield every text with a link in it, however deep."""
    if isinstance(value, str):
        if "[[" in value:
            yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        if len(value) == 1 and isinstance(value[0], list):
            # ``key: [[Note]]`` without quotes is a list in a list for YAML.
            inner = value[0]
            if len(inner) == 1 and isinstance(inner[0], str):
                yield f"[[{inner[0]}]]"
                return
        for each in value:
            yield from _texts(each)
