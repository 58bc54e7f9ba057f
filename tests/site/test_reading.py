"""Ways through the notes: what to read first and next, and what has been read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.browser

LINES = """() => [...document.querySelectorAll('.lr-progress')]
  .map(line => line.hidden ? '' : line.textContent)"""
READ = (
    "() => [...document.querySelectorAll('.lr-read a')].map(link => link.textContent)"
)


@pytest.fixture
def tab(browser: Any) -> Any:
    """Return a tab that remembers nothing."""
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


def test_a_note_names_what_to_read_first_and_next(tab: Any, address: str) -> None:
    tab.goto(f"{address}/gradient-descent.html")
    first = tab.locator(".lr-first a")
    after = tab.get_by_role("navigation", name="Read next").locator("a")

    assert first.all_text_contents() == ["Learning rate"]
    assert "The critical learning rate" in after.all_text_contents()
    after.first.click()
    assert tab.locator(".lr-first a", has_text="Gradient descent").count() == 1


def test_a_surprise_is_told_after_the_text_and_on_no_other_page(
    site: Path, pages: list[str]
) -> None:
    texts = {page: (site / page).read_text("utf-8") for page in pages}
    told: dict[str, str] = {}
    for note in (Path(__file__).parents[2] / "docs").glob("*.md"):
        meta = yaml.safe_load(note.read_text("utf-8").split("---\n")[1])
        if "surprise" in meta:
            told[f"{note.stem}.html"] = meta["surprise"].strip()

    assert len(told) > 10
    for own, surprise in told.items():
        assert [page for page, text in texts.items() if surprise in text] == [own]
        text, after = texts[own].split(surprise)
        assert "<h2" not in re.split('class="lr-next"|class="lrn-around"', after)[0]
        assert text.count("<h2") > 0


def test_each_path_names_a_note_after_what_it_requires(tab: Any, address: str) -> None:
    tab.goto(f"{address}/index.html")
    paths = tab.locator(".lr-path")

    assert paths.count() == 3
    for at in range(3):
        steps = paths.nth(at).locator("[data-lr-note]").all_text_contents()
        assert steps[0] == "Learning rate"
        assert len(set(steps)) == len(steps) >= 3


@pytest.mark.parametrize("start", ["disk", "server"])
def test_a_note_read_to_its_end_is_ticked_in_this_browser(
    start: str, tab: Any, address: str, site: Path
) -> None:
    root = address if start == "server" else site.as_uri()
    tab.goto(f"{root}/index.html")
    assert tab.evaluate(LINES) == ["", "", ""]
    tab.goto(f"{root}/learning-rate.html")
    tab.evaluate("document.querySelector('[data-lr-end]').scrollIntoView()")
    tab.wait_for_function("localStorage.getItem('lr-read')")
    tab.goto(f"{root}/index.html")

    lines = tab.evaluate(LINES)
    assert all(line.startswith("1 of ") and ", next: " in line for line in lines)
    assert set(tab.evaluate(READ)) == {"Learning rate"}
    tab.get_by_role("button", name="forget").first.click()
    assert tab.evaluate(LINES) == ["", "", ""]
    assert tab.evaluate(READ) == []


def test_where_nothing_can_be_kept_the_paths_are_lists(tab: Any, address: str) -> None:
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(error.stack or ""))
    tab.add_init_script(
        "Object.defineProperty(window, 'localStorage',"
        " {get() { throw new DOMException('no', 'SecurityError'); }})"
    )
    tab.goto(f"{address}/index.html")
    shown = tab.locator(".lr-path").first.locator("[data-lr-note]").first

    assert shown.is_visible()
    # Material's own script complains; ours does not.
    assert [error for error in errors if "js/site.js" in error] == []
    assert tab.evaluate(LINES) == ["", "", ""]
