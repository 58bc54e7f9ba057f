"""Figures that follow the theme: reserved colours to CSS variables, ids to the page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from lrnotes.run.palette import RESERVED
from lrnotes.show.clips import drop_clips
from lrnotes.show.decimals import shorten_numbers
from lrnotes.show.ticks import join_lines

_VARIABLES = {
    colour: f"var(--lrn-{role},{colour})" for role, colour in RESERVED.items()
}

_ROOT = re.compile(r"<svg\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>", re.DOTALL)
_ATTRIBUTE = re.compile(r"([\w:.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_LEFT_OUT = re.compile(
    r"<metadata>.*?</metadata>|<!--.*?-->"
    # Inside a page this rule of matplotlib's would hold for every drawing in it.
    r"|<defs>\s*<style type=\"text/css\">\*\{[^}]*\}</style>\s*</defs>",
    re.DOTALL,
)
_BLANK = re.compile(r">\s*\n\s*<")
_QUOTED_TEXT = re.compile(r">[^<\"]*\"[^<]*<")
_REFERENCE = re.compile(r"url\(#([^)\"']+)\)")
_AUTOMATIC = re.compile(r"[A-Za-z0-9.]+_\d+")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")
_BOX = re.compile(r"\s*(?:-?[\d.]+[\s,]+){2}(\d+\.?\d*)[\s,]+\d+\.?\d*\s*")
_PIXELS = {
    "": 1.0,
    "px": 1.0,
    "pt": 4 / 3,
    "in": 96.0,
    "cm": 96 / 2.54,
    "mm": 96 / 25.4,
}


def themed(svg: str, uid: str, title: str = "", desc: str = "") -> str:
    """Return the SVG for a page: theme's colours, ids that begin with ``uid``, named.

    Raise ValueError where the text holds no ``<svg>`` element.
    """
    found = _ROOT.search(svg)
    end = svg.rfind("</svg>")
    if found is None or end < found.end():
        raise ValueError("this is not an SVG image")
    inner = _LEFT_OUT.sub("", svg[found.end() : end])
    inner = _BLANK.sub("><", inner).strip().replace("xlink:href=", "href=")
    root = _root_tag(found[1], uid, desc)
    drawn = drop_clips(join_lines(_Rewriter(uid).rewrite(inner)))
    drawn = shorten_numbers(drawn, _pixels_of_unit(found[1]))
    return f"{root}{_names(uid, title, desc)}{drawn}</svg>"


class _Rewriter:
    """Rewrites the attributes of one SVG for the page it will stand in."""

    def __init__(self, uid: str) -> None:
        self.uid = uid
        self.short: dict[str, str] = {}
        self.seen: dict[str, str] = {}

    def rewrite(self, inner: str) -> str:
        """Return the content with each attribute's value rewritten."""
        text = _QUOTED_TEXT.sub(lambda hit: hit[0].replace('"', "&quot;"), inner)
        pieces = text.split('"')
        pairs = list(zip(pieces[::2], pieces[1::2], strict=False))
        self.short = self._name_references(pairs)
        written = []
        for before, value in pairs:
            if before.endswith(" id="):
                written.append(f"{before[:-4]}{self._write_id(value)}")
            elif "#" not in value:
                written.append(f'{before}"{value}"')
            elif before.endswith("href="):
                name = self.short.get(value[1:])
                written.append(f'{before}"#{name}"' if name else f'{before}"{value}"')
            else:
                written.append(f'{before}"{self._write_value(value)}"')
        return "".join(written) + pieces[-1]

    def _name_references(self, pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
        """Return a short name for each id that something refers to."""
        wanted: dict[str, None] = {}
        for before, value in pairs:
            if "#" not in value:
                continue
            if before.endswith("href="):
                if value[0] == "#":
                    wanted[value[1:]] = None
            else:
                wanted |= dict.fromkeys(_REFERENCE.findall(value))
        return {name: f"{self.uid}-{index}" for index, name in enumerate(wanted)}

    def _write_id(self, name: str) -> str:
        """Give an id the prefix; drop matplotlib's own that nothing refers to."""
        if name in self.short:
            return f' id="{self.short[name]}"'
        return "" if _AUTOMATIC.fullmatch(name) else f' id="{self.uid}-{name}"'

    def _write_value(self, value: str) -> str:
        if value not in self.seen:
            text = _REFERENCE.sub(self._write_reference, value)
            self.seen[value] = _COLOUR.sub(_write_colour, text)
        return self.seen[value]

    def _write_reference(self, found: re.Match[str]) -> str:
        return f"url(#{self.short[found[1]]})"


def _write_colour(found: re.Match[str]) -> str:
    return _VARIABLES.get(found[0].lower(), found[0])


def _pixels_of_unit(attributes: str) -> float:
    """Return how many CSS pixels a unit of the drawing has; 0 where it does not say."""
    given = {name: one or two for name, one, two in _ATTRIBUTE.findall(attributes)}
    box = _BOX.fullmatch(given.get("viewBox", ""))
    units = float(box[1]) if box else 0.0
    return _pixels(given.get("width", "")) / units if units else 0.0


def _root_tag(attributes: str, uid: str, desc: str) -> str:
    given = {name: one or two for name, one, two in _ATTRIBUTE.findall(attributes)}
    width, height = _pixels(given.get("width", "")), _pixels(given.get("height", ""))
    box = given.get("viewBox", "")
    if not box and width and height:
        box = f"0 0 {width:g} {height:g}"
    # Attributes reserve the room before any style is known; CSS makes them a maximum.
    size = f' width="{width:.0f}" height="{height:.0f}"' if width and height else ""
    view = f' viewBox="{_quoted(box)}"' if box else ""
    # Whatever stands on the root is inherited: the font, the colour of text.
    style = _COLOUR.sub(_write_colour, given.get("style", "stroke-linejoin:round"))
    described = f' aria-describedby="{uid}-d"' if desc else ""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" class="lrn-figure" role="img"'
        f' aria-labelledby="{uid}-t"{described}{size}{view} style="{_quoted(style)}">'
    )


def _names(uid: str, title: str, desc: str) -> str:
    named = f'<title id="{uid}-t">{escape(title or "Figure", quote=False)}</title>'
    if desc:
        named += f'<desc id="{uid}-d">{escape(desc, quote=False)}</desc>'
    return named


def _quoted(value: str) -> str:
    # It was an attribute before, so it is escaped but for the other kind of quote.
    return value.replace('"', "&quot;")


def _pixels(length: str) -> float:
    found = re.fullmatch(r"\s*([\d.]+)\s*([a-z]*)\s*", length)
    unit = _PIXELS.get(found[2]) if found else None
    return float(found[1]) * unit if found and unit else 0.0
