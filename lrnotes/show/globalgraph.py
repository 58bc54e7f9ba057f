"""The page of the graph: a drawing of all notes, who stands alone, and all as a list."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from html import escape

from msgspec import Struct

from lrnotes.show.labels import fit_label
from lrnotes.show.pages import front_matter
from lrnotes.show.ring import LABEL, SIZE, Ring, bend, place_on_ring

DRAWN = 150
"""Notes in the drawing; where there are more, the most linked of them."""
LISTED = 400
"""Notes in the list below it, likewise."""
_COLOURS = 10


class Dot(Struct, frozen=True):
    """A note of the site."""

    url: str
    title: str
    section: str = ""
    degree: int = 0
    leads: tuple[int, ...] = ()
    """Which other notes it links to, by their place."""


class Map(Struct, frozen=True, dict=True):
    """What the page shows."""

    dots: Sequence[Dot]
    snippets: int = 0
    """How many snippets there are, which are not drawn."""
    unresolved: int = 0
    orphans: Sequence[int] = ()
    missing: Sequence[tuple[str, Sequence[int]]] = ()
    """Names that no note has, each with the notes that ask for it."""

    @cached_property
    def colours(self) -> dict[str, int]:
        """The number of each section's colour, in the order in which they come."""
        names = dict.fromkeys(dot.section for dot in self.dots)
        return {name: at % _COLOURS for at, name in enumerate(names)}


def graph_page() -> str:
    """Return the Markdown of the page, which is drawn when all notes are converted."""
    wide = "hide: [navigation, toc]"
    lines = [*front_matter("Graph", "search: {exclude: true}", wide), "# Graph", ""]
    return "\n".join(lines)


def global_graph(shown: Map) -> str:
    """Return the HTML of the page below its heading."""
    chosen = most_linked(shown.dots, DRAWN)
    rest = len(shown.dots) - len(chosen)
    links = sum(len(dot.leads) for dot in shown.dots)
    told = f"{_count(len(shown.dots), 'note')}, {_count(links, 'link')} between them"
    if rest:
        told += f"; drawn are the {len(chosen)} notes that have most links"
    missing = [_count(shown.snippets, "snippet")] if shown.snippets else []
    if shown.unresolved:
        missing.append(f"{_count(shown.unresolved, 'link')} to what does not exist")
    if missing:
        told += f"; not drawn: {' and '.join(missing)}"
    return (
        '<div class="lrn-graph" data-lrn-graph data-search-exclude>'
        f"{ring_drawing(shown, chosen)}</div>"
        f'<p class="lrn-quiet" data-search-exclude>{told}. The bigger a dot, the more '
        "links it has; a colour is a section. Rest on a name to see where it leads.</p>"
        '<div class="lrn-graph-lists" data-search-exclude><ul>'
        f'<li><a href="{escape(shown.dots[0].url)}" data-lrn-random>A random note</a></li>'
        f"</ul>{_orphans(shown)}{_missing(shown)}{_lists(shown)}</div>"
    )


def most_linked(dots: Sequence[Dot], count: int) -> list[int]:
    """Return the places of the nodes with most links, in the order of the sections."""
    ranked = sorted(range(len(dots)), key=lambda at: (-dots[at].degree, at))[:count]
    sections = {
        name: at for at, name in enumerate(dict.fromkeys(dot.section for dot in dots))
    }
    return sorted(ranked, key=lambda at: (sections[dots[at].section], at))


def ring_drawing(shown: Map, chosen: Sequence[int]) -> str:
    """Return the SVG of the chosen nodes, which stand in the order of their sections."""
    dots = [shown.dots[at] for at in chosen]
    counts: dict[str, int] = {}
    for dot in dots:
        counts[dot.section] = counts.get(dot.section, 0) + 1
    ring = place_on_ring(list(counts.values()))
    seat = {at: number for number, at in enumerate(chosen)}
    reach = round(ring.reach)
    name = escape(f"Graph of {_count(len(dots), 'note')}")
    nodes = "".join(
        _node(dot, at, ring, [seat[to] for to in dot.leads if to in seat], shown)
        for at, dot in enumerate(dots)
    )
    return (
        f'<svg class="lrn-ring" viewBox="{-reach} {-reach} {2 * reach} {2 * reach}" '
        f'style="--lrn-grow:{ring.reach / (ring.radius + 14):.2f}" '
        f'role="group" aria-label="{name}"><g>{nodes}</g></svg>'
    )


def _node(dot: Dot, at: int, ring: Ring, leads: Sequence[int], shown: Map) -> str:
    spot = ring.spots[at]
    size = 2.5 + 1.1 * math.sqrt(dot.degree)
    degrees = math.degrees(spot.angle) - 90
    label = escape(fit_label(dot.title, SIZE, LABEL), quote=False)
    turn = f"rotate({degrees:.1f})translate({ring.radius:.0f})"
    where = 'x="14" y="4"'
    if spot.angle > math.pi:
        where = 'x="-14" y="4" text-anchor="end" transform="rotate(180)"'
    title = escape(f"{dot.title}: {_count(dot.degree, 'neighbour')}", quote=False)
    paths = "".join(bend(spot, ring.spots[to]) for to in leads)
    lines = f'<path d="{paths}"/>' if paths else ""
    return (
        f'<g class="lrn-s{shown.colours[dot.section]}">{lines}'
        f'<a href="{escape(dot.url)}" transform="{turn}"><title>{title}</title>'
        f'<circle r="{size:.1f}"/><text {where}>{label}</text></a></g>'
    )


def _orphans(shown: Map) -> str:
    if not shown.orphans:
        return ""
    items = [_item(shown.dots[at]) for at in shown.orphans[:LISTED]]
    more = len(shown.orphans) - len(items)
    tail = f"<li>and {more} more</li>" if more else ""
    return (
        '<h2 id="alone">Standing alone</h2><p>No note links to these, and they link to '
        f"none.</p><ul>{''.join(items)}{tail}</ul>"
    )


def _missing(shown: Map) -> str:
    if not shown.missing:
        return ""
    ranked = sorted(shown.missing, key=lambda each: (-len(each[1]), each[0].casefold()))
    items = [
        f"<li>{escape(name, quote=False)}: "
        f"{', '.join(_link(shown.dots[at]) for at in sources)}</li>"
        for name, sources in ranked[:LISTED]
        if sources
    ]
    more = len(ranked) - LISTED
    tail = f"<li>and {more} more</li>" if more > 0 else ""
    return (
        '<h2 id="missing">Not written yet</h2><p>Names that links ask for, and the '
        f"notes that do.</p><ul>{''.join(items)}{tail}</ul>"
    )


def _lists(shown: Map) -> str:
    chosen = most_linked(shown.dots, LISTED)
    sections: dict[str, list[Dot]] = {}
    for at in chosen:
        sections.setdefault(shown.dots[at].section, []).append(shown.dots[at])
    is_all = len(chosen) == len(shown.dots)
    told = "All notes" if is_all else f"The {len(chosen)} most linked notes"
    parts = [
        f'<h2 id="list">{told}</h2><p>Each with the number of notes and snippets that '
        "it is linked with.</p>"
    ]
    for name, dots in sections.items():
        head = escape(name or "Pages", quote=False)
        parts.append(
            f'<h3 class="lrn-s{shown.colours[name]}">{head}</h3>'
            f"<ul>{''.join(map(_item, dots))}</ul>"
        )
    return "".join(parts)


def _item(dot: Dot) -> str:
    return f'<li>{_link(dot)} <span class="lrn-quiet">{dot.degree}</span></li>'


def _link(dot: Dot) -> str:
    return f'<a href="{escape(dot.url)}">{escape(dot.title, quote=False)}</a>'


def _count(number: int, noun: str) -> str:
    return f"{number} {noun if number == 1 else f'{noun}s'}"
