"""What one Markdown instance knows and finds while it converts a page."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.util import HTML_PLACEHOLDER_RE, INLINE_PLACEHOLDER_RE
from msgspec import Struct, field

from lrnotes.markdown.changes import Changes
from lrnotes.markdown.context import Claim, Index, PageContext, read_context
from lrnotes.markdown.places import Places
from lrnotes.model import Heading, Link, Problem, Record
from lrnotes.vault.nearest import nearest

_ESCAPED = re.compile("\x02(\\d+)\x03")
_WRAPPED = re.compile(r"\\[(\[]\s*(.*?)\s*\\[)\]]", re.DOTALL)


class Findings(Struct):
    """What a conversion has found; a part of a page adds to the page's own."""

    links: list[Link] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    """Folded tag to the tag as first written."""
    cited: dict[str, None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    claims: dict[str, Claim] = field(default_factory=dict)
    """Claims linked on the page, whose evidence it carries."""
    ids: set[str] = field(default_factory=set)
    """Ids of the fragments that the page shows."""
    parts: int = 0
    """How many captions and printed texts were converted."""
    seen: Counter[str] = field(default_factory=Counter)
    """How often each link, citation or value was met, as written."""

    def record(self, path: str) -> Record:
        """Return the record of the note ``path``."""
        return Record(
            path,
            tuple(self.links),
            tuple(self.headings),
            tuple(self.blocks),
            tuple(self.tags.values()),
            tuple(self.cited),
            tuple(sorted(self.problems, key=lambda problem: problem.place)),
        )


class Part(Struct, frozen=True):
    """A note that is embedded, or a part of one."""

    path: str
    fragment: str
    """Of a section or a block; empty for all of the note."""
    chain: tuple[str, ...]
    """The embeds that it stands in, itself the last."""


class Conversion:
    """One Markdown instance at work; every processor of ours holds it."""

    def __init__(
        self,
        md: Markdown,
        index: Index,
        page: str = "",
        parent: Conversion | None = None,
        part: Part | None = None,
    ) -> None:
        """Prepare for pages; a conversion with a ``parent`` is a part of its page."""
        self.md, self.index, self.parent, self.part = md, index, parent, part
        self.page = part.path if part else page
        # Fences in what a cell printed, or in a caption, are never run.
        self.is_printed = parent is not None and part is None
        self.build_part: Callable[[Conversion, Part | None], Conversion] | None = None
        self._parts: Conversion | None = None
        self.changes = Changes()
        self.begin("")

    def begin(self, source: str) -> None:
        """Start a page with its source text, and undo what the page before asked for."""
        self.changes.undo()
        if self.parent is None:
            self._parts = None
        self.source = source
        self._context: PageContext | None = None
        self._path = self._host = ""
        self._places: Places | None = None
        self.embeds = 0
        self.embedded = ""
        self.has_carets = False
        self.has_variables = self.has_bars = False
        self.cell_links: list[tuple[Element, str]] = []
        self.is_cut = False
        self.found = self._findings()

    def _findings(self) -> Findings:
        if self.parent is None:
            return Findings()
        above = self.parent.found
        if self.part is None:
            return above
        # What an embedded note holds is its own, but for what stands on the page once.
        shared = Findings(cited=above.cited, claims=above.claims, ids=above.ids)
        shared.parts = above.parts + 100 * len(self.part.chain)
        return shared

    @property
    def context(self) -> PageContext:
        """The page and the builder's configuration."""
        if self._context is None:
            if self.parent:
                above = self.parent.context
                page = self.page or above.path
                self._context = PageContext(page, above.extensions, above.configs)
            else:
                self._context = read_context(self.md, self.index, self.page)
        return self._context

    @property
    def path(self) -> str:
        """The path of the note, from the project root."""
        self._path = self._path or self.context.path
        return self._path

    @property
    def host(self) -> str:
        """The path of the page on which the note's HTML will stand."""
        self._host = self._host or (self.parent.host if self.parent else self.path)
        return self._host

    @property
    def embedding(self) -> tuple[str, ...]:
        """The embeds of notes in which this conversion stands, outermost first."""
        if self.part:
            return self.part.chain
        return self.parent.embedding if self.parent else ()

    @property
    def places(self) -> Places:
        """Where things stand in the text of the note."""
        if self._places is None:
            if self.parent and self.parent.path == self.path:
                return self.parent.places
            note = self.index.notes.get(self.path)
            text = note.text if note else self.source
            self._places = Places(self.path, text, self.index.lists)
        return self._places

    @property
    def root(self) -> Conversion:
        """The conversion of the page itself."""
        return self.parent.root if self.parent else self

    def anchor(self, element: Element, target: str) -> None:
        """Give a link to another note an id, by its number among the page's links.

        A list of backlinks leads to it.
        """
        is_other = target.endswith((".md", ".ipynb")) and target != self.host
        if self.parent is None and is_other and "id" not in element.attrib:
            element.set("id", link_anchor(len(self.found.links)))

    def meet(self, raw: str) -> int:
        """Count a link, citation or value as written; return how often it was met."""
        count = self.found.seen.get(raw, 0) + 1
        self.found.seen[raw] = count
        return count

    def report(self, kind: str, raw: str, what: str, hint: str = "") -> None:
        """Add a problem at the place where ``raw`` stands."""
        place = self.places.find(raw, self.found.seen[raw])
        self.found.problems.append(Problem(kind, place, what, hint))

    def open_escapes(self, text: str) -> str:
        """Return inline text with its escaped characters in the open, as numbers."""
        return INLINE_PLACEHOLDER_RE.sub(self._open, text) if "\x02" in text else text

    def _open(self, found: re.Match[str]) -> str:
        node = self._stashed(found[1])
        return node if isinstance(node, str) else found[0]

    def _stashed(self, key: str) -> Any:
        inline: Any = self.md.treeprocessors["inline"]
        return inline.stashed_nodes.get(key, "")

    def restore(self, text: str, *, escapes: bool = False) -> str:
        """Return inline text as it was written, from what earlier patterns made of it.

        With ``escapes`` backslashes are kept as well.
        """
        if "\x02" not in text:
            return text
        text = INLINE_PLACEHOLDER_RE.sub(self._unstash, text)
        text = HTML_PLACEHOLDER_RE.sub(self._unhide, text)
        mark = "\\" if escapes else ""
        return _ESCAPED.sub(lambda found: mark + chr(int(found[1])), text)

    def _unhide(self, found: re.Match[str]) -> str:
        """Return HTML that was put aside in a line."""
        hidden = self.md.htmlStash.rawHtmlBlocks[int(found[1])]
        return hidden if isinstance(hidden, str) else found[0]

    def _unstash(self, found: re.Match[str]) -> str:
        node = self._stashed(found[1])
        if isinstance(node, str):
            return node
        text = "".join(node.itertext())
        if node.tag == "code":
            return f"`{html.unescape(text)}`"
        if "arithmatex" in node.get("class", ""):
            return _WRAPPED.sub(lambda maths: f"${maths[1]}$", text)
        return INLINE_PLACEHOLDER_RE.sub(self._unstash, text)

    def convert_part(self, text: str) -> str:
        """Return the HTML of Markdown that belongs to this page, such as a caption."""
        if self.build_part is None:
            return f"<p>{html.escape(text)}</p>"
        if self._parts is None:
            self._parts = self.build_part(self, None)
            self._parts.build_part = self.build_part
        return self._parts.md.reset().convert(text)

    def convert_note(self, part: Part, text: str) -> tuple[Conversion, str]:
        """Return the conversion and the HTML of a note that is embedded here."""
        if self.build_part is None:
            return self, ""
        child = self.build_part(self, part)
        return child, child.md.convert(text)


def link_anchor(number: int) -> str:
    """Return the id of a page's link by its number in the record, from 1."""
    return f"lrn-link-{number}"


def hint_nearest(name: str, known: list[str] | dict[str, Any]) -> str:
    """Return the hint ``nearest: a, b``; empty where nothing looks alike."""
    near = nearest(name, known)
    return f"nearest: {', '.join(near)}" if near else ""
