"""Footnotes written in the line: ``^[text]``."""

from __future__ import annotations

from lrnotes.text.literal import blank_literals


def move_footnotes(text: str, lists: str) -> str:
    """Return text whose ``^[…]`` are references to notes at its end."""
    blanked = blank_literals(text, lists)
    pieces: list[str] = []
    notes: list[str] = []
    end, start = 0, blanked.find("^[")
    while start >= 0:
        stop = _closing(blanked, start + 1)
        is_escaped = start > 0 and text[start - 1] == "\\"
        if stop > 0 and not is_escaped and blanked[start + 2 : stop].strip():
            name = f"inline-{len(notes) + 1}"
            pieces += [text[end:start], f"[^{name}]"]
            notes.append(f"[^{name}]: {' '.join(text[start + 2 : stop].split())}")
            end = stop + 1
        start = blanked.find("^[", max(end, start + 2))
    return "".join([*pieces, text[end:]]) + "".join(f"\n\n{note}" for note in notes)


def _closing(text: str, start: int) -> int:
    """Return where the bracket that opens at ``start`` closes in its paragraph, or -1."""
    depth = 0
    for at in range(start, len(text)):
        if text.startswith("\n\n", at):
            return -1
        depth += {"[": 1, "]": -1}.get(text[at], 0)
        if not depth:
            return at
    return -1
