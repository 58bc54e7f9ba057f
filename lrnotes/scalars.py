"""Inline values: a recorded scalar written by Python's format specification."""

from __future__ import annotations

import re

from lrnotes.model import Scalar

WIDEST = 200
"""The largest width or precision; a larger one would fill the page or the memory."""


def format_scalar(scalar: Scalar, spec: str = "") -> str:
    """Return the scalar as ``format(value, spec)``; raise ValueError with a reason."""
    if any(int(number) > WIDEST for number in re.findall(r"[0-9]{1,9}", spec)):
        raise ValueError(f'format "{spec}" is wider than {WIDEST} characters')
    try:
        return format(_read(scalar), spec)
    except (ValueError, OverflowError) as error:
        raise ValueError(f'format "{spec}" does not fit {scalar.kind}') from error


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
