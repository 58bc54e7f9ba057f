"""The graph in a browser: as it is drawn, and as a reader explores it."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 360, "height": 780}
WINDOW = "dialog.lrn-window[open]"
TOLD = ".lrn-window-told"
SCRIPTS = ("explore.js", "graph.js", "graph.css", "vendor/d3-force/d3-force.js")


@pytest.fixture
def tab(browser: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """Return a page that keeps errors and addresses asked for."""
    options = {"viewport": DESK, **getattr(request, "param", {})}
    context = browser.new_context(**options)
    tab = context.new_page()
    tab.errors, tab.asked = [], []
    tab.on("console", lambda m: m.type == "error" and tab.errors.append(m.text))
    tab.on("pageerror", lambda error: tab.errors.append(str(error)))
    tab.on("request", lambda asked: tab.asked.append(asked.url))
    yield tab
    context.close()


def explore(tab: Any, place: str) -> None:
    tab.locator(f"{place} .lrn-explore").click()
    tab.wait_for_selector(WINDOW)


def test_the_whole_graph_can_be_explored_by_the_keyboard(tab: Any, site: Path) -> None:
    tab.goto((site / "graph.html").as_uri())
    assert [url for url in tab.asked if "explore.js" in url] == []
    tab.locator(".lrn-explore").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_selector(WINDOW)
    assert tab.evaluate("document.activeElement.tagName") == "CANVAS"
    before = tab.inner_text(TOLD)
    tab.keyboard.press("ArrowRight")
    first = tab.inner_text(TOLD)
    assert "links to" in first
    told = {before, first}
    # Which node lies which way is the layout's to say.
    for way in ("Left", "Down", "Right", "Up"):
        tab.keyboard.press(f"Arrow{way}")
        told.add(tab.inner_text(TOLD))
    assert len(told) > 2
    tab.keyboard.press("Escape")
    assert tab.locator(WINDOW).count() == 0
    assert "lrn-explore" in tab.evaluate("document.activeElement.className")
    tab.keyboard.press("Enter")
    tab.wait_for_selector(WINDOW)
    tab.keyboard.press("ArrowRight")
    name = tab.inner_text(TOLD).split(" (")[0].split(":")[0]
    tab.keyboard.press("Enter")
    tab.wait_for_function("!document.querySelector('dialog.lrn-window')")
    assert name in tab.title()
    assert tab.errors == []
    assert all(url.startswith("file:") for url in tab.asked)


def test_search_and_filters_change_the_list(tab: Any, address: str) -> None:
    tab.goto(f"{address}/graph.html")
    explore(tab, ".lrn-graph")
    rows = tab.locator(".lrn-window-list a")
    notes = rows.count()
    tab.fill(f"{WINDOW} input[type=search]", "momen")
    assert rows.first.inner_text() == "Momentum"
    assert tab.inner_text(TOLD) == f"{rows.count()} found: Momentum"
    tab.fill(f"{WINDOW} input[type=search]", "")
    tab.select_option(f"{WINDOW} select >> nth=1", "")
    assert rows.count() > notes
    tab.select_option(f"{WINDOW} select >> nth=0", "=Optimizers")
    assert 0 < rows.count() < notes
    assert rows.first.get_attribute("href").startswith(address)


def test_a_note_opens_its_own_part_and_a_reader_widens_it(
    tab: Any, address: str
) -> None:
    tab.goto(f"{address}/momentum.html")
    tab.locator(".lrn-local > summary").click()
    explore(tab, ".lrn-local")
    rows = tab.locator(".lrn-window-list a")
    near = rows.count()
    assert tab.inner_text(TOLD).endswith("around Momentum.")
    tab.select_option(f"{WINDOW} select >> nth=2", "2")
    assert rows.count() > near
    assert tab.errors == []


@pytest.mark.parametrize("tab", [{"reduced_motion": "reduce"}], indirect=True)
def test_nothing_moves_where_a_reader_wants_no_motion(tab: Any, address: str) -> None:
    tab.goto(f"{address}/graph.html")
    explore(tab, ".lrn-graph")
    tab.wait_for_timeout(100)
    picture = f"document.querySelector('{WINDOW} canvas').toDataURL()"
    first = tab.evaluate(picture)
    tab.wait_for_timeout(300)
    assert tab.evaluate(picture) == first


@pytest.mark.parametrize(
    "tab",
    [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"viewport": PHONE}],
    ids=["light", "dark", "phone"],
    indirect=True,
)
def test_axe_finds_nothing_in_the_graphs(tab: Any, address: str) -> None:
    found = {}
    for page, place in (("graph.html", ".lrn-graph"), ("momentum.html", ".lrn-local")):
        tab.goto(f"{address}/{page}")
        if place == ".lrn-local":
            tab.locator(f"{place} > summary").click()
        tab.evaluate(AXE.read_text("utf-8"))
        parts = {
            page: f"{place}, {place} + p, .lrn-graph-lists",
            f"{page}, open": WINDOW,
        }
        for state, part in parts.items():
            if part == WINDOW:
                explore(tab, place)
            result = tab.evaluate(f"axe.run('{part}')")
            for rule in result["violations"]:
                found[f"{state}: {rule['id']}"] = [
                    n["html"][:120] for n in rule["nodes"]
                ]
        wide = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0
    assert found == {}


def test_what_exploring_loads_is_light(site: Path) -> None:
    folder = site / "assets/lrnotes"
    sizes = [len(gzip.compress((folder / name).read_bytes(), 6)) for name in SCRIPTS]

    assert sum(sizes) <= 40 * 1024


@pytest.mark.parametrize("tab", [{"java_script_enabled": False}], indirect=True)
def test_without_scripts_the_graph_is_drawn_and_leads_to_a_note(
    tab: Any, address: str
) -> None:
    tab.goto(f"{address}/graph.html")
    assert tab.locator("svg.lrn-ring a").count() > 20
    assert tab.locator(".lrn-explore").count() == 0
    tab.get_by_text("A random note").click()
    assert not tab.url.endswith("graph.html")
    assert tab.locator("h1").count() == 1
