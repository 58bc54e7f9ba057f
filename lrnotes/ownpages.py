"""The pages that are made from data: of snippets and tags, the graph, Verification."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec.structs import replace

from lrnotes.fragments import anchors_of, page_of
from lrnotes.graphs import PAGE as GRAPH
from lrnotes.graphs import Graphs
from lrnotes.model import Link, Record, Script
from lrnotes.project import Project
from lrnotes.show.cells import snippet_title
from lrnotes.show.globalgraph import graph_page
from lrnotes.show.pages import Mention, SnippetPage, snippet_page
from lrnotes.show.verification import ClaimRow, verification_page
from lrnotes.tagpages import TagPages
from lrnotes.vault.names import compare_heading

VERIFICATION = "verification.md"


class OwnPages:
    """The names and texts of the pages that a project adds to its notes."""

    def __init__(self, project: Project, records: Mapping[str, Record]) -> None:
        """Keep the project, and the records that conversions will fill."""
        self.project, self.records = project, records
        self.docs = project.layout.docs
        self.tags = TagPages(project, records)
        self.graphs = Graphs(project, records)

    def claim_cells(self) -> Iterator[tuple[Script, int]]:
        """Yield every claim: its script, and which code cell it is."""
        for script in self.project.scripts.values():
            for at, cell in enumerate(script.code):
                if cell.is_claim:
                    yield script, at

    def names(self) -> list[str]:
        """Return the pages we add, from the docs folder; Verification is the last."""
        names = [self.page_name(each) for each in self.project.of_kind("snippet")]
        return (
            names
            + self.tags.names()
            + [GRAPH] * (len(self.project.notes) > 1)
            + [VERIFICATION] * any(True for _ in self.claim_cells())
        )

    def page_name(self, script: Script) -> str:
        """Return the name of a snippet's page, from the docs folder."""
        return page_of(script, self.docs).removeprefix(f"{self.docs}/")

    def text(self, name: str) -> str:
        """Return the Markdown of a page of ours.

        Who mentions it is known only when all notes are converted, so the text is
        asked for again just before its own conversion.
        """
        if name.startswith("tags/"):
            return self.tags.text(name)
        if name == GRAPH:
            return graph_page()
        if name == VERIFICATION:
            return verification_page(
                [self._claim_row(*each) for each in self.claim_cells()]
            )
        script = next(
            each
            for each in self.project.of_kind("snippet")
            if self.page_name(each) == name
        )
        mentions = {
            mention.path: replace(mention, phrase="")
            for link, mention in self._mentions(script.path)
        }
        stem = name.removesuffix(".md")
        return snippet_page(
            SnippetPage(
                name,
                script,
                self.project.results.get(script.name),
                tuple(mentions.values()),
                (f"{stem}.py", f"{stem}.ipynb"),
            )
        )

    def _mentions(self, path: str) -> Iterator[tuple[Link, Mention]]:
        """Yield the links to a script and the notes or notebooks that hold them."""
        for source, record in self.records.items():
            name = source.removeprefix(f"{self.docs}/")
            for link in record.links:
                title = self._title(source) if link.resolved == path else ""
                if title:
                    yield link, Mention(name, title, link.text)

    def _title(self, path: str) -> str:
        """Return the title of a note or notebook; empty for a page of ours."""
        if path in self.project.notes:
            return self.project.notes[path].title
        script = self.project.scripts.get(path)
        return snippet_title(script) or Path(path).stem if script else ""

    def _claim_row(self, script: Script, at: int) -> ClaimRow:
        names = {compare_heading(name) for name in script.code[at].names}
        mentions = tuple(
            mention
            for link, mention in self._mentions(script.path)
            if not link.is_embed and compare_heading(link.fragment) in names
        )
        page = f"{self.page_name(script) if script.kind == 'snippet' else ''}"
        page = page or script.path.removeprefix(f"{self.docs}/")
        anchor = anchors_of(script)[at]
        result = self.project.results.get(script.name)
        return ClaimRow(script, at, f"{page}#{anchor}", result, mentions)
