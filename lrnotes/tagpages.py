"""The pages of tags, which the notes' front matter and their text ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from lrnotes.markdown.tags import HAS_TAG, tag_page
from lrnotes.model import Record
from lrnotes.project import Project
from lrnotes.show.pages import Mention
from lrnotes.show.tagpages import Listed, fill_tag_page, tag_index
from lrnotes.show.tagpages import tag_page as tag_markdown
from lrnotes.text.literal import blank_literals
from lrnotes.text.notes import split_front_matter
from lrnotes.vault.fold import fold
from lrnotes.vault.passages import Passage
from lrnotes.vault.quotes import first_sentence
from lrnotes.vault.urls import relative_url

INDEX = "tags/index.md"


class TagPages:
    """The names and texts of the pages of tags."""

    def __init__(self, project: Project, records: Mapping[str, Record]) -> None:
        """Keep the project, and the records that conversions will fill."""
        self.project, self.records = project, records
        self.docs = project.layout.docs
        self.shown: dict[str, str] = {}
        self.index = "tags.md" if self._is_note("tags.md") else INDEX
        self.notes: dict[str, list[str]] = {}
        for path in sorted(project.notes):
            for tag in self._written(path):
                self._add(tag)

    def _written(self, path: str) -> Iterator[str]:
        """Yield the tags of a note before it is converted."""
        note = self.project.notes[path]
        yield from note.tags
        # Pages must have their names before conversions tell the tags in the text.
        if HAS_TAG.search(note.text):
            body = blank_literals(split_front_matter(note.text)[1])
            yield from (found[1] for found in HAS_TAG.finditer(body))

    def _add(self, tag: str) -> None:
        """Keep a tag and those above it, as first written."""
        parts = [part for part in tag.split("/") if part.strip(". ")]
        for count in range(1, len(parts) + 1):
            name = "/".join(parts[:count])
            self.shown.setdefault(fold(name), name)

    def names(self) -> list[str]:
        """Return the pages, from the docs folder, all tags first."""
        pages = dict.fromkeys(tag_page(tag) for tag in self.shown)
        wanted = [self.index, *pages] if pages else []
        return [name for name in dict.fromkeys(wanted) if not self._is_note(name)]

    def _is_note(self, name: str) -> bool:
        # Who writes a page for a tag need not rename it: it takes the place of ours.
        return f"{self.docs}/{name}" in self.project.notes

    def of_note(self, path: str) -> dict[str, str]:
        """Return the tags of a converted note as shown, each with its page."""
        note, record = self.project.notes.get(path), self.records.get(path)
        tags = (*(note.tags if note else ()), *(record.tags if record else ()))
        folded = dict.fromkeys(fold(tag.strip("/")) for tag in tags)
        return {self.shown[tag]: tag_page(tag) for tag in folded if tag in self.shown}

    def text(self, name: str) -> str:
        """Return the Markdown of one of the pages; it is empty before conversions."""
        if name == self.index:
            counts = [
                (self._mention(tag), len(set(self._under(tag))))
                for tag in sorted(self.shown, key=lambda tag: tag.split("/"))
            ]
            return tag_index(name, counts)
        tag = self._by_page[name]
        names = [f"#{self.shown[each]}" for each in self._listed(tag)]
        parent = tag.rpartition("/")[0]
        above = self._mention(parent) if parent else Mention(self.index, "All tags")
        return tag_markdown(self._mention(tag), names, above)

    def fill(
        self,
        path: str,
        html: str,
        urls: Mapping[str, str],
        pages: Mapping[str, Sequence[Passage]],
    ) -> str:
        """Return a tag's page with its notes, and how each of them begins.

        ``urls`` and ``pages`` give the address and the prose of every converted page
        by its path; any other page is returned as it is.
        """
        tag = self._by_page.get(path.removeprefix(f"{self.docs}/"))
        if tag is None or path in self.project.notes:
            return html
        lists = [
            [
                Listed(
                    relative_url(urls[note], urls[path]),
                    self.project.notes[note].title,
                    first_sentence(pages.get(note, ())),
                )
                for note in self._notes[each]
                if note in urls
            ]
            for each in self._listed(tag)
        ]
        return fill_tag_page(html, lists)

    def _listed(self, tag: str) -> list[str]:
        """Return a tag and those below it, as far as notes have them."""
        return [each for each in self._below[tag] if each in self._notes]

    def _mention(self, tag: str) -> Mention:
        return Mention(tag_page(tag), f"#{self.shown[tag]}")

    def _under(self, tag: str) -> Iterator[str]:
        for each in self._below[tag]:
            yield from self._notes.get(each, ())

    @cached_property
    def _by_page(self) -> dict[str, str]:
        return {tag_page(tag): tag for tag in self.shown}

    @cached_property
    def _below(self) -> dict[str, list[str]]:
        """Each tag with itself and the tags below it, in order."""
        below: dict[str, list[str]] = {tag: [] for tag in self.shown}
        for tag in sorted(self.shown, key=lambda tag: tag.split("/")):
            parts = tag.split("/")
            for count in range(1, len(parts) + 1):
                below["/".join(parts[:count])].append(tag)
        return below

    @property
    def _notes(self) -> dict[str, list[str]]:
        """The notes of each tag, by title; none before conversions."""
        if not self.notes and self.records:
            for path in sorted(self.project.notes, key=self._title):
                for tag in self.of_note(path):
                    self.notes.setdefault(fold(tag), []).append(path)
        return self.notes

    def _title(self, path: str) -> tuple[str, str]:
        return self.project.notes[path].title.casefold(), path
