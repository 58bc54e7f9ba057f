"""Findings without a builder: every note is converted, nothing is run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from markdown import Markdown

from lrnotes.markdown.context import Index
from lrnotes.markdown.defaults import add_extensions
from lrnotes.model import Problem, Script
from lrnotes.notebooks import NotebookPages
from lrnotes.project import Project
from lrnotes.publish import Book
from lrnotes.settings import read_extensions
from lrnotes.text.claims import check_claims
from lrnotes.text.notes import split_front_matter
from lrnotes.vault.names import compare_heading
from lrnotes.vault.repeats import find_moulds, find_repeats
from lrnotes.vault.support import check_support
from lrnotes.vault.terms import find_undefined

UNKNOWABLE = ("unresolved-value", "failed-cell")
"""What cannot be said of a script that has no valid result."""


def find_problems(project: Project) -> list[Problem]:
    """Return all findings of a project, by place."""
    project.load()
    book = convert_notes(project)
    index = book.index
    missing = project.results.keys() != project.scripts.keys()
    found = {
        problem
        for problem in book.problems()
        if not (missing and problem.kind in UNKNOWABLE)
    }
    found.update(check_all_claims(project, index))
    found.update(check_wording(project, index))
    shown = (
        each for each in found if project.layout.settings.level(each.kind) != "off"
    )
    return sorted(shown, key=lambda each: (each.place, each.what))


def convert_notes(project: Project) -> Book:
    """Convert all notes and notebooks; return the book, whose index has the records."""
    book = Book(project)
    urls = {
        path: str(PurePosixPath(path).with_suffix(".html")) for path in project.notes
    }
    index = book.make_index(urls)
    names, options = read_extensions(project.layout)
    add_extensions(names, options, {"index": index})
    ours = dict(options["lrnotes"])
    pages: dict[str, str] = {}
    for path, note in project.notes.items():
        options["lrnotes"] = {**ours, "page": path}
        markdown = Markdown(extensions=names, extension_configs=options)
        pages[path] = markdown.convert(split_front_matter(note.text)[1])
    # A link may name a heading of any other note.
    for path, html in pages.items():
        book.finish(path, html, urls[path])
    notebooks = NotebookPages(project, index)
    for script in project.of_kind("notebook"):
        notebooks.read(script)
    return book


def check_wording(project: Project, index: Index) -> Iterator[Problem]:
    """Yield what prose says without support, twice, or in undefined terms."""
    for path, note in project.notes.items():
        shown = {link.resolved for link in index.records[path].links}
        scripts = [
            script
            for script in project.scripts.values()
            if script.path == path or script.path in shown
        ]
        yield from check_support(note, scripts)
    yield from find_repeats(project.notes.values())
    yield from find_moulds(index.records.values())
    yield from find_undefined(project.notes, index.records, project.vault)


def check_all_claims(project: Project, index: Index) -> Iterator[Problem]:
    """Yield claims without an assert or a sentence, and names that they leave behind."""
    linked = {
        (link.resolved or path, compare_heading(link.fragment))
        for path, record in index.records.items()
        for link in record.links
        if link.fragment and not link.is_embed
    }
    for script in project.scripts.values():
        yield from check_claims(script)
        yield from _unlinked(script, linked)


def _unlinked(script: Script, linked: set[tuple[str, str]]) -> Iterator[Problem]:
    for cell in script.code:
        names = {compare_heading(name) for name in cell.names}
        if cell.is_claim and not any((script.path, name) in linked for name in names):
            what = f'no sentence links "{cell.title}"'
            yield Problem("claim-without-sentence", cell.place, what)
