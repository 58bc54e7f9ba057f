"""Notes as text, converted as a builder does, and what their prose says."""

import pytest
from markdown import Markdown

from lrnotes.markdown.context import Index
from lrnotes.markdown.defaults import add_extensions
from lrnotes.markdown.settle import settle
from lrnotes.text.notes import scan_note, split_front_matter
from lrnotes.vault.names import Vault
from lrnotes.vault.passages import read_passages


def convert_notes(texts):
    """Return the records and the HTML of notes, by path."""
    notes = {path: scan_note(path, text) for path, text in texts.items()}
    vault = Vault.build((path, note.aliases) for path, note in notes.items())
    index, html = Index(vault=vault, notes=notes, maths=True), {}
    for path, text in texts.items():
        names, options = [], {}
        add_extensions(names, options, {"index": index})
        options["lrnotes"] = {**options["lrnotes"], "page": path}
        markdown = Markdown(extensions=names, extension_configs=options)
        html[path] = markdown.convert(split_front_matter(text)[1])
    return index.records, {
        path: settle(text, path, index)[0] for path, text in html.items()
    }


@pytest.fixture
def read_notes():
    """Return a function: texts of notes by path, to their records and passages."""

    def read(texts):
        records, html = convert_notes(texts)
        return records, {path: read_passages(text) for path, text in html.items()}

    return read
