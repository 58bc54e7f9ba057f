"""Links seen from their targets: which note says what, and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lrnotes.model import Link, Note, Record
from lrnotes.text.literal import blank_literals
from lrnotes.vault.sentences import Sentences, plain_text


@dataclass(frozen=True, slots=True)
class Backlink:
    """One link to a note, as a list below that note shows it."""

    source: str
    """Path of the note that links."""
    number: int
    """Number of the link in that note's record, from 1; its element carries it."""
    sentence: str
    """The sentence around the link, in plain text; empty for one in the properties."""
    phrase: str
    """What the link itself shows, which is a part of the sentence."""
    fragment: str = ""
    """The heading or block that the link names, if any."""


def find_backlinks(
    records: Mapping[str, Record], notes: Mapping[str, Note]
) -> dict[str, tuple[Backlink, ...]]:
    """Return the links to each note from others, by source and place in it."""
    found: dict[str, list[Backlink]] = {}
    for path in sorted(records):
        note = notes.get(path)
        wanted = [
            (number, link)
            for number, link in enumerate(records[path].links, 1)
            if link.resolved and link.resolved != path
        ]
        if note is None or not wanted:
            continue
        sentences = Sentences(note.text)
        placed = _Placed(note.text, Counter(link.raw for _, link in wanted))
        entries = [(placed.take(link.raw), number, link) for number, link in wanted]
        for at, number, link in sorted(entries, key=lambda entry: entry[:2]):
            backlink = _make(path, number, link, sentences.around(at))
            found.setdefault(link.resolved, []).append(backlink)
    return {target: tuple(links) for target, links in found.items()}


def _make(path: str, number: int, link: Link, sentence: str) -> Backlink:
    phrase = plain_text(link.raw if link.raw.startswith("[") else link.text)
    return Backlink(path, number, sentence, phrase, link.fragment)


class _Placed:
    """Where in a text its links stand, each asked for as often as it is there."""

    def __init__(self, text: str, counts: Counter[str]) -> None:
        self.places: dict[str, Iterator[int]] = {}
        blanked = ""
        for raw, count in counts.items():
            places = list(_find_all(text, raw))
            if len(places) > count:
                # Some of them are literal, and so are no links.
                blanked = blanked or blank_literals(text)
                places = list(_find_all(blanked, raw)) or places
            self.places[raw] = iter(places)

    def take(self, raw: str) -> int:
        """Return where the next link that is written so begins, or -1."""
        return next(self.places.get(raw, iter(())), -1)


def _find_all(text: str, raw: str) -> Iterator[int]:
    at = text.find(raw)
    while at >= 0:
        yield at
        at = text.find(raw, at + len(raw))
