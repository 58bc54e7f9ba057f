"""Figures follow the theme, keep to themselves, and can be told apart."""

import itertools
import re
from pathlib import Path

import pytest

import lrnotes
from lrnotes.run.palette import CYCLE, RESERVED
from lrnotes.show.svg import themed

CSS = (Path(lrnotes.__file__).parent / "assets" / "lrnotes.css").read_text("utf-8")
PAPERS = {"light": ("#ffffff", "#fafafa"), "dark": ("#1e2129", "#121212")}


def read_css():
    """Return the light and the dark colour of each role that has both."""
    pattern = r"--lrn-(\w+): light-dark\((#\w{6}), (#\w{6})\)"
    return {role: pair for role, *pair in re.findall(pattern, CSS)}


def linear(colour):
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    ]


def contrast(one, other):
    weights = (0.2126, 0.7152, 0.0722)
    light = [
        sum(w * part for w, part in zip(weights, linear(colour), strict=True)) + 0.05
        for colour in (one, other)
    ]
    return max(light) / min(light)


def test_reserved_colours_become_variables_with_themselves_as_fallback():
    svg = '<svg><path fill="#0b4fd1" style="stroke: #1C2128; fill: #123456"/></svg>'

    shown = themed(svg, "u")

    assert 'fill="var(--lrn-c0,#0b4fd1)"' in shown
    assert 'style="stroke: var(--lrn-fg,#1c2128); fill: #123456"' in shown


def test_every_colour_of_a_drawn_figure_follows_the_theme(drawing):
    shown = themed(drawing, "u")
    free = re.sub(r"var\(--lrn-\w+,#\w{6}\)", "", re.sub(">[^<]*<", "><", shown))

    assert re.findall(r"#[0-9a-f]{6}", free) == []


def test_text_stays_text_even_where_it_looks_like_a_colour_or_an_id(drawing, parse):
    page = parse(themed(drawing, "u"))

    words = [node.text() for node in page.css("text")]

    assert '#0b4fd1 "quoted"' in words
    assert "step & <b>" in words


def test_two_figures_on_a_page_share_no_id_and_refer_to_their_own(drawing):
    both = themed(drawing, "a") + themed(drawing, "b")

    ids = re.findall(r'\sid="([^"]+)"', both)
    wanted = re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', both)

    assert len(ids) == len(set(ids))
    assert {one or two for one, two in wanted} <= set(ids)
    assert all(name.startswith(("a-", "b-")) for name in ids)


def test_a_figure_is_named_and_described_for_those_who_hear_it(drawing, parse):
    page = parse(themed(drawing, "u", 'Loss & "lr"', "Falls < 1."))
    svg = page.css_first("svg")

    assert svg.attributes["role"] == "img"
    assert (
        page.css_first(f"#{svg.attributes['aria-labelledby']}").text() == 'Loss & "lr"'
    )
    assert (
        page.css_first(f"#{svg.attributes['aria-describedby']}").text() == "Falls < 1."
    )


def test_a_figure_reserves_its_room_and_keeps_what_its_root_says(drawing):
    root = themed(drawing, "u").partition(">")[0]

    assert 'width="640" height="360" viewBox="0 0 460.8 259.2"' in root
    assert "font-family:'lrnotes figure'" in root


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ('width="72pt" height="36pt"', 'width="96" height="48" viewBox="0 0 96 48"'),
        ('width="2in" height="10mm"', 'width="192" height="38" viewBox="0 0 192'),
        ('width="100%" viewBox="0 0 9 9"', 'aria-labelledby="u-t" viewBox="0 0 9 9"'),
    ],
)
def test_sizes_in_any_unit_become_css_pixels(size, expected):
    assert expected in themed(f"<svg {size}><g/></svg>", "u")


def test_what_belongs_to_a_file_is_left_out():
    svg = (
        '<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x">\n'
        "<!-- made --><svg><metadata><cc/></metadata>\n <defs>\n"
        '<style type="text/css">*{stroke-linejoin: round; stroke-linecap: butt}</style>'
        '\n</defs><g id="axes_1"><use xlink:href="#m1"/><path id="m1"/></g></svg>\n'
    )

    shown = themed(svg, "u")

    assert shown.endswith('</title><g><use href="#u-0"/><path id="u-0"/></g></svg>')


@pytest.mark.parametrize("text", ["", "no drawing", "</svg><svg", "<svg>"])
def test_what_is_no_drawing_is_refused(text):
    with pytest.raises(ValueError, match="not an SVG"):
        themed(text, "u")


def test_a_figure_leaves_the_page_behind_it_alone(drawing, stays_inside):
    assert stays_inside(themed(drawing, "u", "</title></svg>", "</desc><script>"))


def test_reserved_colours_are_all_different():
    assert len(set(RESERVED.values())) == len(RESERVED)


def test_the_stylesheet_knows_every_reserved_colour():
    css = read_css()
    light = {role: css[role][0] for role in RESERVED if role in css}
    plain = {role for role in RESERVED if role not in css}

    assert light == {role: RESERVED[role] for role in light}
    assert plain == {"background", "panel", "paper"}
    assert all(f"--lrn-{role}:" in CSS for role in plain)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_and_lines_can_be_seen_on_both_themes(theme):
    at = ("light", "dark").index(theme)
    text = {"fg", "muted", "good", "bad", "unsure"}
    lines = {f"c{number}" for number in range(10)} | {"axes"}
    low = {
        (role, paper)
        for role, pair in read_css().items()
        for paper in PAPERS[theme]
        if contrast(pair[at], paper) < (4.5 if role in text else 3)
        if role in text | lines
    }

    assert low == set()


# Machado, Oliveira and Fernandes 2009, at full severity, on linear RGB.
SEEN_BY = {
    "everyone": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def multiply(matrix, vector):
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def oklab(colour, eyes):
    seen = [max(part, 0) for part in multiply(eyes, linear(colour))]
    cones = multiply(
        (
            (0.4122214708, 0.5363325363, 0.0514459929),
            (0.2119034982, 0.6806995451, 0.1073969566),
            (0.0883024619, 0.2817188376, 0.6299787005),
        ),
        seen,
    )
    return multiply(
        (
            (0.2104542553, 0.7936177850, -0.0040720468),
            (1.9779984951, -2.4285922050, 0.4505937099),
            (0.0259040371, 0.7827717662, -0.8086757660),
        ),
        [part ** (1 / 3) for part in cones],
    )


@pytest.mark.parametrize("eyes", SEEN_BY)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_cycle_is_told_apart_by_all_eyes(theme, eyes):
    css = read_css()
    at = ("light", "dark").index(theme)
    seen = [oklab(css[f"c{n}"][at], SEEN_BY[eyes]) for n in range(len(CYCLE))]
    nearest = min(
        sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5
        for one, other in itertools.combinations(seen, 2)
    )

    # A just noticeable difference is about 0.02.
    assert nearest > (0.1 if eyes == "everyone" else 0.045)
