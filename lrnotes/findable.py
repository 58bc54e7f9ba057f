"""What a search reads of a page: its note's other names too, and nothing left out of it."""

from __future__ import annotations

import re
from collections.abc import MutableMapping, Sequence
from html import escape
from typing import Any, Protocol

_NONE = object()

_REST = r"(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>"
_EXCLUDED = re.compile(
    r"<(?!h[1-6]\b)([a-z][\w-]*)\b(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?"
    r"\sdata-search-exclude(?=[\s=>])" + _REST
)
"""An element to pass over; on a heading the mark means the section below it."""
_CHANGED = re.compile(r'data-search-\w+="[^"]+"')
"""What Material's plugin takes out of the page itself."""
_CODE = re.compile(r"<pre\b.*?</pre>", re.DOTALL)
_SPAN = re.compile(rf"</span>|<span\b{_REST}")


def leave_out(html: str) -> str:
    """Return a page without what searches are to pass over, and without colours of code.

    Material's reader takes an excluded element to end where the first of the same tag
    within it ends, and so reads each formula twice; colours take it half of its time.
    """
    parts, at = [], 0
    for opening in _EXCLUDED.finditer(html):
        end = _find_end(html, opening) if opening.start() >= at else 0
        if end:
            parts.append(html[at : opening.start()])
            at = end
    text = "".join([*parts, html[at:]])
    return _CODE.sub(lambda code: _SPAN.sub("", code[0]), text)


def _find_end(html: str, opening: re.Match[str]) -> int:
    """Return where an element ends; 0 where no end tag is found for it."""
    depth = 1
    for tag in re.compile(rf"<(/?){opening[1]}\b").finditer(html, opening.end()):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return html.index(">", tag.end()) + 1
    return 0


class Page(Protocol):
    """What is needed of a page of MkDocs."""

    @property
    def url(self) -> str:
        """Its address, from the site's root."""

    content: str | None
    meta: MutableMapping[str, Any]


class Findable:
    """Gives pages to a search as it is to read them, and back before they are rendered."""

    def __init__(self, *, has_tag_field: bool, reads_alone: bool) -> None:
        """Begin with none; Material's index has a field for tags, others text alone.

        Material's search gets a page with less in it, if nothing else that might change
        the page sees it meanwhile.
        """
        self.has_tag_field = has_tag_field
        self.reads_alone = reads_alone
        self.lent: dict[str, tuple[str, Any, str | None]] = {}

    def lend(self, page: Page, names: Sequence[str]) -> None:
        """Make a page what the search is to read; its names stand first or are tags."""
        content, tags = page.content or "", page.meta.get("tags", _NONE)
        opening, whole = "", None
        if self.reads_alone and not _CHANGED.search(content):
            whole, content = content, leave_out(content)
        # A tag stands on many notes and would weigh more than the title of one.
        if names and self.has_tag_field:
            page.meta["tags"] = list(names)
        elif names:
            opening = f"<p>{escape(' · '.join(names), quote=False)}</p>"
        self.lent[page.url] = (opening, tags, whole)
        page.content = opening + content

    def take_back(self, page: Page) -> str:
        """Return the content of a page as its reader gets it; mend its tags."""
        opening, tags, whole = self.lent.pop(page.url)
        if tags is not _NONE:
            page.meta["tags"] = tags
        else:
            page.meta.pop("tags", None)
        return (page.content or "").removeprefix(opening) if whole is None else whole


def make_findable(plugins: Any, ours: object) -> Findable:
    """Return what serves the search that is among MkDocs' plugins, one of them ours."""
    handlers = plugins.events["page_context"]
    owners = {getattr(each, "__self__", None) for each in handlers} - {ours}
    makers = {type(each).__module__.partition(".")[0] for each in owners}
    has_tag_field = "material/search" in plugins
    reads_alone = has_tag_field and makers == {"material"}
    return Findable(has_tag_field=has_tag_field, reads_alone=reads_alone)
