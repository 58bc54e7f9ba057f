"""A failure names the line of the note, the values, and the way there."""

import pytest
from msgspec.structs import replace

from lrnotes.model import Failure, Frame, Outcome, Place
from lrnotes.show.cells import cell_fragment
from lrnotes.show.failures import failure_message, failure_place
from lrnotes.show.report import failure_text
from lrnotes.show.view import CellView


def box(view, parse):
    return parse(cell_fragment(view).html).css_first(".lrn-failure")


def test_the_place_of_a_failure_is_its_line_in_the_file(script, result):
    failure = result.outcomes[3].failure

    assert failure_place(script, 3, failure) == Place("snippets/momentum.py", 41)


def test_the_message_of_a_failure_is_one_line_that_starts_with_its_place(
    script, result
):
    failure = result.outcomes[3].failure

    assert failure_message(script, 3, failure, ("docs/a.md", "docs/b.md")) == (
        'snippets/momentum.py:41: "sums" failed: AssertionError: no: '
        "sum(x) = 3, x = [1, 2] (shown in docs/a.md, docs/b.md)"
    )


def test_a_failed_cell_shows_a_red_box(script, result, parse):
    found = box(CellView(script, 3, result, notes=("docs/a.md",)), parse)

    assert found.css_first(".lrn-failure-head").text() == (
        "snippets/momentum.py:41 AssertionError: no"
    )
    assert found.css_first("pre code").text() == "assert sum(x) == 4, 'no'"
    assert [node.text() for node in found.css("dt")] == ["sum(x)", "x"]
    assert [node.text() for node in found.css("dd")] == ["3", "[1, 2]"]
    assert found.css_first(".lrn-stream").text() == "second line"
    assert [node.text() for node in found.css("details li")] == [
        "snippets/momentum.py:41 in <module>: assert sum(x) == 4, 'no'",
        "snippets/plots.py:3 in check: raise AssertionError",
    ]
    assert found.css_first(".lrn-quiet").text() == "shown in docs/a.md"


@pytest.mark.parametrize("part", ["all", "code", "output"])
def test_a_failure_is_seen_whatever_part_of_the_cell_is_asked_for(
    script, result, parse, part
):
    assert box(CellView(script, 3, result, part), parse) is not None


def test_a_failure_is_seen_where_the_cell_shows_nothing(script, result, parse):
    cells = [*script.cells]
    cells[4] = replace(cells[4], options=replace(cells[4].options, show=()))
    hidden = replace(script, cells=tuple(cells))

    assert box(CellView(hidden, 3, result), parse) is not None


def test_a_hostile_failure_stays_in_its_box(make, stays_inside, parse):
    failure = Failure(
        "exception",
        "</p><b>",
        "</div>\x1b[31m<script>\x00",
        99,
        (Frame("</li>", 1, "<f>", "</ol>"), Frame("<cell 9>", 1, "g", "h")),
        (("</dt>", "</dd>" * 200),),
    )
    result = make.result(Outcome("failed", failure=failure))
    html = cell_fragment(CellView(make.script(make.cell()), 0, result)).html

    assert stays_inside(html)
    assert parse(html).css_first(".lrn-failure-head").text() == (
        "snippets/momentum.py:99 </p><b>: </div><script>"
    )
    assert "\x00" not in html


def test_a_timeout_without_frames_or_values_is_told_in_short(make, parse):
    failure = Failure("timeout", "timeout", "ran longer than 120 s")
    result = make.result(Outcome("failed", failure=failure))
    view = CellView(make.script(make.cell(line=3)), 0, result)

    assert box(view, parse).text() == (
        "snippets/momentum.py:3 timeout: ran longer than 120 sx = 1"
    )


def test_a_terminal_reads_place_lines_around_values_and_frames(script, result):
    assert (
        failure_text(script, 3, result.outcomes[3])
        == """\
snippets/momentum.py:41: AssertionError: no
second line

    40 x = [1, 2]
>   41 assert sum(x) == 4, 'no'

    sum(x) = 3
    x = [1, 2]

snippets/momentum.py:41: in <module>
    assert sum(x) == 4, 'no'
snippets/plots.py:3: in check
    raise AssertionError"""
    )
