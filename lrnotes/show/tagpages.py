"""Markdown of the pages of tags: one for each tag, and one that lists them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lrnotes.show.pages import Mention, front_matter, page_link
from lrnotes.show.parts import literal_markdown

# A page that lists what others hold is no answer to a search.
_UNSEARCHED = "search: {exclude: true}"


def tag_page(
    page: Mention, found: Mapping[str, Sequence[Mention]], above: Mention
) -> str:
    """Return the Markdown of a tag's page.

    ``found`` gives the notes of the tag itself and of the tags below it, by tag as
    shown; ``above`` is the page of the parent, or of all tags.
    """
    head = f"# {literal_markdown(page.title)}"
    lines = [*front_matter(page.title, _UNSEARCHED), head]
    for name, notes in found.items():
        if name != page.title and notes:
            lines += ["", f"## {literal_markdown(name)}"]
        lines += ["", *(_item(page.path, note) for note in notes)]
    return "\n".join([*lines, "", page_link(page.path, above.path, above.title), ""])


def _item(path: str, note: Mention) -> str:
    link = page_link(path, note.path, note.title)
    if not note.opening:
        return f"- {link}"
    opening = literal_markdown(note.opening)
    return f'- {link}<br><span class="lrn-opening">{opening}</span>'


def tag_index(path: str, tags: Sequence[tuple[Mention, int]]) -> str:
    """Return the Markdown of the page of all tags, each with its number of notes."""
    lines = [*front_matter("Tags", _UNSEARCHED), "# Tags", ""]
    for tag, count in tags:
        depth = "    " * tag.title.count("/")
        lines.append(f"{depth}- {page_link(path, tag.path, tag.title)} {count}")
    return "\n".join([*lines, ""])
