"""Say why a fence is not run, and what to do about it."""

from __future__ import annotations

from msgspec import Struct

COLUMNS = "indent it by four columns for each list item around it, below a blank line"
CLOSING = "let the closing fence repeat the opening one at the same column"

_HINTS = {
    "it stands in raw HTML": 'add markdown="1" to the tag, and end it',
    "it stands in maths": "take it out of the formula",
    "it stands in too many": "take it out of some of them",
    "its footnote": "give each footnote a name of its own",
    "indented code": "put a blank line above it",
    "HTML may go on": "put a blank line above it",
    "maths may go on": "end the formula above it",
    "<": "end that above the fence",
}
"""By the beginning of a reason; else its columns are at fault."""


class Why(Struct, frozen=True):
    """Why a fence is not run; empty where it is."""

    what: str
    hint: str = ""


def doubt(why: str, line: int) -> Why:
    """Return why two readers may differ; ``line`` is at fault, 0 for the fence's own."""
    hints = (hint for start, hint in _HINTS.items() if why.startswith(start))
    return Why(f"{why} (line {line})" if line else why, next(hints, COLUMNS))
