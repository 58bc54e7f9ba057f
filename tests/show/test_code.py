"""Code looks as the theme's highlighter makes it, and its names tell what they held."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrnotes.model import Name
from lrnotes.show.bindings import find_names
from lrnotes.show.code import code_html, line_numbers

NAMES = (Name("path", "Tensor (61, 2) float32 cpu"), Name("lr", "float", "0.1"))


def places(source):
    """Return ``row:column name`` of each name found, from 1 and from 0."""
    found = []
    for offset, name in sorted(find_names(source).items()):
        row = source.count("\n", 0, offset) + 1
        column = offset - (source.rfind("\n", 0, offset) + 1)
        found.append(f"{row}:{column} {name}")
    return found


def test_names_are_found_where_they_stand(fixture_case):
    title, source, expected = fixture_case

    assert places(source) == expected.split("\n"), title


def test_code_that_is_not_python_has_no_names():
    assert find_names("!ls -l") == {}


@given(st.text(max_size=40))
def test_any_text_is_shown_as_code(parse, text):
    page = parse(code_html(text))

    assert page.css_first("#here .highlight pre code") is not None


def test_code_is_marked_up_as_the_highlighter_does():
    assert code_html("lr = 1\n") == (
        '<div class="language-python highlight"><pre><span></span>'
        '<code class="nohighlight"><span class="n">lr</span> <span class="o">=</span> '
        '<span class="mi">1</span>\n</code></pre></div>'
    )


def test_each_use_of_a_recorded_name_is_marked_and_what_it_held_stands_once(parse):
    html = code_html("path = lr\nprint(path.lr, other)", NAMES)
    block = parse(html).css_first(".highlight")

    marked = [(node.text(), node.attributes) for node in block.css(".lrn-name")]

    assert marked == [
        ("path", {"class": "n lrn-name", "data-lrn": "0"}),
        ("lr", {"class": "n lrn-name", "data-lrn": "1"}),
        ("path", {"class": "n lrn-name", "data-lrn": "0"}),
    ]
    assert json.loads(block.attributes["data-lrn-names"]) == [
        ["path", "Tensor (61, 2) float32 cpu", ""],
        ["lr", "float", "0.1"],
    ]
    assert html.count("Tensor") == 1


def test_what_a_name_held_cannot_leave_its_attribute(parse, stays_inside):
    name = Name("lr", "<b>'\"</div>", "</script>\x00&amp;'")
    html = code_html("lr", [name])
    block = parse(html).css_first(".highlight")

    assert stays_inside(html)
    assert json.loads(block.attributes["data-lrn-names"]) == [
        ["lr", "<b>'\"</div>", "</script>&amp;'"]
    ]


def test_code_can_be_copied_as_it_is_written(parse):
    source = "# é <b>\n\ndef f(path):\n\treturn path  # tab\n"

    page = parse(code_html(source, NAMES, hl_lines="1 3-4", title="t"))

    assert page.css_first("code").text() == source


def test_title_highlighted_lines_and_line_numbers_mean_what_they_mean_in_material(
    parse,
):
    page = parse(code_html("a\nb\nc", title="x < y", hl_lines="2-3", linenums="5"))

    assert page.css_first(".highlight > .filename").text() == "x < y"
    assert [node.text() for node in page.css(".hll")] == ["b\n", "c\n"]
    assert page.css_first("table.highlighttable .linenos").text().split() == list("567")
    assert page.css_first("td.code pre > code").text() == "a\nb\nc\n"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("3", [3]),
        ("1 3-5", [1, 3, 4, 5]),
        ("[2, 4]", [2, 4]),
        ("x -1 5-", [5]),
    ],
)
def test_lines_to_highlight_are_read_kindly(text, lines):
    assert line_numbers(text) == lines
