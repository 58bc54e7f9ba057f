"""What is made of finished pages: links in their heads, and files beside them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from urllib.parse import unquote

from lrnotes.around import Around
from lrnotes.feed import FEED, Entry, Feed, atom, feed_link
from lrnotes.model import Place, Problem
from lrnotes.show.slim import ROWS, slim, take_table
from lrnotes.twins import Twins, twin_link
from lrnotes.vault.urls import relative_url

SHEETS = {
    'class="katex': "assets/lrnotes/vendor/katex/katex.min.css",
    'class="lrn-ring"': "assets/lrnotes/graph.css",
}
"""The stylesheet that a page needs which holds the mark."""

# A face in a stylesheet is read only when a text asks for it, and breaks its lines anew.
READY = """<script>["1em KaTeX_Main", "italic 1em KaTeX_Math"].forEach(
  function (face) { document.fonts.load(face); });</script>"""
"""Makes the faces of formulas ready before there is a text."""


class Beside:
    """The files and links of one build; without a feed none is missed."""

    def __init__(self, around: Around, feed: Feed | None) -> None:
        """Keep what knows the pages, once they are finished."""
        self.around, self.feed = around, feed
        self.settings = around.project.layout.settings
        self.twins = Twins()
        self.rows = ""

    def read(self, path: str, html: str, url: str) -> None:
        """Take in a page's finished HTML."""
        if self._has_twin(path):
            self.twins.read(url, self.around.title(path), html)

    def _has_twin(self, path: str) -> bool:
        return self.settings.twins and self.around.is_written(path)

    @cached_property
    def _entries(self) -> list[Entry]:
        """The notes with a date; to be asked for when all pages are finished."""
        return list(self.around.dated())

    def complete(self, html: str, path: str, url: str) -> str:
        """Return a whole page that names its twin, the feed and its stylesheets.

        What it can do without is left out, or kept for a file beside it.
        """
        links = [
            f'<link rel="stylesheet" href="{name}">'
            for mark, name in SHEETS.items()
            if mark in html
        ]
        if self.feed and self.feed.url and self._entries:
            links.append(feed_link(self.feed))
        if any("katex" in link for link in links):
            links.append(READY)
        start = relative_url("", url)
        shown = "".join(links).replace(' href="', f' href="{start}')
        if self._has_twin(path):
            self.twins.fill(url, html)
            shown = twin_link(url) + shown
        html, rows = take_table(slim(html))
        self.rows = rows or self.rows
        return html.replace("</head>", f"{shown}</head>", 1) if shown else html

    def files(self) -> Iterator[tuple[str, str]]:
        """Yield name, from the site's root, and text of what is made of finished pages."""
        for name, content in self.around.previews():
            yield f"assets/lrnotes/previews/{unquote(name)}", content
        if self.rows:
            yield ROWS, self.rows
        yield from self.twins.write()
        yield from self.around.graphs.files().items()
        if self.feed and self.feed.url and self._entries:
            yield FEED, atom(self.feed, self._entries)

    def problems(self) -> Iterator[Problem]:
        """Yield what keeps a feed from being made."""
        if self.feed and not self.feed.url and self._entries:
            what = f"{len(self._entries)} notes bear a date, and no feed tells of them"
            place = Place(self.around.project.layout.config)
            yield Problem("run-remark", place, what, "set site_url")
