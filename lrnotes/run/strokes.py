"""Path data of an SVG in few characters."""

from __future__ import annotations

import re
from collections.abc import Iterable

_COMMAND = re.compile(r"([MLQCz])([^MLQCz]*)")


def shorten_path(path: str) -> str:
    """Return path data, as matplotlib writes it, with lines as steps.

    These are shorter, and alike where a curve is straight.  They lead from rounded point
    to rounded point, so that no error adds up.
    """
    words: list[str] = []
    start = at = (0, 0)
    before = ""
    for command, numbers in _COMMAND.findall(path):
        ends = [round(float(number) * 100) for number in numbers.split()]
        if command == "z":
            at = start
        elif command == "L":
            words += [] if before == "L" else ["l"]
            words += map(_write_hundredths, (ends[0] - at[0], ends[1] - at[1]))
            at = (ends[0], ends[1])
        else:
            at = (ends[-2], ends[-1])
            start = at if command == "M" else start
        if command != "L":
            words += [command, *map(_write_hundredths, ends)]
        before = command
    return _join(words)


def _write_hundredths(number: int) -> str:
    text = f"{number / 100:.2f}".rstrip("0").rstrip(".")
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def _join(words: Iterable[str]) -> str:
    """Return commands and numbers with spaces only where two numbers would be one."""
    joined, before = "", ""
    for word in words:
        is_plain = word[0].isdigit() or (word[0] == "." and "." not in before)
        parts = before and not before.isalpha() and is_plain
        joined += f" {word}" if parts else word
        before = word
    return joined
