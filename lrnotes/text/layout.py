"""What each line of a text is, and how each fence among them is read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct, field

from lrnotes.text.containers import Frame, Line
from lrnotes.text.lines import SLOT, TAB

Reading = Literal["code", "text", "doubt"]


class Layout(Struct):
    """What the masked lines of a text are."""

    kinds: list[str]
    """``text``, ``code``, ``maths``, ``html`` or ``literal`` (raw HTML whose content is
    meant as text), of each line."""
    readings: dict[int, Reading] = field(default_factory=dict)
    """Of each slot, by line: ``code`` where Python-Markdown and CommonMark both show
    the fence as code, ``text`` where neither does."""
    reasons: dict[int, tuple[str, int]] = field(default_factory=dict)
    """Why a reading is in doubt, and the line that is to blame."""
    frames: dict[int, Frame] = field(default_factory=dict)
    """The container of each slot."""
    levels: dict[int, int] = field(default_factory=dict)
    """How many times four columns a slot needs, to stand where its writer sees it."""

    def doubt(self, number: int, why: str, line: int) -> None:
        """Leave the slot on a line in doubt, if it would be code."""
        if self.readings.get(number) == "code":
            self.readings[number] = "doubt"
            self.reasons[number] = (why, line)

    def mark(
        self,
        frame: Frame,
        lines: Iterable[Line],
        reading: Reading,
        kind: str = "text",
        why: str = "its indentation is read in two ways",
    ) -> None:
        """Record lines as Python-Markdown reads them, and slots as both readers do."""
        has_slot = False
        for line in lines:
            self.kinds[line.number] = kind
            home, column = line.home or (frame, line.column)
            if SLOT in line.text:
                self._mark_slot(frame, line, reading)
                if home.is_split(column):
                    self.doubt(line.number, why, line.number)
                if self.readings[line.number] == "doubt":
                    self.reasons[line.number] = (why, line.number)
                if has_slot and line.home:
                    home.split(column)
                has_slot = True
            elif has_slot:
                frame.split(line.column)

    def _mark_slot(self, frame: Frame, line: Line, reading: Reading) -> None:
        self.frames[line.number] = frame
        home, column = line.home or (frame, line.column)
        agrees = home.holds(column) == (reading == "code")
        if line.home is None:
            self.levels[line.number] = frame.level_of(column)
            frame.leave(column)
        else:
            frame.leave_quote()
        # A fence is cut out with a blank line before it, where more columns would make
        # it indented code; and where a quote's marks are still there, the line has been
        # taken for something else.
        is_sure = column < TAB and line.text.strip(" ") == SLOT
        if not agrees or (reading == "code" and not is_sure):
            reading = "doubt"
        self.readings[line.number] = reading
