"""A finished page as Markdown: what it says, for programs and for readers of plain text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from html import escape as quoted
from urllib.parse import unquote

from lrnotes.show.spans import Spans, escape
from lrnotes.text.elements import Element, read_elements

_DROPPED = (
    "audio button canvas colgroup iframe link meta nav noscript object script select "
    "style template textarea video"
)
_UNWANTED = frozenset(_DROPPED.split())
_ASIDE = re.compile(
    r'class="[^"]*\b(?:headerlink|anchor-link|footnote-backref|katex-html|linenos'
    r"|lrn-around|lrn-provenance|zeroclipboard-container|clipboard-copy-txt)\b"
)
_HEADINGS = {f"h{level}": "#" * level for level in range(1, 7)}
_GROUPS = (
    "address article aside blockquote dd details div dl dt fieldset figcaption figure "
    "footer form header hr li main ol p pre section summary table ul"
)
_BLOCKS = frozenset((*_GROUPS.split(), *_HEADINGS))
_DRAWING = re.compile(r"<svg\b[^>]*>(.*?)</svg>", re.DOTALL)
_SAID = [re.compile(rf"<{name}\b.*?</{name}>", re.DOTALL) for name in ("title", "desc")]
_PRINTED = re.compile(r"(<pre\b[^>]*>)(.*?)(</pre>)", re.DOTALL)
_CLOSING = re.compile(r"()(?=(?<!#)#+$)")
"""Signs after a heading, which CommonMark would leave out."""
_LINKED = re.compile(r'\shref="#([^"]+)"')
_MARKUP = re.compile(r"<[^>]*>")
_LANGUAGE = re.compile(r"\b(?:language-|hl-i?)([\w+#.-]+)")
_STARTS = re.compile(
    r"^(\d{1,9}(?=[.)](?:\s|$))|(?=[-+](?:\s|$)|-+\s*$|=+\s*$|#{1,6}(?:\s|$)|>))"
)


def twin(page: str, title: str, address: Callable[[str], str]) -> str:
    """Return a page's content as CommonMark (with tables and ``$maths$`` as GitHub's).

    Links stay links; code and what it printed are fences; a figure is what its ``alt``
    says; a claim carries its outcome, and its evidence is listed at the end.

    Args:
        page: The finished HTML of a note.
        title: Its heading, where the content has none of level one.
        address: Gives what a link in the twin should lead to, for one on the page.
    """
    page = _DRAWING.sub(_described, page)
    page = _PRINTED.sub(
        lambda found: found[1] + _MARKUP.sub("", found[2]) + found[3], page
    )
    linked = {unquote(each) for each in _LINKED.findall(page)}
    writer = _Blocks(Spans(address), linked)
    blocks = list(writer.of(read_elements(page, _UNWANTED, _ASIDE)))
    if not any(block.startswith("# ") for block in blocks):
        blocks.insert(0, f"# {escape(title)}")
    if writer.evidence:
        blocks += ["## Evidence", "\n".join(writer.evidence)]
    return "\n\n".join(blocks) + "\n"


def _described(drawing: re.Match[str]) -> str:
    """Return a drawing without its lines."""
    found = [said.search(drawing[1]) for said in _SAID]
    said = "".join(each[0] for each in found if each)
    return f"<svg>{said}</svg>" if said else ""


class _Blocks:
    """Writes the blocks of one page."""

    def __init__(self, spans: Spans, linked: set[str]) -> None:
        self.spans = spans
        self.linked = linked
        """The ids that links of the page lead to."""
        self.evidence: list[str] = []
        """What stands behind each claim, as items of a list."""

    def of(self, parent: Element) -> Iterable[str]:
        """Yield the blocks in an element; loose words between them are paragraphs."""
        loose: list[Element | str] = []
        for child in [*parent.children, Element("p")]:
            if isinstance(child, str) or child.name not in _BLOCKS:
                loose.append(child)
                continue
            yield from self._paragraph(loose)
            loose = []
            if child.name not in _HEADINGS and (anchor := self._anchor(child)):
                yield anchor
            yield from self._block(child)

    def _anchor(self, block: Element) -> str:
        """Return the place that links to a block lead to; Markdown has none but HTML's."""
        name = block.get("id")
        is_place = name.startswith("^") or name in self.linked
        return f'<a id="{quoted(name)}"></a>' if is_place else ""

    def _block(self, block: Element) -> Iterable[str]:
        name = block.name
        if name in _HEADINGS:
            line = self.spans.line(block.children)
            yield f"{_HEADINGS[name]} {_CLOSING.sub(_escape_start, line)}".rstrip()
        elif name in ("p", "dt", "summary"):
            yield from self._paragraph(block.children)
        elif name == "pre":
            yield _fence(block.text, "text")
        elif name in ("ul", "ol"):
            yield from self._list(block)
        elif name == "blockquote":
            yield from _quote(self.of(block))
        elif name == "hr":
            yield "---"
        else:
            others = {"table": self._table, "dl": self._terms, "figure": self._figure}
            yield from others.get(name, self._division)(block)

    def _division(self, block: Element) -> Iterable[str]:
        if block.has_class("highlight", "highlight-ipynb"):
            yield from self._code(block)
        elif block.has_class("lrn-maths", "arithmatex"):
            yield f"$$\n{self.spans.formula(block)}\n$$"
        elif block.has_class("lrn-evidence"):
            self._keep_evidence(block)
        elif block.has_class("lrn-under"):
            # Small tables stand in the link itself.
            files = [
                each for each in block.all("a") if 'href="data:' not in each.attributes
            ]
            links = [self.spans.line([each]) for each in files]
            yield from [" · ".join(links)] if links else []
        elif block.name == "details" or block.has_class("admonition"):
            yield from self._callout(block)
        else:
            yield from self.of(block)

    def _paragraph(self, spans: list[Element | str]) -> Iterable[str]:
        lines = self.spans.text(spans).strip().split("\n")
        text = "\n".join(_STARTS.sub(_escape_start, line.strip()) for line in lines)
        if text:
            yield text

    def _code(self, block: Element) -> Iterable[str]:
        named = [each for each in block.all("span") if each.has_class("filename")]
        for name in named:
            yield f"**{self.spans.line(name.children)}**"
        language = _LANGUAGE.search(block.get("class"))
        for code in block.all("pre"):
            yield _fence(code.text, language[1] if language else "")

    def _list(self, block: Element) -> Iterable[str]:
        number = int(block.get("start") or 1)
        written = []
        is_loose = False
        for item in block.children:
            if not isinstance(item, Element):
                continue
            mark = f"{number}. " if block.name == "ol" else "- "
            number += 1
            is_loose |= any(
                isinstance(child, Element) and child.name == "p"
                for child in item.children
            )
            body = ("\n\n" if is_loose else "\n").join(self.of(item))
            body = self._anchor(item) + body
            indented = body.replace("\n", "\n" + " " * len(mark))
            written.append(re.sub(r"(?m)^[ ]+$", "", mark + indented))
        if written:
            yield ("\n\n" if is_loose else "\n").join(written)

    def _terms(self, block: Element) -> Iterable[str]:
        for child in block.children:
            if isinstance(child, Element) and child.name == "dt":
                yield f"**{self.spans.line(child.children)}**"
            elif isinstance(child, Element):
                yield from self.of(child)

    def _callout(self, block: Element) -> Iterable[str]:
        """Yield a box as a quote that begins with its title."""
        title, body = "", Element()
        for child in block.children:
            if isinstance(child, Element) and _is_title(child):
                title = self.spans.line(child.children)
            else:
                body.children.append(child)
        yield from _quote([*([f"**{title}**"] if title else []), *self.of(body)])

    def _table(self, block: Element) -> Iterable[str]:
        rows = [row.all("th", "td") for row in block.all("tr")]
        if not rows:
            return
        width = max(map(len, rows))
        is_headed = any(cell.name == "th" for cell in rows[0])
        empty: list[list[Element]] = [] if is_headed else [[]]
        lines = [
            [self.spans.line(cell.children).replace("|", r"\|") for cell in row]
            for row in empty + rows
        ]
        lines = [cells + [""] * (width - len(cells)) for cells in lines]
        lines.insert(1, ["---"] * width)
        yield "\n".join(f"| {' | '.join(cells)} |" for cells in lines)

    def _figure(self, block: Element) -> Iterable[str]:
        """Yield what a figure shows, in the words of its author, and its caption."""
        sweeps = [each for each in block.all("div") if each.get("data-lrn-sweep")]
        for sweep in sweeps:
            frames = [each.get("data-lrn-frame") for each in sweep.all("div")]
            named = self.spans.line([", ".join(filter(None, frames))])
            subject = self.spans.line([sweep.get("data-lrn-sweep")])
            yield f"**Figure, a frame for each {subject}: {named}.**"
        drawings = block.all("svg", "img")
        for drawing in drawings[: 1 if sweeps else None]:
            yield self.spans.picture(drawing)
        for child in block.children:
            if isinstance(child, Element) and child.name == "figcaption":
                yield from self._paragraph(child.children)

    def _keep_evidence(self, block: Element) -> None:
        rows = [
            self.spans.line(each.children)
            for each in block.all("span")
            if re.search(r"\blrn-evidence-(?:head|row|where)\b", each.get("class"))
        ]
        self.evidence.append("- " + "; ".join(rows))


def _is_title(element: Element) -> bool:
    return element.name == "summary" or element.has_class("admonition-title")


def _escape_start(found: re.Match[str]) -> str:
    return f"{found[1] or ''}\\"


def _fence(code: str, language: str) -> str:
    longest = max(map(len, re.findall(r"`{3,}", code)), default=2)
    mark = "`" * (longest + 1)
    return f"{mark}{language}\n{code.strip(chr(10))}\n{mark}"


def _quote(blocks: Iterable[str]) -> Iterable[str]:
    text = "\n\n".join(blocks)
    if text:
        yield re.sub(
            r"^(.?)", lambda at: f"> {at[1]}" if at[1] else ">", text, flags=re.M
        )
