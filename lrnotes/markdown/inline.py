"""Inline text, read by those patterns alone that can match it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.inlinepatterns import Pattern
from markdown.treeprocessors import InlineProcessor
from markdown.util import AtomicString

from lrnotes.markdown.gates import find_gate


def skip_idle_patterns(md: Markdown) -> None:
    """Let an instance leave out the patterns that a text has nothing for."""
    if type(md.treeprocessors["inline"]) is InlineProcessor:
        # A hair above the usual 20, so as to stay before others of that priority.
        md.treeprocessors.register(_InlineProcessor(md), "inline", 20 + 1e-9)


class _InlineProcessor(InlineProcessor):
    """Python-Markdown's own, but that it asks no pattern whose characters are missing.

    Twenty patterns and more are tried on each text, in which most have nothing to find.
    """

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self._patterns: list[tuple[Any, frozenset[str]]] = []
        self._marks = re.compile("(?!)")
        self._plans: dict[frozenset[str], list[int]] = {}

    def run(self, tree: Element, ancestors: list[str] | None = None) -> Element:
        """Apply inline patterns to a parsed Markdown tree."""
        self._patterns = [
            (pattern, find_gate(pattern.getCompiledRegExp()))
            for pattern in cast("list[Pattern]", self.inlinePatterns)
        ]
        marks = frozenset().union(*(gate for _, gate in self._patterns))
        listed = re.escape("".join(sorted(marks)))
        self._marks = re.compile(f"[{listed}]" if listed else "(?!)")
        self._plans = {}
        return super().run(tree, ancestors)

    def _InlineProcessor__handleInline(
        self,
        data: str,
        patternIndex: int = 0,
    ) -> str:
        if isinstance(data, AtomicString):
            return data
        waiting = self._plan(data, patternIndex)
        while (at := next(waiting, None)) is not None:
            given, start, is_found = data, 0, True
            while is_found:
                data, is_found, start = self._InlineProcessor__applyPattern(  # type: ignore[attr-defined]
                    self._patterns[at][0], data, at, start
                )
            if data is not given:
                waiting = self._plan(data, at + 1)
        return data

    def _plan(self, data: str, first: int) -> Iterator[int]:
        """Yield the patterns that may match a text, from the ``first``."""
        present = frozenset(self._marks.findall(data))
        plan = self._plans.get(present)
        if plan is None:
            plan = self._plans[present] = [
                at
                for at, (_, gate) in enumerate(self._patterns)
                if not gate or not gate.isdisjoint(present)
            ]
        return (at for at in plan if at >= first)
