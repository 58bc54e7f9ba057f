"""Aliases that cannot do what their notes ask of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from lrnotes.model import Note, Place, Problem
from lrnotes.vault.fold import fold
from lrnotes.vault.names import Vault


def find_clashes(notes: Sequence[Note], vault: Vault) -> tuple[Problem, ...]:
    """Return a problem for each alias that two notes share or that a file hides."""
    return tuple(_clashes(notes, vault))


def _clashes(notes: Sequence[Note], vault: Vault) -> Iterable[Problem]:
    for note in notes:
        for alias in note.aliases:
            sharing = vault.aliases.get(fold(alias), ())
            others = [path for path in sharing if path != note.path]
            if others:
                taken = sharing[0]
                what = f'the alias "{alias}" also belongs to {", ".join(others)}'
                hint = f"links with it go to {taken}"
                yield Problem("alias-clash", _place(note, alias), what, hint)
                continue
            hiding = vault.resolve(alias, note.path)
            if hiding.how in ("name", "path") and hiding.path != note.path:
                what = f'the alias "{alias}" is the name of {hiding.path}'
                hint = "links with it go to that file"
                yield Problem("alias-clash", _place(note, alias), what, hint)


def _place(note: Note, alias: str) -> Place:
    """Return where the front matter writes an alias."""
    head = re.match(r"\ufeff?---[^\n]*\n.*?\n(---|\.\.\.)", note.text, re.DOTALL)
    at = head.group().find(alias) if head else -1
    if at < 0:
        return Place(note.path)
    before = note.text[:at]
    return Place(note.path, before.count("\n") + 1, at - before.rfind("\n"))
