"""Where no page is: what is shown at a wrong address, wherever the site lies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

LAID_OUT = "form => getComputedStyle(form).display"


@pytest.fixture
def tab(browser: Any) -> Iterator[Any]:
    """Return a tab as wide as a phone."""
    context = browser.new_context(viewport={"width": 360, "height": 780})
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


@pytest.mark.parametrize(
    "address",
    ["momentun.html", "old/place/momentun/", "a/b/c/Momentun", "MOMENTUM.htm"],
)
def test_a_slip_in_a_name_leads_to_its_note(address: str, tab: Any, below: str) -> None:
    answer = tab.goto(f"{below}/{address}", wait_until="load")
    assert answer.status == 404
    first = tab.locator(".lr-near a").first

    assert first.text_content() == "Momentum"
    assert tab.locator(".lr-ask").evaluate(LAID_OUT) == "grid"
    assert tab.evaluate("document.documentElement.scrollWidth") == 360
    first.click()
    assert tab.url == f"{below}/momentum.html"


def test_the_search_of_the_page_and_that_of_the_header_work(
    tab: Any, below: str
) -> None:
    wrong = f"{below}/no/such/thing.html"
    tab.goto(wrong)
    tab.get_by_role("searchbox", name="Search the notes").fill("heavy ball")
    tab.keyboard.press("Enter")
    found = tab.wait_for_selector(".md-search-result__item a[href*='momentum.html']")
    assert found.get_attribute("href").startswith(below)
    tab.goto(wrong)
    tab.keyboard.press("/")
    tab.keyboard.type("heavy ball")
    found = tab.wait_for_selector(".md-search-result__item a[href*='momentum.html']")
    assert found.get_attribute("href").startswith(below)


def test_from_disk_the_page_shows_the_way_home(tab: Any, site: Path) -> None:
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.goto((site / "404.html").as_uri())
    assert tab.locator(".lr-near").is_hidden()
    tab.get_by_role("article").get_by_role("link", name="Home").click()
    assert tab.url == (site / "index.html").as_uri()
    assert errors == []
