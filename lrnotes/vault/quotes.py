"""The sentence around a phrase of a page, with the phrase marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct

from lrnotes.vault.passages import FORMULA, Passage, Span

_LONGEST = 240
_ABBREVIATIONS = ("e.g", "i.e", "cf", "vs", "al", "Fig", "Eq", "Sec", "Ch", "approx")
_END = re.compile(
    "[.!?…]"
    + "".join(rf"(?<!\b{re.escape(word)}\.)" for word in _ABBREVIATIONS)
    + rf"[\"'”’)\]]*\s+(?=[^\Wa-z]|[\"“(\[{FORMULA}])"
)

_STOP = re.compile(r"[.!?…][\"'”’)\]]*$")


class Piece(Struct, frozen=True):
    """A part of a quote."""

    html: str
    is_marked: bool = False
    """Whether it is a phrase that the quote is about."""
    anchor: str = ""
    """Of a marked phrase: the id of the element to lead to."""


Quote = tuple[Piece, ...]
"""A sentence of a page, or the part of a long one around its phrases."""


def quote(passage: Passage, marked: Sequence[Span]) -> list[Quote]:
    """Return the sentences that hold the marked phrases, each once."""
    quotes = []
    waiting = sorted(marked, key=lambda span: span.start)
    while waiting:
        start, end = _sentence(passage.text, waiting[0])
        inside = [span for span in waiting if span.end <= end]
        quotes.append(_cut(passage, start, end, inside or waiting[:1]))
        waiting = waiting[max(1, len(inside)) :]
    return quotes


def first_sentence(passages: Iterable[Passage]) -> str:
    """Return the HTML of the sentence that a page's prose begins with.

    It is empty where the first words under the title are no sentence.
    """
    first = next((each for each in passages if not each.is_heading), None)
    if first is None:
        return ""
    start, end = _sentence(first.text, Span(0, 0))
    sentence = first.text[start:end].rstrip()
    return first.show(start, len(sentence)) if _STOP.search(sentence) else ""


def _sentence(text: str, span: Span) -> tuple[int, int]:
    start, end = 0, len(text)
    for found in _END.finditer(text):
        if found.end() <= span.start:
            start = found.end()
        elif found.start() + 1 >= span.end:
            end = found.end()
            break
    return start, end


def _cut(passage: Passage, start: int, end: int, marked: Sequence[Span]) -> Quote:
    """Return a sentence, shortened to what stands around its phrases."""
    text, before, after = passage.text, "", ""
    sentence = text[start:end]
    start += len(sentence) - len(sentence.lstrip())
    end -= len(sentence) - len(sentence.rstrip())
    if end - start > _LONGEST:
        first, last = marked[0].start, marked[-1].end
        spare = max(40, (_LONGEST - (last - first)) // 2)
        if first - start > spare:
            gap = text.find(" ", first - spare, first)
            start, before = (gap + 1 if gap >= 0 else first), "… "
        if end - last > spare:
            gap = text.rfind(" ", last, last + spare)
            end, after = (gap if gap >= 0 else last), " …"
    pieces, at = [Piece(before)] if before else [], start
    for span in marked:
        pieces.append(Piece(passage.show(at, span.start)))
        pieces.append(Piece(passage.show(span.start, span.end), True, span.id))
        at = span.end
    pieces.append(Piece(passage.show(at, end) + after))
    return tuple(piece for piece in pieces if piece.html)
