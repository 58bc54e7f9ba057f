"""Inline values: a recorded scalar written by Python's format specification."""

from __future__ import annotations

import math
import re
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal

from lrnotes.model import Scalar

WIDEST = 200
"""The largest width or precision; a larger one would fill the page or the memory."""
_DIRECTION = re.compile(r"(?:(?<=\S)\s+|^)(up|down)$")
_ROUNDED = re.compile(r"\.(\d+)([eEfF%gG]?)$")
# A float has no more than 309 digits before the point.
_EXACT = {
    "up": Context(prec=310 + WIDEST, rounding=ROUND_CEILING),
    "down": Context(prec=310 + WIDEST, rounding=ROUND_FLOOR),
}


def format_scalar(scalar: Scalar, spec: str = "") -> str:
    """Return the scalar as ``format(value, spec)``; raise ValueError with a reason.

    ``.1f down`` rounds towards minus infinity and ``.1f up`` towards infinity: what is
    at least 1.57 is at least 1.5, and not at least 1.6.
    """
    if any(int(number) > WIDEST for number in re.findall(r"[0-9]{1,9}", spec)):
        raise ValueError(f'format "{spec}" is wider than {WIDEST} characters')
    found = _DIRECTION.search(spec)
    plain = spec[: found.start()] if found else spec
    rounded = _ROUNDED.search(plain)
    if found and not rounded:
        raise ValueError(f'format "{spec}" rounds to no digit: .3g {found[1]}')
    try:
        value = _read(scalar)
        if found and rounded and not isinstance(value, str | bool):
            return format(_round(value, rounded, _EXACT[found[1]]), plain)
        return format(value, spec)
    except (ValueError, OverflowError) as error:
        raise ValueError(f'format "{spec}" does not fit {scalar.kind}') from error


def _round(value: float, rounded: re.Match[str], context: Context) -> float:
    """Return the next number of as many digits as are shown, on one side."""
    # What is written down is the shortest decimal, which is what a reader compares.
    exact, digits = Decimal(repr(value)), int(rounded[1])
    if not exact.is_finite():
        return value
    match rounded[2]:
        case "f" | "F":
            place = -digits
        case "%":
            place = -digits - 2
        case "e" | "E":
            place = exact.adjusted() - digits
        case _:
            place = exact.adjusted() - max(digits, 1) + 1
    if int(exact.as_tuple().exponent) >= place:
        return value
    shown = float(exact.quantize(Decimal(1).scaleb(place), context=context))
    if math.isinf(shown):
        raise OverflowError
    return shown


def _read(scalar: Scalar) -> int | float | bool | str:
    match scalar.kind:
        case "int":
            return int(scalar.text)
        case "float":
            return float(scalar.text)
        case "bool":
            return scalar.text == "True"
        case "str":
            return scalar.text
