"""The page of claims: what it tells at once, and how a reader finds one claim of all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

ROW = "[data-lrn-table] tbody tr:not([hidden])"
FIND = "[name=find]"


@pytest.fixture
def tab(browser: Any) -> Iterator[Any]:
    """Return a tab that keeps what it asked for, in `asked`."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(20_000)
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    yield page
    page.close()


@pytest.mark.parametrize("start", ["disk", "server"])
def test_the_table_of_claims_comes_when_a_reader_looks_for_one(
    start: str, tab: Any, site: Path, address: str
) -> None:
    root = address if start == "server" else site.as_uri()
    tab.goto(f"{root}/verification.html", wait_until="networkidle")
    told = int(tab.locator("h1 + p").inner_text().split()[0])
    tab.wait_for_selector(FIND)

    assert [url for url in tab.asked if "claims-table" in url] == []
    tab.focus(FIND)
    tab.keyboard.type("momentum")
    tab.wait_for_selector(ROW)
    tab.wait_for_function(f"document.querySelectorAll('{ROW}').length < 100")
    assert tab.locator("[data-lrn-table] tbody tr").count() == told > 100
    assert all("momentum" in row.lower() for row in tab.locator(ROW).all_inner_texts())
    link = tab.locator(f"{ROW} td:nth-child(2) a").first
    wanted = link.inner_text()
    link.click()
    tab.wait_for_url("**#**")
    assert wanted in tab.locator(".lrn-cell:target").inner_text()


def test_an_address_that_names_claims_shows_them(tab: Any, site: Path) -> None:
    page = (site / "verification.html").as_uri()
    tab.goto(f"{page}?find=momentum&sort=margin&order=down")
    tab.wait_for_selector(ROW)

    assert tab.input_value(FIND) == "momentum"
    assert all("momentum" in row.lower() for row in tab.locator(ROW).all_inner_texts())
    margins = tab.locator(f"{ROW} td:nth-child(5)").all_inner_texts()
    numbers = [float(each) for each in margins if each.replace(".", "").isdigit()]
    assert len(numbers) > 3
    assert numbers == sorted(numbers, reverse=True)


def test_all_claims_can_be_asked_for_on_a_phone(browser: Any, site: Path) -> None:
    tab = browser.new_page(viewport={"width": 390, "height": 844})
    tab.goto((site / "verification.html").as_uri())
    told = tab.locator("h1 + p").inner_text().split()[0]
    tab.get_by_role("button", name=f"show all {told}").click()
    tab.wait_for_selector(ROW)

    assert tab.locator(ROW).count() == int(told)
    assert tab.evaluate("document.documentElement.scrollWidth") == 390
    tab.close()


def test_claims_that_do_not_come_can_be_asked_for_again(
    browser: Any, address: str
) -> None:
    tab = browser.new_page()
    tab.route("**/claims-table.js", lambda route: route.abort())
    tab.goto(f"{address}/verification.html")
    button = tab.get_by_role("button", name="show all")
    button.click()
    tab.wait_for_selector("[role=status]:has-text('did not come')")
    tab.unroute("**/claims-table.js")
    button.click()
    tab.wait_for_selector(ROW)
    assert "did not come" not in tab.locator(".lrn-filter").inner_text()
    tab.close()


def test_no_cell_of_the_table_of_scripts_is_cut(browser: Any, site: Path) -> None:
    tab = browser.new_page(viewport={"width": 1440, "height": 900})
    tab.goto((site / "verification.html").as_uri())
    tab.evaluate("document.fonts.ready.then(() => true)")
    cells = tab.locator("#by-script ~ * :is(th, td)")
    cut = cells.evaluate_all("""cells => cells
      .filter(cell => cell.scrollWidth > cell.clientWidth)
      .map(cell => cell.textContent)""")
    count = cells.count()
    tab.close()

    assert count > 100
    assert cut == []
