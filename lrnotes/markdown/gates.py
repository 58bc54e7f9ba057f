"""Which characters a regular expression cannot do without."""

from __future__ import annotations

import functools
import re
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

_LARGEST = 8
"""Characters of a gate: a larger one would stand open to most texts."""
_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)


@functools.lru_cache(maxsize=512)
def find_gate(pattern: re.Pattern[str]) -> frozenset[str]:
    """Return characters of which every match contains one; none where none are known."""
    if pattern.flags & re.IGNORECASE:
        return frozenset()
    gates = _find_gates(_parser.parse(pattern.pattern, pattern.flags))
    fit = [gate for gate in gates if len(gate) <= _LARGEST]
    return min(fit, key=_weigh, default=frozenset())


def _weigh(gate: frozenset[str]) -> tuple[bool, int, list[str]]:
    """Return the order of gates: what is rare in prose comes first."""
    is_common = any(each.isalnum() or each == " " for each in gate)
    return is_common, len(gate), sorted(gate)


def _find_gates(sequence: Any) -> list[frozenset[str]]:
    """Return the gates of a sequence, all of whose parts must match."""
    gates: list[frozenset[str]] = []
    for code, argument in sequence:
        if code is codes.LITERAL:
            gates.append(frozenset(chr(argument)))
        elif code is codes.IN:
            gates += _read_set(argument)
        elif code is codes.SUBPATTERN:
            *_, flags, _, inside = argument
            gates += [] if flags & re.IGNORECASE else _find_gates(inside)
        elif code in _REPEATS and argument[0]:
            gates += _find_gates(argument[2])
        elif code is codes.ATOMIC_GROUP:
            gates += _find_gates(argument)
        elif code is codes.BRANCH:
            gates += _join([_find_gates(each) for each in argument[1]])
    return gates


def _read_set(members: Any) -> list[frozenset[str]]:
    """Return the gate of a set that lists single characters."""
    if all(code is codes.LITERAL for code, _ in members):
        return [frozenset(chr(character) for _, character in members)]
    return []


def _join(branches: list[list[frozenset[str]]]) -> list[frozenset[str]]:
    """Return the gate of alternatives: one of each, for any of them may match."""
    if not all(branches):
        return []
    return [frozenset().union(*(min(gates, key=_weigh) for gates in branches))]
