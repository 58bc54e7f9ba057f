"""The prose of a note: its paragraphs and sentences, each with its line."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from msgspec import Struct

from lrnotes.text.literal import blank_literals
from lrnotes.vault.sentences import plain_text

_PARAGRAPH = re.compile(r"(?:[^\n]*[^\s>][^\n]*(?:\n|$))+")
_ITEM = re.compile(r"^[\s>]*(?:[-*+]|\d+[.)])\s+(?:\[.\]\s)?", re.MULTILINE)
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*\s+(?=[^\Wa-z]|[\[*_`\"“$])")
_CALLOUT = re.compile(r"^[\s>]*>\s*\[!([\w-]+)\]", re.MULTILINE)
_NO_PROSE = re.compile(
    r"!?\[\[[^\[\]\n]*\]\]"  # a link or embed
    r"|\[@[^\]\n]*\]"  # a citation
    r"|!?\[[^\[\]\n]*\]\([^()\n]*\)"
    r"|^[\s>]*\^[\w-]+[ \t]*$|(?<=\s)\^[\w-]+[ \t]*$"  # a block's name
    r"|^[\s>]*(?:[-*+]|\d+[.)])\s"
    r"|^[\s>]*>[ \t]*\[![^\n]*"  # a callout's title
    r"|<[^<>\n]*>|https?:\S+",
    re.MULTILINE,
)
_SUPPORT = re.compile(
    r"\[\[[^\[\]\n|]*\.(?:py|ipynb)#"  # a claim, or the cell that shows it
    r"|\[\[[^\[\]\n|]*\#\^"  # a proof or an open question
    r"|\[@|`\{"  # a citation, an inline value
)
_ANY = re.compile(r"[^\n]")

SUPPORTING = ("proof", "question")
"""Callouts that are support themselves: what is proved, and what is open."""


class Sentence(Struct, frozen=True):
    """One sentence of a note."""

    line: int
    """Line in the note, from 1."""
    source: str
    """As written."""
    words: str
    """As long as the source, with spaces for code, maths, links, citations, HTML."""

    @property
    def is_supported(self) -> bool:
        """Whether a claim, proof, question, citation or value stands in it."""
        return _SUPPORT.search(self.source) is not None

    @property
    def is_question(self) -> bool:
        """Whether it asks."""
        return self.source.rstrip().endswith("?")

    @property
    def plain(self) -> str:
        """What a reader sees, in one line."""
        return plain_text(self.source)


class Paragraph(Struct, frozen=True):
    """Lines of prose between blank ones."""

    sentences: tuple[Sentence, ...]
    callout: str = ""
    """Type of the callout that the paragraph opens or goes on; or empty."""

    @property
    def line(self) -> int:
        """Line of its first sentence."""
        return self.sentences[0].line

    @property
    def plain(self) -> str:
        """What a reader sees, in one line."""
        return " ".join(sentence.plain for sentence in self.sentences)


def read_prose(text: str) -> Iterator[Paragraph]:
    """Yield the paragraphs of a note, without headings; list items are sentences."""
    blanked = blank_literals(text)
    words = _NO_PROSE.sub(lambda found: _ANY.sub(" ", found[0]), blanked)
    callout = ""
    for found in _PARAGRAPH.finditer(blanked):
        opened = _CALLOUT.search(found[0])
        is_quoted = text[found.start() : found.end()].lstrip(" ").startswith(">")
        callout = opened[1].lower() if opened else callout if is_quoted else ""
        sentences = tuple(_split(text, words, found.start(), found.end()))
        if sentences:
            yield Paragraph(sentences, callout)


def _split(text: str, words: str, start: int, end: int) -> Iterator[Sentence]:
    raw = text[start:end]
    cuts = {0, len(raw), *(item.start() for item in _ITEM.finditer(raw))}
    cuts |= {found.end() for found in _SENTENCE_END.finditer(raw)}
    places = sorted(cuts)
    for first, last in itertools.pairwise(places):
        source = raw[first:last]
        if source.lstrip().startswith("#") or not source.strip():
            continue
        lead = len(source) - len(source.lstrip())
        line = text.count("\n", 0, start + first + lead) + 1
        yield Sentence(line, source, words[start + first : start + last])
