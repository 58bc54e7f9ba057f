"""Embeds of notes: all of one, a section, or a block, as it reads in its own note."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from xml.etree.ElementTree import Element

from markdown.treeprocessors import Treeprocessor

from lrnotes.markdown.blocks import find_alone, find_at_end
from lrnotes.markdown.conversion import Conversion, Part
from lrnotes.markdown.slots import end_ids
from lrnotes.model import Heading
from lrnotes.text.notes import split_front_matter
from lrnotes.vault.fold import fold
from lrnotes.vault.names import find_heading

DEEPEST = 5
"""Embeds in one another that are shown."""

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_LINK = re.compile(r"!?\[\[(?:[^\[\]|]*\|)?([^\[\]]*)\]\]|!?\[([^\[\]]*)\]\([^()]*\)")
_ATTRIBUTES = re.compile(r"\{:?[^{}]*\}\s*$")
_REFERENCE = re.compile(r"\[\^([^\]]+)\]")


def show_note(conversion: Conversion, path: str, fragment: str) -> tuple[str, str]:
    """Return the HTML of an embedded note or part of one, and why there is none."""
    note = conversion.index.notes.get(path)
    if note is None:
        return "", f"{path} cannot be shown here"
    name = f"{path}#{fold(fragment)}" if fragment else path
    above = list(conversion.embedding)
    if name in above or (not fragment and path == conversion.host):
        return "", f"{name} embeds itself"
    if len(above) >= DEEPEST:
        return "", f"more than {DEEPEST} embeds in one another"
    part = Part(path, fragment, (*above, name))
    _, body, _ = split_front_matter(note.text)
    child, text = conversion.convert_note(part, body)
    if fragment and not child.is_cut:
        return "", "missing"
    conversion.found.parts += 1
    return end_ids(text, f"-embed-{conversion.found.parts}"), ""


class CutTreeprocessor(Treeprocessor):
    """Cuts a note down to the part that is embedded, before its text is read."""

    def __init__(self, conversion: Conversion) -> None:
        """Work for one conversion."""
        super().__init__(conversion.md)
        self.conversion = conversion

    def run(self, root: Element) -> None:
        """Leave only the part, and the footnotes that it refers to."""
        conversion = self.conversion
        fragment = conversion.part.fragment if conversion.part else ""
        conversion.is_cut = False
        if not fragment:
            return
        if fragment.startswith("^"):
            kept = _find_block(root, fragment[1:])
        else:
            kept = _find_section(root, fragment)
        for child in list(root):
            root.remove(child)
        if kept:
            conversion.is_cut = True
            root.extend(kept)
        self._drop_footnotes(root)

    def _drop_footnotes(self, root: Element) -> None:
        """Forget the footnotes that the part does not refer to."""
        for extension in self.conversion.md.registeredExtensions:
            footnotes: Any = getattr(extension, "footnotes", None)
            if not isinstance(footnotes, dict):
                continue
            used = set(_REFERENCE.findall(" ".join(root.itertext())))
            for key in [key for key in footnotes if key not in used]:
                del footnotes[key]


def _find_section(root: Element, fragment: str) -> list[Element]:
    """Return the heading and what stands below it, up to the next of its level."""
    children = list(root)
    headings = [
        Heading(int(child.tag[1]), _plain(child.text or ""), str(at))
        for at, child in enumerate(children)
        if child.tag in _HEADINGS
    ]
    found = find_heading(headings, fragment)
    if found is None:
        return []
    start = int(found.id)
    ends = (int(each.id) for each in headings
            if int(each.id) > start and each.level <= found.level)  # fmt: skip
    return children[start : next(ends, len(children))]


def _plain(text: str) -> str:
    """Return about what a heading will show, from its source."""
    text = _ATTRIBUTES.sub("", _REFERENCE.sub("", text))
    return _LINK.sub(lambda link: link[1] or link[2] or "", text)


def _find_block(root: Element, name: str) -> list[Element]:
    for parent, child in list(_with_parents(root)):
        alone = find_alone(child)
        if fold(alone) == fold(name):
            before = list(parent)[: list(parent).index(child)]
            return before[-1:]
        if fold(find_at_end(child)) == fold(name):
            if child.tag != "li":
                return [child]
            only = Element(parent.tag)
            only.append(child)
            return [only]
    return []


def _with_parents(root: Element) -> Iterable[tuple[Element, Element]]:
    for parent in root.iter():
        for child in parent:
            yield parent, child
