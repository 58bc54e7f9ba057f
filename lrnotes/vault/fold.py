"""The form in which names are compared."""

from __future__ import annotations

import unicodedata


def fold(name: str) -> str:
    """Return the form in which names are compared: NFC, then lower case."""
    return (name if name.isascii() else unicodedata.normalize("NFC", name)).lower()
