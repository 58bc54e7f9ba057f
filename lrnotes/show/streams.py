"""Printed text to HTML: ANSI colours kept, everything else that is not text removed."""

from __future__ import annotations

import re
from html import escape

LONGEST = 40_000
"""Characters of one output that a page shows; the worker caps what it stores."""

# Escape sequences: CSI, OSC and other strings, two-character ones; the last may be cut.
_ESCAPE = re.compile(
    r"\x1b(?:\[([0-?]*)([ -/]*[@-~])?"
    r"|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?"
    r"|[ -/]*[0-~])?"
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# A carriage return takes the cursor back, so that what follows hides what was printed.
_OVERWRITTEN = re.compile(r"^[^\n]*\r(?=[^\r\n])", re.MULTILINE)


def without_control(text: str) -> str:
    """Return the text without control bytes and without halves of characters."""
    return _SURROGATE.sub("�", _CONTROL.sub("", text))


def plain_text(text: str) -> str:
    """Return the text as a terminal leaves it, without colours or control bytes."""
    return without_control(_ESCAPE.sub("", _settle_lines(text)))


def cap_text(text: str, limit: int = LONGEST) -> str:
    """Return the text, with a notice in place of the middle where it is too long."""
    if len(text) <= limit:
        return text
    head, tail = text[: limit * 3 // 4], text[-limit // 4 :]
    left_out = len(text) - len(head) - len(tail)
    return f"{head}\n… {left_out:,} characters left out …\n{tail}"


def stream_html(text: str) -> str:
    """Return the text for a ``pre``: escaped, with ANSI colours as classes."""
    pieces: list[str] = []
    state: dict[str, str] = {}
    text = _settle_lines(cap_text(text))
    end = 0
    for found in _ESCAPE.finditer(text):
        pieces.append(_coloured(text[end : found.start()], state))
        end = found.end()
        if found[2] == "m":
            _set_colours(found[1], state)
    pieces.append(_coloured(text[end:], state))
    return "".join(pieces)


def _settle_lines(text: str) -> str:
    return _OVERWRITTEN.sub("", text.replace("\r\n", "\n"))


def _coloured(text: str, state: dict[str, str]) -> str:
    text = escape(without_control(text), quote=False)
    if not text or not state:
        return text
    classes = " ".join(f"lrn-ansi-{code}" for code in state.values())
    return f'<span class="{classes}">{text}</span>'


def _set_colours(parameters: str, state: dict[str, str]) -> None:
    """Change the state as one ``ESC [ … m`` asks; what has no class is passed over."""
    codes = [int(code) if code.isdigit() else 0 for code in parameters.split(";")]
    while codes:
        code = codes.pop(0)
        if code == 0:
            state.clear()
        elif code in (1, 3, 4):
            state[str(code)] = str(code)
        elif code == 22:
            state.pop("1", None)
        elif code in (23, 24):
            state.pop(str(code - 20), None)
        elif 30 <= code <= 37 or 90 <= code <= 97:
            state["colour"] = str(code)
        elif code == 39:
            state.pop("colour", None)
        elif code in (38, 48):
            _skip_extended(codes)


def _skip_extended(codes: list[int]) -> None:
    """Drop the rest of ``38;5;n`` or ``38;2;r;g;b``: no theme can vouch for those."""
    length = {5: 2, 2: 4}.get(codes[0] if codes else 0, 0)
    del codes[:length]
