"""Did you mean: the known names that look most like one that is not known."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from lrnotes.vault.fold import fold

_NOT_WORD = re.compile(r"[\W_]+")

# Longer names are cut: what a typo needs stands at the start, and cost is quadratic.
_LONGEST = 80
_KEPT = 40
_COMMON = 2000


def nearest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Return the known names that look most like ``name``, the best first."""
    return NearNames(known).nearest(name, count)


class NearNames:
    """Known names, prepared for many questions by the letter pairs that they hold."""

    def __init__(self, known: Iterable[str]) -> None:
        """Prepare the names; equal ones count once."""
        self.names = list(dict.fromkeys(known))
        self.plain = [_plain(name) for name in self.names]
        self.holders: dict[str, list[int]] = {}
        for at, plain in enumerate(self.plain):
            for pair in _pairs(plain):
                self.holders.setdefault(pair, []).append(at)

    def nearest(self, name: str, count: int = 3) -> list[str]:
        """Return the names that look most like ``name``, the best first."""
        wanted = _plain(name)
        if not wanted:
            return []
        allowed = max(1, len(wanted) // 3)
        scored = []
        for at in self._candidates(wanted):
            score = _score(wanted, self.plain[at], allowed)
            if score <= allowed + 0.75:
                scored.append((score, len(self.plain[at]), self.names[at]))
        return [name for *_, name in sorted(scored)[:count]]

    def _candidates(self, wanted: str) -> Iterable[int]:
        """Return the positions of the names that share most letter pairs."""
        shared: Counter[int] = Counter()
        groups = [self.holders.get(pair, []) for pair in _pairs(wanted)]
        for group in sorted(groups, key=len):
            # Pairs that most names hold tell nothing once rarer ones have found enough.
            if len(group) > _COMMON and len(shared) >= _KEPT:
                break
            shared.update(group)
        ranked = sorted(
            shared, key=lambda at: (-shared[at], abs(len(self.plain[at]) - len(wanted)))
        )
        return ranked[:_KEPT]


def _plain(name: str) -> str:
    return _NOT_WORD.sub(" ", fold(name)).strip()[:_LONGEST]


def _pairs(plain: str) -> set[str]:
    """Return the letter pairs of a name, its first and last letter marked."""
    padded = f"\n{plain}\n"
    return {padded[at : at + 2] for at in range(len(padded) - 1)}


def _score(wanted: str, plain: str, limit: int) -> float:
    """Return how far ``plain`` is from ``wanted``; a part of it counts a little less."""
    best: float = _distance(wanted, plain, limit)
    for size in range(len(wanted) - 1, len(wanted) + 2):
        if best > 1 and size < len(plain):
            best = min(best, _distance(wanted, plain[:size], limit) + 0.75)
    words, size = plain.split(), wanted.count(" ") + 1
    for start in range(len(words) - size + 1):
        if best <= 0:
            break
        part = " ".join(words[start : start + size])
        if part != plain:
            best = min(best, _distance(wanted, part, limit) + 0.5)
    return best


def _distance(left: str, right: str, limit: int) -> int:
    """Return the edits (swaps included) between two names, or ``limit + 1`` if more."""
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, one in enumerate(left, 1):
        older, before, row = before, row, [i]
        for j, other in enumerate(right, 1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (one != other))
            is_swap = i > 1 and j > 1 and one == right[j - 2] and left[i - 2] == other
            row.append(min(cost, older[j - 2] + 1) if is_swap else cost)
        if min(row) > limit:
            return limit + 1
    return row[-1]
