"""Make matplotlib's SVG small and fit to stand inside a page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import count
from xml.etree import ElementTree as ET

from lrnotes.run.palette import RESERVED
from lrnotes.run.strokes import shorten_path

_NUMBER = re.compile(r"-?\d+\.\d+(?:e[-+]?\d+)?|-?\d+e[-+]?\d+")
_REFERENCE = re.compile(r"(?<=url\(#)[^)]+|(?<=^#).+")
_NO_TURN = re.compile(r"\s*rotate\(-?0(?:\.0+)?(?: [^)]*)?\)")
_NUMERIC = frozenset({"d", "x", "y", "x1", "x2", "y1", "y2", "width", "height"})
_DROPPED = ("metadata", "style", "title")
_INHERITED = frozenset(
    {
        *("fill", "fill-opacity", "font-family", "font-size", "font-style"),
        *("font-weight", "stroke", "stroke-dasharray", "stroke-linecap"),
        *("stroke-linejoin", "stroke-opacity", "stroke-width", "text-anchor"),
    }
)
# Black is ink and white is paper, on a dark page too.
_INK = {"#000000": RESERVED["fg"], "#ffffff": RESERVED["background"]}

FAMILY = "lrnotes figure"
"""The family of the vendored font, on the page and in `assets/lrnotes.mplstyle`."""

Style = dict[str, str]


def tidy(svg: str, width: float, height: float) -> str:
    """Return the drawing of an SVG document, with short ids and numbers.

    ``width`` and ``height`` are in CSS pixels.
    """
    root = ET.fromstring(svg)
    _drop(root)
    styles = {element: _read_style(element) for element in root.iter()}
    # Text and shapes without a fill are black in SVG: ink.
    shared = {"fill": RESERVED["fg"], "stroke-linejoin": "round"}
    shared |= _common_fonts(styles.values())
    _hoist(root, styles)
    _inherit(root, styles, shared)
    for element, style in styles.items():
        _clean(element, style)
    _shorten_ids(root)
    _unwrap(root)
    box = _round(root.get("viewBox", ""))
    root.attrib.clear()
    root.attrib |= {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": box,
        "width": f"{width:g}",
        "height": f"{height:g}",
        "style": _write_style(shared),
    }
    return ET.tostring(root, encoding="unicode")


def _drop(parent: ET.Element) -> None:
    """Remove what draws nothing, and the spaces that indent the source."""
    for child in list(parent):
        child.tag = child.tag.rpartition("}")[2]
        child.tail = None
        if child.tag in _DROPPED:
            parent.remove(child)
        else:
            _drop(child)
            if child.tag in ("g", "defs") and not len(child):
                parent.remove(child)
    parent.tag = parent.tag.rpartition("}")[2]
    if len(parent):
        parent.text = None


def _read_style(element: ET.Element) -> Style:
    pairs = (each.partition(":") for each in element.get("style", "").split(";"))
    style = {name.strip(): text.strip() for name, _, text in pairs if name.strip()}
    for name in ("fill", "stroke"):
        if style.get(name) in _INK:
            style[name] = _INK[style[name]]
    if style.get("font-family", "").startswith(f"'{FAMILY}'"):
        style["font-family"] = f"'{FAMILY}',sans-serif"
    # An offset of 0 is no offset.
    if style.get("stroke-dashoffset") == "0":
        del style["stroke-dashoffset"]
    return style


def _write_style(style: Style) -> str:
    return ";".join(f"{name}:{text}" for name, text in style.items())


def _common_fonts(styles: Iterable[Style]) -> Style:
    """Return the family and size that most texts have."""
    found: dict[str, Counter[str]] = {"font-family": Counter(), "font-size": Counter()}
    for style in styles:
        for name, counter in found.items():
            if name in style:
                counter[style[name]] += 1
    return {name: each.most_common(1)[0][0] for name, each in found.items() if each}


def _hoist(parent: ET.Element, styles: Mapping[ET.Element, Style]) -> None:
    """Let a group of marks say once what all of them say."""
    for child in parent:
        _hoist(child, styles)
    if parent.tag != "g" or {child.tag for child in parent} != {"use"}:
        return
    first = dict(styles[parent[0]])
    # What is not inherited means another thing there: a group can be less opaque as a
    # whole than each of its marks.
    if first.keys() <= _INHERITED and all(styles[each] == first for each in parent):
        styles[parent].update(first)
        for child in parent:
            styles[child].clear()


def _inherit(
    parent: ET.Element, styles: Mapping[ET.Element, Style], inherited: Style
) -> None:
    """Remove what an element would have from those around it."""
    for child in parent:
        style = styles[child]
        # What a mark is made of has its style from where the mark is put.
        if parent.tag != "defs":
            for name in _INHERITED & style.keys():
                if style[name] == inherited.get(name):
                    del style[name]
        _inherit(child, styles, {**inherited, **style})


def _clean(element: ET.Element, style: Style) -> None:
    """Shorten an element's numbers, drop what says nothing."""
    for name in list(element.attrib):
        short = name.rpartition("}")[2]
        if short != name:
            # Only links stand in another namespace; SVG 2 has them in its own.
            element.set(short, element.attrib.pop(name))
    transform = _NO_TURN.sub("", element.get("transform", ""))
    transform = _NUMBER.sub(lambda found: f"{float(found[0]):.5g}", transform).strip()
    # Outlines of letters have large units.
    decimals = 0 if transform.startswith("scale(0.0") else 2
    for name in _NUMERIC.intersection(element.attrib):
        element.set(name, _round(element.attrib[name], decimals))
    if "d" in element.attrib:
        element.set("d", shorten_path(element.attrib["d"]))
    element.attrib.pop("transform", None)
    if transform:
        element.set("transform", transform)
    element.attrib.pop("style", None)
    if style:
        element.set("style", _write_style(style))


def _round(text: str, decimals: int = 2) -> str:
    """Return a text whose numbers have so many decimals at most."""

    def shorten(match: re.Match[str]) -> str:
        short = f"{float(match[0]):.{decimals}f}"
        short = short.rstrip("0").rstrip(".") if decimals else short
        return "0" if short == "-0" else short

    return _NUMBER.sub(shorten, text)


def _shorten_ids(root: ET.Element) -> None:
    """Keep only ids that are referred to, numbered in the order of the document."""
    used = {
        found
        for element in root.iter()
        for text in element.attrib.values()
        for found in _REFERENCE.findall(text)
    }
    numbers = count()
    names: dict[str, str] = {}
    for element in root.iter():
        old = element.attrib.pop("id", "")
        if old in used:
            names[old] = f"f{next(numbers)}"
            element.set("id", names[old])
    for element in root.iter():
        for name, text in element.attrib.items():
            if "#" in text:
                new = _REFERENCE.sub(lambda found: names.get(found[0], found[0]), text)
                element.set(name, new)


def _unwrap(parent: ET.Element) -> None:
    """Replace groups that say nothing by what they hold; join those that say the same."""
    children: list[ET.Element] = []
    for child in list(parent):
        _unwrap(child)
        if child.tag == "g" and not child.attrib:
            children.extend(child)
        elif children and _are_marks_alike(children[-1], child):
            children[-1].extend(child)
        else:
            children.append(child)
    parent[:] = children


def _are_marks_alike(one: ET.Element, other: ET.Element) -> bool:
    """Whether two groups hold marks only, in one style, so that they can be one."""
    return (
        one.tag == other.tag == "g"
        # An opaque whole is no sum of its parts, and each clip holds for its own.
        and one.attrib == other.attrib
        and one.attrib.keys() == {"style"}
        and {child.tag for child in (*one, *other)} == {"use"}
    )
