"""All figures of the site: text that a phone can show, colours that can be seen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PHONE = {"width": 360, "height": 780}
SMALLEST = 11
"""CSS pixels of text; exponents are smaller, as they are in the text around."""
EXPONENT = 0.69

LOOKS = """() => [...document.querySelectorAll("svg.lrn-figure")].map(figure => {
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


def looks(browser: Any, site: Path, pages: list[str], theme: str) -> Iterator[Any]:
    """Yield what each figure of the site looks like on a phone, with its page."""
    context = browser.new_context(viewport=PHONE, color_scheme=theme)
    tab = context.new_page()
    tab.set_default_timeout(20_000)
    for page in pages:
        if 'class="lrn-figure"' in (site / page).read_text("utf-8"):
            tab.goto((site / page).as_uri(), wait_until="load")
            tab.evaluate("document.fonts.ready.then(() => true)")
            for figure in tab.evaluate(LOOKS):
                yield page, figure
    context.close()


@pytest.fixture(scope="session")
def see(browser: Any, site: Path, pages: list[str], shared: Path) -> Any:
    """Return a function that gives all figures of a theme, seen once for all workers."""

    def seen(theme: str) -> list[Any]:
        kept = shared / f"figures-{theme}.json"
        with FileLock(f"{kept}.lock"):
            if not kept.exists():
                found = json.dumps(list(looks(browser, site, pages, theme)))
                kept.write_text(found, encoding="utf-8")
        return json.loads(kept.read_text("utf-8"))

    return seen


@pytest.fixture
def light(see: Any) -> list[Any]:
    """Return all figures as they look in the light theme."""
    return see("light")


def test_the_text_of_every_figure_can_be_read_on_a_phone(light: list[Any]) -> None:
    small = {
        (page, figure["name"]): (text, size)
        for page, figure in light
        for text, size, largest in figure["sizes"]
        if largest < SMALLEST - 0.05 or size < EXPONENT * SMALLEST
    }
    assert len(light) > 50
    assert small == {}


def test_the_text_of_every_figure_lies_inside_it(light: list[Any]) -> None:
    cut = {
        (page, figure["name"]): figure["outside"]
        for page, figure in light
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
    theme: str, part: str, least: float, see: Any
) -> None:
    # What is fainter than half is a ground: an area, or a wide line below a thin one.
    faint = {
        (page, figure["name"], look): round(contrast(look, figure["paper"]), 2)
        for page, figure in see(theme)
        for look in figure[part]
        if float(look.rpartition(" ")[2]) >= 0.5
        if contrast(look, figure["paper"]) < least
    }
    assert faint == {}
