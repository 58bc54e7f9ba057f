"""Unlinked mentions: where a note's name or alias stands in prose without a link."""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lrnotes.vault.fold import fold
from lrnotes.vault.passages import Passage, Span
from lrnotes.vault.quotes import Quote, quote

_WORD = re.compile(r"\w+")
_URL = re.compile(r"\w+://\S+|\bwww\.\S+")
_SHORTEST = 3
"""Letters that a name needs: shorter ones are found everywhere."""

Name = tuple[tuple[str, ...], str]
"""The words of a name, and the path of the note that it names."""


@dataclass(frozen=True, slots=True)
class Mention:
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
    names = _by_first_word(aliases)
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


def _by_first_word(aliases: Mapping[str, Iterable[str]]) -> dict[str, list[Name]]:
    """Return names as words, with their notes, by first word; the longest first."""
    names: dict[tuple[str, ...], str] = {}
    for path in sorted(aliases):
        stem = posixpath.splitext(posixpath.basename(path))[0]
        for name in (stem, *aliases[path]):
            words = tuple(_WORD.findall(fold(name)))
            letters = "".join(words)
            if len(letters) >= _SHORTEST and not letters.isdigit():
                names.setdefault(words, path)
    return group_names(names)


def group_names(names: Mapping[tuple[str, ...], str]) -> dict[str, list[Name]]:
    """Return names, each as folded words, by their first word; the longest first."""
    grouped: dict[str, list[Name]] = {}
    for words, path in sorted(names.items(), key=lambda item: -len(item[0])):
        grouped.setdefault(words[0], []).append((words, path))
    return grouped


def _prose(passage: Passage) -> str:
    """Return the text with what is linked or code left out, as long as before."""
    text = _URL.sub(lambda found: "\0" * len(found[0]), passage.text)
    for span in (*passage.links, *passage.muted):
        text = text[: span.start] + "\0" * (span.end - span.start) + text[span.end :]
    return text


def search_names(
    prose: str, names: Mapping[str, list[Name]]
) -> Iterator[tuple[str, int, int]]:
    """Yield the note, start and end of each name; the longest of those that begin."""
    folded = fold(prose)
    if len(folded) == len(prose):
        words = [(w[0], w.start(), w.end()) for w in _WORD.finditer(folded)]
    else:
        words = [(fold(w[0]), w.start(), w.end()) for w in _WORD.finditer(prose)]
    passed = 0
    for at, (word, start, _) in enumerate(words):
        for name, path in names.get(word, ()) if at >= passed else ():
            last = at + len(name) - 1
            if last < len(words) and _is_name(prose, words[at : last + 1], name):
                yield path, start, words[last][2]
                passed = last + 1
                break


def _is_name(
    prose: str, words: list[tuple[str, int, int]], name: tuple[str, ...]
) -> bool:
    """Return whether words are a name, with nothing but a space or a dash between."""
    if tuple(word for word, _, _ in words) != name:
        return False
    gaps = (prose[one[2] : other[1]] for one, other in itertools.pairwise(words))
    return all(gap.strip() in ("", "-", "'", "’", "_", "/") for gap in gaps)
