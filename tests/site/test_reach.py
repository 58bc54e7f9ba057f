"""Pages below a folder of a server, without JavaScript, and on a slow line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

pytestmark = pytest.mark.browser

# Lighthouse's slow line for a phone: 1.6 megabits a second, an answer after 150 ms, both
# as a browser has to be told of them.
SLOW = {
    "offline": False,
    "latency": 562,
    "downloadThroughput": 184_320,
    "uploadThroughput": 84_375,
}
SCREENS: dict[str, dict[str, Any]] = {
    "phone": {
        "viewport": {"width": 412, "height": 823},
        "device_scale_factor": 1.75,
        "is_mobile": True,
    },
    "desk": {"viewport": {"width": 1440, "height": 900}},
}
WATCH = """window.moved = []; new PerformanceObserver(list => {
  for (const entry of list.getEntries()) window.moved.push([entry.value,
    ...entry.sources.map(source => source.node?.textContent.trim().slice(0, 40))]);
}).observe({type: "layout-shift", buffered: true})"""
STILL = 0.02
FIRST = (
    "index.html", "momentum.html", "critical-learning-rate.html", "linear-scaling.html",
    "edge-of-stability.html", "verification.html", "404.html",
)  # fmt: skip
"""Among them notes of which a formula stands in the first lines."""
COME = "document.readyState === 'complete' && document.fonts.status === 'loaded'"


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


@pytest.mark.parametrize("screen", SCREENS)
def test_on_a_slow_line_what_comes_late_moves_nothing(
    browser: Any, address: str, kinds: list[str], screen: str
) -> None:
    # Each page as the first: tabs of one context share what has come.
    tag = next(page for page in kinds if page.startswith("tags/"))
    tabs = {page: browser.new_page(**SCREENS[screen]) for page in (*FIRST, tag)}
    for page, tab in tabs.items():
        tab.set_default_timeout(60_000)
        tab.add_init_script(WATCH)
        line = tab.context.new_cdp_session(tab)
        line.send("Network.enable")
        line.send("Network.emulateNetworkConditions", SLOW)
        tab.goto(f"{address}/{page}", wait_until="commit")
    moved = {}
    for page, tab in tabs.items():
        tab.wait_for_function(COME, polling=100)
        tab.wait_for_timeout(200)
        moved[page] = tab.evaluate("window.moved")
        tab.close()

    assert {
        page: each
        for page, each in moved.items()
        if sum(value for value, *_ in each) > STILL
    } == {}


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
    rows = tab.locator(".lrn-part tbody tr").all()
    counts = {
        row.locator("td:nth-child(2) a").get_attribute("href"): sum(
            int(number)
            for number in row.locator("td").first.text_content().split()[2::3]
        )
        for row in rows
    }
    assert sum(counts.values()) == told > 100
    context.close()
    # Nothing runs there, so that what a page holds is what its text says.
    for page, count in counts.items():
        text = LexborHTMLParser((site / page).read_text("utf-8"))
        assert len(text.css("summary > .lrn-mark, sup.lrn-mark")) >= count, page
