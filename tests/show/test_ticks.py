"""Ticks and grid lines that look alike become one path; all else stays as it is."""

import pytest

from lrnotes.run.job import STYLE
from lrnotes.run.palette import RESERVED
from lrnotes.show.svg import themed
from lrnotes.show.ticks import join_lines

SHAPE = '<defs><path d="M0 0l0 3" style="stroke:red" id="a" /></defs>'
TICK = '<g style="fill:red"><use x="{}" y="8" href="#a" /></g>'
GRID = '<path d="M{} 9l0-9" style="stroke:var(--lrn-grid,#dde1e7)" />'


def test_ticks_become_one_path_where_the_first_was():
    svg = f"<b/>{SHAPE}{TICK.format(1)}<text>1</text>{TICK.format(-2.5)}<text>2</text>"

    assert join_lines(svg) == (
        '<b/><path d="M1 8l0 3M-2.5 8l0 3" style="fill:none;stroke:red" />'
        "<text>1</text><text>2</text>"
    )


def test_a_shape_that_serves_elsewhere_stays():
    svg = f'{SHAPE}{TICK.format(1)}<use x="1" y="8" style="fill:blue" href="#a" />'

    assert join_lines(svg) == svg


def test_grid_lines_of_one_look_become_one_path():
    clipped = GRID.format(3).replace(" style", ' clip-path="url(#b)" style')
    svg = f"{GRID.format(1)}<text>1</text>{clipped}{GRID.format(2)}"
    joined = GRID.format(1).replace('9l0-9"', '9l0-9M2 9l0-9"')

    assert join_lines(svg) == f"{joined}<text>1</text>{clipped}"


def test_what_is_no_tick_and_no_grid_is_left_alone():
    svg = '<path d="M0 0l1 1" style="stroke:var(--lrn-c0,#0b4fd1)" /><g><use href="#c" /></g>'

    assert join_lines(svg) == svg


def test_a_figure_as_it_is_drawn_today_has_one_path_for_each_kind_of_tick():
    mpl = pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure

    from lrnotes.run.figures import draw_figure

    with mpl.rc_context():
        mpl.rc_file(STYLE)
        figure = Figure()
        axes = figure.subplots()
        axes.plot([1, 2, 3], [1, 10, 100])
        axes.set(yscale="log")
        svg = draw_figure(figure).data["image/svg+xml"]
    drawn = themed(svg, "f")

    assert svg.count("<use") > 10
    assert drawn.count("<use") == 0
    assert svg.count("--lrn-grid") + svg.count(RESERVED["grid"]) > 5
    assert drawn.count("--lrn-grid") == 1
    assert drawn.count("<text") == svg.count("<text")


FRAME = '<path d="M1 {}l9 0" style="fill:none;stroke:gray{}" />'


def test_neighbours_of_one_look_become_one_path():
    svg = FRAME.format(1, "") + FRAME.format(9, "") + "<b/>" + FRAME.format(5, "")

    assert join_lines(svg) == (
        '<path d="M1 1l9 0M1 9l9 0" style="fill:none;stroke:gray" /><b/>'
        + FRAME.format(5, "")
    )


def test_lines_that_show_through_stay_apart():
    svg = FRAME.format(1, ";stroke-opacity:0.5") + FRAME.format(
        9, ";stroke-opacity:0.5"
    )

    assert join_lines(svg) == svg
