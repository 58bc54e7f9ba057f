"""Printed text is shown as a terminal leaves it, and can do nothing to the page."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrnotes.show.streams import cap_text, plain_text, stream_html

# Control bytes stand in the fixtures as their Unicode pictures.
PICTURES = {0x2400 + code: code for code in range(32)}


def test_printed_text_is_shown_as_the_fixtures_say(fixture_case):
    title, text, expected = fixture_case

    assert stream_html(text.translate(PICTURES)) == expected, title


@given(st.text())
def test_nothing_printed_makes_an_element_of_its_own(text):
    html = re.sub(r'<span class="lrn-ansi[\w -]*">|</span>', "", stream_html(text))

    assert "<" not in html


@given(st.text(st.characters(min_codepoint=0xD7F0, max_codepoint=0xE00F)))
def test_what_is_shown_can_be_written(text):
    shown = stream_html(text)

    assert shown.encode().decode() == shown


def test_half_a_character_is_replaced():
    assert stream_html("a\ud800b") == "a�b"


def test_text_without_colours_has_none():
    assert plain_text("\x1b[31mred\x1b[0m\r\n") == "red\n"


def test_fifty_megabytes_are_capped_with_a_notice():
    html = stream_html("x" * 50_000_000)

    assert len(html) < 41_000
    assert "… 49,960,000 characters left out …" in html


def test_short_text_is_not_capped():
    assert cap_text("abc", 3) == "abc"


@pytest.mark.parametrize("limit", [10, 11, 13])
def test_a_capped_text_keeps_its_two_ends(limit):
    text = "".join(map(str, range(100)))
    head, _, rest = cap_text(text, limit).partition("\n… ")
    tail = rest.rpartition("\n")[2]

    assert text.startswith(head)
    assert text.endswith(tail)
    assert f"{len(text) - len(head) - len(tail):,} characters" in rest
