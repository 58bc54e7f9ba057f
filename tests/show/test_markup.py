"""Rich HTML is trusted, but it cannot break the page around it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrnotes.show.markup import balance

PIECES = st.sampled_from(
    [
        *("<div>", "</div>", "<b>", "</b>", "<p>", "</p>", "<table>", "</table>"),
        *(
            "<tr>",
            "<td>",
            "</td>",
            "<svg>",
            "</svg>",
            "<style>",
            "</style>",
            "<a href='",
        ),
        *("<script>", "</script>", "<!--", "-->", "<li>", "<select>", "<textarea>"),
        *("<title>", "</title>", "<plaintext>", "<![CDATA[", "]]>", "<math>", "text"),
        *('"', "'", ">", "<", "&", "=", "/", " x=", "<br/>", "<p/>", "\0", "<?php"),
    ]
)


def test_markup_is_balanced_as_the_fixtures_say(fixture_case):
    title, markup, expected = fixture_case

    assert balance(markup) == expected, title


@given(st.lists(PIECES, max_size=14).map("".join))
def test_no_markup_swallows_what_follows_it(stays_inside, markup):
    assert stays_inside(balance(markup))


@given(st.text())
def test_no_text_swallows_what_follows_it(stays_inside, text):
    assert stays_inside(balance(text))


@pytest.mark.parametrize(
    "markup",
    ["</div></body>", "<script>", "<!--", "<style>", "<textarea>", "<div id='"],
)
def test_famous_ways_out_stay_inside(stays_inside, markup):
    assert stays_inside(balance(markup))
