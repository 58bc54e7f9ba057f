"""On paper: the text, its figures whole, and nothing that only a screen can use."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.browser

PAGES = ("learning-rate.html", "schedules.html", "adam.html", "optimizers.html")
A4 = {"width": 627, "height": 971}
"""What the margins leave of a page, in pixels."""
SEEN = """() => {
  const seen = part => part.checkVisibility() && part.getBoundingClientRect().height > 0;
  const all = name => [...document.querySelectorAll(name)];
  const size = part => part.getBoundingClientRect();
  return {
    useless: all(`.md-header, .md-sidebar, .md-footer, .md-code__nav, .headerlink,
      .lr-first, .lr-next, .lrn-around, .lrn-local, .lrn-tools, .lrn-slider, .lrn-provenance dl`)
      .filter(seen).map(part => part.className),
    folded: all("article details:not(.lrn-around *, .lrn-local, .lrn-provenance)").flatMap(
      part => [...part.children].filter(child => child.localName !== "summary"))
      .filter(part => !seen(part)).map(part => part.outerHTML.slice(0, 80)),
    frames: all(".lrn-frame").filter(part => !seen(part)).length,
    figures: all("article svg.lrn-figure").filter(
      part => size(part).width > innerWidth || size(part).height > innerHeight)
      .map(part => part.outerHTML.slice(0, 80)),
    wide: all("article :is(table, .katex-display)").filter(
      part => seen(part) && part.getBoundingClientRect().right > innerWidth + 1)
      .map(part => part.textContent.trim().slice(0, 80)),
    cut: all("article pre").filter(part => part.scrollWidth > part.clientWidth + 1)
      .map(part => part.textContent.slice(0, 80)),
    dark: getComputedStyle(document.body).backgroundColor !== "rgb(255, 255, 255)",
  };
}"""


@pytest.mark.parametrize("page", PAGES)
def test_a_page_on_paper(page: str, browser: Any, address: str) -> None:
    context = browser.new_context(viewport=A4, color_scheme="dark")
    tab = context.new_page()
    tab.set_default_timeout(20_000)
    tab.goto(f"{address}/{page}", wait_until="load")
    tab.emulate_media(media="print")
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    seen = tab.evaluate(SEEN)
    paper = tab.pdf(format="A4")
    context.close()

    nothing = {
        "useless": [],
        "folded": [],
        "frames": 0,
        "figures": [],
        "wide": [],
        "cut": [],
    }
    assert seen == {**nothing, "dark": False}
    assert paper.startswith(b"%PDF")
