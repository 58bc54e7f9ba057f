"""Knowledge around a note: what other notes say of it, put under its page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import groupby
from pathlib import PurePosixPath
from textwrap import shorten

from lrnotes.feed import Entry, read_dates
from lrnotes.model import Note
from lrnotes.ownpages import OwnPages
from lrnotes.project import Project
from lrnotes.show.around import Said, Source, backlinks_section, tags_line
from lrnotes.show.cells import snippet_title
from lrnotes.show.previews import Preview, lead_figure, preview_name, preview_script
from lrnotes.vault.backlinks import Backlink, find_backlinks
from lrnotes.vault.mentions import Mention, find_mentions
from lrnotes.vault.passages import FORMULA, Passage, read_passages
from lrnotes.vault.quotes import Quote
from lrnotes.vault.urls import relative_url

_LONGEST = 400
"""Characters of a preview."""
_DESCRIBED = 160
"""Characters of a description."""
_HOW = {"embed": "embeds it", "property": "names it in its properties", "link": ""}


class Around:
    """What the notes of a project say of each other, once all are converted."""

    def __init__(self, project: Project, pages: OwnPages) -> None:
        """Keep the project, and the pages of ours, which know the tags and records."""
        self.project, self.records, self.tags = project, pages.records, pages.tags
        self.graphs = pages.graphs
        self.shows_tags = True
        self.pages: dict[str, Sequence[Passage]] = {}
        self.figures: dict[str, str] = {}
        self._backlinks: dict[str, list[Backlink]] | None = None
        self._mentions: dict[str, list[Mention]] = {}

    @property
    def urls(self) -> Mapping[str, str]:
        """The address of each page from the site's root, by its path."""
        return self.graphs.urls

    @urls.setter
    def urls(self, urls: Mapping[str, str]) -> None:
        self.graphs.urls = urls

    def read(self, path: str, html: str) -> None:
        """Take in a page's finished HTML; pages of ours say nothing of their own."""
        if self.is_written(path):
            self.pages[path] = read_passages(html)
            self.figures[path] = lead_figure(html)

    def is_written(self, path: str) -> bool:
        """Return whether an author wrote the page: it is a note or a notebook."""
        script = self.project.scripts.get(path)
        is_notebook = script is not None and script.kind == "notebook"
        return path in self.project.notes or is_notebook

    def title(self, path: str) -> str:
        """Return the title of a note or a notebook."""
        if path in self.project.notes:
            return self.project.notes[path].title
        script = self.project.scripts.get(path)
        return (snippet_title(script) if script else "") or PurePosixPath(path).stem

    def backlinks(self, path: str) -> list[Backlink]:
        """Return the links to a page from others."""
        if self._backlinks is None:
            self._backlinks = find_backlinks(self.records, self.pages)
            self._mentions = find_mentions(
                self.pages, {path: self._aliases(path) for path in self.pages}
            )
        return self._backlinks.get(path, [])

    def _aliases(self, path: str) -> tuple[str, ...]:
        note = self.project.notes.get(path)
        return note.aliases if note else ()

    def names(self, path: str) -> list[str]:
        """Return the names by which a search should find a page of an author."""
        if not self.is_written(path):
            return []
        title, stem = self.title(path), PurePosixPath(path).stem
        return list(dict.fromkeys([title, stem, *self._aliases(path)]))

    def description(self, path: str) -> str:
        """Return, for an attribute, how a note begins: as much as a search would show."""
        return escape(shorten(self._told(path), _DESCRIBED, placeholder="…"))

    def _told(self, path: str) -> str:
        note = self.project.notes.get(path)
        told = str(note.meta.get("description") or "") if note else ""
        if not told:
            passages = self.pages.get(path, ())
            texts = (each.text for each in passages if not each.is_heading)
            told = next(texts, "").replace(FORMULA, "…")
            told = " ".join(told[: _cut(told)].split())
        return told

    def dated(self) -> Iterator[Entry]:
        """Yield the notes that bear a date, for a feed."""
        for path in self.pages:
            note = self.project.notes.get(path)
            dates = read_dates(note.meta) if note else None
            if note and dates:
                told = self._told(path)
                yield Entry(note.title, self.urls[path], *dates, told)

    def previews(self) -> Iterable[tuple[str, str]]:
        """Yield the name and the text of the script that previews each page."""
        for path, passages in self.pages.items():
            parts: dict[str, tuple[str, str]] = {}
            head = ""
            for passage in passages:
                if passage.is_heading:
                    head = _lead(passage)
                    continue
                if passage.heading and passage.heading not in parts:
                    parts[passage.heading] = head, _lead(passage)
                if passage.id and passage.id not in parts:
                    parts[passage.id] = "", _lead(passage)
            texts = (each for each in passages if not each.is_heading)
            lead = _lead(next(texts, Passage()))
            preview = Preview(self.title(path), lead, self.figures[path], parts)
            yield preview_name(self.urls[path]), preview_script(preview)

    def section(self, path: str) -> str:
        """Return what stands under a page: its tags, who links to it, its graph."""
        if path == self.graphs.page and path in self.urls and not self.is_written(path):
            return self.graphs.whole()
        if path not in self.pages:
            return ""
        hide = hidden(self.project.notes.get(path))
        parts = {
            "tags": self._tags,
            "backlinks": self._links,
            "graph": self.graphs.local,
        }
        return "".join(make(path) for name, make in parts.items() if name not in hide)

    def _tags(self, path: str) -> str:
        tags = self.tags.of_note(path) if self.shows_tags else {}
        docs, here = self.project.layout.docs, self.urls[path]
        urls = {
            tag: relative_url(self.urls[f"{docs}/{page}"], here)
            for tag, page in tags.items()
        }
        return tags_line(urls) if urls else ""

    def _links(self, path: str) -> str:
        linked = self.backlinks(path)
        known = {each.source for each in linked}
        mentions = [
            each for each in self._mentions.get(path, ()) if each.source not in known
        ]
        docs = self.project.layout.docs
        # The home page's title is the subject of the site, which all notes name.
        if path in (f"{docs}/index.md", f"{docs}/README.md"):
            mentions = []
        return backlinks_section(
            self._sources(path, linked, lambda each: _HOW[each.how]),
            self._sources(path, mentions, lambda _: ""),
        )

    def _sources(
        self,
        path: str,
        found: Iterable[Backlink | Mention],
        how: Callable[[Backlink], str],
    ) -> list[Source]:
        sources = []
        for source, group in groupby(found, key=lambda each: each.source):
            url = relative_url(self.urls[source], self.urls[path])
            said = tuple(
                Said(
                    _parts(url, each.quote),
                    how(each) if isinstance(each, Backlink) else "",
                )
                for each in group
            )
            sources.append(Source(url, self.title(source), said))
        return sorted(sources, key=lambda each: (each.title.casefold(), each.url))


def _lead(passage: Passage) -> str:
    """Return the HTML with which a passage begins, as much as a preview shows."""
    return passage.show(0, _cut(passage.text))


def _cut(text: str) -> int:
    """Return where a preview of a text ends."""
    end = text.rfind(" ", 0, _LONGEST) if len(text) > _LONGEST else len(text)
    return end if end > 0 else _LONGEST


def hidden(note: Note | None) -> Sequence[str]:
    """Return what a note asks to leave out of its page: ``hide: [backlinks]``."""
    asked = note.meta.get("hide") if note else None
    return [asked] if isinstance(asked, str) else asked or ()


def _parts(url: str, said: Quote) -> tuple[tuple[str, str], ...]:
    return tuple(
        (
            piece.html,
            (f"{url}#{piece.anchor}" if piece.anchor else url)
            if piece.is_marked
            else "",
        )
        for piece in said
    )
