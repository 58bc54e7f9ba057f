"""The parameters of functions and classes, read without running anything of theirs."""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType, FunctionType

Show = Callable[[object], str]


def show_class(value: type, show: Show) -> str:
    """Return a class with the parameters that make one of it."""
    for each in type.mro(value):
        start = each.__dict__.get("__init__")
        if type(start) is FunctionType:
            inner = show_parameters(start, show).partition(", ")[2]
            return f"{value.__name__}({inner})"
    return value.__name__


def show_parameters(function: FunctionType, show: Show) -> str:
    """Return a function's parameters; ``show`` gives the text of a default."""
    code: CodeType = function.__code__
    names = code.co_varnames
    both, only = code.co_argcount, code.co_kwonlyargcount
    defaults = function.__defaults__ or ()
    given = dict(zip(names[both - len(defaults) : both], defaults, strict=False))
    given |= function.__kwdefaults__ or {}

    def write(name: str) -> str:
        return f"{name}={show(given[name]) or '…'}" if name in given else name

    parts = [write(name) for name in names[:both]]
    if code.co_posonlyargcount:
        parts.insert(code.co_posonlyargcount, "/")
    rest = iter(names[both + only :])
    if code.co_flags & 0x04:
        parts.append(f"*{next(rest)}")
    elif only:
        parts.append("*")
    parts += [write(name) for name in names[both : both + only]]
    if code.co_flags & 0x08:
        parts.append(f"**{next(rest)}")
    return ", ".join(parts)
