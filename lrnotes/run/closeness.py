"""How near two things are that a script says are close, and how near they must be."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from lrnotes.run.glance import describe, is_array, is_tensor, plainly, to_number

_LARGEST = 10_000_000
# What torch.testing.assert_close allows, by dtype: relative, absolute.
_ALLOWED = {
    "float16": (1e-3, 1e-5),
    "bfloat16": (1.6e-2, 1e-5),
    "float32": (1.3e-6, 1e-5),
    "float64": (1e-7, 1e-7),
    "complex32": (1e-3, 1e-5),
    "complex64": (1.3e-6, 1e-5),
    "complex128": (1e-7, 1e-7),
    "float": (1e-7, 1e-7),
    "complex": (1e-7, 1e-7),
}
# Of the others: relative, absolute.
_DEFAULTS = {
    "assert_allclose": (1e-7, 0.0),
    "allclose": (1e-5, 1e-8),
    "isclose": (1e-9, 0.0),
}


class Closeness(Struct, frozen=True):
    """Two things that should be close."""

    left: str = ""
    right: str = ""
    text: str = ""
    """Largest difference and what is allowed: ``3.2e-9 of 1e-5``."""
    room: float | None = None
    """What share of the allowance is left; negative where it does not suffice."""


def measure(function: Any, given: Sequence[Any], named: Mapping[str, Any]) -> Closeness:
    """Return how close the operands of ``assert_close`` or its like are."""
    try:
        with plainly():
            return _measure(function, given, named)
    except Exception:
        return Closeness()


def _measure(
    function: Any, given: Sequence[Any], named: Mapping[str, Any]
) -> Closeness:
    owner = getattr(function, "__self__", None)
    operands = [*([owner] if is_tensor(owner) else []), *given]
    for name in ("actual", "input", "a", "expected", "other", "desired", "b"):
        if len(operands) < 2 and name in named:
            operands.append(named[name])
    left, right, *rest = operands
    pairs = [
        _worst(one, other, _tolerances(function, one, other, rest, named))
        for one, other in _pairs(left, right)
    ]
    found = max((pair for pair in pairs if pair), key=_share, default=None)
    if found is None:
        return Closeness(describe(left), describe(right))
    text = f"{found[0]:.3g} of {found[1]:.3g}"
    return Closeness(describe(left), describe(right), text, 1 - _share(found))


def _share(pair: tuple[float, float]) -> float:
    difference, allowed = pair
    if difference == 0:
        return 0.0
    return difference / allowed if allowed else float("inf")


def _pairs(left: Any, right: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the numbers and arrays in two equal structures, pair by pair."""
    if type(left) in (list, tuple) and type(right) in (list, tuple):
        for one, other in zip(left, right, strict=False):
            yield from _pairs(one, other)
    elif type(left) is dict and type(right) is dict:
        for key in left.keys() & right.keys():
            yield from _pairs(left[key], right[key])
    else:
        yield left, right


def _tolerances(
    function: Any, left: Any, right: Any, rest: Sequence[Any], named: Mapping[str, Any]
) -> tuple[float, float]:
    name = getattr(function, "__name__", "")
    if name == "assert_close":
        kinds = [_ALLOWED.get(_dtype(each), (0.0, 0.0)) for each in (left, right)]
        relative, absolute = (max(each) for each in zip(*kinds, strict=True))
    else:
        relative, absolute = _DEFAULTS.get(name, (0.0, 0.0))
    asked = {**dict(zip(("rtol", "atol"), rest, strict=False)), **named}
    asked_relative = asked.get("rtol", asked.get("rel_tol"))
    asked_absolute = asked.get("atol", asked.get("abs_tol"))
    return (
        relative if asked_relative is None else float(asked_relative),
        absolute if asked_absolute is None else float(asked_absolute),
    )


def _dtype(value: Any) -> str:
    if is_tensor(value) or is_array(value):
        return str(value.dtype).removeprefix("torch.")
    return type(value).__name__


def _worst(
    left: Any, right: Any, tolerances: tuple[float, float]
) -> tuple[float, float] | None:
    """Return the difference that is largest for what is allowed, and that."""
    relative, absolute = tolerances
    one, other = to_number(left), to_number(right)
    if one is not None and other is not None:
        return abs(one - other), absolute + relative * abs(other)
    numpy: Any = sys.modules.get("numpy")
    if numpy is None:
        return None
    first, second = _to_array(numpy, left), _to_array(numpy, right)
    if max(first.size, second.size) > _LARGEST or not first.size:
        return None
    with numpy.errstate(all="ignore"):
        differences = numpy.nan_to_num(numpy.abs(first - second)).ravel()
        allowed = absolute + relative * numpy.abs(numpy.nan_to_num(second))
        allowed = numpy.broadcast_to(allowed, (first - second).shape).ravel()
        shares = differences / numpy.maximum(allowed, sys.float_info.min)
    index = int(numpy.argmax(shares))
    return float(differences[index]), float(allowed[index])


def _to_array(numpy: Any, value: Any) -> Any:
    if is_tensor(value):
        value = value.detach().cpu()
        wide = "complex128" if value.is_complex() else "float64"
        return value.to(getattr(sys.modules["torch"], wide)).numpy()
    array = numpy.asarray(value)
    return array if array.dtype.kind == "c" else array.astype("float64")
