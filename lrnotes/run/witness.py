"""Sees every assert of a script as it is evaluated; keeps what claims rest on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from types import FrameType
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from lrnotes.model import Evidence
from lrnotes.run.closeness import Closeness, measure
from lrnotes.run.sites import (
    OPERATIONS,
    Site,
    find_margin,
    show_names,
    show_operands,
    show_sides,
    write_margin,
)


class _Seen(Struct):
    """What one site has come to so far."""

    evidence: Evidence
    times: int = 1
    margin: float | None = None


class Witness:
    """Stands in for the tests of asserts: same result, same effects, and a record."""

    def __init__(self) -> None:
        """Know no site yet."""
        self.sites: list[Site] = []
        self.seen: dict[int, _Seen] = {}
        self.failed: tuple[Site, tuple[tuple[str, str], ...]] | None = None
        """The last site that failed, and the values in it."""
        self._chains: dict[tuple[FrameType, int], list[Any]] = {}

    # --- called by rewritten code ------------------------------------------------

    def compare(self, number: int, left: Any, right: Any) -> bool:
        """Return the truth of a single comparison."""
        site = self.sites[number]
        passed = bool(OPERATIONS[site.operators[0]](left, right))
        self._see(number, passed, (left, right), sys._getframe(1))
        return passed

    def begin(self, number: int, left: Any, right: Any) -> bool:
        """Return the truth of the first link of a chain, and remember its operands."""
        frame = sys._getframe(1)
        self._chains[frame, number] = [left]
        return self._link(number, right, frame)

    def go_on(self, number: int, right: Any) -> bool:
        """Return the truth of the next link of a chain that has held so far."""
        return self._link(number, right, sys._getframe(1))

    def _link(self, number: int, right: Any, frame: FrameType) -> bool:
        chain = self._chains[frame, number]
        operators = self.sites[number].operators
        passed = bool(OPERATIONS[operators[len(chain) - 1]](chain[-1], right))
        chain.append(right)
        if not passed or len(chain) > len(operators):
            del self._chains[frame, number]
            self._see(number, passed, chain, frame)
        return passed

    def close(self, number: int, function: Any, /, *given: Any, **named: Any) -> Any:
        """Call ``assert_close`` or its like; return what it returns."""
        frame = sys._getframe(1)
        try:
            answer = function(*given, **named)
        except AssertionError:
            self._see_close(
                number, False, partial(measure, function, given, named), frame
            )
            raise
        self._see_close(number, True, partial(measure, function, given, named), frame)
        return answer

    def is_close(
        self, number: int, function: Any, /, *given: Any, **named: Any
    ) -> bool:
        """Return the truth of ``allclose`` or its like."""
        passed = bool(function(*given, **named))
        measured = partial(measure, function, given, named)
        self._see_close(number, passed, measured, sys._getframe(1))
        return passed

    def other(self, number: int, passed: bool) -> bool:
        """Return the truth that any other expression has turned out to have."""
        self._see(number, passed, (), sys._getframe(1))
        return passed

    # --- the record --------------------------------------------------------------

    def evidence_of(self, cell: int) -> tuple[Evidence, ...]:
        """Return the evidence of a cell's asserts, in the order of their lines."""
        found = [
            replace(seen.evidence, times=seen.times)
            for number, seen in self.seen.items()
            if self.sites[number].cell == cell
        ]
        return tuple(sorted(found, key=lambda each: each.line))

    def values_at(self, cell: int, line: int) -> tuple[tuple[str, str], ...]:
        """Return the values in the assert that has just failed, if it stands there."""
        if self.failed is None:
            return ()
        site, values = self.failed
        is_there = site.cell == cell and site.line <= line <= site.end_line
        return values if is_there else ()

    def forget(self) -> None:
        """Let go of chains that an exception broke off, and of the last failure."""
        self._chains.clear()
        self.failed = None

    def _is_news(self, number: int, passed: bool, margin: float | None) -> bool:
        """Count an evaluation; whether it is nearer to failing than those before."""
        seen = self.seen.get(number)
        if seen is None:
            return True
        seen.times += 1
        if not passed or not seen.evidence.passed:
            return not passed and seen.evidence.passed
        return margin is not None and (seen.margin is None or margin < seen.margin)

    def _keep(self, number: int, evidence: Evidence, margin: float | None) -> None:
        seen = self.seen.get(number)
        self.seen[number] = _Seen(evidence, seen.times if seen else 1, margin)

    def _see(
        self, number: int, passed: bool, operands: Sequence[Any], frame: FrameType
    ) -> None:
        site = self.sites[number]
        if passed and not site.is_claim:
            return
        margin = find_margin(site.operators, operands) if passed else None
        is_news = site.is_claim and self._is_news(number, passed, margin)
        if passed and not is_news:
            return
        if operands:
            left, sign, right = show_sides(site, operands)
            distance = find_margin(site.operators, operands)
            text = "" if distance is None else write_margin(distance)
            evidence = Evidence(
                site.source, site.line, passed, left, sign, right, margin=text
            )
        else:
            values = show_names(site, frame)
            evidence = Evidence(site.source, site.line, passed, values=values)
        if is_news:
            self._keep(number, evidence, margin)
        if not passed:
            self.failed = site, show_operands(site, operands) + show_names(site, frame)

    def _see_close(
        self,
        number: int,
        passed: bool,
        measured: Callable[[], Closeness],
        frame: FrameType,
    ) -> None:
        site = self.sites[number]
        if passed and not site.is_claim:
            return
        if site.is_claim:
            found = measured()
            if self._is_news(number, passed, found.room):
                evidence = Evidence(
                    site.source,
                    site.line,
                    passed,
                    *(found.left, "close", found.right),
                    margin=found.text,
                )
                self._keep(number, evidence, found.room)
        if not passed:
            self.failed = site, show_names(site, frame)
