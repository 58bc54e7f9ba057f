"""Wiki-links, found by the inline stage: code, maths and raw HTML are gone by then."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from markdown.inlinepatterns import InlineProcessor
from markdown.util import AtomicString

from lrnotes.markdown.claims import claim_address, claim_element
from lrnotes.markdown.context import Claim
from lrnotes.markdown.conversion import Conversion, hint_nearest
from lrnotes.markdown.embeds import embed_element
from lrnotes.markdown.targets import (
    cell_names,
    find_cell,
    is_claim,
    is_snippet,
)
from lrnotes.markdown.urls import page_address
from lrnotes.markdown.wiki import WIKI, Wiki, read_wiki
from lrnotes.model import Link
from lrnotes.vault.names import Resolution

_PLAIN = re.compile(r"[^\W_]+(?:[ -][^\W_]+)*")


class WikiLinkProcessor(InlineProcessor):
    """Makes links and embeds of ``[[…]]`` and ``![[…]]``."""

    def __init__(self, conversion: Conversion) -> None:
        """Work for one conversion."""
        super().__init__(WIKI, conversion.md)
        self.conversion = conversion

    def handleMatch(  # type: ignore[override]
        self,
        m: re.Match[str],
        data: str,  # noqa: ARG002 the library's signature
    ) -> tuple[Element | None, int | None, int | None]:
        """Return the element of a link, and where it stands in ``data``."""
        inside = self.conversion.open_escapes(m[2])
        wiki = read_wiki(inside, is_embed=bool(m[1]))
        if wiki is None:
            return None, None, None
        element = _make_element(self.conversion, wiki, m[0])
        return element, m.start(), m.end()


def _make_element(conversion: Conversion, wiki: Wiki, written: str) -> Element:
    """Return the element of a link, and record it."""
    raw = conversion.restore(written, escapes=True)
    conversion.meet(raw)
    # ``wiki`` keeps what earlier patterns stashed, so that code in a name is shown so.
    target = conversion.restore(wiki.target)
    fragment = conversion.restore(wiki.fragment)
    resolution = conversion.index.vault.resolve(target, conversion.path)
    link = Link(
        raw,
        target,
        fragment,
        conversion.restore(wiki.text or ""),
        wiki.is_embed,
        resolution.path or "",
    )
    conversion.found.links.append(link)
    if resolution.path is None:
        return _unresolved(conversion, wiki, link, resolution)
    if len(resolution.candidates) > 1:
        _report_ambiguous(conversion, link, resolution)
    if wiki.is_embed:
        return embed_element(conversion, wiki, link)
    return _link(conversion, wiki, link)


def _link(conversion: Conversion, wiki: Wiki, link: Link) -> Element:
    index, text = conversion.index, _text(wiki)
    if is_snippet(link.resolved, index) and link.resolved not in index.cells:
        what = f"{link.resolved} is a module, which has no page"
        conversion.report("unresolved-link", link.raw, what)
        return _mark_unresolved(text, what)
    if link.fragment and not link.fragment.startswith("^"):
        cell = find_cell(link.resolved, link.fragment, index)
        if cell:
            return _cell_link(conversion, link, cell, text)
        if is_snippet(link.resolved, index):
            _report_cell(conversion, link)
            return _plain_link(conversion, link, text)
    element = _plain_link(conversion, link, text)
    conversion.anchor(element, link.resolved)
    if link.fragment and link.resolved.endswith((".md", ".ipynb")):
        element.set("data-lrn-to", f"{link.resolved}#{link.fragment}")
    elif link.fragment and not is_snippet(link.resolved, index):
        element.set("href", f"{element.get('href')}#{link.fragment}")
    return element


def _plain_link(conversion: Conversion, link: Link, text: str) -> Element:
    page = conversion.index.page_of(link.resolved)
    is_own = page == conversion.host and link.fragment
    address = {"href": ""} if is_own else page_address(conversion, page)
    element = Element("a", {"class": "lrn-link", **address})
    element.text = text
    return element


def _cell_link(
    conversion: Conversion, link: Link, cell: tuple[str, int], text: str
) -> Element:
    index = conversion.index
    is_own = link.resolved == conversion.path
    if is_claim(*cell, index):
        shell, element = claim_element(conversion, *cell, text)
    else:
        address = claim_address(conversion, *cell, Claim())
        shell = element = Element("a", {"class": "lrn-link", **address})
        element.text = text
    if link.resolved.endswith(".md") and (is_own or shell is element):
        # A heading of that name wins: known once the headings have their ids.
        element.set("data-lrn-to", f"{link.resolved}#{link.fragment}")
    if is_own:
        conversion.cell_links.append((shell, link.fragment))
    return shell


def _unresolved(
    conversion: Conversion, wiki: Wiki, link: Link, resolution: Resolution
) -> Element:
    vault = conversion.index.vault
    if resolution.how == "outside":
        what = f'"{link.target}" leaves the project'
        conversion.report("outside-project", link.raw, what)
    else:
        what = f'no {_noun(link)} named "{link.target}"'
        near = vault.nearest(link.target)
        hint = f"nearest: {', '.join(near)}" if near else ""
        conversion.report("unresolved-link", link.raw, what, hint)
    return _mark_unresolved(_text(wiki), what)


def _text(wiki: Wiki) -> str:
    """Return what a link shows; text without any mark need not be read for marks."""
    if wiki.text and not _PLAIN.fullmatch(wiki.text):
        return wiki.text
    return AtomicString(wiki.text or wiki.shown)


def _mark_unresolved(text: str, what: str) -> Element:
    element = Element("span", {"class": "lrn-unresolved", "title": what})
    element.text = text
    return element


def _noun(link: Link) -> str:
    if link.target.endswith(".py"):
        return "snippet"
    name = link.target.rpartition("/")[2]
    is_file = re.search(r"\.(?!md$)[A-Za-z][A-Za-z0-9]{1,4}$", name)
    return "file" if is_file else "note"


def _report_cell(conversion: Conversion, link: Link) -> None:
    what = f'no cell named "{link.fragment}" in {link.resolved}'
    hint = hint_nearest(link.fragment, cell_names(link.resolved, conversion.index))
    conversion.report("unresolved-cell", link.raw, what, hint)


def _report_ambiguous(
    conversion: Conversion, link: Link, resolution: Resolution
) -> None:
    count = len(resolution.candidates)
    what = f'"{link.target}" may mean {count} files: {", ".join(resolution.candidates)}'
    conversion.report("ambiguous-link", link.raw, what, f"taken: {link.resolved}")
