"""Diagrams on small sites of the theme that fetches their script from elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.browser

CONFIG = """\
site_name: t
use_directory_urls: false
theme:
  name: material
  font: false
  palette:
    - {scheme: default, toggle: {icon: material/weather-night, name: Dark}}
    - {scheme: slate, toggle: {icon: material/weather-sunny, name: Light}}
plugins:
  - lrnotes: MERMAID
"""
NOTES = {
    "docs/index.md": (
        "# Home\n\n```mermaid\nA[[x]] --> B\n```\n\n- item\n  ```mermaid\n  C & D\n  ```\n"
        "\n[[deep/plain]] ![[deep/plain]]\n"
    ),
    "docs/deep/plain.md": "# Plain\n\n```mermaid\nE\n```\n",
    # As much of the library as the page calls.
    "docs/assets/mermaid.min.js": (
        "window.mermaid = {initialize: function (options) { this.theme = options.theme; },"
        " render: function (id, text) { return text.indexOf('E') < 0"
        " ? Promise.resolve({svg: '<svg id=\"' + id + '\" role=\"img\"><text>' + this.theme"
        " + '</text></svg>'}) : Promise.reject(new Error('no diagram')); }};\n"
    ),
}


def build(make_site: Any, mermaid: str) -> tuple[Any, str]:
    site = make_site(NOTES, CONFIG.replace("MERMAID", mermaid))
    built = site.build("--strict")
    assert built.returncode == 0, built.stderr
    return site, built.stderr


@pytest.fixture
def open_page(browser: Any) -> Any:
    """Return a function that opens a built page and names what it asked others for."""
    context = browser.new_context()

    def visit(site: Any, name: str) -> tuple[Any, list[str]]:
        tab = context.new_page()
        asked: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto((site.root / "site" / name).as_uri(), wait_until="load")
        tab.wait_for_timeout(500)
        return tab, [url for url in asked if not url.startswith(("file:", "data:"))]

    yield visit
    context.close()


def test_without_a_script_the_source_is_shown_and_reported(
    make_site: Any, open_page: Any
) -> None:
    site, said = build(make_site, "{}")

    tab, elsewhere = open_page(site, "index.html")

    assert elsewhere == []
    assert "A[[x]] --> B" in tab.locator("pre.lrn-diagram").first.inner_text()
    assert said.count("nothing is set to draw mermaid diagrams") == 2
    assert "docs/index.md:3:1: " in said


def test_a_script_of_the_site_draws_in_the_colours_of_the_theme(
    make_site: Any, open_page: Any
) -> None:
    site, said = build(make_site, "{mermaid: assets/mermaid.min.js}")

    tab, elsewhere = open_page(site, "index.html")
    drawn = tab.locator(".lrn-drawn svg text")
    drawn.nth(1).wait_for(state="attached")

    assert elsewhere == []
    assert "mermaid diagrams" not in said
    assert drawn.all_text_contents() == ["default", "default"]
    assert not tab.locator("pre.lrn-diagram").first.is_visible()
    tab.locator("label[title=Dark]").click()
    tab.wait_for_function(
        "document.querySelector('.lrn-drawn text').textContent === 'dark'"
    )


def test_what_is_no_diagram_stays_as_it_was_written(
    make_site: Any, open_page: Any
) -> None:
    site, _ = build(make_site, "{mermaid: assets/mermaid.min.js}")

    tab, _ = open_page(site, "deep/plain.html")

    assert tab.locator("pre.lrn-diagram").inner_text().strip() == "E"
    assert tab.locator("pre.lrn-diagram").is_visible()


def test_a_script_that_is_not_there_is_reported(make_site: Any) -> None:
    _, said = build(make_site, "{mermaid: assets/mermiad.js}")

    assert "no file assets/mermiad.js in the docs folder draws" in said
