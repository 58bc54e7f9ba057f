"""Addresses of links given elsewhere in a note: ``[name]: <Some note.md> "Title"``."""

from __future__ import annotations

import re

from markdown.blockprocessors import ReferenceProcessor

_SPACED = re.compile(r"\]: *\n? *<[^<>\n]* [^<>\n]*>")


def has_spaced_address(text: str) -> bool:
    """Return whether a text may define an address that has spaces."""
    return _SPACED.search(text) is not None


class DefinitionProcessor(ReferenceProcessor):
    """Python-Markdown's own, but for addresses in angle brackets, which may have spaces."""

    RE = re.compile(
        r"^ {0,3}\[([^\[\]]*)\]: *\n? *(<[^<>\n]*>|[^\s]+) *"
        r"(?:\n *)?(([\"'])(.*)\4 *|\((.*)\) *)?$",
        re.MULTILINE,
    )
