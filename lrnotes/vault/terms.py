"""Terms that a note uses and that nothing before it defines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lrnotes.model import Note, Place, Problem, Record
from lrnotes.text.literal import blank_literals
from lrnotes.text.notes import split_front_matter
from lrnotes.vault.fold import fold
from lrnotes.vault.mentions import Names, search_names
from lrnotes.vault.names import Vault

_WORD = re.compile(r"\w+")
_LINK = re.compile(
    r"!?\[\[[^\[\]\n]*\]\]|!?\[[^\[\]\n]*\]\([^()\n]*\)|<[^<>\n]*>|https?:\S+|^#.*$",
    re.MULTILINE,
)


def find_undefined(
    notes: Mapping[str, Note], records: Mapping[str, Record], vault: Vault
) -> Iterator[Problem]:
    """Yield the first use of each term that its note's reader cannot know.

    ``defines:`` in a note's front matter lists the terms that it explains.  A reader
    knows the terms of the note itself, of the notes it links to, and of all that it
    requires, directly or not.
    """
    owners = _owners(notes)
    names = Names()
    for words, term in _forms(owners):
        names.add(words, term)
    for path, note in notes.items():
        record = records.get(path, Record(path))
        known = {path, *required_notes(path, notes, vault)}
        known |= {link.resolved for link in record.links}
        told: set[str] = set()
        for term, start, end in search_names(_blank_links(note.text), names):
            if term in told or known.intersection(owners[term]):
                continue
            told.add(term)
            line = note.text.count("\n", 0, start) + 1
            what = f'"{note.text[start:end]}" is used before anything defines it'
            hint = f"link {' or '.join(owners[term])} at its first use"
            yield Problem("undefined-term", Place(path, line), what, hint)


def required_notes(path: str, notes: Mapping[str, Note], vault: Vault) -> set[str]:
    """Return all notes that a note requires, directly or not; itself in a cycle."""
    found: set[str] = set()
    waiting = [path]
    while waiting:
        source = waiting.pop()
        for name in _listed(notes[source], "requires"):
            target = vault.resolve(name, source).path
            if target is not None and target in notes and target not in found:
                found.add(target)
                waiting.append(target)
    return found


def _blank_links(text: str) -> str:
    """Return the text, as long as before, with spaces for all that is no prose."""
    _, body, _ = split_front_matter(text)
    start = len(text) - len(body)
    blanked = re.sub(r"[^\n]", " ", text[:start]) + blank_literals(body)
    return _LINK.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), blanked)


def _owners(notes: Mapping[str, Note]) -> dict[str, tuple[str, ...]]:
    """Return each defined term, folded, with the notes that define it."""
    found: dict[str, tuple[str, ...]] = {}
    for path, note in notes.items():
        for term in _listed(note, "defines"):
            found[fold(term)] = (*found.get(fold(term), ()), path)
    return found


def _forms(terms: Mapping[str, object]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the words of each term and of its plural, with the term."""
    for term in terms:
        for form in (f"{term}es", f"{term}s", term):
            yield tuple(_WORD.findall(form)), term


def _listed(note: Note, key: str) -> tuple[str, ...]:
    value = note.meta.get(key) or ()
    return tuple(map(str, (value,) if isinstance(value, str) else value))
