"""What stands in a line of a finished page, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from lrnotes.text.elements import Element

_SPECIAL = re.compile(
    r"[\\`*\[\]$]|<(?=[a-zA-Z/!?])|&(?=#?\w+;)|(?<![^\W_])_|_(?![^\W_])|~"
)
_SPACE = re.compile(r"[ \t]*\n\s*|[ \t\r\f\v]+")
_MARKS = {
    "em": "*", "i": "*", "cite": "*", "dfn": "*", "var": "*",
    "strong": "**", "b": "**", "del": "~~", "s": "~~",
}  # fmt: skip
_KEPT = ("kbd", "sub", "sup")
"""CommonMark has no marks for these, and lets them stand."""
_OUTCOMES = {"lrn-passed": "✓", "lrn-failed": "✗", "lrn-unknown": "?"}


class Spans:
    """Writes text, links, code and formulas."""

    def __init__(self, address: Callable[[str], str]) -> None:
        """Keep what gives a link of the twin for one of the page."""
        self.address = address

    def line(self, spans: Iterable[Element | str]) -> str:
        """Return the text in one line."""
        return self.text(spans).replace("\\\n", " ").replace("\n", " ").strip()

    def text(self, spans: Iterable[Element | str]) -> str:
        """Return the text; it keeps the lines in which its source was written."""
        pieces = (
            escape(span) if isinstance(span, str) else self._span(span)
            for span in spans
        )
        return _SPACE.sub(
            lambda found: "\n" if "\n" in found[0] else " ", "".join(pieces)
        )

    def formula(self, element: Element) -> str:
        """Return the TeX of a formula."""
        written = [each.text for each in element.all("annotation")]
        found = written[0] if written else element.text
        return re.sub(r"^\\[\[(]|\\[\])]$", "", found.strip()).strip()

    def picture(self, element: Element) -> str:
        """Return a picture: its file where it has one, else what is said of it."""
        source, alt = element.get("src"), element.get("alt")
        if source and not source.startswith("data:"):
            return f"![{escape(alt)}]({_target(source)})"
        title = "".join(each.text for each in element.all("title"))
        said = "".join(each.text for each in element.all("desc")) or alt
        head = f"**Figure: {escape(title)}.**" if title else "**Figure.**"
        return f"{head} {escape(' '.join(said.split()))}".rstrip()

    def _span(self, span: Element) -> str:
        name = span.name
        written = {"code": _code, "img": self.picture, "svg": self.picture}.get(name)
        if written:
            return written(span)
        if name == "br":
            return "\\\n"
        if name == "input":
            is_ticked = re.search(r"\schecked\b", span.attributes)
            return f"[{'x' if is_ticked else ' '}] "
        if name == "math" or span.has_class("lrn-maths", "arithmatex"):
            return f"${self.formula(span)}$"
        if name == "sup" and span.has_class("lrn-mark"):
            marks = (mark for kind, mark in _OUTCOMES.items() if span.has_class(kind))
            return f" {next(marks, '?')}"
        return self._marked(span)

    def _marked(self, span: Element) -> str:
        name, inner = span.name, self.text(span.children)
        if name == "a" and span.get("href") and inner.strip():
            return f"[{inner}]({_target(self.address(span.get('href')))})"
        if name in _KEPT and inner:
            return f"<{name}>{inner}</{name}>"
        mark = _MARKS.get(name, "")
        if mark and inner.strip():
            # A mark counts only where it touches its word.
            before = inner[: len(inner) - len(inner.lstrip())]
            after = inner[len(inner.rstrip()) :]
            return f"{before}{mark}{inner.strip()}{mark}{after}"
        return inner


def escape(text: str) -> str:
    """Return text with what CommonMark would read as marks escaped."""
    return _SPECIAL.sub(
        lambda found: "&amp;" if found[0] == "&" else f"\\{found[0]}", text
    )


def _code(element: Element) -> str:
    text = element.text.replace("\n", " ")
    runs = set(map(len, re.findall(r"`+", text)))
    mark = next("`" * size for size in range(1, len(runs) + 2) if size not in runs)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{mark}{pad}{text}{pad}{mark}" if text else ""


def _target(address: str) -> str:
    return f"<{address}>" if re.search(r"[\s()<>]", address) else address
