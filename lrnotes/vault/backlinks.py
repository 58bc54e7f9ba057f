"""Links seen from their targets: which note says what, and where."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from lrnotes.model import Link, Note, Place, Problem, Record
from lrnotes.vault.passages import Passage, Span
from lrnotes.vault.quotes import Quote, quote

_ANCHOR = re.compile(r"lrn-link-(\d+)")


class Backlink(Struct, frozen=True):
    """One sentence that links to a note, or one link that stands in no sentence."""

    source: str
    """Path of the note that links."""
    quote: Quote = ()
    """The sentence, its links to the note marked; empty for a link outside the prose."""
    how: Literal["link", "embed", "property"] = "link"


def find_backlinks(
    records: Mapping[str, Record], pages: Mapping[str, Sequence[Passage]]
) -> dict[str, list[Backlink]]:
    """Return the links to each file from others, by source and place in it.

    ``pages`` holds the prose of each note whose links count; a link's element has the
    id ``lrn-link-N``, N being its number in the note's record, from 1.
    """
    found: dict[str, list[Backlink]] = {}
    for path in sorted(pages):
        record = records.get(path)
        if record is not None:
            for target, backlink in _read(path, record, pages[path]):
                found.setdefault(target, []).append(backlink)
    return found


def _read(
    path: str, record: Record, passages: Sequence[Passage]
) -> list[tuple[str, Backlink]]:
    links = record.links
    found: list[tuple[str, Backlink]] = []
    quoted: set[int] = set()
    for passage in passages:
        spans: dict[str, list[Span]] = {}
        for span in passage.links:
            number = _ANCHOR.fullmatch(span.id)
            at = int(number[1]) if number else 0
            if 0 < at <= len(links) and links[at - 1].resolved not in ("", path):
                spans.setdefault(links[at - 1].resolved, []).append(span)
                quoted.add(at)
        for target, marked in spans.items():
            found += [(target, Backlink(path, q)) for q in quote(passage, marked)]
    said = {(target, "link") for target, _ in found}
    for at, link in enumerate(links, 1):
        key = (link.resolved, _how(link))
        if at not in quoted and link.resolved not in ("", path) and key not in said:
            said.add(key)
            found.append((link.resolved, Backlink(path, (), key[1])))
    return found


def find_orphans(
    records: Mapping[str, Record], notes: Mapping[str, Note]
) -> Iterator[Problem]:
    """Yield the notes that no other note links to or embeds, a folder's first excepted."""
    linked = {
        link.resolved
        for path, record in records.items()
        if path in notes
        for link in record.links
        if link.resolved != path
    }
    for path in notes:
        if path not in linked and not path.endswith(("/index.md", "/README.md")):
            yield Problem("orphan", Place(path), "no note links to this one")


def _how(link: Link) -> Literal["link", "embed", "property"]:
    if link.is_embed:
        return "embed"
    return "property" if link.is_property else "link"
