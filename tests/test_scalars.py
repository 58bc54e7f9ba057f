"""Inline values are written by Python's format specification, or refused plainly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrnotes.model import Scalar
from lrnotes.scalars import format_scalar


@pytest.mark.parametrize(
    ("kind", "text", "spec", "shown"),
    [
        ("float", "0.0025341", ".3g", "0.00253"),
        ("float", "0.0025341", ".1%", "0.3%"),
        ("float", "0.1", "", "0.1"),
        ("float", "nan", ".3f", "nan"),
        ("float", "inf", ".3g", "inf"),
        ("float", "-inf", "", "-inf"),
        ("int", "1234567", ",", "1,234,567"),
        ("int", "60", "", "60"),
        ("int", "3", ".2f", "3.00"),
        ("bool", "True", "", "True"),
        ("bool", "False", "", "False"),
        ("str", "Adam", ">6", "  Adam"),
        ("str", "", "", ""),
    ],
)
def test_a_scalar_is_written_as_its_format_says(kind, text, spec, shown):
    assert format_scalar(Scalar(kind, text), spec) == shown


@pytest.mark.parametrize(
    ("kind", "text", "spec", "reason"),
    [
        ("str", "Adam", ".3g", 'format ".3g" does not fit str'),
        ("float", "0.1", "d", 'format "d" does not fit float'),
        ("int", "1", "nonsense", 'format "nonsense" does not fit int'),
        ("float", "1.0", ".999999999f", 'format ".999999999f" is wider than 200'),
        ("int", "1", "1000000000", 'format "1000000000" is wider than 200'),
    ],
)
def test_a_format_that_does_not_fit_is_refused_with_its_reason(
    kind, text, spec, reason
):
    with pytest.raises(ValueError, match="format") as caught:
        format_scalar(Scalar(kind, text), spec)

    assert str(caught.value).startswith(reason)


@given(st.floats(allow_nan=False))
def test_a_float_without_format_comes_back_as_it_was(number):
    assert float(format_scalar(Scalar("float", repr(number)))) == number


@given(st.text(max_size=12))
def test_any_format_gives_text_or_a_plain_refusal(spec):
    try:
        shown = format_scalar(Scalar("float", "2.5"), spec)
    except ValueError as error:
        shown = str(error)

    assert len(shown) < 300
