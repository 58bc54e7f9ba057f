"""What a shown cell is made of: plain data that the pipeline hands to this room."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from msgspec import Struct, field

from lrnotes.model import Cell, Outcome, Problem, Result, Script

Part = Literal["all", "code", "output"]


class Links(Struct, frozen=True):
    """Addresses as they shall stand in ``href``; an empty one is not offered."""

    page: str = ""
    """The cell on the snippet's own page, for where its code does not appear."""
    files: str = ""
    """Folder of the `figure_files`, with its closing slash; where it is empty, the
    data of a figure travel inside the page."""
    downloads: tuple[str, ...] = ()
    """The script and the executed notebook, for where a figure came from."""


class CellView(Struct, frozen=True):
    """One code cell as one place shows it."""

    script: Script
    index: int
    """Which code cell of the script, from 0."""
    result: Result | None = None
    """What running gave; None where the script has not been run."""
    part: Part = "all"
    """What an embed asks for; ``all`` leaves it to the cell's ``show`` option."""
    uid: str = "lrn"
    """Start of every id inside, such as those of an SVG; unique on the page, and taken
    as it is, so that it may be a hole that is filled later."""
    anchor: str = ""
    """Id of the cell itself; empty where another showing of it keeps the anchor."""
    links: Links = field(default_factory=Links)
    notes: tuple[str, ...] = ()
    """Of a snippet: paths of the notes that show it, for the message of a failure."""
    problems: tuple[Problem, ...] = ()
    """What an author should mend in the cell: its options and names."""

    @property
    def cell(self) -> Cell:
        """The code cell itself."""
        return self.script.code[self.index]

    @property
    def outcome(self) -> Outcome | None:
        """What became of the cell; None where it has not been run."""
        return self.result.outcomes[self.index] if self.result else None

    @property
    def shows_code(self) -> bool:
        """Whether the code appears."""
        return self.part == "code" or (
            self.part == "all" and "code" in self.cell.options.show
        )

    @property
    def shows_output(self) -> bool:
        """Whether the outputs appear."""
        return self.part == "output" or (
            self.part == "all" and "output" in self.cell.options.show
        )


def slug(text: str) -> str:
    """Return the text as a piece of an address: letters and digits, dashes between."""
    folded = unicodedata.normalize("NFC", text).lower()
    return re.sub(r"[^\w]+", "-", folded).strip("-_")


def cell_anchors(script: Script) -> tuple[str, ...]:
    """Return an anchor for each code cell, unique in the script.

    A cell's anchor is the slug of its label, else of its title, else ``cell-N``.
    """
    taken: set[str] = set()
    anchors = []
    for number, cell in enumerate(script.code, 1):
        name = slug(cell.names[0]) if cell.names else ""
        anchor = start = name or f"cell-{number}"
        suffix = 2
        while anchor in taken:
            anchor, suffix = f"{start}-{suffix}", suffix + 1
        taken.add(anchor)
        anchors.append(anchor)
    return tuple(anchors)
