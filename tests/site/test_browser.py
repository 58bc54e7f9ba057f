"""The site in a real browser: from disk and from a server, light and dark."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

FIRST_VIEW = 200 * 1024
NEXT_VIEW = 40 * 1024
BEGINNING = "learning-rate.html"
"""The note that readers open first; it brings the fonts of text, figures and maths."""
PHONE = {"width": 360, "height": 780}
DESK = {"width": 1440, "height": 900}


@pytest.fixture
def open_page(browser: Any, site: Path) -> Iterator[Any]:
    """Return a function that opens an address in a new tab with a theme."""
    contexts: list[Any] = []

    def open_address(address: str, theme: str = "light", **options: Any) -> Any:
        context = browser.new_context(
            viewport=options.get("viewport", DESK),
            color_scheme=theme,
            reduced_motion="reduce",
        )
        contexts.append(context)
        tab = context.new_page()
        tab.set_default_timeout(20_000)
        tab.goto(address, wait_until="load")
        return tab

    yield open_address
    for context in contexts:
        context.close()


COLOURS = """() => {
  const figure = document.querySelector("svg.lrn-figure:not(.lrn-figure-raster)");
  const colours = (parts, name) => parts
    .map(part => getComputedStyle(part)[name])
    .filter(colour => colour !== "none" && !/, 0\\)$/.test(colour));
  const shown = [...figure.querySelectorAll("text, path, use, line")]
    .filter(part => !part.closest("defs, clipPath"));
  return {
    text: colours(shown.filter(part => part.matches("text")), "fill"),
    lines: colours(shown.filter(part => !part.matches("text")), "stroke"),
  };
}"""


def first_note_with_a_figure(site: Path, pages: list[str]) -> str:
    """Return the first note that shows a figure whose colours are the theme's."""
    for page in pages:
        text = (site / page).read_text("utf-8")
        if "/" not in page and 'class="lrn-figure"' in text:
            return page
    pytest.fail("no note shows a figure")


def test_figures_follow_the_theme_switch(
    open_page: Any, site: Path, pages: list[str]
) -> None:
    tab = open_page((site / first_note_with_a_figure(site, pages)).as_uri())
    light = tab.evaluate(COLOURS)
    tab.get_by_role("button", name="Switch to the dark theme").click()
    tab.wait_for_function("document.body.dataset.mdColorScheme === 'slate'")
    dark = tab.evaluate(COLOURS)
    for part in ("text", "lines"):
        assert light[part]
        assert len(light[part]) == len(dark[part])
        kept = set(light[part]) & set(dark[part])
        assert kept == set(), f"{part} that did not change: {kept}"


THEME = """() => ({
  scheme: document.body.dataset.mdColorScheme,
  button: document.querySelector(".lr-theme").title,
  bar: document.querySelector("meta[name='theme-color']").content,
  header: getComputedStyle(document.querySelector(".md-header")).backgroundColor,
  root: document.querySelector("meta[name='color-scheme']").content,
})"""


def as_hex(colour: str) -> str:
    """Return ``rgb(1, 2, 3)`` as ``#010203``."""
    return "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", colour))


def test_the_theme_is_the_systems_until_the_reader_chooses(
    open_page: Any, address: str
) -> None:
    tab = open_page(f"{address}/index.html")
    for system, scheme in (("dark", "slate"), ("light", "default"), ("dark", "slate")):
        tab.emulate_media(color_scheme=system)
        tab.wait_for_function(f"document.body.dataset.mdColorScheme === '{scheme}'")
        shown = tab.evaluate(THEME)
        assert shown["bar"] == as_hex(shown["header"])
        assert system not in shown["button"]
    tab.locator(".lr-theme").focus()
    tab.keyboard.press("Enter")
    chosen = tab.evaluate(THEME)
    assert chosen["scheme"] == "default"
    assert chosen["bar"] == as_hex(chosen["header"])
    assert chosen["root"] == "light"
    assert tab.evaluate("document.activeElement.title") == "Switch to the dark theme"
    # On the next page too, whatever the system says.
    tab.goto(f"{address}/momentum.html")
    assert tab.evaluate(THEME)["scheme"] == "default"


def test_a_dark_page_is_dark_before_any_file_of_scripts_is_there(
    browser: Any, address: str
) -> None:
    context = browser.new_context(color_scheme="dark")
    tab = context.new_page()
    tab.route("**/*.js", lambda route: route.abort())
    tab.goto(f"{address}/momentum.html")
    assert tab.evaluate(THEME)["scheme"] == "slate"
    context.close()


def test_a_page_is_styled_as_a_whole_only_once(open_page: Any, address: str) -> None:
    """Material's own switch, and its `no-js`, would restyle every element while it loads."""
    tab = open_page("about:blank")
    tab.add_init_script(
        """
        window.restyled = [];
        new MutationObserver((all) => all.forEach((one) => {
          const now = one.target.getAttribute(one.attributeName);
          if (one.target.matches("html, body, meta") && now !== one.oldValue
              && document.body.querySelector("footer"))
            restyled.push([one.target.tagName, one.attributeName, one.oldValue, now]);
        })).observe(document, { attributes: true, attributeOldValue: true, subtree: true });
        """
    )
    tab.goto(f"{address}/momentum.html", wait_until="networkidle")
    tab.wait_for_timeout(300)
    changed = tab.evaluate("restyled")
    assert [each for each in changed if each[1] != "data-js-focus-visible"] == []
    assert (
        tab.locator("meta[name='color-scheme'], meta[name='theme-color']").count() == 2
    )


def test_search_loads_nothing_before_it_is_wanted(open_page: Any, address: str) -> None:
    tab = open_page("about:blank")
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(f"{address}/index.html", wait_until="networkidle")
    assert [url for url in asked if "search_index" in url or "workers/" in url] == []
    tab.keyboard.press("/")
    tab.keyboard.type("momentum")
    tab.wait_for_selector(".md-search-result__item a[href*='momentum.html']")


# What a reader types, the note that answers it, and where in it.
ANSWERS = {
    "eta": "learning-rate.html",
    "Loss function": "cost-function.html",
    "lr": "learning-rate.html",
    "OneCycleLR": "schedules.html",
    "learning rate": "learning-rate.html",
    "heavy ball": "momentum.html",
    "critical learning rate": "critical-learning-rate.html",
    "gd": "gradient-descent.html",
    "momentun": "momentum.html",
    "critcal lerning rate": "critical-learning-rate.html",
    "what is a cost function": "cost-function.html",
    "a slope and a cliff": "#a-network-has-a-slope-and-a-cliff",
}
FIRST = """([part, end]) => {
  const found = document.querySelector(".md-search-result__item " + part);
  return found && found.href.replace(/[?].*?(?=#|$)/, "").endsWith(end);
}"""


@pytest.mark.parametrize("place", ["disk", "server"])
def test_search_brings_the_note_that_answers_first_and_its_section(
    place: str, open_page: Any, site: Path, address: str
) -> None:
    root = address if place == "server" else site.as_uri()
    tab = open_page(f"{root}/index.html")
    for words, answer in ANSWERS.items():
        tab.keyboard.press("/")
        tab.keyboard.press("Control+A")
        tab.keyboard.press("Backspace")
        tab.wait_for_selector(".md-search-result__item", state="detached")
        tab.keyboard.type(words)
        part = "a[href*='#']" if "#" in answer else "a"
        tab.wait_for_function(FIRST, arg=[part, answer])
    shown = tab.locator(".md-search-result__item a[href*='#']").first
    assert "A network has a slope and a cliff" in shown.inner_text()


LINK = 'a[id^="lrn-link-"][href*="critical-learning-rate.html"]'
PREVIEW = ".lrn-preview:not([hidden])"


def test_a_link_shows_its_target_to_the_mouse(open_page: Any, site: Path) -> None:
    tab = open_page((site / "gradient-descent.html").as_uri())
    errors: list[str] = []
    tab.on("console", lambda line: errors.append(line.text))
    link = tab.locator(LINK).first
    link.hover()
    box = tab.wait_for_selector(PREVIEW)
    assert "The critical learning rate" in box.inner_text()
    assert box.query_selector("svg.lrn-figure")
    ids = tab.evaluate("[...document.querySelectorAll('[id]')].map(one => one.id)")
    assert len(ids) == len(set(ids))
    box.hover()
    tab.wait_for_timeout(400)
    assert box.is_visible()
    tab.mouse.move(0, 0)
    tab.wait_for_selector(PREVIEW, state="detached")
    assert [text for text in errors if "favicon" not in text] == []


def test_a_link_shows_its_target_to_the_keyboard(open_page: Any, site: Path) -> None:
    tab = open_page((site / "gradient-descent.html").as_uri())
    link = tab.locator(LINK).first
    tab.keyboard.press("Tab")
    link.focus()
    tab.wait_for_selector(PREVIEW)
    assert link.get_attribute("aria-describedby") == "lrn-preview"
    tab.keyboard.press("Escape")
    tab.wait_for_selector(PREVIEW, state="detached")
    assert link.evaluate("one => one === document.activeElement")
    tab.keyboard.press("Tab")
    assert not link.evaluate("one => one === document.activeElement")


def test_a_link_shows_its_target_to_a_long_press(browser: Any, site: Path) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    tab = context.new_page()
    tab.set_default_timeout(20_000)
    address = (site / "gradient-descent.html").as_uri()
    tab.goto(address, wait_until="load")
    link = tab.locator(LINK).first
    link.dispatch_event("pointerdown", {"pointerType": "touch", "bubbles": True})
    box = tab.wait_for_selector(PREVIEW)
    place = box.bounding_box()
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= PHONE["width"]
    assert tab.url == address
    context.close()


def test_a_page_asks_for_no_preview_before_it_is_wanted(
    open_page: Any, address: str
) -> None:
    tab = open_page("about:blank")
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(f"{address}/gradient-descent.html", wait_until="networkidle")
    assert [url for url in asked if "preview" in url] == []
    tab.locator(LINK).first.hover()
    tab.wait_for_selector(PREVIEW)
    assert len([url for url in asked if "preview" in url]) == 2


def transferred(context: Any, address: str) -> int:
    """Return the bytes, headers included, that opening ``address`` transfers.

    What a stylesheet holds as ``data:`` has come with it, though it counts as a request.
    """
    tab = context.new_page()
    session = context.new_cdp_session(tab)
    session.send("Network.enable")
    asked: set[str] = set()
    sizes: dict[str, int] = {}
    held: set[str] = set()

    def note_request(event: dict[str, Any]) -> None:
        address = event["request"]["url"]
        (held if address.startswith("data:") else asked).add(event["requestId"])

    def note_end(event: dict[str, Any]) -> None:
        if event["requestId"] not in held:
            sizes[event["requestId"]] = event["encodedDataLength"]

    session.on("Network.requestWillBeSent", note_request)
    session.on("Network.loadingFinished", note_end)
    tab.goto(address, wait_until="load")
    tab.evaluate("document.fonts.ready.then(() => true)")
    for _ in range(200):
        if asked <= sizes.keys():
            break
        tab.wait_for_timeout(20)
    assert asked <= sizes.keys(), f"{address} did not finish loading"
    tab.close()
    return sum(sizes.values())


def heaviest(site: Path, pages: list[str], count: int) -> list[str]:
    """Return the pages with the most compressed HTML, the heaviest first.

    Notebooks bring a renderer of their own.
    """
    texts = {page: (site / page).read_bytes() for page in pages}
    own = [page for page, text in texts.items() if b"jupyter-wrapper" not in text]
    return sorted(own, key=lambda page: -len(gzip.compress(texts[page], 6)))[:count]


def test_the_heaviest_pages_are_light(
    browser: Any, address: str, site: Path, pages: list[str]
) -> None:
    heavy = {}
    for page in heaviest(site, pages, 7):
        # Each in a browser of its own: what one page brings is not there for the next.
        first, later = (browser.new_context(viewport=DESK) for _ in range(2))
        transferred(later, f"{address}/{BEGINNING}")
        views = (
            transferred(first, f"{address}/{page}"),
            transferred(later, f"{address}/{page}"),
        )
        if views[0] > FIRST_VIEW or views[1] > NEXT_VIEW:
            heavy[page] = views
        first.close()
        later.close()
    assert heavy == {}


def test_the_drawer_of_a_phone_shows_its_links_while_it_is_open(
    open_page: Any, site: Path
) -> None:
    tab = open_page((site / BEGINNING).as_uri(), viewport=PHONE)
    shown = """() => document.querySelector(".md-sidebar--primary a.md-nav__link")
      .checkVisibility({contentVisibilityAuto: true})"""
    assert not tab.evaluate(shown)
    tab.locator('label.md-header__button[for="__drawer"]').click()
    tab.wait_for_function(shown)
    assert tab.locator(".md-sidebar--primary a.md-nav__link:visible").count() > 5
    tab.locator("label.md-overlay").click(position={"x": 350, "y": 400})
    tab.wait_for_function(f"!({shown})()")
