"""Read the value of one option, from YAML or from an info string."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import yaml

Value = bool | str | yaml.Node
"""True for a bare word, a text for what stands in an info string, else YAML."""

_TRUE, _FALSE = ("true", "yes", "on"), ("false", "no", "off")
_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_LINE_NUMBERS = re.compile(r"\d+(?:-\d+)?(?: +\d+(?:-\d+)?)*")


class BadValue(Exception):
    """A value that its option cannot take, told as what is wrong and what to do."""

    def __init__(self, what: str, hint: str) -> None:
        """Keep both parts; the message is what is wrong."""
        super().__init__(what)
        self.hint = hint


def read_value(name: str, value: Value) -> object:
    """Return what a known option is set to; raise BadValue."""
    return _READERS.get(name, _read_text)(name, value)


def _written(name: str, value: Value) -> str:
    """Return a single value as it was written."""
    if isinstance(value, yaml.ScalarNode):
        return str(value.value).strip()
    if isinstance(value, str):
        return value.strip()
    raise BadValue(f"{name} wants a single value", f"write {name}: value")


def _read_text(name: str, value: Value) -> str:
    return _written(name, value)


def _read_label(name: str, value: Value) -> str:
    text = _written(name, value)
    if "::" in text:
        raise BadValue(f'{name} "{text}" holds "::"', "test ids are parted by ::")
    return text


def _read_list(name: str, value: Value) -> list[str]:
    if isinstance(value, yaml.SequenceNode):
        return [_written(name, each) for each in value.value]
    return [_written(name, value)]


def _read_show(name: str, value: Value) -> tuple[str, ...]:
    words = " ".join(_read_list(name, value)).replace(",", " ").split()
    if words == ["none"]:
        return ()
    if not words or set(words) - {"code", "output"}:
        what = f'show is "{" ".join(words)}"'
        raise BadValue(what, "code, output, both of them, or none")
    return tuple(part for part in ("code", "output") if part in words)


def _read_switch(name: str, value: Value) -> bool:
    if value is True:
        return True
    word = _written(name, value)
    if word.lower() not in _TRUE + _FALSE:
        raise BadValue(f'{name} is "{word}"', "true or false")
    return word.lower() in _TRUE


def _read_output(name: str, value: Value) -> str:
    word = _written(name, value)
    if word not in ("text", "markdown"):
        raise BadValue(f'output is "{word}"', "text or markdown")
    return word


def _read_seconds(name: str, value: Value) -> float:
    word = _written(name, value)
    try:
        seconds = float(word)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise BadValue(f'{name} is "{word}"', "a positive number of seconds")
    return seconds


def _read_exception(name: str, value: Value) -> str:
    word = _written(name, value)
    if not _NAME.fullmatch(word):
        raise BadValue(f'{name} is "{word}"', "the name of an exception: ValueError")
    return word


def _read_paths(name: str, value: Value) -> tuple[str, ...]:
    return tuple(path for path in _read_list(name, value) if path)


def _read_lines(name: str, value: Value) -> str:
    text = " ".join(_read_list(name, value)).replace(",", " ")
    if not _LINE_NUMBERS.fullmatch(text):
        raise BadValue(f'{name} is "{text}"', "line numbers and ranges: 2 5-7")
    return text


def _read_first_line(name: str, value: Value) -> str:
    if value is True:
        return "1"
    word = _written(name, value)
    if word.lower() in _TRUE + _FALSE:
        return "1" if word.lower() in _TRUE else ""
    if not re.match(r"\d+", word):
        raise BadValue(f'{name} is "{word}"', "the number of the first line")
    return word


_READERS: dict[str, Callable[[str, Value], object]] = {
    "label": _read_label,
    "session": _read_label,
    "show": _read_show,
    "fold": _read_switch,
    "slow": _read_switch,
    "output": _read_output,
    "timeout": _read_seconds,
    "raises": _read_exception,
    "deps": _read_paths,
    "hl_lines": _read_lines,
    "linenums": _read_first_line,
}
"""By option; all others take any text."""
