"""One page of each kind, used as readers use it: by ear too, and with no other host."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
DESK = {"width": 1440, "height": 900}
PREVIEW = ".lrn-preview:not([hidden])"
# The inside of an image and what is hidden from those who hear: nothing to check.
UNSPOKEN = "[['svg[role=img] > *'], ['.katex-html']]"


# The dark theme has the same elements: only their colours are to be looked at again.
RULES = {"slate": "runOnly: ['color-contrast'],", "default": ""}
# The rows of a long table are all of one make.
SHORTEN = """document.querySelectorAll("tbody > tr:nth-child(n + 20)").forEach(
  row => row.remove())"""


@dataclass
class Use:
    """What happened while one page of each kind was open and used."""

    violations: dict[str, list[str]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    states: set[str] = field(default_factory=set)

    def look(self, tab: Any, page: str, state: str, *parts: str) -> None:
        """Ask axe of some parts of the page in both themes, the dark one first."""
        where = f"{{include: {[[part] for part in parts]}, exclude: {UNSPOKEN}}}"
        for scheme, rules in RULES.items():
            tab.evaluate(f"document.body.dataset.mdColorScheme = '{scheme}'")
            how = f"{{{rules} resultTypes: ['violations']}}"
            for rule in tab.evaluate(f"axe.run({where}, {how})")["violations"]:
                nodes = [node["html"][:160] for node in rule["nodes"][:3]]
                self.violations[f"{page}, {state}, {scheme}: {rule['id']}"] = nodes
        self.states.add(state)


@pytest.fixture(scope="module")
def use(
    browser: Any,
    address: str,
    kinds: list[str],
    wait_until_marked: Callable[[Any], None],
) -> Use:
    """Open one page of each kind; open what opens there, and look at each state."""
    used = Use()
    context = browser.new_context(viewport=DESK, reduced_motion="reduce")
    tab = context.new_page()
    tab.set_default_timeout(20_000)
    tab.on("request", lambda request: used.asked.add(request.url))
    for page in kinds:
        tab.goto(f"{address}/{page}", wait_until="load")
        wait_until_marked(tab)
        tab.evaluate(AXE.read_text("utf-8"))
        tab.evaluate(SHORTEN)
        used.look(tab, page, "as it comes", "html")
        mark = tab.locator("sup.lrn-mark > button")
        if mark.count() and "evidence open" not in used.states:
            mark.first.click()
            used.look(tab, page, "evidence open", ".lrn-evidence:popover-open")
            tab.keyboard.press("Escape")
        # Files and our own pages, tags among them, have no preview.
        link = tab.locator('a[id^="lrn-link-"][href$="learning-rate.html"]')
        opened = [".md-header"]
        if link.count() and not page.startswith("tags/"):
            link.first.hover()
            tab.wait_for_selector(PREVIEW)
            opened.append(PREVIEW)
        tab.keyboard.press("/")
        tab.keyboard.type("momentum")
        tab.wait_for_selector(".md-search-result__item a[href*='momentum.html']")
        used.look(tab, page, f"{len(opened)} open", *opened)
    context.close()
    return used


def test_axe_finds_nothing_whatever_is_open(use: Use) -> None:
    assert use.states == {"as it comes", "evidence open", "1 open", "2 open"}
    assert use.violations == {}, json.dumps(use.violations, indent=1)


def test_no_kind_of_page_asks_another_host_while_it_is_used(
    use: Use, address: str
) -> None:
    own = (address, "data:", "blob:", "about:")
    assert [url for url in use.asked if not url.startswith(own)] == []


def test_a_busy_page_too_marks_what_scrolls(
    browser: Any, address: str, wait_until_marked: Callable[[Any], None]
) -> None:
    tab = browser.new_page(viewport={"width": 390, "height": 844})
    tab.add_init_script(
        "window.requestIdleCallback = (act, wait) => wait && wait.timeout"
        " ? setTimeout(act, 0, {didTimeout: true, timeRemaining: () => 0}) : 0"
    )
    tab.goto(f"{address}/squared-absolute-huber.html", wait_until="load")
    wait_until_marked(tab)
    printed = tab.locator(".jp-OutputArea-output pre").first
    assert printed.evaluate("box => box.scrollWidth > box.clientWidth")
    assert printed.get_attribute("tabindex") == "0"
    tab.close()
