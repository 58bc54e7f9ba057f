"""Literal places: blanked, so that links and tags can be found between them."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from lrnotes.text.literal import blank_literals

FIXTURE_FILE = "literal.md"


def test_what_is_left_is_what_the_fixture_says(case):
    text, expected = case
    left = re.findall(r"\[\[(\w)\]\]", blank_literals(text))

    assert " ".join(left) == expected


def test_lines_and_columns_stay_where_they_are():
    text = "---\r\na: b\r\n---\r\n`é` x\r\n\r\n\tcode\r\n```\r\ny\r\n```\r\n"
    blanked = "   \r\n    \r\n   \r\n    x\r\n\r\n     \r\n   \r\n \r\n   \r\n"

    assert blank_literals(text) == blanked


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="`~$<>!-/divpre \t\n\r\\[]a\x02\u2028", max_size=80))
def test_all_that_changes_is_blanked_in_place(text):
    blanked = blank_literals(text)

    assert len(blanked) == len(text)
    assert all(
        now == was or (now == " " and was not in "\r\n")
        for now, was in zip(blanked, text, strict=True)
    )


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="abc é.,:;()[]|#*_=%\n", max_size=80))
def test_prose_without_literal_marks_passes_unchanged(text):
    # No line is indented, and none can be a rule around front matter.
    text = re.sub(r"(?m)^[ ]+", "", text)

    assert blank_literals(text) == text
