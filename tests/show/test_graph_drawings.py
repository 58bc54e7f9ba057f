"""Drawings of graphs: everything inside, no name over another, directions to be seen."""

import itertools
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrnotes.show.globalgraph import (
    DRAWN,
    Dot,
    Map,
    global_graph,
    most_linked,
    ring_drawing,
)
from lrnotes.show.labels import fit_label, label_width
from lrnotes.show.localgraph import (
    ROW,
    SHOWN,
    SIDE,
    SIZE,
    WIDTH,
    Beside,
    local_graph,
    place_sides,
)
from lrnotes.show.ring import LABEL, place_on_ring
from lrnotes.show.ring import ROW as RING_ROW

titles = st.text(min_size=1, max_size=60)
ways = st.sampled_from(["in", "out", "both"])
neighbours = st.lists(
    st.builds(Beside, st.just("x.html"), titles, ways, st.booleans()), min_size=1, max_size=20
)  # fmt: skip
BOX = re.compile(r'viewBox="0 0 (\d+) (\d+)"')
NAME = re.compile(
    r'<text x="(\d+)" y="([\d.]+)"( text-anchor="end")?>([^<]*)</text></a>'
)


@given(titles, st.floats(20, 300))
def test_a_label_is_no_wider_than_its_room(text, width):
    assert label_width(fit_label(text, SIZE, width), SIZE) <= width


@given(neighbours)
def test_names_stand_inside_and_apart(beside):
    drawing = local_graph("Note", beside)
    width, height = map(int, BOX.search(drawing).groups())
    names = NAME.findall(drawing)

    assert width == WIDTH
    assert len(names) == min(len(beside), SHOWN)
    places = {(x, float(y)) for x, y, *_ in names}
    assert len(places) == len(names)
    for x, y, is_left, _ in names:
        assert int(x) == (SIDE if is_left else WIDTH - SIDE)
        assert ROW < float(y) < height
    for x in (SIDE, WIDTH - SIDE):
        column = sorted(y for at, y in places if int(at) == x)
        assert all(b - a >= ROW for a, b in itertools.pairwise(column))


@given(neighbours)
def test_a_side_holds_only_whom_its_heading_names(beside):
    left, right = place_sides(beside)

    assert sorted(left + right, key=repr) == sorted(beside, key=repr)
    assert {each.way for each in left} <= {"in", "both"}
    assert {each.way for each in right} <= {"out", "both"}
    if all(each.way == "both" for each in beside):
        assert abs(len(left) - len(right)) <= 1


@pytest.mark.parametrize(
    ("way", "says", "chevrons"),
    [("in", "links here", 1), ("out", "linked from here", 1), ("both", "linked both ways", 2)],
)  # fmt: skip
def test_a_direction_is_said_and_drawn(way, says, chevrons):
    drawing = local_graph("Note", [Beside("b.html", "B", way)])

    assert f"<title>B: {says}</title>" in drawing
    assert len(re.findall(r"4 3-4 3|-4 3 4 3", drawing)) == chevrons


def test_what_an_author_writes_is_escaped():
    drawing = local_graph('<b>"', [Beside('a"&.html', "<i>&", "in")])

    assert "<b>" not in drawing
    assert "<i>" not in drawing
    assert 'href="a&quot;&amp;.html"' in drawing


@given(st.lists(st.integers(1, 60), min_size=1, max_size=12))
def test_places_on_the_ring_are_a_row_apart(sections):
    ring = place_on_ring(sections)
    spots = ring.spots

    assert len(spots) == sum(sections)
    for one, other in zip(spots, [*spots[1:], spots[0]], strict=True):
        around = (other.angle - one.angle) % math.tau or math.tau
        # Names begin on the ring and lead outwards, so they are nowhere closer.
        assert around * ring.radius >= RING_ROW * 0.999
    for spot in spots:
        assert math.hypot(spot.x, spot.y) == pytest.approx(ring.radius)
    assert ring.reach >= ring.radius + 14 + LABEL


def many(count):
    return [
        Dot(f"{at}.html", f"Note {at}", f"Part {at % 3}", count - at, leads=((at + 1) % count,))
        for at in range(count)
    ]  # fmt: skip


def test_of_many_notes_the_most_linked_are_drawn_and_the_page_says_so():
    page = global_graph(Map(many(1000)))

    assert page.count("<circle") == DRAWN
    assert f"drawn are the {DRAWN} notes that have most links" in page
    assert "The 400 most linked" in page


def test_sections_stand_together_whatever_order_the_notes_have():
    dots = many(30)
    names = [dots[at].section for at in most_linked(dots, 20)]

    assert names == sorted(names)
    assert len(names) == 20


def test_a_drawing_is_a_function_of_its_notes():
    shown = Map(many(40), 40, 2, (3,))

    assert global_graph(shown) == global_graph(Map(many(40), 40, 2, (3,)))
    assert "not drawn: 40 snippets and 2 links" in global_graph(shown)
    assert "Standing alone" in global_graph(shown)


def test_links_to_notes_that_are_not_drawn_are_not_drawn():
    shown = Map(many(40))

    assert ring_drawing(shown, [0, 3, 6]).count("<path") == 0
    assert ring_drawing(shown, [0, 1, 2]).count("<path") == 2
