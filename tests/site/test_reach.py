"""Pages below a folder of a server, and without JavaScript."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

pytestmark = pytest.mark.browser


def test_below_a_folder_nothing_is_missing(
    browser: Any, below: str, kinds: list[str]
) -> None:
    context = browser.new_context()
    tab = context.new_page()
    tab.set_default_timeout(20_000)
    wrong: list[str] = []
    tab.on(
        "response",
        lambda answer: wrong.append(answer.url) if answer.status >= 400 else None,
    )
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    for page in kinds:
        if page != "404.html":
            tab.goto(f"{below}/{page}", wait_until="load")
    tab.keyboard.press("/")
    tab.keyboard.type("momentum")
    found = tab.wait_for_selector(".md-search-result__item a[href*='momentum.html']")
    assert found.get_attribute("href").startswith(below)
    context.close()
    assert wrong == []


def test_without_javascript_every_kind_of_page_can_be_read(
    browser: Any, site: Path, kinds: list[str]
) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    for page in kinds:
        if page == "404.html":
            continue
        tab.goto((site / page).as_uri())
        assert tab.locator("h1").first.is_visible(), page
        figures = tab.locator("figure.lrn-plot svg.lrn-figure")
        if figures.count():
            assert figures.first.is_visible(), page
        assert tab.locator("article button:visible:not([popovertarget])").count() == 0
        mark = tab.locator("sup.lrn-mark > button")
        if mark.count():
            mark.first.click()
            assert tab.locator(".lrn-evidence:popover-open").is_visible(), page
    context.close()


def test_without_javascript_each_claim_stands_on_the_page_of_its_script(
    browser: Any, site: Path
) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto((site / "verification.html").as_uri())
    told = int(tab.locator("h1 + p").inner_text().split()[0])
    rows = tab.locator("table").last.locator("tbody tr").all()
    counts = {
        row.locator("td:nth-child(2) a").get_attribute("href"): sum(
            int(number) for number in row.locator("td").first.inner_text().split()[2::3]
        )
        for row in rows
    }
    assert sum(counts.values()) == told > 100
    context.close()
    # Nothing runs there, so that what a page holds is what its text says.
    for page, count in counts.items():
        text = LexborHTMLParser((site / page).read_text("utf-8"))
        assert len(text.css("summary > .lrn-mark, sup.lrn-mark")) >= count, page
