"""In which order notes are read: what their front matter ``requires``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from lrnotes.model import Note
from lrnotes.vault.names import Vault
from lrnotes.vault.requires import required_names

Requirements = Mapping[str, Sequence[str]]
"""A note's path to the paths of the notes that it requires."""


def read_requirements(notes: Mapping[str, Note], vault: Vault) -> Requirements:
    """Return what each note requires; a name that means no note is left out."""
    return {
        path: [
            found
            for name in required_names(note)
            if (found := _find(name, note, vault))
        ]
        for path, note in notes.items()
    }


class Reading:
    """What to read before a note and after it.

    Paths are those that the site knows: from the docs folder.
    """

    def __init__(self, requires: Requirements, docs: str = "") -> None:
        """Take what each note requires, by paths from above the folder ``docs``."""
        inside = f"{docs}/" if docs else ""
        self._requires = {
            path.removeprefix(inside): [each.removeprefix(inside) for each in needed]
            for path, needed in requires.items()
        }

    def before(self, path: str) -> list[str]:
        """Return the notes that ``path`` requires, as its author orders them."""
        return list(self._requires.get(path, ()))

    def after(self, path: str) -> list[str]:
        """Return the notes that require ``path``."""
        return [other for other, needed in self._requires.items() if path in needed]

    def way(self, paths: Iterable[str]) -> list[str]:
        """Return the way to ``paths``: they and all they require, each after what it needs.

        Apart from that their order stays.  Notes that require each other in a circle
        stand in the order in which they were met.
        """
        done: dict[str, None] = {}
        met: set[str] = set()

        def visit(path: str) -> None:
            if path in met:
                return
            met.add(path)
            for needed in self.before(path):
                visit(needed)
            done[path] = None

        for path in paths:
            visit(path)
        return list(done)


def _find(name: str, note: Note, vault: Vault) -> str | None:
    path = vault.resolve(name, note.path).path
    return path if path != note.path else None
