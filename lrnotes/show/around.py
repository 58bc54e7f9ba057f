"""What stands under a note: who links to it, and who names it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from msgspec import Struct

_SHOWN = 12
"""Sources of backlinks in the open; more are folded."""
_FEW = 3
"""Sentences of one source in the open."""


class Said(Struct, frozen=True):
    """One sentence of another note."""

    parts: tuple[tuple[str, str], ...] = ()
    """HTML and address of each part; the address is empty but for the marked phrases.
    Without parts it stands for a link outside the prose."""
    how: str = ""
    """Of a link outside the prose: what it is, such as ``embeds it``."""


class Source(Struct, frozen=True):
    """Another note, and what it says of this one."""

    url: str
    title: str
    said: tuple[Said, ...]


def tags_line(tags: Mapping[str, str]) -> str:
    """Return the HTML of a note's tags, each with the address of its page."""
    links = "".join(
        f'<li><a class="lrn-tag" href="{escape(url)}">#{escape(tag)}</a></li>'
        for tag, url in tags.items()
    )
    return f'<ul class="lrn-tags" aria-label="Tags" data-search-exclude>{links}</ul>'


def backlinks_section(linked: Sequence[Source], mentioned: Sequence[Source]) -> str:
    """Return the HTML of the lists under a note; empty where nobody speaks of it."""
    parts = []
    if linked:
        parts.append(_list(linked[:_SHOWN]))
        if linked[_SHOWN:]:
            rest = linked[_SHOWN:]
            parts.append(_folded(f"{len(rest)} more notes", _list(rest)))
    if mentioned:
        count = sum(len(source.said) for source in mentioned)
        noun = "mention" if count == 1 else "mentions"
        parts.append(_folded(f"{count} {noun} without a link", _list(mentioned)))
    if not parts:
        return ""
    head = "Linked from" if linked else "Mentioned in"
    return (
        '<section class="lrn-around" aria-labelledby="lrn-backlinks" '
        f'data-search-exclude><h2 id="lrn-backlinks">{head}</h2>{"".join(parts)}</section>'
    )


def _list(sources: Sequence[Source]) -> str:
    return f'<ul class="lrn-backlinks">{"".join(map(_item, sources))}</ul>'


def _item(source: Source) -> str:
    title = f'<a href="{escape(source.url)}">{escape(source.title, quote=False)}</a>'
    how = ", ".join(said.how for said in source.said if not said.parts)
    if how:
        title += f' <span class="lrn-quiet">{escape(how)}</span>'
    said = [each for each in source.said if each.parts]
    # An entry of a list that is nothing but the link says no more than the title does.
    telling = [each for each in said if not all(url for _, url in each.parts)]
    quotes = [_quote(each) for each in telling or said[:1]]
    rest = quotes[_FEW:]
    folded = _folded(f"{len(rest)} more", "".join(rest)) if rest else ""
    return f"<li>{title}{''.join(quotes[:_FEW])}{folded}</li>"


def _quote(said: Said) -> str:
    parts = (
        f'<a href="{escape(url)}"><mark>{html}</mark></a>' if url else html
        for html, url in said.parts
    )
    return f"<p>{''.join(parts)}</p>"


def _folded(summary: str, content: str) -> str:
    return f'<details class="lrn-fold"><summary>{summary}</summary>{content}</details>'
