"""A cell becomes code, outputs, figures, and one quiet line below them."""

import re

import pytest
from msgspec.structs import replace

from lrnotes.model import Outcome, Output
from lrnotes.show.cells import cell_fragment, snippet_fragment, snippet_title
from lrnotes.show.outputs import figure_files
from lrnotes.show.view import CellView, Links, cell_anchors


def fill(fragment):
    """Return the fragment as a page shows it, its parts as they are."""
    html = fragment.html
    for index, text in enumerate(fragment.parts):
        html = html.replace(f"\x02md{index}\x03", text)
    return html


@pytest.fixture
def show(make, parse):
    """Return a function that shows one passed cell with the given outputs."""

    def show_cell(
        *outputs, part="all", links=None, source="x = 1", title="", **options
    ):
        script = make.script(make.cell(source, title, **options))
        result = make.result(Outcome("passed", outputs, seconds=0.5))
        view = CellView(script, 0, result, part, "u", "here-1", links or Links())
        return parse(fill(cell_fragment(view)))

    return show_cell


def test_a_whole_cell_is_code_streams_value_and_provenance(script, result):
    fragment = cell_fragment(CellView(script, 0, result, uid="u", anchor="the-ravine"))
    html = re.sub(r"<(pre|details).*?</\1>", r"<\1/>", fragment.html, flags=re.DOTALL)

    assert fragment.parts == ()
    assert html == (
        '<div class="lrn-cell" id="the-ravine">'
        '<div class="language-python highlight" '
        """data-lrn-names='[["lr","float","0.4"]]'>"""
        '<span class="filename">the ravine</span><pre/></div>'
        "<pre/><pre/>"
        '<div class="lrn-under"><details/></div></div>'
    )


def test_a_second_showing_leaves_the_anchor_to_the_first(script, result):
    assert 'id="' not in cell_fragment(CellView(script, 0, result)).html


@pytest.mark.parametrize(
    ("part", "shown", "seen"),
    [
        ("all", ("code", "output"), [True, True]),
        ("all", ("code",), [True, False]),
        ("all", ("output",), [False, True]),
        ("all", (), [False, False]),
        ("code", (), [True, False]),
        ("output", ("code",), [False, True]),
    ],
)
def test_the_embed_decides_what_appears_else_the_cell(show, make, part, shown, seen):
    page = show(make.stream("printed\n"), part=part, show=shown)
    parts = (".lrn-cell > .highlight", ".lrn-stream")

    assert [page.css_first(part) is not None for part in parts] == seen


def test_hidden_code_stays_one_click_away(show, make):
    folded = show(make.stream("x"), part="output")
    linked = show(make.stream("x"), part="output", links=Links(page="../s.html#c"))

    assert folded.css_first(".lrn-under .lrn-fold > summary").text() == "code"
    assert linked.css_first(".lrn-tools a").attributes["href"] == "../s.html#c"
    assert linked.css_first(".lrn-fold") is None


def test_folded_code_lies_under_its_title(show):
    page = show(title="the <plot>", fold=True)

    assert page.css_first(".lrn-fold > summary").text() == "the <plot>"
    assert page.css_first(".lrn-fold > .highlight .filename") is None


def test_option_lines_are_not_shown(show):
    page = show(source="#| label: a\n#| hl_lines: 1\n\ny = 2", hl_lines="1")

    assert page.css_first("code").text() == "y = 2\n"
    assert page.css_first(".hll").text() == "y = 2\n"


def test_a_cell_of_options_alone_shows_no_code(show):
    assert show(source="#| label: a\n").css_first(".highlight") is None


def test_streams_keep_their_kind_and_their_order(show, make):
    page = show(make.stream("one"), make.stream("two", "stderr"), make.stream("three"))

    assert [
        (node.text(), node.attributes.get("data-lrn-stream"))
        for node in page.css(".lrn-stream")
    ] == [("one", None), ("two", "stderr"), ("three", None)]


def test_printed_markdown_becomes_a_part_and_warnings_do_not(make):
    script = make.script(make.cell(output="markdown"))
    outputs = (
        make.stream("| a |\n\x02md0\x03\x1b[1m"),
        make.stream("careful", "stderr"),
    )
    result = make.result(Outcome("passed", outputs))

    fragment = cell_fragment(CellView(script, 0, result))

    assert fragment.parts == ("| a |\nmd0",)
    assert fragment.inline == ()
    assert '<div class="lrn-printed">\x02md0\x03</div>' in fragment.html
    assert "careful" in fragment.html


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"text_html": "<b>x</div>", "text_plain": "x"}, "<b>x</b>"),
        ({"text_latex": "$x$", "text_plain": "x"}, "$x$"),
        ({"text_markdown": "*x*"}, "*x*"),
        (
            {"text_html": "y" * 400_001},
            "<p>… 400,001 characters of HTML left out …</p>",
        ),
    ],
)
def test_a_rich_value_is_shown_in_its_richest_form(show, make, data, expected):
    page = show(make.value(**data))

    assert page.css_first(".lrn-html").inner_html == expected


def test_a_plain_value_is_text(show, make):
    page = show(make.value(text_plain="<tensor>"))

    assert page.css_first(".lrn-stream").text() == "<tensor>"


def test_a_picture_is_described(show):
    picture = Output("execute_result", data={"image/png": 'iVBO\n"><b>'})
    image = show(picture, alt='A "cat".').css_first("img").attributes

    assert image["src"] == "data:image/png;base64,iVBOb"
    assert image["alt"] == 'A "cat".'


def test_a_drawing_of_a_value_cannot_break_the_page(make, stays_inside):
    svg = "<svg><g></div></p><text></svg>"
    value = Output("execute_result", data={"image/svg+xml": svg})
    script = make.script(make.cell())
    view = CellView(script, 0, make.result(Outcome("passed", (value,))))

    assert stays_inside(cell_fragment(view).html)


def test_a_figure_has_caption_description_data_and_provenance(script, result, parse):
    fragment = cell_fragment(CellView(script, 2, result, uid="u"))
    page = parse(fill(fragment))
    link = page.css_first(".lrn-under .lrn-tools a").attributes

    assert fragment.parts == ("After 60 steps: 0.3%.",)
    assert fragment.inline == (0,)
    assert page.css_first("figure > figcaption").text() == "After 60 steps: 0.3%."
    assert page.css_first("figure svg desc").text() == "Two falling curves."
    assert page.css_first("figure svg title").text() == "both paths"
    assert "data-search-exclude" in page.css_first("figure").attributes
    assert link["href"] == "data:text/csv;charset=utf-8,step,loss%0A0,1%0A"
    assert link["download"] == "momentum-both-paths.csv"
    assert page.css_first(".lrn-provenance > summary").text() == (
        "ran in 0.8 s on cpu · torch 2.13.0"
    )


def test_large_data_lie_in_a_file_where_there_is_a_folder(show, make):
    table = "step,loss\n" + "0.1,0.2\n" * 1000
    names = list(figure_files([make.figure(table=table), make.figure()]))

    page = show(make.figure(table=table), links=Links(files="lrn-root:snippets/a/"))

    links = [node.attributes["href"] for node in page.css(".lrn-tools a")]
    assert [name.rpartition(".")[2] for name in names] == ["csv", "svg"]
    assert links == [f"lrn-root:snippets/a/{name}" for name in names]


def test_script_and_notebook_of_a_figure_are_one_click_away(show, make):
    page = show(make.figure(), links=Links(downloads=("r:s/a.py", "r:s/a.ipynb")))

    links = page.css("details.lrn-provenance .lrn-sources a")
    assert [(node.text(), node.attributes["href"]) for node in links] == [
        ("a.py", "r:s/a.py"),
        ("a.ipynb", "r:s/a.ipynb"),
    ]


def test_several_figures_stand_one_after_the_other_with_their_data(show, make):
    page = show(
        make.figure("one"), make.stream("between"), make.figure("two"), caption="Both."
    )

    order = [
        node.tag if node.tag != "div" else node.text()
        for node in page.css(".lrn-cell > figure, .lrn-cell > pre, .lrn-cell > div")
    ]
    captions = [len(node.css("figcaption")) for node in page.css("figure")]
    assert order[1:-1] == ["figure", "data", "pre", "figure"]
    assert captions == [0, 1]
    assert len(page.css(".lrn-tools a")) == 2


def test_frames_become_one_figure_with_a_slider_that_starts_at_the_default(show, make):
    figures = [make.figure(f"lr {rate}") for rate in (0.1, 0.2, 0.4)]
    page = show(*figures, frames="learning rate", default="lr 0.2", caption="Rates.")
    sweep = page.css_first("figure .lrn-sweep")

    assert sweep.attributes["data-lrn-sweep"] == "learning rate"
    assert sweep.attributes["data-lrn-first"] == "1"
    assert sweep.attributes["data-lrn-key"] == "here-1-learning-rate"
    assert [node.attributes["data-lrn-frame"] for node in page.css(".lrn-frame")] == [
        "lr 0.1",
        "lr 0.2",
        "lr 0.4",
    ]
    assert len(page.css("figure")) == len(page.css("figcaption")) == 1


@pytest.mark.parametrize(
    ("status", "reason", "shown"),
    [
        ("not reached", '"sums" failed', 'not reached: "sums" failed'),
        ("skipped", "needs cuda", "skipped: needs cuda"),
        ("skipped", "", "skipped"),
    ],
)
def test_a_cell_that_did_not_run_says_why_in_one_quiet_line(
    make, parse, status, reason, shown
):
    script = make.script(make.cell())
    result = make.result(Outcome(status, reason=reason))

    page = parse(cell_fragment(CellView(script, 0, result)).html)

    assert page.css_first(".lrn-status").text() == shown


def test_a_script_without_result_shows_its_code(make, parse):
    page = parse(cell_fragment(CellView(make.script(make.cell()), 0)).html)

    assert page.css_first("code").text() == "x = 1\n"
    assert page.css_first(".lrn-status").text() == "not run"


def test_hostile_outputs_stay_in_their_cell(make, stays_inside):
    bad = "</pre></div><script>alert(1)</script>\x00\x1b[31m"
    figure = replace(make.figure(bad, bad), data={"image/svg+xml": bad})
    outputs = (make.stream(bad), make.value(text_plain=bad), figure)
    cell = make.cell(bad, bad, caption=bad.replace("{", ""), alt=bad, fold=True)
    view = CellView(make.script(cell), 0, make.result(Outcome("passed", outputs)))

    html = cell_fragment(view).html

    assert stays_inside(html)
    assert "<script" not in html
    assert "\x00" not in html


@pytest.mark.parametrize("index", range(5))
def test_what_searches_leave_out_holds_no_element_of_its_own_kind(
    script, result, parse, index
):
    """Material's search plugin takes the first end tag of that kind for the end."""
    page = parse(cell_fragment(CellView(script, index, result, "output")).html)
    left_out = page.css("[data-search-exclude]")

    assert left_out != []
    assert [node.tag for node in left_out if len(node.css(node.tag)) > 1] == []


def test_every_id_of_a_cell_begins_with_its_own(script, result):
    html = cell_fragment(CellView(script, 2, result, uid="own", anchor="a")).html
    ids = re.findall(r'\sid="([^"]+)"', html)

    assert ids[0] == "a"
    assert all(name.startswith("own-") for name in ids[1:])


def test_a_whole_snippet_shows_prose_and_cells_in_order(script, result, parse):
    views = [CellView(script, index, result) for index in range(5)]
    fragment = snippet_fragment(views)
    page = parse(fill(fragment))

    assert fragment.parts[0] == "It *crawls*."
    assert page.css_first(".lrn-snippet > .lrn-prose").text() == "It *crawls*."
    assert len(page.css(".lrn-snippet > .lrn-cell")) == 5


def test_a_snippet_that_begins_with_code_keeps_its_headings(make):
    cells = (make.cell(), make.cell("# Heading", kind="text"))
    script = make.script(*cells)

    assert snippet_fragment([CellView(script, 0)]).parts == ("# Heading",)
    assert snippet_title(script) == ""


def test_the_title_of_a_snippet_is_its_first_heading(script):
    assert snippet_title(script) == "Momentum in a ravine"


def test_anchors_are_slugs_unique_in_the_script(make):
    script = make.script(
        make.cell(title="The Ravine!"),
        make.cell(),
        make.cell(title="claim: x", label="tenth"),
        make.cell(title="the ravine"),
        make.cell(title="Größe 日本"),
        make.cell(title="!!!"),
    )

    assert cell_anchors(script) == (
        "the-ravine",
        "cell-2",
        "tenth",
        "the-ravine-2",
        "größe-日本",
        "cell-6",
    )
