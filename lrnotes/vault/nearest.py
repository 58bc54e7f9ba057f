"""Did you mean: the known names that look most like one that is not known.

Names are compared by their words, and words by what is left of them when one letter is
taken out: a missing, wrong, doubled or swapped letter leaves the same.  A question is
a few look-ups, so that thousands of notes with hundreds of questions cost little.
"""

from __future__ import annotations

import bisect
import difflib
import math
import re
from collections.abc import Iterable, Iterator

from lrnotes.vault.fold import fold

_WORD = re.compile(r"[^\W\d_]+|\d+")
_SHORTEST = 3
"""Letters that a word needs for a typo in it to be recognised."""
_COMMON = 30
"""A word that more names hold only tells apart what rarer words have found."""
_ENOUGH = 0.45
"""Share of the question that a name must answer."""


def nearest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Return the known names that look most like ``name``, the best first."""
    return NearNames(known).nearest(name, count)


class NearNames:
    """Known names, prepared for many questions."""

    def __init__(self, known: Iterable[str]) -> None:
        """Prepare the names; equal ones count once."""
        self.names = list(dict.fromkeys(known))
        self.words = [tuple(dict.fromkeys(_words(name))) for name in self.names]
        self.holders: dict[str, list[int]] = {}
        self.joined: dict[str, list[int]] = {}
        for at, words in enumerate(self.words):
            for word in words:
                self.holders.setdefault(word, []).append(at)
            self.joined.setdefault("".join(words), []).append(at)
        self.whole: dict[str, list[int]] = {}
        for joined, holders in self.joined.items():
            for rest in _rests(joined):
                self.whole.setdefault(rest, []).extend(holders)
        self.alike: dict[str, list[str]] = {}
        for word in self.holders:
            for rest in _rests(word):
                self.alike.setdefault(rest, []).append(word)
        self.ordered = sorted(self.holders)

    def nearest(self, name: str, count: int = 3) -> list[str]:
        """Return the names that look most like ``name``, the best first."""
        words = list(dict.fromkeys(_words(name)))
        if not words:
            return []
        scores = self._score(words)
        # A letter instead of the space between two words leaves no word as it was.
        joined = "".join(words)
        for rest in _rests(joined):
            for at in self.whole.get(rest, ()):
                scores[at] = max(scores.get(at, 0), 1.5)
        for at in self.joined.get(joined, ()):
            scores[at] = 2
        enough = {at: score for at, score in scores.items() if score >= _ENOUGH}
        ranked = sorted(enough, key=lambda at: (-enough[at], self.names[at]))
        least = enough[ranked[min(count, len(ranked)) - 1]] if ranked else 0
        tied = [at for at in ranked if enough[at] >= least][: count + _COMMON]
        likeness = _Likeness(name)
        tied.sort(key=lambda at: (-enough[at], -likeness.of(self.names[at])))
        return [self.names[at] for at in tied[:count]]

    def _score(self, words: list[str]) -> dict[int, float]:
        """Return the share of the question that each name answers."""
        answered: dict[int, float] = {}
        for word in sorted(words, key=self._weight, reverse=True):
            gains: dict[int, float] = {}
            for similar, closeness in self._similar(word):
                gain = closeness * self._weight(similar)
                for at in self._holding(similar, answered):
                    gains[at] = max(gain, gains.get(at, 0))
            for at, gain in gains.items():
                answered[at] = answered.get(at, 0) + gain
        total = sum(map(self._weight, words))
        return {
            at: gain / (total + 0.01 * abs(len(self.words[at]) - len(words)))
            for at, gain in answered.items()
        }

    def _holding(self, word: str, found: dict[int, float]) -> Iterable[int]:
        """Return the names that hold a word; of a common one, those found before."""
        holders = self.holders[word]
        if len(holders) <= _COMMON:
            return holders
        if found:
            return [at for at in found if word in self.words[at]]
        return holders[:_COMMON]

    def _similar(self, word: str) -> Iterator[tuple[str, float]]:
        """Yield the known words like ``word``, and how close they are to it."""
        if word in self.holders:
            yield word, 1.0
        if len(word) < _SHORTEST or word.isdigit():
            return
        seen = {word}
        for rest in _rests(word):
            for similar in self.alike.get(rest, ()):
                if similar not in seen:
                    seen.add(similar)
                    yield similar, 0.8
        start = bisect.bisect_left(self.ordered, word)
        for similar in self.ordered[start : start + 3]:
            if similar.startswith(word) and similar not in seen:
                yield similar, 0.6

    def _weight(self, word: str) -> float:
        """Return how much a word says: the fewer names hold it, the more."""
        return math.log1p(len(self.names) / len(self.holders.get(word, ("",))))


def _words(name: str) -> list[str]:
    return _WORD.findall(fold(name))


def _rests(word: str) -> list[str]:
    """Return the word, and what is left of it when any one letter is taken out."""
    if len(word) < _SHORTEST or word.isdigit():
        return [word]
    return [word, *{word[:at] + word[at + 1 :] for at in range(len(word))}]


class _Likeness:
    """How much like one name others are; what is known of that one is kept."""

    def __init__(self, name: str) -> None:
        self.matcher = difflib.SequenceMatcher(None, "", fold(name))

    def of(self, other: str) -> float:
        """Return how much of two names is the same, in order: from 0 to 1."""
        self.matcher.set_seq1(fold(other))
        return self.matcher.ratio()
