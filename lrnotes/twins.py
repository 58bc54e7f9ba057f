"""The Markdown twins of notes: where each lies, and where its links lead."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from functools import partial
from urllib.parse import unquote, urlsplit

from lrnotes.show.twins import twin
from lrnotes.vault.urls import relative_url


def twin_url(url: str) -> str:
    """Return the URL of the twin beside a page's; both from the site's root."""
    url = url.removeprefix("./")
    return (
        f"{url.removesuffix('.html')}.md" if url.endswith(".html") else f"{url}index.md"
    )


def twin_link(url: str) -> str:
    """Return the element by which a page tells programs of its twin."""
    name = posixpath.basename(twin_url(url))
    # Material takes what is `alternate` and nothing else for the site in another
    # language, and asks for its sitemap; a space is a part of no keyword (HTML).
    return f'<link rel="alternate " type="text/markdown" href="{name}">'


_GAP = re.compile(r"<div (data-[\w-]+)></div>")
"""A place that a note leaves to the theme; the filled one keeps the attribute."""
_DIV = re.compile(r"<(/?)div\b[^>]*>")

_WRITTEN: dict[str, tuple[object, str]] = {}
"""What each page gave last: a site that is served is built again at each save."""


class Twins:
    """The twins of one build."""

    def __init__(self) -> None:
        """Begin with no page."""
        self.pages: dict[str, tuple[str, str]] = {}
        """Title and finished HTML of each page, by its URL."""

    def read(self, url: str, title: str, html: str) -> None:
        """Take in a finished page; a build gives all of its pages before it writes."""
        self.pages[url] = (title, html)

    def fill(self, url: str, whole: str) -> None:
        """Put into a page what the theme made of the places left to it.

        Args:
            url: The page, which has been read.
            whole: The same page as the theme finished it.
        """
        title, html = self.pages[url]
        if _GAP.search(html):
            html = _GAP.sub(lambda gap: _filled(whole, gap[1]) or gap[0], html)
            self.pages[url] = (title, html)

    def write(self) -> Iterator[tuple[str, str]]:
        """Yield file name, from the site's root, and text of each twin."""
        beside = {_file(url): twin_url(url) for url in self.pages}
        for url, given in self.pages.items():
            key = (given, tuple(beside))
            if url not in _WRITTEN or _WRITTEN[url][0] != key:
                made = twin(given[1], given[0], partial(_address, url, beside))
                _WRITTEN[url] = (key, made)
            yield unquote(twin_url(url)), _WRITTEN[url][1]


def _filled(whole: str, attribute: str) -> str:
    """Return the first ``div`` with an attribute, to its end; nothing where none is."""
    begins = re.search(rf"<div\b[^>]*\s{attribute}(?=[\s=>])[^>]*>", whole)
    if begins is None:
        return ""
    depth = 0
    for tag in _DIV.finditer(whole, begins.start()):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return whole[begins.start() : tag.end()]
    return ""


def _file(url: str) -> str:
    """Return one name for all the ways to write a URL."""
    return unquote(posixpath.normpath(f"/{url}"))


def _address(url: str, beside: Mapping[str, str], href: str) -> str:
    """Return where a link on the page at ``url`` leads in its twin: to other twins."""
    parts = urlsplit(href)
    if parts.scheme or parts.netloc or not parts.path:
        return href
    target = beside.get(_file(posixpath.join(posixpath.dirname(url), parts.path)))
    if target is None:
        return href
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return relative_url(target, twin_url(url)) + fragment
