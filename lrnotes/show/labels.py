"""How wide a label is drawn, as far as that is known before a browser draws it."""

from __future__ import annotations

import unicodedata

_NARROW = frozenset("fijlrtI.,:;'|!()[]{}`/\\- ")
_WIDE = frozenset("mwMWQOGDHNU@%&+=<>~#—→↔")


def label_width(text: str, size: float) -> float:
    """Return an upper estimate of a label's width, in the unit of its font size.

    It holds for the common sans-serif fonts, which differ by some percent.
    """
    return size * sum(map(_advance, text))


def fit_label(text: str, size: float, width: float) -> str:
    """Return the label, cut with an ellipsis where it is wider than ``width``."""
    if len(text) * size < width or label_width(text, size) <= width:
        return text
    room = width - size
    for at, character in enumerate(text):
        room -= size * _advance(character)
        if room < 0:
            return text[:at].rstrip() + "…"
    return text


def _advance(character: str) -> float:
    if character in _NARROW:
        return 0.38
    if character in _WIDE:
        return 0.9
    if character.isascii():
        return 0.72 if character.isupper() else 0.6
    if unicodedata.combining(character):
        return 0.0
    return 1.05 if unicodedata.east_asian_width(character) in "WF" else 0.75
