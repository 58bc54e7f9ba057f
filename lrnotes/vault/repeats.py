"""What several notes say in the same words: paragraphs, sentences, headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lrnotes.model import Heading, Note, Place, Problem, Record
from lrnotes.vault.prose import Paragraph, read_prose

SHORTEST = 7
"""Words from which on an equal sentence is no chance."""
MOST_NOTES = 5
"""Notes that may share a second-level heading before it is a mould."""
OF_ANY_NOTE = frozenset(("sources", "references", "further reading", "see also"))
"""Headings that name a part of every note, not an idea of one."""

_WORD = re.compile(r"\w+")


def find_repeats(notes: Iterable[Note]) -> Iterator[Problem]:
    """Yield each sentence that stands a second time, at its later place.

    A paragraph that is repeated whole is reported once, not sentence by sentence.
    """
    paragraphs: dict[tuple[str, ...], Place] = {}
    sentences: dict[tuple[str, ...], Place] = {}
    for note in notes:
        for paragraph in read_prose(note.text):
            place = Place(note.path, paragraph.line)
            words = _words(paragraph.plain)
            first = paragraphs.setdefault(words, place)
            if first is not place and len(words) >= SHORTEST:
                yield _problem("this paragraph", place, first)
                continue
            yield from _repeated_sentences(note.path, paragraph, sentences)


def _repeated_sentences(
    path: str, paragraph: Paragraph, seen: dict[tuple[str, ...], Place]
) -> Iterator[Problem]:
    for sentence in paragraph.sentences:
        words = _words(sentence.plain)
        place = Place(path, sentence.line)
        first = seen.setdefault(words, place)
        if first is not place and len(words) >= SHORTEST:
            yield _problem(f'"{sentence.plain[:60]}"', place, first)


def _problem(what: str, place: Place, first: Place) -> Problem:
    hint = "say it in one of the two, and link"
    return Problem("repeated-text", place, f"{what} stands at {first} too", hint)


def find_moulds(records: Iterable[Record]) -> Iterator[Problem]:
    """Yield the second-level headings that more than `MOST_NOTES` notes share."""
    shared: dict[str, list[tuple[str, Heading]]] = {}
    for record in sorted(records, key=lambda each: each.path):
        for text in {
            each.text.casefold() for each in record.headings if each.level == 2
        }:
            heading = next(
                each for each in record.headings if each.text.casefold() == text
            )
            shared.setdefault(text, []).append((record.path, heading))
    for text, places in sorted(shared.items()):
        if text not in OF_ANY_NOTE and len(places) > MOST_NOTES:
            for path, heading in places:
                what = f'{len(places)} notes have the heading "{heading.text}"'
                hint = "name this page's idea"
                yield Problem("repeated-heading", Place(path), what, hint)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.casefold() for word in _WORD.findall(text))
