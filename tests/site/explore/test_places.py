"""The explorables where they stand: by hand, by keyboard, by address, by ear, on paper."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
PLACE = re.compile(r'<div class="lr-explore" data-explore="([a-z-]+)"')
MOST_BYTES = 40 * 1024
DESK = {"width": 1440, "height": 900}


@pytest.fixture(scope="session")
def places(site: Path, pages: list[str]) -> dict[str, str]:
    """Return the page of each explorable."""
    found = {}
    for page in pages:
        for name in PLACE.findall((site / page).read_text("utf-8")):
            found.setdefault(name, page)
    assert found, "no page holds an explorable"
    return found


def bring(tab: Any, address: str, name: str) -> Any:
    """Open a page and scroll to an explorable; return it once it says something."""
    tab.goto(address, wait_until="load")
    place = tab.locator(f"[data-explore={name}]")
    place.scroll_into_view_if_needed()
    tab.wait_for_selector(f"[data-explore={name}] .lr-explore-says:not(:empty)")
    return place


@pytest.fixture
def visit(browser: Any, site: Path) -> Iterator[Any]:
    """Return a function that opens a page from disk and brings an explorable."""
    contexts: list[Any] = []

    def open_place(page: str, name: str, query: str = "") -> Any:
        context = browser.new_context(viewport=DESK)
        contexts.append(context)
        tab = context.new_page()
        tab.set_default_timeout(20_000)
        tab.errors = []
        tab.on("pageerror", lambda error: tab.errors.append(str(error)))
        bring(tab, (site / page).as_uri() + query, name)
        return tab

    yield open_place
    for context in contexts:
        context.close()


def says(tab: Any, name: str) -> str:
    return str(tab.locator(f"[data-explore={name}] .lr-explore-says").inner_text())


@pytest.mark.parametrize("lost", ["kit.js", "quadratic.js", "explore.css"])
def test_what_does_not_come_is_said_where_it_would_stand(
    browser: Any, address: str, places: dict[str, str], lost: str
) -> None:
    tab = browser.new_page(viewport=DESK)
    tab.route(f"**/{lost}", lambda route: route.abort())
    tab.goto(f"{address}/{places['quadratic']}")
    place = tab.locator("[data-explore=quadratic]")
    place.scroll_into_view_if_needed()
    tab.wait_for_selector("[data-explore=quadratic]:not(:empty)")
    said = place.inner_text()
    tab.close()
    assert f"{lost} did not come" in said
    assert "The figure above" in said


def test_nothing_of_an_explorable_is_fetched_before_it_is_near(
    browser: Any, address: str, places: dict[str, str]
) -> None:
    tab = browser.new_page(viewport={"width": 1440, "height": 300})
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url.rsplit("/", 1)[-1]))
    tab.goto(f"{address}/{places['quadratic']}", wait_until="networkidle")
    assert "load.js" in asked
    assert "kit.js" not in asked
    tab.locator("[data-explore=quadratic]").scroll_into_view_if_needed()
    tab.wait_for_selector("[data-explore=quadratic] .lr-explore-says:not(:empty)")
    assert {"kit.js", "quadratic.js"} <= set(asked)
    tab.goto(f"{address}/verification.html", wait_until="networkidle")
    assert "load.js" not in asked[asked.index("verification.html") :]
    tab.close()


def test_each_explorable_is_small(site: Path, places: dict[str, str]) -> None:
    def packed(name: str) -> int:
        path = site / "assets" / "explore" / f"{name}.js"
        return len(gzip.compress(path.read_bytes()))

    sizes = {name: packed("kit") + packed(name) for name in places}
    assert {name: size for name, size in sizes.items() if size > MOST_BYTES} == {}


def test_every_control_answers_the_keyboard_and_the_address_remembers(
    visit: Any, places: dict[str, str]
) -> None:
    for name, page in places.items():
        tab = visit(page, name)
        inputs = tab.locator(f"[data-explore={name}] input[type=range]")
        shown = f"[data-explore={name}] output"
        for index in range(inputs.count()):
            inputs.nth(index).focus()
            tab.keyboard.press("Home")
            tab.wait_for_timeout(50)
            lowest = tab.locator(shown).nth(index).inner_text()
            tab.keyboard.press("PageUp")
            tab.wait_for_function(
                "([part, index, lowest]) => document.querySelectorAll(part)[index].value"
                " !== lowest", arg=[shown, index, lowest],
            )  # fmt: skip
        tab.wait_for_timeout(500)  # the address is written when the hand rests
        told, query = says(tab, name), tab.evaluate("location.search")
        again = visit(page, name, query)
        assert says(again, name) == told
        place = again.locator(f"[data-explore={name}]")
        place.get_by_role("button", name="Start over").click()
        again.wait_for_function("location.search === ''")
        assert tab.errors + again.errors == []


def test_an_address_that_makes_no_sense_is_ignored(
    visit: Any, places: dict[str, str]
) -> None:
    page = places["quadratic"]
    usual = says(visit(page, "quadratic"), "quadratic")
    odd = "?quadratic.rate=fast&quadratic.method=newton&quadratic.momentum="
    tab = visit(page, "quadratic", odd)
    assert says(tab, "quadratic") == usual
    assert tab.errors == []


def test_what_is_shown_is_said_once_the_hand_rests(
    visit: Any, places: dict[str, str]
) -> None:
    tab = visit(places["quadratic"], "quadratic")
    status = tab.locator("[data-explore=quadratic] [role=status]")
    assert status.text_content() == ""
    tab.get_by_role("slider", name="Momentum").focus()
    tab.keyboard.press("ArrowRight")
    tab.wait_for_function(
        "document.querySelector('[data-explore=quadratic] [role=status]').textContent"
    )
    assert status.text_content() == says(tab, "quadratic")


def test_the_start_can_be_dragged_and_moved_by_arrow_keys(
    visit: Any, places: dict[str, str]
) -> None:
    tab = visit(places["quadratic"], "quadratic")
    knob = tab.get_by_role("slider", name="Start", exact=True)
    box = knob.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.mouse.move(*middle)
    tab.mouse.down()
    tab.mouse.move(middle[0] + 60, middle[1] + 20, steps=4)
    tab.mouse.up()
    tab.wait_for_function("location.search.includes('quadratic.x=')")
    dragged = knob.get_attribute("aria-valuenow")
    knob.focus()
    tab.keyboard.press("ArrowRight")
    tab.wait_for_function(
        "before => document.activeElement.ariaValueNow !== before", arg=dragged
    )
    assert float(knob.get_attribute("aria-valuenow")) > float(dragged)


OUTSIDE = """name => [...document.querySelectorAll(`[data-explore=${name}] svg text`)]
  .filter(text => {
    const box = text.getBoundingClientRect();
    return box.left < 0 || box.right > innerWidth;
  }).map(text => text.textContent)"""
BEYOND = """document.documentElement.scrollWidth
  - document.documentElement.clientWidth"""


# Axe reads all of a page for each part of it; the rest is looked at elsewhere.
ALONE = """name => {
  let kept = document.querySelector(`[data-explore=${name}]`);
  for (; kept !== document.body; kept = kept.parentElement)
    for (const other of [...kept.parentElement.children])
      if (other !== kept && !other.matches("script, style, link")) other.remove();
}"""


def is_seen(tab: Any, name: str) -> bool:
    return bool(tab.locator(f"[data-explore={name}]").is_visible())


@pytest.fixture(scope="module")
def looks(
    browser: Any, site: Path, places: dict[str, str]
) -> dict[str, dict[str, Any]]:
    """Return how each explorable looks, opened once: on a phone, by ear, on paper."""
    context = browser.new_context(
        viewport={"width": 360, "height": 780}, reduced_motion="reduce"
    )
    tab = context.new_page()
    tab.set_default_timeout(20_000)
    seen: dict[str, dict[str, Any]] = {}
    for name, page in places.items():
        place = bring(tab, (site / page).as_uri(), name)
        beyond, outside = tab.evaluate(BEYOND), tab.evaluate(OUTSIDE, name)
        tab.set_viewport_size(DESK)
        place.locator("summary").click()
        tab.evaluate(ALONE, name)
        tab.evaluate(AXE.read_text("utf-8"))
        violations = {}
        for scheme in ("default", "slate"):
            tab.evaluate(f"document.body.dataset.mdColorScheme = '{scheme}'")
            where = f"{{include: [['[data-explore={name}]']]}}"
            for rule in tab.evaluate(f"axe.run({where})")["violations"]:
                nodes = [node["html"][:160] for node in rule["nodes"][:3]]
                violations[f"{scheme}: {rule['id']}"] = nodes
        on_screen = is_seen(tab, name)
        tab.emulate_media(media="print")
        seen[name] = {
            "beyond": beyond, "outside": outside, "violations": violations,
            "on screen": on_screen, "on paper": is_seen(tab, name),
        }  # fmt: skip
        tab.emulate_media(media="screen")
        tab.set_viewport_size({"width": 360, "height": 780})
    context.close()
    return seen


def test_axe_finds_nothing_in_an_explorable_in_both_themes(
    looks: dict[str, dict[str, Any]],
) -> None:
    found = {name: look["violations"] for name, look in looks.items()}
    assert not any(found.values()), json.dumps(found, indent=1)


def test_an_explorable_fits_a_phone_in_both_directions(
    looks: dict[str, dict[str, Any]],
) -> None:
    assert {
        name: look["beyond"] for name, look in looks.items() if look["beyond"]
    } == {}
    assert {
        name: look["outside"] for name, look in looks.items() if look["outside"]
    } == {}


def test_on_paper_and_without_scripts_the_figure_stands_alone(
    looks: dict[str, dict[str, Any]], browser: Any, site: Path, places: dict[str, str]
) -> None:
    assert all(look["on screen"] for look in looks.values())
    assert [name for name, look in looks.items() if look["on paper"]] == []
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    for name, page in places.items():
        plain.goto((site / page).as_uri())
        assert not is_seen(plain, name)
        figure = f":has(+ [data-explore={name}]) svg[role=img]"
        assert plain.locator(figure).last.is_visible()
    context.close()
