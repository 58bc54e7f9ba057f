"""HTML as a small tree, for what reads a finished page; made for speed, not for faults."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from msgspec import Struct, field

TAG = re.compile(
    r"<(/?)([a-zA-Z][\w-]*)([^<>\"']*(?:\"[^\"]*\"[^<>\"']*|'[^']*'[^<>\"']*)*)>|<!--.*?-->",
    re.DOTALL,
)
"""A tag (slash, name, attributes) or a comment."""
VOID = frozenset(
    ("area", "br", "col", "embed", "hr", "img", "input", "link", "source", "wbr")
)


class Element(Struct):
    """An element; the root of a text has no name."""

    name: str = ""
    attributes: str = ""
    """As they stand in the tag."""
    children: list[Element | str] = field(default_factory=list)

    def get(self, name: str) -> str:
        """Return an attribute's value; empty where it has none."""
        found = re.search(rf"""\s{name}=(?:"([^"]*)"|'([^']*)')""", self.attributes)
        return html.unescape(found[1] or found[2] or "") if found else ""

    def has_class(self, *names: str) -> bool:
        """Return whether it is of one of these classes."""
        return bool(self.attributes) and not set(names).isdisjoint(
            self.get("class").split()
        )

    def walk(self) -> Iterator[Element | str]:
        """Yield everything in it, in order."""
        for child in self.children:
            yield child
            if isinstance(child, Element):
                yield from child.walk()

    def all(self, *names: str) -> list[Element]:
        """Return the elements of these names in it, in order."""
        return [
            each
            for each in self.walk()
            if isinstance(each, Element) and each.name in names
        ]

    @property
    def text(self) -> str:
        """All text in it."""
        return "".join(each for each in self.walk() if isinstance(each, str))


def read_elements(
    markup: str, unwanted: frozenset[str], aside: re.Pattern[str]
) -> Element:
    """Return the tree of a text, without some of its elements.

    Args:
        markup: HTML whose elements are closed, but for void ones.
        unwanted: Names of elements that are left out, with all that is in them.
        aside: Found in the attributes of other elements that are left out.
    """
    parts = TAG.split(markup)
    opened = [Element(children=[html.unescape(parts[0])])]
    at = 1
    while at < len(parts):
        slash, name, attributes = parts[at : at + 3]
        if not name:
            pass
        elif slash:
            _close(opened, name)
        elif name in unwanted or (attributes and aside.search(attributes)):
            at = skip_element(parts, at)
        else:
            element = Element(name, attributes)
            opened[-1].children.append(element)
            if name not in VOID and not attributes.endswith("/"):
                opened.append(element)
        if parts[at + 3]:
            opened[-1].children.append(html.unescape(parts[at + 3]))
        at += 4
    return opened[0]


def _close(opened: list[Element], name: str) -> None:
    """End an element and all that is still open in it; a stray end tag ends nothing."""
    for depth in range(len(opened) - 1, 0, -1):
        if opened[depth].name == name:
            del opened[depth:]
            return


def skip_element(parts: list[str], at: int) -> int:
    """Return the tag that ends the element which begins, or ends, at a tag.

    ``parts`` are a page's, four a tag: its slash, name, attributes and the text behind.
    """
    name = parts[at + 1]
    if parts[at] or name in VOID or parts[at + 2].endswith("/"):
        return at
    depth = 1
    for end in range(at + 4, len(parts), 4):
        if parts[end + 1] == name:
            depth += -1 if parts[end] else 1
            if not depth:
                return end
    return at
