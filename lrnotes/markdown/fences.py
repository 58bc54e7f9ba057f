"""Executed fences: each becomes a slot with what its cell shows."""

from __future__ import annotations

import functools
import re
from collections import defaultdict, deque
from typing import Any

from lrnotes.markdown.conversion import Conversion
from lrnotes.markdown.slots import fill_fragment
from lrnotes.model import Fence, Fragment, Problem
from lrnotes.text.fences import find_fences
from lrnotes.text.options import shown_source

_FENCE = re.compile(r"(`{3,}|~{3,})")
_SHOWN_OPTIONS = ("title", "hl_lines", "linenums")


def place_fences(conversion: Conversion, text: str) -> str:
    """Return the text with a slot, or plain code, for each executed fence."""
    if "exec" not in text:
        return text
    _accept_options(conversion)
    fences, _ = find_fences(text, conversion.path, lists=conversion.index.lists)
    if not fences:
        return text
    lines, known = text.split("\n"), _Known(conversion)
    replaced = [
        (fence, _replace(conversion, fence, known.take(fence), lines))
        for fence in fences
    ]
    for fence, instead in reversed(replaced):
        lines[fence.start - 1 : fence.end] = instead
    return "\n".join(lines)


def _replace(
    conversion: Conversion, fence: Fence, known: Fence | None, lines: list[str]
) -> list[str]:
    if known is None:
        if conversion.index.notes and not conversion.is_printed:
            _report_hidden(conversion, fence)
        return _as_code(fence, lines)
    script = conversion.path
    if known.session:
        script = f"{script}::{known.session}"
    fragment = conversion.index.fragments.get(f"{script}#{known.index}|all")
    if fragment is None:
        return _as_code(fence, lines)
    conversion.places.line = known.cell.place.line
    return _as_slot(fence, fragment, conversion, lines)


class _Known:
    """The fences of the note that were planned before the build."""

    def __init__(self, conversion: Conversion) -> None:
        note = conversion.index.notes.get(conversion.path)
        self.waiting: dict[tuple[str, str], deque[Fence]] = defaultdict(deque)
        if note and not conversion.is_printed:
            for fence in note.fences:
                self.waiting[_identity(fence)].append(fence)

    def take(self, fence: Fence) -> Fence | None:
        """Return the planned fence that this one is; equal ones in their order."""
        queue = self.waiting.get(_identity(fence))
        return queue.popleft() if queue else None


def _identity(fence: Fence) -> tuple[str, str]:
    # Python-Markdown has expanded tabs and emptied blank lines by now.
    return fence.session, " ".join(fence.cell.source.split())


def _report_hidden(conversion: Conversion, fence: Fence) -> None:
    what = "this fence was not in the note's own text, so it was not run"
    hint = "write it in the note, or show it without exec"
    problem = Problem("hidden-fence", fence.cell.place, what, hint)
    conversion.found.problems.append(problem)


def _as_slot(
    fence: Fence, fragment: Fragment, conversion: Conversion, lines: list[str]
) -> list[str]:
    """Return a paragraph of its own for the slot, in the fence's container."""
    token = conversion.md.htmlStash.store(fill_fragment(conversion, fragment))
    if conversion.index.lists == "commonmark":
        # A line with a slot is a block of its own.
        return [fence.prefix + token]
    blank = fence.prefix.rstrip()
    # Two blank lines in a row would end a footnote.
    before = [blank] * _has_text(lines, fence.start - 2)
    after = [blank] * _has_text(lines, fence.end)
    return [*before, fence.prefix + token, *after]


def _has_text(lines: list[str], number: int) -> bool:
    """Whether there is such a line, counted from 0, with more than container marks."""
    return 0 <= number < len(lines) and bool(lines[number].strip(" \t>"))


def _as_code(fence: Fence, lines: list[str]) -> list[str]:
    """Return the fence's lines as plain code, without its option lines."""
    opening = lines[fence.start - 1]
    mark = _FENCE.search(opening)
    if mark is None:
        return lines[fence.start - 1 : fence.end]
    cell = fence.cell
    options = "".join(
        f' {name}="{value}"'
        for name in _SHOWN_OPTIONS
        if (value := getattr(cell.options, name)) and '"' not in value
    )
    dropped = cell.source.count("\n") - shown_source(cell).count("\n")
    body = lines[fence.start + dropped : fence.end]
    return [f"{opening[: mark.start()]}{mark[0]}python{options}", *body]


def _accept_options(conversion: Conversion) -> None:
    """Let superfences show a fence with our options, which it would print as text."""
    entries = read_superfences(conversion)
    if not entries or any(entry["name"] == "lrnotes" for entry in entries):
        return
    plain = entries[0]
    entry = {
        "name": "lrnotes",
        "test": lambda language: language in ("python", "py"),
        "formatter": plain["formatter"],
        "validator": functools.partial(_validate, plain["validator"]),
        "reset": None,
    }
    # Entries are asked from the last to the first; another tool's own come before ours.
    entries.insert(1, entry)


def read_superfences(conversion: Conversion) -> list[dict[str, Any]]:
    """Return what superfences asks about each fence; empty where it is not in use."""
    if "fenced_code_block" not in conversion.md.preprocessors:
        return []
    fenced: Any = conversion.md.preprocessors["fenced_code_block"]
    return getattr(getattr(fenced, "extension", None), "superfences", [])


def _validate(plain: Any, language: str, inputs: dict[str, Any], *rest: Any) -> bool:
    """Return whether this is a fence of ours, its options read as plain ones."""
    if "exec" not in inputs:
        return False
    shown = {name: inputs[name] for name in _SHOWN_OPTIONS if name in inputs}
    return bool(plain(language, shown, *rest))
