"""Unlinked mentions: where a note's name or alias stands in prose without a link."""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lrnotes.model import Note
from lrnotes.text.literal import blank_literals
from lrnotes.text.notes import split_front_matter
from lrnotes.vault.fold import fold
from lrnotes.vault.sentences import Sentences

_WORD = re.compile(r"\w+")
_LINK = re.compile(
    r"!?\[\[[^\[\]\n]*\]\]|!?\[[^\[\]\n]*\]\([^()\n]*\)|<[^<>\n]*>|https?:\S+|^#.*$",
    re.MULTILINE,
)
_SHORTEST = 3
"""Letters that a name needs: shorter ones are found everywhere."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where a note is named but not linked."""

    source: str
    """Path of the note whose prose it is."""
    line: int
    """Line in that note, from 1."""
    sentence: str
    """The sentence around the name, in plain text."""
    phrase: str
    """The name as it stands there."""


def find_mentions(notes: Mapping[str, Note]) -> dict[str, tuple[Mention, ...]]:
    """Return where each note is named in the prose of others, once a sentence."""
    names = _by_first_word(notes)
    found: dict[str, list[Mention]] = {}
    for path in sorted(notes):
        text = notes[path].text
        prose = blank_links(text)
        sentences = Sentences(text)
        said: set[tuple[str, str]] = set()
        for target, start, end in search_names(prose, names):
            if target == path:
                continue
            sentence = sentences.around(start)
            if (target, sentence) not in said:
                said.add((target, sentence))
                line = text.count("\n", 0, start) + 1
                mention = Mention(path, line, sentence, text[start:end])
                found.setdefault(target, []).append(mention)
    return {target: tuple(mentions) for target, mentions in found.items()}


def _by_first_word(
    notes: Mapping[str, Note],
) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """Return names as words, with their notes, by first word; the longest first."""
    names: dict[tuple[str, ...], str] = {}
    for path in sorted(notes):
        stem = posixpath.basename(path).removesuffix(".md")
        for name in (stem, *notes[path].aliases):
            words = tuple(_WORD.findall(fold(name)))
            letters = "".join(words)
            if len(letters) >= _SHORTEST and not letters.isdigit():
                names.setdefault(words, path)
    return group_names(names)


def group_names(
    names: Mapping[tuple[str, ...], str],
) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """Return names, each as folded words, by their first word; the longest first."""
    grouped: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for words, path in sorted(names.items(), key=lambda item: -len(item[0])):
        grouped.setdefault(words[0], []).append((words, path))
    return grouped


def blank_links(text: str) -> str:
    """Return the text, as long as before, with spaces for all that is no prose."""
    _, body, _ = split_front_matter(text)
    start = len(text) - len(body)
    blanked = re.sub(r"[^\n]", " ", text[:start]) + blank_literals(body)
    return _LINK.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), blanked)


def search_names(
    prose: str, names: Mapping[str, list[tuple[tuple[str, ...], str]]]
) -> Iterator[tuple[str, int, int]]:
    """Yield the note, start and end of each name; the longest of those that begin."""
    words = [
        (fold(word[0]), word.start(), word.end()) for word in _WORD.finditer(prose)
    ]
    at = 0
    while at < len(words):
        for name, path in names.get(words[at][0], ()):
            last = at + len(name) - 1
            if last < len(words) and _is_name(prose, words[at : last + 1], name):
                yield path, words[at][1], words[last][2]
                at = last
                break
        at += 1


def _is_name(
    prose: str, words: list[tuple[str, int, int]], name: tuple[str, ...]
) -> bool:
    """Return whether words are a name, with nothing but a space or a dash between."""
    if tuple(word for word, _, _ in words) != name:
        return False
    gaps = (prose[one[2] : other[1]] for one, other in itertools.pairwise(words))
    return all(len(gap) <= 2 and gap not in ("\n\n", ". ", ", ") for gap in gaps)
