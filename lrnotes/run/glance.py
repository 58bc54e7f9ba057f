"""What a value is, at a glance: short texts that never run the script's own code.

Only exact, known types are looked into; of any other object the type is named.
"""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from lrnotes.run.signatures import show_class, show_parameters

ROOM = 80
"""Characters of a short value."""
_ITEMS = 6
_DEPTH = 3
_PLAIN = (bool, int, complex, type(None), range)
_NAMED = ("torch.dtype", "torch.device")
_BRACKETS: dict[type, str] = {
    tuple: "()",
    list: "[]",
    dict: "{}",
    set: "{}",
    frozenset: "{}",
}


def mask_addresses(text: str) -> str:
    """Return a repr without what differs from run to run."""
    return re.sub(r"\bat 0x[0-9A-Fa-f]+", "at 0x…", text)


def clip(text: str, room: int = ROOM) -> str:
    """Return the text in at most ``room`` characters."""
    return text if len(text) <= room else f"{text[: room - 1]}…"


def find_type(module: str, name: str) -> type | None:
    """Return a class of a module that the script has imported, or None."""
    found = getattr(sys.modules.get(module), name, None)
    return found if isinstance(found, type) else None


def is_a(value: object, module: str, name: str) -> bool:
    """Whether a value's class is, or comes from, a class that may not be imported."""
    wanted = find_type(module, name)
    # isinstance would ask the object, which may be the script's own.
    return wanted is not None and issubclass(type(value), wanted)


def is_tensor(value: object) -> bool:
    """Whether a value is a torch tensor."""
    return is_a(value, "torch", "Tensor")


def is_array(value: object) -> bool:
    """Whether a value is a NumPy array or scalar."""
    return is_a(value, "numpy", "ndarray") or is_a(value, "numpy", "generic")


def plainly() -> AbstractContextManager[object]:
    """Return a context in which tensors of the script's own classes run none of it."""
    guard = getattr(sys.modules.get("torch._C"), "DisableTorchFunctionSubclass", None)
    return guard() if guard else nullcontext()


def summarise(value: object) -> str:
    """Return type, and of tensors and arrays shape, dtype and device."""
    try:
        with plainly():
            return _summarise(value)
    except Exception:
        return type(value).__name__


def _summarise(value: Any) -> str:
    kind = type(value).__name__
    if is_tensor(value):
        dtype = str(value.dtype).removeprefix("torch.")
        return f"{kind} {tuple(value.shape)} {dtype} {value.device}"
    if is_a(value, "numpy", "ndarray"):
        return f"array {tuple(value.shape)} {value.dtype}"
    if issubclass(type(value), type):
        return "class"
    if is_a(value, "torch.nn", "Module"):
        parameters = find_type("torch.nn", "Module").parameters(value)  # type: ignore[union-attr]
        return f"{kind}, {sum(each.numel() for each in parameters):,} parameters"
    if type(value) in (list, tuple, dict, set, frozenset):
        return f"{kind} of {len(value)}"
    return kind


def glance(value: object, digits: int = 4, room: int = ROOM) -> str:
    """Return a short value; empty where there is none worth showing."""
    try:
        with plainly():
            return clip(mask_addresses(_glance(value, digits, 0)), room)
    except Exception:
        return ""


def describe(value: object, digits: int = 6) -> str:
    """Return one text for a value: its short value, with the shape of large things."""
    short = glance(value, digits)
    if is_tensor(value) or is_a(value, "numpy", "ndarray"):
        return f"{summarise(value)} {short}".strip() if _size(value) != 1 else short
    return short or summarise(value)


def _glance(value: Any, digits: int, depth: int) -> str:
    kind = type(value)
    text = ""
    if kind is float:
        text = format_float(value, digits)
    elif kind is int and value.bit_length() > 200:
        text = f"about 2**{value.bit_length() - 1}"
    elif kind is str:
        text = repr(clip(value))
    elif kind is bytes:
        text = repr(value[:ROOM])
    elif kind in _PLAIN or f"{kind.__module__}.{kind.__name__}" in _NAMED:
        text = repr(value)
    elif is_tensor(value) or is_array(value):
        text = _glance_numbers(value, digits)
    elif kind is FunctionType:
        text = f"{value.__name__}({show_parameters(value, glance)})"
    elif issubclass(kind, type):
        text = show_class(value, glance)
    elif kind in _BRACKETS or is_a(value, "torch", "Size"):
        text = _glance_items(value, digits, depth)
    return text


def format_float(value: float, digits: int) -> str:
    """Return a float with so many significant digits, recognisable as one."""
    text = f"{value:.{digits}g}"
    return text if re.search(r"[.einf]", text) else f"{text}.0"


def _size(value: Any) -> int:
    with plainly():
        return int(value.numel() if is_tensor(value) else value.size)


def to_number(value: Any) -> float | None:
    """Return a real number, 0-d or one-element tensor or array as a float, or None."""
    try:
        if type(value) in (int, float, bool):
            return float(value)
        if is_tensor(value) or is_array(value):
            with plainly():
                return float(value.item()) if _size(value) == 1 else None
        if f"{type(value).__module__}.{type(value).__name__}" in (
            "decimal.Decimal",
            "fractions.Fraction",
        ):
            return float(value)
    except Exception:
        return None
    return None


def _glance_numbers(value: Any, digits: int) -> str:
    if is_a(value, "numpy", "generic") or not value.shape:
        return _glance(value.item(), digits, 0)
    if _size(value) == 0:
        return "[]"
    shown = _ITEMS if _size(value) <= _ITEMS else 3
    indices = itertools.product(*(range(side) for side in value.shape))
    numbers = [
        _glance(value[index].item(), digits, 0)
        for index in itertools.islice(indices, shown)
    ]
    more = ", …" if _size(value) > shown else ""
    return f"[{', '.join(numbers)}{more}]"


def _glance_items(value: Any, digits: int, depth: int) -> str:
    brackets = _BRACKETS.get(type(value), "()")
    opening, closing = brackets[0], brackets[1]
    if not value:
        return opening + closing
    if depth >= _DEPTH:
        return f"{opening}…{closing}"

    def show(item: object) -> str:
        return _glance(item, digits, depth + 1) or summarise(item)

    texts = (
        (f"{show(key)}: {show(item)}" for key, item in value.items())
        if type(value) is dict
        else map(show, value)
    )
    shown = list(itertools.islice(texts, _ITEMS))
    more = ", …" if len(value) > _ITEMS else ""
    single = "," if opening == "(" and len(value) == 1 else ""
    return f"{opening}{', '.join(shown)}{more}{single}{closing}"


def is_callable_thing(value: object) -> bool:
    """Whether a value is a function, method, class or module: no news in an assert."""
    kinds = (FunctionType, MethodType, BuiltinFunctionType, type, type(sys))
    return issubclass(type(value), kinds)


def names_and_values(
    names: Iterable[str], find: Callable[[str], Any]
) -> Iterator[tuple[str, str]]:
    """Yield each name that holds data, and what it holds."""
    for name in names:
        try:
            value = find(name)
        except KeyError:
            continue
        if not is_callable_thing(value):
            yield name, describe(value)
