"""Unlinked mentions: where a note's name or alias stands in prose without a link."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from lrnotes.vault.fold import fold
from lrnotes.vault.passages import Passage, Span
from lrnotes.vault.quotes import Quote, quote

_WORD = re.compile(r"\w+")
_URL = re.compile(r"\w+://\S+|\bwww\.\S+")
_SHORTEST = 3
"""Letters that a name needs: shorter ones are found everywhere."""
_JOINTS = ("", "-", "'", "’", "_", "/")


class Names:
    """Names by their words, one word after the other, and what each of them names."""

    __slots__ = ("named", "then")

    def __init__(self) -> None:
        """Begin with none."""
        self.named = ""
        self.then: dict[str, Names] = {}

    def add(self, words: Iterable[str], named: str) -> None:
        """Add a name; of two that are equal the first counts."""
        node = self
        for word in words:
            node = node.then.setdefault(word, Names())
        node.named = node.named or named


class Mention(Struct, frozen=True):
    """One sentence that names a note and does not link it."""

    source: str
    """Path of the note whose prose it is."""
    quote: Quote
    """The sentence, the name marked; it leads to the heading above it."""


def find_mentions(
    pages: Mapping[str, Sequence[Passage]], aliases: Mapping[str, Iterable[str]]
) -> dict[str, list[Mention]]:
    """Return where each note is named in the prose of others, once a sentence.

    ``aliases`` gives the aliases of every note that can be named, by its path.
    """
    names = _name_notes(aliases)
    found: dict[str, list[Mention]] = {}
    for path in sorted(pages):
        for passage in pages[path]:
            if passage.is_heading:
                continue
            said: dict[str, list[Span]] = {}
            for target, start, end in search_names(_prose(passage), names):
                if target != path:
                    span = Span(start, end, passage.heading)
                    said.setdefault(target, []).append(span)
            for target, spans in said.items():
                quotes = quote(passage, spans)
                found.setdefault(target, []).extend(Mention(path, q) for q in quotes)
    return found


def _name_notes(aliases: Mapping[str, Iterable[str]]) -> Names:
    """Return the names of notes that are long enough to tell them by."""
    names = Names()
    for path in sorted(aliases):
        stem = posixpath.splitext(posixpath.basename(path))[0]
        for name in (stem, *aliases[path]):
            words = tuple(_WORD.findall(fold(name)))
            letters = "".join(words)
            if len(letters) >= _SHORTEST and not letters.isdigit():
                names.add(words, path)
    return names


def _prose(passage: Passage) -> str:
    """Return the text with what is linked or code left out, as long as before."""
    text = passage.text
    if "://" in text or "www." in text:
        text = _URL.sub(lambda found: "\0" * len(found[0]), text)
    for span in (*passage.links, *passage.muted):
        text = text[: span.start] + "\0" * (span.end - span.start) + text[span.end :]
    return text


def search_names(prose: str, names: Names) -> Iterator[tuple[str, int, int]]:
    """Yield what is named, start and end of each name; the longest of those that begin."""
    first = names.then
    words = _WORD.findall(fold(prose))
    begins = [
        at
        for at, word in enumerate(words)
        if word in first and _is_name(words, at, first[word])
    ]
    # Where words stand is asked only where a name may be.
    places = list(_WORD.finditer(prose)) if begins else []
    if len(places) != len(words):
        return
    passed = 0
    for at in begins:
        if at < passed:
            continue
        last, named = _follow(prose, words, places, at, names)
        if named:
            yield named, places[at].start(), places[last].end()
            passed = last + 1


def _is_name(words: Sequence[str], at: int, node: Names) -> bool:
    """Return whether the words from ``at`` on are a name, whatever stands between."""
    while not node.named:
        at += 1
        if at == len(words) or words[at] not in node.then:
            return False
        node = node.then[words[at]]
    return True


def _follow(
    prose: str,
    words: Sequence[str],
    places: Sequence[re.Match[str]],
    at: int,
    names: Names,
) -> tuple[int, str]:
    """Return the last word of the longest name that begins at a word, and its bearer.

    Between the words of a name stands nothing but a space or a dash.
    """
    node, last, named = names.then[words[at]], at, ""
    while True:
        if node.named:
            last, named = at, node.named
        at += 1
        if at == len(words) or words[at] not in node.then:
            return last, named
        if prose[places[at - 1].end() : places[at].start()].strip() not in _JOINTS:
            return last, named
        node = node.then[words[at]]
