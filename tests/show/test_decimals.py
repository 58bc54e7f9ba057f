"""Coordinates keep as many decimals as can be seen, and lines stay where they were."""

import re

import pytest

from lrnotes.run.strokes import shorten_path
from lrnotes.show.decimals import shorten_numbers
from lrnotes.show.svg import themed

SHOWN = 100 / 72
"""CSS pixels of a unit of matplotlib's."""
NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)")


def path(data):
    return f'<path d="{data}" />'


def corners(data):
    """Return the points that a path of moves and steps goes through."""
    points = []
    for command, text in re.findall(r"([Ml])([^Ml]*)", data):
        numbers = [float(each) for each in NUMBER.findall(text)]
        for x, y in zip(numbers[::2], numbers[1::2], strict=True):
            before = points[-1] if command == "l" else (0, 0)
            points.append((before[0] + x, before[1] + y))
    return points


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("M53.05 174.56l0-122.88", "M53 174.6l0-122.9"),
        ("M0 0l.04 .04 .04 .04 .04 .04", "M0 0l.1.1"),
        ("M1.26 1l.5.5.02-1z", "M1.3 1l.5.5 0-1z"),
        # Straight on is one step, and back is another.
        ("M0 0l1 0 2 0 0 0-1 0", "M0 0l3 0-1 0"),
        ("M0 0l1 2 2 4 1 1", "M0 0l3 6 1 1"),
        ("M5 5l0 0", "M5 5l0 0"),
        # After `z` a path goes on from where it began.
        ("M1 1l1.04 0zM4 4l1 1zl2 .04", "M1 1l1 0zM4 4l1 1zl2 0"),
        ("M0 2.44C1.15 2.44 2.25 1.98 3.06 1.17", "M0 2.4C1.2 2.4 2.2 2 3.1 1.2"),
        ("M0 0-.04-.06", "M0 0 0-.1"),
        # Not as the worker writes it.
        ("M0 0h1.26v2.34", "M0 0h1.26v2.34"),
        ("m0 0l1.26 1", "m0 0l1.26 1"),
    ],
)
def test_a_path_in_tenths(data, expected):
    assert shorten_numbers(path(data), SHOWN) == path(expected)


def test_no_error_adds_up_along_a_line():
    wave = [(0.37 * at, 50 + 40 * ((at * at) % 17) / 17) for at in range(400)]
    drawn = shorten_path("M" + " L".join(f"{x:.4f} {y:.4f}" for x, y in wave))

    short = shorten_numbers(path(drawn), SHOWN)
    ends = corners(short)

    assert len(short) < 0.85 * len(drawn)
    # Where two steps lead straight on, the point between them is left out.
    assert 0.9 * len(wave) < len(ends) <= len(wave)
    far = [min(max(abs(x - a), abs(y - b)) for a, b in wave) for x, y in ends]
    assert max(far) < 0.056


def test_places_of_text_and_marks_are_tenths_too():
    svg = (
        '<g transform="translate(40.618 191.72)"><text x="7.13" y="-0.2">1.25</text></g>'
        '<use x="0.04" y="-0.04" href="#a" /><text transform="translate(1.26 2) rotate(-90)">'
    )

    assert shorten_numbers(svg, SHOWN) == (
        '<g transform="translate(40.6 191.7)"><text x="7.1" y="-.2">1.25</text></g>'
        '<use x="0" y="0" href="#a" /><text transform="translate(1.3 2) rotate(-90)">'
    )


@pytest.mark.parametrize("pixels", [0.0, 1.6, 50.0])
def test_where_a_tenth_can_be_seen_or_nobody_knows_nothing_is_rounded(pixels):
    drawn = path("M53.05 174.56l.04-122.88")

    assert shorten_numbers(drawn, pixels) == drawn


@pytest.mark.parametrize(
    "larger", ["scale(2)", "scale(1.5 -1.5)", "matrix(9 0 0 9 0 0)"]
)
def test_a_drawing_with_enlarged_parts_stays_as_it_is(larger):
    drawn = f'<g transform="{larger}">{path("M.05 .06l.04 0")}</g>'

    assert shorten_numbers(drawn, SHOWN) == drawn


def test_letters_drawn_small_in_large_units_keep_their_shape():
    letter = (
        '<g transform="translate(3 4) scale(0.11 -0.11)"><path d="M12 34l5-6z" /></g>'
    )

    assert shorten_numbers(letter, SHOWN) == letter


def test_a_figure_on_a_page_is_rounded_by_the_size_that_it_is_shown_at():
    shape = path("M53.05 174.56l0-122.88")
    small = f'<svg width="450" height="300" viewBox="0 0 324 216">{shape}</svg>'
    large = f'<svg width="450" height="300" viewBox="0 0 32.4 21.6">{shape}</svg>'

    assert "M53 174.6l0-122.9" in themed(small, "u")
    assert "M53.05 174.56" in themed(large, "u")
