"""Inline values are written by Python's format specification, or refused plainly."""

from decimal import Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrnotes.model import Scalar
from lrnotes.scalars import format_scalar

EXACT = Context(prec=800)


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
        ("float", "1.573", ".1f down", "1.5"),
        ("float", "0.684037", ".0% up", "69%"),
        ("float", "-1.573", ".1f up", "-1.5"),
        ("float", "1.96", ".2g down", "1.9"),
        ("float", "9.96", ".2g up", "10"),
        ("float", "1234.5", ",.0f up", "1,235"),
        ("float", "0.0012341", ".2e up", "1.24e-03"),
        ("float", "0.5", ".1f up", "0.5"),
        ("float", "0.1", ".1f up", "0.1"),
        ("int", "1234", ".2g down", "1.2e+03"),
        ("int", "3", ".1f down", "3.0"),
        ("float", "0.0", ".2g up", "0"),
        ("float", "inf", ".1f up", "inf"),
        ("float", "nan", ".1f down", "nan"),
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
        ("bool", "True", ".1f up", 'format ".1f up" does not fit bool'),
        ("float", "1.797e308", ".1e up", 'format ".1e up" does not fit float'),
        ("int", "9" * 400, ".2g down", 'format ".2g down" does not fit int'),
        ("str", "Adam", ".3 up", 'format ".3 up" does not fit str'),
        ("float", "1.0", "up", 'format "up" rounds to no digit: .3g up'),
        ("float", "1.0", ">9 down", 'format ">9 down" rounds to no digit: .3g down'),
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


@given(
    # A float holds fifteen digits, and so does what is shown of it.
    st.floats(-1e4, 1e4, allow_subnormal=False),
    st.integers(0, 8),
    st.sampled_from("feg%"),
)
def test_a_rounded_bound_lies_on_its_side_and_next_to_the_nearest(number, digits, kind):
    scalar = Scalar("float", repr(number))

    def read(direction: str) -> Decimal:
        shown = format_scalar(scalar, f".{digits}{kind} {direction}".strip())
        read = Decimal(shown.rstrip("%"))
        return read.scaleb(-2, EXACT) if kind == "%" else read

    down, up, nearest = read("down"), read("up"), read("")
    written = Decimal(repr(number))
    assert down <= written <= up
    assert nearest in (down, up)


@given(st.text(max_size=12))
def test_any_format_gives_text_or_a_plain_refusal(spec):
    try:
        shown = format_scalar(Scalar("float", "2.5"), spec)
    except ValueError as error:
        shown = str(error)

    assert len(shown) < 300
