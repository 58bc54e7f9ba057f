"""Rich HTML made harmless to the page around it: every element is closed in order."""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser

from lrnotes.show.streams import without_control

VOID = frozenset({
    "area", "br", "col", "embed", "hr", "img", "input", "link",
    "source", "track", "wbr",
})  # fmt: skip
# The page has its own; and what follows `plaintext` can never be closed.
_DROPPED = frozenset({
    "html", "head", "body", "base", "meta", "plaintext", "frame", "frameset", "param",
})  # fmt: skip
# Browsers read no elements in these.
_TEXT_ONLY = frozenset({"textarea", "title", "iframe", "noembed", "noframes", "xmp"})
# In SVG and MathML a browser reads scripts and styles like any other element; what a
# page without scripts shows must not end before its end tag.
_NEVER_RAW = frozenset({"svg", "math", "noscript"})


class _Balancer(HTMLParser):
    """Writes again what it reads, keeping a stack of the open elements."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _DROPPED or not tag.replace("-", "").replace(":", "").isalnum():
            return
        if self.open and self.open[-1] in _TEXT_ONLY:
            return
        if self.open and self.open[-1] == tag == "p":
            self.handle_endtag("p")
        written = "".join(
            f' {name}="{escape(value or "")}"'
            for name, value in attrs
            if _is_name(name)
        )
        self.pieces.append(f"<{tag}{written}>")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        depth = len(self.open)
        self.handle_starttag(tag, attrs)
        if len(self.open) > depth:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.open:
            return
        last = ""
        while last != tag:
            last = self.open.pop()
            self.pieces.append(f"</{last}>")

    def handle_data(self, data: str) -> None:
        inside = self.open[-1] if self.open else ""
        is_raw = inside in ("script", "style") and _NEVER_RAW.isdisjoint(self.open)
        if not is_raw:
            data = escape(data, quote=False)
        elif inside == "script":
            # Else the script would not end at its end tag (HTML, script data states).
            data = data.replace("<!--", "<\\!--")
        self.pieces.append(data)

    def close_all(self) -> None:
        """Close what the author left open."""
        while self.open:
            self.handle_endtag(self.open[-1])


def balance(markup: str) -> str:
    """Return the markup with every element closed and no end tag without its start.

    Comments, declarations and the tags of a whole document are left out.
    """
    balancer = _Balancer()
    balancer.feed(without_control(markup))
    balancer.close()
    balancer.close_all()
    return "".join(balancer.pieces)


def _is_name(name: str) -> bool:
    return bool(name) and not any(mark in name for mark in " \"'<>/=")
