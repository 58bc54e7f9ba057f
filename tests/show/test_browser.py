"""In a browser: figures follow the theme, names answer, and all works from a file."""

import gzip
from pathlib import Path

import pytest

import lrnotes
from lrnotes.model import Name, Outcome
from lrnotes.show.cells import cell_fragment
from lrnotes.show.evidence import claim_evidence
from lrnotes.show.view import CellView, Links

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[1] / "site" / "vendor" / "axe.min.js"
ASSETS = Path(lrnotes.__file__).parent / "assets"
CLAIM = """<p>It has <a class="lrn-claim lrn-passed" href="#a">a tenth</a>
<sup class="lrn-mark lrn-passed"><button type="button" popovertarget="lrn-evidence-1"
aria-label="holds: show the evidence"></button></sup> of it.</p>
<div class="lrn-evidence lrn-passed" id="lrn-evidence-1" popover>{}</div>"""
TABLE = """<div class="lrn-verification" data-lrn-table><table><thead><tr>
<th>outcome</th><th>sentence</th><th>device</th><th>margin</th></tr></thead><tbody>
<tr><td>✓ passed</td><td>s: <a href="#m">Momentum</a></td><td>cpu</td><td>10</td></tr>
<tr><td>✗ failed</td><td>s: <a href="#a">Adam</a></td><td>cpu</td><td>9e-12</td></tr>
<tr><td>✓ passed</td><td>s: <a href="#a">Adam</a></td><td>cuda</td><td>100</td></tr>
<tr><td>? not run</td><td>s: <a href="#a">Adam</a></td><td></td><td></td></tr>
</tbody></table></div>"""
LARGER = "button >> text=larger >> nth=0"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>t</title>
<link rel="icon" href="data:,"><style>:root {{
color-scheme: light dark; background: light-dark(#fff, #121212) }}</style>
<link rel="stylesheet" href="{css}"><body><main><h1>t</h1>{body}</main>
<script src="{js}"></script></body></html>
"""


@pytest.fixture
def address(make, script, result, tmp_path):
    """Return the address of a page, read from disk, with one of each thing."""
    code = make.script(make.cell("lr = 0.1\nsteps = lr\nlr", alt="A.", caption="C."))
    names = (Name("lr", "float", "0.1"), Name("steps", "float"))
    figures = [make.figure(f"lr {rate}") for rate in (1, 2, 3)]
    shown = make.result(Outcome("passed", figures[:1], names=names))
    links = Links(downloads=("../a.py", "../a.ipynb"))
    swept = make.script(make.cell(frames="rate", default="lr 2"))
    frames = make.result(Outcome("passed", figures))
    pieces = (
        CLAIM.format(claim_evidence(script, 1, result)),
        cell_fragment(CellView(code, 0, shown, uid="a", anchor="c", links=links)).html,
        cell_fragment(CellView(swept, 0, frames, uid="b", anchor="s")).html,
        cell_fragment(CellView(script, 3, result)).html,
        TABLE,
    )
    names = {"css": ASSETS / "lrnotes.css", "js": ASSETS / "lrnotes.js"}
    assets = {name: path.as_uri() for name, path in names.items()}
    page = tmp_path / "page.html"
    page.write_text(PAGE.format(body="".join(pieces), **assets), encoding="utf-8")
    return page.as_uri()


@pytest.fixture
def visit(browser, address):
    """Return a function that opens the page; at the end nothing has been complained."""
    complaints = []
    pages = []

    def open_page(query="", **options):
        page = browser.new_page(**options)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address + query)
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert complaints == []


def stroke(page):
    return page.evaluate(
        "getComputedStyle(document.querySelector('svg path[style*=\"lrn-c0\"]')).stroke"
    )


def test_curves_and_text_follow_the_theme(visit):
    page = visit(color_scheme="light")
    light = stroke(page)
    page.emulate_media(color_scheme="dark")

    assert (light, stroke(page)) == ("rgb(11, 79, 209)", "rgb(67, 166, 255)")
    assert page.evaluate(
        "getComputedStyle(document.querySelector('svg text')).fill"
    ) == ("rgb(166, 173, 185)")


def test_a_name_answers_the_pointer_and_escape_sends_the_answer_away(visit):
    page = visit()
    page.hover(".lrn-name >> text=lr >> nth=0")

    assert page.inner_text("[role=tooltip]") == "lr: float\n0.1"
    page.keyboard.press("Escape")
    assert not page.is_visible("[role=tooltip]")


def test_names_are_one_stop_of_the_keyboard_and_arrows_go_on(visit):
    page = visit()
    page.focus(".lrn-name[tabindex='0']")
    page.keyboard.press("ArrowRight")

    assert page.inner_text("[role=tooltip]") == "steps: float"
    assert page.locator(".lrn-name[tabindex='0']").count() == 1
    assert page.get_attribute(":focus", "aria-describedby") == "lrn-tip"
    page.keyboard.press("End")
    assert page.inner_text(":focus") == "lr"


def test_evidence_opens_beside_its_mark_and_escape_closes_it(visit):
    page = visit()
    page.click("sup.lrn-mark button")
    page.wait_for_function("document.querySelector('.lrn-evidence').style.left")
    mark = page.locator("sup.lrn-mark button").bounding_box()
    box = page.locator(".lrn-evidence").bounding_box()

    assert 0 <= box["y"] - mark["y"] - mark["height"] < 20
    page.keyboard.press("Escape")
    assert not page.is_visible(".lrn-evidence")


def test_a_figure_opens_at_full_size_and_goes_back_to_its_place(visit):
    page = visit()
    before = page.locator("figure > svg").bounding_box()
    page.click(LARGER)
    page.wait_for_selector("dialog[open]")

    assert page.get_attribute("dialog", "aria-label") == "Figure: lr 1"
    assert page.locator("dialog svg").bounding_box()["width"] > before["width"]
    with page.expect_download() as download:
        page.click("dialog a >> text=SVG")
    drawing = Path(download.value.path()).read_text("utf-8")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    assert page.locator("figure > svg").bounding_box() == before
    assert "var(" not in drawing
    assert "#0b4fd1" in drawing


def test_a_figure_at_full_size_says_what_it_was_made_of(visit):
    page = visit()
    page.click(LARGER)
    page.wait_for_selector("dialog[open]")

    links = page.locator("dialog .lrn-full-links a")
    assert links.all_text_contents() == ["code", "data", "SVG", "a.py", "a.ipynb"]
    assert links.nth(0).get_attribute("href") == "#c"
    words = page.locator("#c figcaption").inner_text()
    assert page.inner_text("dialog .lrn-full-caption") == words
    assert "ran in " in page.inner_text("dialog .lrn-full-links")
    links.nth(0).click()
    page.wait_for_selector("dialog", state="detached")


def test_arrows_go_through_the_figures_and_the_focus_stays_at_the_last(visit):
    page = visit()
    page.focus(LARGER)
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]")

    assert page.inner_text(".lrn-full-count") == "1 of 2"
    page.keyboard.press("ArrowLeft")
    assert page.inner_text(".lrn-full-count") == "1 of 2"
    page.keyboard.press("ArrowRight")
    assert page.get_attribute("dialog", "aria-label") == "Figure: lr 2"
    assert page.locator("main svg").count() == 3
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    assert page.locator("main svg").count() == 4
    focused = page.locator(":focus")
    assert focused.inner_text() == "larger"
    assert focused.evaluate("one => !one.closest('#c')")


def test_a_figure_that_is_zoomed_moves_in_its_sheet_on_a_phone(visit):
    page = visit(viewport={"width": 360, "height": 700})
    page.click(LARGER)
    page.wait_for_selector("dialog[open]")
    sheet = page.locator(".lrn-full-sheet")

    page.click("dialog button >> text=zoom")
    assert sheet.evaluate("one => one.scrollWidth > 2 * one.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    sheet.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.lrn-full-sheet').scrollLeft > 0")
    page.click("dialog button >> text=close")
    page.wait_for_selector("dialog", state="detached")


def test_a_sweep_moves_by_keyboard_and_its_state_stands_in_the_address(visit):
    page = visit()
    shown = "#s .lrn-frame:not([hidden])"

    assert page.get_attribute(shown, "data-lrn-frame") == "lr 2"
    page.focus("input[type=range]")
    page.keyboard.press("ArrowRight")
    assert page.get_attribute(shown, "data-lrn-frame") == "lr 3"
    assert page.url.endswith("?s-rate=lr+3")
    again = visit("?s-rate=lr+1")
    assert again.get_attribute(shown, "data-lrn-frame") == "lr 1"


READ = """Array.from(document.querySelectorAll(
    'tbody tr:not([hidden]) td:last-child')).map(cell => cell.textContent)"""


def test_the_table_of_claims_sorts_by_size_and_keeps_empty_cells_last(visit):
    page = visit()

    page.click("th button >> text=margin")
    assert page.evaluate(READ) == ["9e-12", "10", "100", ""]
    page.click("th button >> text=margin")
    assert page.evaluate(READ) == ["100", "10", "9e-12", ""]
    assert page.get_attribute("th:last-child", "aria-sort") == "descending"
    assert page.url.endswith("?sort=margin&order=down")


def test_the_table_of_claims_filters_by_outcome_note_device_and_words(visit):
    page = visit()

    page.select_option("[name=outcome]", "passed")
    assert page.evaluate(READ) == ["10", "100"]
    page.select_option("[name=note]", "Adam")
    assert page.evaluate(READ) == ["100"]
    assert page.inner_text("[role=status]") == "1 of 4"
    page.select_option("[name=outcome]", "")
    page.fill("[name=find]", "adam FAILED")
    assert page.evaluate(READ) == ["9e-12"]
    page.fill("[name=find]", "")
    page.select_option("[name=device]", "cpu")
    assert page.evaluate(READ) == ["9e-12"]


def test_what_the_table_shows_stands_in_the_address(visit):
    page = visit()
    page.select_option("[name=note]", "Adam")
    page.click("th button >> text=margin")

    again = visit(page.url[page.url.index("?") :])
    assert again.evaluate(READ) == ["9e-12", "100", ""]
    unknown = visit("?note=Nobody&sort=nothing")
    assert len(unknown.evaluate(READ)) == 4


def test_without_scripts_all_frames_and_evidence_can_be_read(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)

    frames = page.locator(".lrn-frame")
    assert [frames.nth(at).is_visible() for at in range(3)] == [True] * 3
    assert page.locator("button:visible").count() == 1
    page.click("sup.lrn-mark button")
    assert page.is_visible(".lrn-evidence")
    context.close()


@pytest.mark.parametrize("width", [360, 1440])
def test_nothing_scrolls_sideways(visit, width):
    page = visit(viewport={"width": width, "height": 700})

    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_of_it_is_accessible_as_far_as_axe_can_tell(visit, scheme):
    page = visit(color_scheme=scheme)
    page.evaluate(AXE.read_text("utf-8"))
    page.evaluate(
        "document.querySelectorAll('details').forEach((d) => { d.open = true })"
    )
    page.click("sup.lrn-mark button")
    found = page.evaluate("axe.run({preload: false})")["violations"]

    assert [(each["id"], each["nodes"][0]["failureSummary"]) for each in found] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_viewer_is_accessible_as_far_as_axe_can_tell(visit, scheme):
    page = visit(color_scheme=scheme)
    page.evaluate(AXE.read_text("utf-8"))
    page.click(LARGER)
    page.wait_for_selector("dialog[open]")
    found = page.evaluate("axe.run('dialog', {preload: false})")["violations"]

    assert [(each["id"], each["nodes"][0]["failureSummary"]) for each in found] == []


def test_a_page_that_comes_by_instant_navigation_is_prepared_once(visit):
    page = visit()
    page.evaluate(
        """async () => {
          let prepare;
          window.document$ = {subscribe: (run) => { prepare = run; run(); }};
          const script = document.createElement("script");
          script.src = document.querySelector("script[src$='/lrnotes.js']").src;
          document.querySelectorAll(".lrn-slider, .lrn-tools button").forEach(
            (made) => made.remove());
          document.querySelector("main, body").innerHTML += "";
          await new Promise((done) => {
            script.onload = done;
            document.head.append(script);
          });
          prepare();
        }"""
    )

    assert page.locator(".lrn-slider").count() == 1
    assert page.locator("button >> text=larger").count() == 2


def test_what_every_page_loads_is_small():
    script = gzip.compress((ASSETS / "lrnotes.js").read_bytes())
    style = gzip.compress((ASSETS / "lrnotes.css").read_bytes())

    assert len(script) < 5_000
    for name in ("claims.js", "viewer.js", "preview.js"):
        assert len(gzip.compress((ASSETS / name).read_bytes())) < 3_000, name
    assert len(style) < 5_000
