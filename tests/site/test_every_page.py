"""Every page, opened once: what it asks for, how wide it is, how its figures look."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from filelock import FileLock

pytestmark = pytest.mark.browser

BROWSERS = 3
"""So many at a time: each waits as long as it works."""
PHONE = {"width": 360, "height": 780}
WIDER = (768, 1440)
SMALLEST = 11
"""CSS pixels of text; exponents are smaller, as they are in the text around."""
EXPONENT = 0.69

DARK = "document.body.dataset.mdColorScheme = 'slate'"
BEYOND = """document.documentElement.scrollWidth
  - document.documentElement.clientWidth"""
# How near to the edge of the window does text begin?
EDGE = """Math.min(...[...document.querySelectorAll(".md-content :is(h1, p)")]
  .filter(text => text.checkVisibility())
  .map(text => text.getBoundingClientRect().left), 99)"""
FONTS = "document.fonts.ready.then(() => true)"
# What scrolls by itself on a phone: can it be reached, and does it show that it goes on?
SCROLLING = """[...document.querySelectorAll(".md-content *")]
  .filter(box => box.clientWidth && box.scrollWidth > box.clientWidth + 1)
  .filter(box => ["auto", "scroll"].includes(getComputedStyle(box).overflowX))
  .map(box => ({
    what: box.className + ": " + box.textContent.trim().slice(0, 40),
    reached: box.tabIndex >= 0 || Boolean(box.querySelector("a[href], [tabindex]")),
    hinted: getComputedStyle(box).backgroundImage !== "none",
  }))"""

# Names in the graph of a note that lie outside the drawing, or over one another.
MISPLACED = """(() => {
  const drawing = document.querySelector("svg.lrn-near");
  if (!drawing) return null;
  drawing.closest("details").open = true;
  const box = drawing.getBoundingClientRect();
  const names = [...drawing.querySelectorAll('a > text')].map(name => [
    name.textContent, name.getBoundingClientRect()]);
  return names.filter(([text, a], at) =>
    a.left < box.left - 1 || a.right > box.right + 1 || a.bottom > box.bottom + 1 ||
    names.some(([_, b], other) => other > at && a.left < b.right && b.left < a.right &&
      a.top < b.bottom - 2 && b.top < a.bottom - 2)).map(([text]) => text);
})()"""

LOOKS = """[...document.querySelectorAll("svg.lrn-figure")].map(figure => {
  const scale = figure.getBoundingClientRect().width / figure.viewBox.baseVal.width;
  const size = part => parseFloat(getComputedStyle(part).fontSize) * scale;
  const name = figure.querySelector("title").textContent;
  const opacity = part => {
    let seen = 1;
    for (let at = part; at !== figure; at = at.parentElement)
      seen *= getComputedStyle(at).opacity;
    return seen;
  };
  const look = (part, name) => {
    const style = getComputedStyle(part);
    return style[name] + " " + opacity(part) * style[name + "Opacity"];
  };
  const drawn = [...figure.querySelectorAll("path, use, line")].filter(part =>
    !part.closest("defs, clipPath") && getComputedStyle(part).stroke !== "none" &&
    !/--lrn-grid/.test(part.getAttribute("style")));
  const words = [...figure.querySelectorAll("text")].filter(part => part.textContent.trim());
  const pieces = words.flatMap(part => part.children.length ? [...part.children] : [part]);
  const largest = part => Math.max(...[...part.closest("text").querySelectorAll("*"),
    part.closest("text")].map(size));
  return {
    name,
    sizes: pieces.map(part => [part.textContent, size(part), largest(part)]),
    words: [...new Set(words.map(part => look(part, "fill")))],
    lines: [...new Set(drawn.map(part => look(part, "stroke")))],
    paper: getComputedStyle(document.body).backgroundColor,
    outside: words.filter(part => {
      const box = part.getBoundingClientRect(), frame = figure.getBoundingClientRect();
      return box.left < frame.left - 1 || box.right > frame.right + 1 ||
        box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
    }).map(part => part.textContent),
  };
})"""


def look_around(tab: Any) -> dict[str, Any]:
    """Return what the open page shows on a phone, in both themes, then how wide it is."""
    tab.evaluate(FONTS)
    light = tab.evaluate(LOOKS)
    boxes = tab.evaluate(SCROLLING)
    widths = {PHONE["width"]: tab.evaluate(BEYOND)}
    edges = {PHONE["width"]: tab.evaluate(EDGE)}
    tab.evaluate(DARK)
    dark = tab.evaluate(LOOKS) if light else []
    for width in WIDER:
        tab.set_viewport_size({"width": width, "height": PHONE["height"]})
        widths[width] = tab.evaluate(BEYOND)
        edges[width] = tab.evaluate(EDGE)
    misplaced = tab.evaluate(MISPLACED)
    return {
        "beyond": widths, "edges": edges, "scrolling": boxes, "names": misplaced,
        "light": light, "dark": dark,
    }  # fmt: skip


def open_pages(
    browser: Any, site: Path, pages: list[str], wait_until_marked: Callable[[Any], None]
) -> dict[str, Any]:
    """Open each page once, from disk; return what happened and was seen, by page."""
    context = browser.new_context(
        viewport=PHONE, color_scheme="light", reduced_motion="reduce"
    )
    tab = context.new_page()
    tab.set_default_timeout(20_000)
    seen: dict[str, Any] = {}
    told: dict[str, list[str]] = {}

    def note_request(request: Any) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("file", "data", "blob", "about"):
            told["foreign"].append(request.url)
        elif address.scheme == "file" and not Path(unquote(address.path)).exists():
            told["missing"].append(request.url)

    tab.on("request", note_request)
    tab.on("pageerror", lambda error: told["errors"].append(str(error)))
    tab.on(
        "console",
        lambda line: line.type == "error" and told["errors"].append(line.text),
    )
    # The page for wrong addresses names its files from the root of a server.
    for page in (page for page in pages if page != "404.html"):
        # An empty page is soon made narrow again.
        tab.goto("about:blank")
        tab.set_viewport_size(PHONE)
        told = {"foreign": [], "missing": [], "errors": []}
        tab.goto((site / page).as_uri(), wait_until="load")
        wait_until_marked(tab)
        seen[page] = {**told, **look_around(tab)}
    context.close()
    return seen


@pytest.fixture(scope="session")
def seen(
    each_in_a_browser: Callable[..., list[Any]],
    site: Path,
    pages: list[str],
    shared: Path,
    wait_until_marked: Callable[[Any], None],
) -> dict[str, dict[str, Any]]:
    """Return what every page has shown, opened once for all workers of a run."""
    kept = shared / "seen.json"
    with FileLock(f"{kept}.lock"):
        if not kept.exists():
            shares = [pages[start::BROWSERS] for start in range(BROWSERS)]
            parts = each_in_a_browser(
                lambda browser, share: open_pages(
                    browser, site, share, wait_until_marked
                ),
                shares,
            )
            found = {page: each for part in parts for page, each in part.items()}
            kept.write_text(json.dumps(found), encoding="utf-8")
    return json.loads(kept.read_text("utf-8"))  # type: ignore[no-any-return]


@pytest.mark.parametrize("what", ["foreign", "missing", "errors"])
def test_no_page_asks_elsewhere_or_for_what_is_not_there_or_complains(
    what: str, seen: dict[str, Any]
) -> None:
    assert {page: each[what] for page, each in seen.items() if each[what]} == {}


def test_no_page_scrolls_sideways_at_any_width(seen: dict[str, Any]) -> None:
    wide = {
        (page, width): beyond
        for page, each in seen.items()
        for width, beyond in each["beyond"].items()
        if beyond > 0
    }
    assert wide == {}


def test_no_text_touches_the_edge_of_the_window(seen: dict[str, Any]) -> None:
    near = {
        (page, width): edge
        for page, each in seen.items()
        for width, edge in each["edges"].items()
        if edge < 12
    }
    assert near == {}


def test_what_scrolls_by_itself_can_be_reached_and_shows_that_it_goes_on(
    seen: dict[str, Any],
) -> None:
    boxes = [
        {"page": page, **box}
        for page, each in seen.items()
        for box in each["scrolling"]
    ]
    assert len(boxes) > 10
    assert [box for box in boxes if not box["reached"]] == []
    tables = [box for box in boxes if "scrollwrap" in box["what"]]
    assert [box for box in tables if not box["hinted"]] == []


def test_names_stand_apart_and_inside_in_every_local_graph(
    seen: dict[str, Any],
) -> None:
    names = {page: each["names"] for page, each in seen.items()}
    assert sum(each is not None for each in names.values()) > 10
    assert {page: each for page, each in names.items() if each} == {}


def figures(seen: dict[str, Any], theme: str = "light") -> list[Any]:
    """Return all figures as they look in a theme, each with its page."""
    return [(page, figure) for page, each in seen.items() for figure in each[theme]]


def test_the_text_of_every_figure_can_be_read_on_a_phone(seen: dict[str, Any]) -> None:
    small = {
        (page, figure["name"]): (text, size)
        for page, figure in figures(seen)
        for text, size, largest in figure["sizes"]
        if largest < SMALLEST - 0.05 or size < EXPONENT * SMALLEST
    }
    assert len(figures(seen)) > 50
    assert small == {}


def test_the_text_of_every_figure_lies_inside_it(seen: dict[str, Any]) -> None:
    cut = {
        (page, figure["name"]): figure["outside"]
        for page, figure in figures(seen)
        if figure["outside"]
    }
    assert cut == {}


def luminance(colour: tuple[float, ...]) -> float:
    """Return the relative luminance of an sRGB colour with parts from 0 to 255."""
    parts = [part / 255 for part in colour]
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(look: str, paper: str) -> float:
    """Return the contrast of ``rgb(…) opacity`` on a paper (WCAG 2)."""
    ground, (*colour, opacity) = (
        [float(number) for number in re.findall(r"[\d.]+", text)]
        for text in (paper, look)
    )
    mixed = tuple(
        opacity * part + (1 - opacity) * below
        for part, below in zip(colour, ground, strict=True)
    )
    one, other = sorted((luminance(mixed), luminance(tuple(ground))))
    return (other + 0.05) / (one + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("part", "least"), [("words", 4.5), ("lines", 3)])
def test_text_and_lines_of_every_figure_stand_out(
    theme: str, part: str, least: float, seen: dict[str, Any]
) -> None:
    # What is fainter than half is a ground: an area, or a wide line below a thin one.
    faint = {
        (page, figure["name"], look): round(contrast(look, figure["paper"]), 2)
        for page, figure in figures(seen, theme)
        for look in figure[part]
        if float(look.rpartition(" ")[2]) >= 0.5
        if contrast(look, figure["paper"]) < least
    }
    assert {figure["paper"] for _, figure in figures(seen, theme)} == {
        {"light": "rgb(253, 252, 249)", "dark": "rgb(23, 24, 26)"}[theme]
    }
    assert faint == {}
