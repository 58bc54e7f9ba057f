"""Wiki-links in the front matter: they count as links of the note."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lrnotes.markdown.conversion import Conversion
from lrnotes.markdown.wiki import WIKI, read_wiki
from lrnotes.model import Link

_WIKI = re.compile(WIKI)


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
