"""The last step: marks of headings become the ids that the conversions gave."""

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict, deque
from urllib.parse import quote, unquote

from lrnotes.markdown.blocks import block_anchor, find_block
from lrnotes.markdown.context import Index
from lrnotes.markdown.places import Places
from lrnotes.model import Place, Problem
from lrnotes.vault.names import find_heading
from lrnotes.vault.nearest import nearest

_LINK = re.compile(r"<a\s")
_MARK = re.compile(r"\sdata-lrn-(?:to|at|md)=")
_TO = re.compile(r'\sdata-lrn-to="([^"]*)"')
_MD = re.compile(r'\sdata-lrn-md="([^"]*)"')
_RAW = re.compile(r'\sdata-lrn-raw="([^"]*)"')
_AT = re.compile(r'\sdata-lrn-at="([^"]*)"')
# What no id of an author's own holds.
_NO_ID = re.compile(r"[\s^*`\[\]]")
_HREF = re.compile(r'\shref="([^"]*)"')
_UNFIT = re.compile(r"[\s\"<>\\^`{|}]")
"""What an id may hold and the fragment of an address may not (URL standard)."""


def settle(text: str, path: str, index: Index) -> tuple[str, tuple[Problem, ...]]:
    """Return a page's HTML with its marks settled, and the headings that are missing.

    ``path`` is the note's; the index holds the records of all notes by now.
    """
    if "data-lrn-" not in text:
        return text, ()
    settler = _Settler(path, index)
    pieces: list[str] = []
    done = 0
    # From each mark back to its tag: other tags may hold a whole table in an address.
    for mark in _MARK.finditer(text):
        start = text.rfind("<", done, mark.start() + 1)
        if start >= 0 and _LINK.match(text, start):
            end = text.index(">", mark.end()) + 1
            pieces += text[done:start], settler.settle(text[start:end])
            done = end
    return "".join((*pieces, text[done:])), tuple(settler.problems)


class _Settler:
    """Settles the links of one page in their order."""

    def __init__(self, path: str, index: Index) -> None:
        self.path, self.index = path, index
        self.problems: list[Problem] = []
        self.seen: Counter[str] = Counter()
        self._places: Places | None = None
        self._written: dict[tuple[str, str], deque[str]] | None = None

    def settle(self, tag: str) -> str:
        """Return the opening tag of a link with its real address."""
        target, raw = _MD.search(tag), _RAW.search(tag)
        if target and raw:
            tag = _RAW.sub("", _MD.sub("", tag))
            written = html.unescape(raw[1])
            return self._settle_written(tag, html.unescape(target[1]), written)
        to, at = _TO.search(tag), _AT.search(tag)
        tag = _AT.sub("", _TO.sub("", tag))
        anchor = self._find(html.unescape(to[1]), "" if at else None) if to else ""
        anchor = anchor or (html.unescape(at[1]) if at else "")
        if not anchor:
            # An empty address would load the page again.
            return tag.replace('href=""', 'href="#"')
        ending = html.escape(f"#{_in_address(anchor)}")
        return _HREF.sub(lambda href: f' href="{href[1]}{ending}"', tag)

    def _settle_written(self, tag: str, target: str, raw: str) -> str:
        """Return the tag of a Markdown link, written ``raw``, to no plain slug.

        An id that raw HTML may hold is left to the builder.
        """
        path, _, fragment = target.partition("#")
        record = self.index.records.get(path)
        is_id = record and any(each.id == fragment for each in record.headings)
        anchor = fragment
        if not is_id:
            name = unquote(fragment)
            is_missing = record is not None and bool(_NO_ID.search(name))
            found = self._find(f"{path}#{name}", raw if is_missing else "")
            anchor = found or ("" if is_missing else fragment)
        if not anchor:
            return tag.replace('href=""', 'href="#"')
        ending = html.escape(f"#{_in_address(anchor)}")
        return _HREF.sub(lambda href: f' href="{href[1]}{ending}"', tag)

    def _find(self, target: str, raw: str | None = None) -> str:
        """Return the id of the heading that a mark names; report a missing one.

        ``raw`` is how the link is written: empty for one that is not reported, None
        for the next wiki-link of the page to that place.
        """
        path, _, fragment = target.partition("#")
        record = self.index.records.get(path)
        if record is None:
            return ""
        if fragment.startswith("^"):
            block = find_block(record.blocks, fragment[1:])
            if not block:
                known = [f"^{name}" for name in record.blocks]
                self._report("block", target, known, raw)
            return block and block_anchor(block)
        heading = find_heading(record.headings, fragment)
        if heading:
            return heading.id
        headings = [each.text for each in record.headings]
        self._report("heading", target, headings, raw)
        return ""

    def _report(
        self, kind: str, target: str, known: list[str], raw: str | None
    ) -> None:
        path, _, fragment = target.partition("#")
        raw = self._raw(path, fragment) if raw is None else raw
        if not raw:
            # It stands in an embedded note, on whose own page it is reported.
            return
        self.seen[raw] += 1
        what = f'no {kind} "{fragment}" in {path}'
        near = nearest(fragment.rpartition("#")[2], known)
        hint = f"nearest: {', '.join(near)}" if near else ""
        place = self._find_place(raw)
        self.problems.append(Problem(f"unresolved-{kind}", place, what, hint))

    def _raw(self, path: str, fragment: str) -> str:
        """Return how the page's next link to this place is written; empty for none."""
        if self._written is None:
            self._written = defaultdict(deque)
            record = self.index.records.get(self.path)
            for link in record.links if record else ():
                if not link.is_embed:
                    self._written[link.resolved, link.fragment].append(link.raw)
        waiting = self._written.get((path, fragment))
        return waiting.popleft() if waiting else ""

    def _find_place(self, raw: str) -> Place:
        if self._places is None:
            note = self.index.notes.get(self.path)
            text = note.text if note else ""
            self._places = Places(self.path, text, self.index.lists)
        return self._places.find(raw, self.seen[raw])


def _in_address(anchor: str) -> str:
    return _UNFIT.sub(lambda found: quote(found[0]), anchor)
