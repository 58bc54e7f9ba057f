"""A clip goes where nothing is cut off, and stays where something may be."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrnotes.run.job import STYLE
from lrnotes.show.clips import drop_clips
from lrnotes.show.svg import themed

CLIP = '<clipPath id="a"><rect x="10" y="10" width="80" height="40" /></clipPath>'
LINE = '<path d="{}" clip-path="url(#a)" style="{}" />'
STYLE_2 = "fill:none;stroke:red;stroke-width:2"


def draw(path, style=STYLE_2):
    return f"{LINE.format(path, style)}<defs>{CLIP}</defs>"


def test_a_line_inside_loses_its_clip_and_the_clip_goes():
    assert (
        drop_clips(draw("M12 12l70 30-5 2"))
        == f'<path d="M12 12l70 30-5 2" style="{STYLE_2}" />'
    )


@pytest.mark.parametrize(
    "path",
    [
        "M11.9 20l5 5",
        "M20 20l69 0",
        "M20 48.1l1 0",
        "M20 20l0-9",
        "M20 20C5 20 30 30 40 30",
    ],
    ids=["left", "right", "below", "above", "control point"],
)
def test_a_line_that_reaches_out_with_its_stroke_keeps_it(path):
    assert drop_clips(draw(path)) == draw(path)


@pytest.mark.parametrize(
    ("path", "style"),
    [("M20 20l5 5", f"{STYLE_2};stroke-linejoin:miter"), ("M20 20l5 5 0 5z", STYLE_2)],
    ids=["miter", "closed"],
)
def test_what_it_does_not_judge_stays(path, style):
    assert drop_clips(draw(path, style)) == draw(path, style)


def test_a_clip_that_another_line_needs_stays():
    svg = LINE.format("M20 20l5 5", STYLE_2) + draw("M0 0l5 5")

    assert drop_clips(svg) == f'<path d="M20 20l5 5" style="{STYLE_2}" />' + draw(
        "M0 0l5 5"
    )


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 60)), min_size=2))
def test_no_point_outside_is_let_go(points):
    path = f"M{points[0][0]} {points[0][1]}l" + " ".join(
        f"{x - before_x} {y - before_y}"
        for (before_x, before_y), (x, y) in pairwise(points)
    )
    is_inside = all(12 <= x <= 88 and 12 <= y <= 48 for x, y in points)

    assert ("clip-path" not in drop_clips(draw(path))) == is_inside


def test_a_figure_as_it_is_drawn_today_has_no_clip_for_a_line_inside():
    mpl = pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure

    from lrnotes.run.figures import draw_figure

    with mpl.rc_context():
        mpl.rc_file(STYLE)
        figure = Figure()
        inside, cut = figure.subplots(2)
        for axes in inside, cut:
            axes.plot([1, 2, 3], [1, 3, 2])
            axes.grid(visible=False)
        cut.set(ylim=(0, 2))
        svg = draw_figure(figure).data["image/svg+xml"]
    drawn = themed(svg, "f")

    assert svg.count("clip-path=") == 2
    [clip] = re.findall(r'clip-path="url\(#(f-\d+)\)"', drawn)
    assert re.findall('<clipPath id="([^"]*)"', drawn) == [clip]
