"""The reference list of a note: the works that it cites."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from markdown.util import AtomicString

from lrnotes.markdown.citations import reference_id
from lrnotes.markdown.context import Work
from lrnotes.markdown.conversion import Conversion

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_LONGEST = 8


def append_references(root: Element, conversion: Conversion) -> None:
    """Put the list under the note's heading Sources, else at its end."""
    works = conversion.index.works
    cited = [works[key] for key in conversion.found.cited if key in works]
    if cited:
        root.insert(_position(root), _make_list(cited))


def _position(root: Element) -> int:
    """Return where the list goes: the end of the section Sources, else the end."""
    children = list(root)
    for at, child in enumerate(children):
        if child.tag in _HEADINGS and _text(child).lower() == "sources":
            level = int(child.tag[1])
            for end in range(at + 1, len(children)):
                tag = children[end].tag
                if tag in _HEADINGS and int(tag[1]) <= level:
                    return end
                if _is_footnotes(children[end]):
                    return end
            return len(children)
    footnotes = [at for at, child in enumerate(children) if _is_footnotes(child)]
    return footnotes[0] if footnotes else len(children)


def _text(element: Element) -> str:
    return "".join(element.itertext()).strip()


def _is_footnotes(element: Element) -> bool:
    return element.tag == "div" and element.get("class") == "footnote"


def _make_list(works: list[Work]) -> Element:
    said = {"class": "lrn-references", "aria-label": "References"}
    section = Element("section", said)
    items = SubElement(section, "ul")
    for work in sorted(works, key=_order):
        item = SubElement(items, "li", {"id": reference_id(work.key)})
        _write_work(item, work)
    return section


def _order(work: Work) -> tuple[str, str, str]:
    family = work.authors[0][0] if work.authors else work.title
    return family.casefold(), work.year, work.key


def _write_work(item: Element, work: Work) -> None:
    names = [
        f"{family}, {given}" if given else family for family, given in work.authors
    ]
    if len(names) > _LONGEST:
        names = [*names[: _LONGEST - 1], "…", names[-1]]
    who = "; ".join(names) + " " if names else ""
    item.text = AtomicString(f"{who}({work.year or 'n.d.'}). ")
    title = SubElement(item, "cite")
    if work.url:
        title = SubElement(title, "a", {"href": work.url})
    title.text = AtomicString(work.title or work.key)
    where = ", ".join(part for part in (work.venue, work.details) if part)
    item[-1].tail = AtomicString(f". {where}." if where else ".")
