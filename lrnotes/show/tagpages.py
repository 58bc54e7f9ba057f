"""Markdown of the pages of tags: one for each tag, and one that lists them all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from msgspec import Struct

from lrnotes.show.pages import Mention, front_matter, page_link
from lrnotes.show.parts import literal_markdown

# A page that lists what others hold is no answer to a search.
_UNSEARCHED = "search: {exclude: true}"


# No comment: some sites strip them.
# No comment: some sites strip them.
_MARK = re.compile(r'<div data-lrn-notes="(\d+)"></div>')


class Listed(Struct, frozen=True):
    """A note in a list."""

    url: str
    """Its address, from the page that holds the list."""
    title: str
    opening: str
    """HTML of its first sentence; empty where it begins with none."""


def tag_page(page: Mention, names: Sequence[str], above: Mention) -> str:
    """Return the Markdown of a tag's page, with a mark for each list of notes.

    ``names`` are the tag itself and those of the tags below it that notes have, as
    shown; ``above`` is the page of the parent, or of all tags.
    """
    lines = [
        *front_matter(page.title, _UNSEARCHED),
        f"# {literal_markdown(page.title)}",
    ]
    for at, name in enumerate(names):
        if name != page.title:
            lines += ["", f"## {literal_markdown(name)}"]
        lines += ["", f'<div data-lrn-notes="{at}"></div>']
    return "\n".join([*lines, "", page_link(page.path, above.path, above.title), ""])


def fill_tag_page(html: str, lists: Sequence[Iterable[Listed]]) -> str:
    """Return a tag's page with each list in the place of its mark.

    They are no Markdown: hundreds of short notes would be converted once more.
    """
    return _MARK.sub(lambda mark: _list(lists[int(mark[1])]), html)


def _list(notes: Iterable[Listed]) -> str:
    items = "\n".join(map(_item, notes))
    return f"<ul>\n{items}\n</ul>"


def _item(note: Listed) -> str:
    link = f'<a href="{escape(note.url)}">{escape(note.title, quote=False)}</a>'
    if not note.opening:
        return f"<li>{link}</li>"
    return f'<li>{link}<br><span class="lrn-opening">{note.opening}</span></li>'


def tag_index(path: str, tags: Sequence[tuple[Mention, int]]) -> str:
    """Return the Markdown of the page of all tags, each with its number of notes."""
    lines = [*front_matter("Tags", _UNSEARCHED), "# Tags", ""]
    for tag, count in tags:
        depth = "    " * tag.title.count("/")
        lines.append(f"{depth}- {page_link(path, tag.path, tag.title)} {count}")
    return "\n".join([*lines, ""])
