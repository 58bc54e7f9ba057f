"""Where in a note's text something stands that the conversion met."""

from __future__ import annotations

from lrnotes.model import Place
from lrnotes.text.literal import blank_literals
from lrnotes.text.notes import split_front_matter


class Places:
    """Finds things in one note's text; the text is prepared at the first question."""

    def __init__(self, path: str, text: str, lists: str) -> None:
        """Keep the text; ``lists`` says whose rules its lists and quotes follow."""
        self.path, self.text, self.lists = path, text, lists
        self.line = 1
        """What is answered where something is not in the text."""
        self.body = len(text) - len(split_front_matter(text)[1])
        self._blanked: str | None = None

    def find(self, raw: str, count: int = 1) -> Place:
        """Return where ``raw`` stands for the ``count``-th time outside literal places.

        What stands only in a literal place (a caption in a fence) is found there.
        """
        at = self.text.find(raw, self.body)
        if at < 0:
            # It may stand in a property.
            at = self.text.find(raw)
        elif self.text.find(raw, at + 1) >= 0:
            if self._blanked is None:
                self._blanked = blank_literals(self.text, self.lists)
            outside = _find_nth(self._blanked, raw, self.body, count)
            at = outside if outside >= 0 else at
        if at < 0:
            return Place(self.path, self.line)
        line = self.text.count("\n", 0, at) + 1
        return Place(self.path, line, at - self.text.rfind("\n", 0, at))


def _find_nth(text: str, raw: str, start: int, count: int) -> int:
    """Return where ``raw`` stands for the ``count``-th time, else for the last time."""
    at = last = text.find(raw, start)
    while at >= 0 and count > 1:
        at, count = text.find(raw, at + 1), count - 1
        last = at if at >= 0 else last
    return last
