"""What the top-level names of a script hold, without running any of its code."""

from __future__ import annotations
import __future__

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from lrnotes.model import Name, Scalar
from lrnotes.run.failures import clean
from lrnotes.run.glance import clip, glance, is_array, is_tensor, plainly, summarise

# What ``from __future__ import annotations`` binds is no value of the script's.
_Feature = type(__future__.annotations)
_LONGEST = 1000
_MOST = 4000


def find_names(names: Sequence[str], namespace: Mapping[str, Any]) -> tuple[Name, ...]:
    """Return what each of these names holds; modules and dunders are left out."""
    return tuple(
        Name(name, clean(summarise(value)), clean(glance(value)))
        for name in names
        if name in namespace and not name.startswith("__")
        for value in [namespace[name]]
        if type(value) not in (ModuleType, _Feature)
    )


def find_scalars(namespace: Mapping[str, Any]) -> dict[str, Scalar]:
    """Return the names that inline values can ask for."""
    found: dict[str, Scalar] = {}
    for name, value in list(namespace.items())[:_MOST]:
        if not name.startswith("_"):
            scalar = _to_scalar(value)
            if scalar is not None:
                found[name] = scalar
    return found


def _to_scalar(value: Any) -> Scalar | None:
    if is_tensor(value) or is_array(value):
        try:
            with plainly():
                value = value.item() if not value.shape else None
        except Exception:
            return None
    kind = type(value)
    if kind is bool:
        return Scalar("bool", str(value))
    if kind is int:
        return Scalar("int", str(value)) if value.bit_length() < 4096 else None
    if kind is float:
        return Scalar("float", repr(value))
    if kind is str:
        return Scalar("str", clean(clip(value, _LONGEST)))
    return None
