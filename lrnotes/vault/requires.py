"""What notes require of their readers: faults in ``requires:`` of the front matter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lrnotes.model import Note, Place, Problem
from lrnotes.vault.names import Vault


def check_requirements(notes: Mapping[str, Note], vault: Vault) -> Iterator[Problem]:
    """Yield required notes that do not exist, and circles of notes that require another."""
    needed: dict[str, list[str]] = {}
    for path, note in notes.items():
        for name in required_names(note):
            found = vault.resolve(name, path).path
            if found is not None and found in notes:
                needed.setdefault(path, []).append(found)
                continue
            near = ", ".join(vault.nearest(name))
            hint = f"nearest: {near}" if near else ""
            what = f'no note named "{name}", which this one requires'
            yield Problem("unresolved-requirement", _place(note, name), what, hint)
    for circle in _circles(needed):
        way = " -> ".join([*circle, circle[0]])
        what = f"these notes require each other: {way}"
        place = _place(notes[circle[0]], "requires")
        yield Problem("requires-cycle", place, what, "one of them must come first")


def required_names(note: Note) -> list[str]:
    """Return the names in a note's ``requires:``, as they are written."""
    value = note.meta.get("requires") or ()
    names = value if isinstance(value, list) else [value] if value else []
    return [str(name).strip().removeprefix("[[").removesuffix("]]") for name in names]


def _circles(needed: Mapping[str, list[str]]) -> Iterator[list[str]]:
    """Yield circles, each from its note that comes first in the alphabet."""
    done: set[str] = set()
    for start in sorted(needed):
        way: dict[str, Iterator[str]] = {}
        if start not in done:
            way[start] = iter(needed[start])
        while way:
            top = next(reversed(way))
            path = next(way[top], None)
            if path is None:
                way.pop(top)
                done.add(top)
            elif path in way:
                circle = list(way)[list(way).index(path) :]
                first = circle.index(min(circle))
                yield circle[first:] + circle[:first]
            elif path not in done:
                way[path] = iter(needed.get(path, ()))


def _place(note: Note, name: str) -> Place:
    """Return where the front matter names what a note requires."""
    block = re.search(r"^requires[ \t]*:", note.text, re.MULTILINE)
    start = block.start() if block else 0
    at = max(note.text.find(name, start), 0)
    line = note.text.count("\n", 0, at) + 1
    return Place(note.path, line, at - note.text.rfind("\n", 0, at))
