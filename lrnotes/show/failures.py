"""What a cell that did not pass gets: a red box, or one quiet line with the reason."""

from __future__ import annotations

import re
from html import escape

from lrnotes.model import Failure, Frame, Place, Script
from lrnotes.show.streams import cap_text, plain_text
from lrnotes.show.view import CellView

_CELL = re.compile(r"<cell (\d+)>")


def failure_place(script: Script, index: int, failure: Failure) -> Place:
    """Return the line of the note, or of the snippet, at which the cell failed."""
    place = script.code[index].place
    return Place(place.path, place.line + failure.line - 1)


def failure_message(
    script: Script, index: int, failure: Failure, notes: tuple[str, ...] = ()
) -> str:
    """Return the failure in one line that starts with its place.

    ``docs/a.md:14: "claim: a tenth" failed: AssertionError: ratio = 0.3``
    """
    cell = script.code[index]
    title = cell.title or cell.options.label or f"cell {index + 1}"
    place = failure_place(script, index, failure)
    shown = f" (shown in {', '.join(notes)})" if notes else ""
    return f'{place}: "{title}" failed: {describe_failure(failure)}{shown}'


def describe_failure(failure: Failure) -> str:
    """Return what went wrong, in one line without the place."""
    first = plain_text(failure.message).strip().partition("\n")[0]
    values = ", ".join(f"{name} = {value}" for name, value in failure.values)
    parts = (failure.name, first, plain_text(values))
    return ": ".join(part for part in parts if part)


def source_line(script: Script, index: int, failure: Failure) -> str:
    """Return the line of the cell that failed; empty where there is none."""
    lines = script.code[index].source.splitlines()
    line = failure.line - 1
    return lines[line].strip() if 0 <= line < len(lines) else ""


def frame_place(script: Script, frame: Frame) -> str:
    """Return ``path:line`` of a frame, in the note where it is one of its cells."""
    found = _CELL.fullmatch(frame.path)
    if not found or int(found[1]) >= len(script.code):
        return f"{frame.path}:{frame.line}"
    place = script.code[int(found[1])].place
    return str(Place(place.path, place.line + frame.line - 1))


def failure_box(view: CellView, failure: Failure) -> str:
    """Return the red box of a failed cell."""
    place = failure_place(view.script, view.index, failure)
    message = cap_text(plain_text(failure.message).strip(), 4_000)
    head, _, rest = message.partition("\n")
    pieces = [
        f'<p class="lrn-failure-head"><code>{escape(str(place))}</code> '
        f"<strong>{escape(failure.name or failure.kind)}</strong>"
        f"{': ' if head else ''}{escape(head)}</p>"
    ]
    source = source_line(view.script, view.index, failure)
    if source:
        pieces.append(f"<pre><code>{escape(plain_text(source))}</code></pre>")
    if failure.values:
        pieces.append(value_list(failure.values))
    if rest.strip():
        pieces.append(f'<pre class="lrn-stream">{escape(rest, quote=False)}</pre>')
    pieces.append(_frames(view.script, failure))
    if view.notes:
        shown = ", ".join(map(escape, view.notes))
        pieces.append(f'<p class="lrn-quiet">shown in {shown}</p>')
    return (
        '<div class="lrn-failure" role="group" aria-label="failed cell"'
        f" data-search-exclude>{''.join(pieces)}</div>"
    )


def value_list(values: tuple[tuple[str, str], ...]) -> str:
    """Return names and what they held as a list of definitions."""
    rows = "".join(
        f"<dt><code>{escape(plain_text(name))}</code></dt>"
        f"<dd><code>{escape(cap_text(plain_text(value), 400))}</code></dd>"
        for name, value in values
    )
    return f'<dl class="lrn-values">{rows}</dl>'


def status_note(view: CellView) -> str:
    """Return one quiet line for a cell that did not run, else nothing."""
    outcome = view.outcome
    status = outcome.status if outcome else "not run"
    if status not in ("not run", "not reached", "skipped"):
        return ""
    reason = f": {plain_text(outcome.reason)}" if outcome and outcome.reason else ""
    text = escape(f"{status}{reason}")
    return f'<p class="lrn-quiet lrn-status" data-search-exclude>{text}</p>'


def problem_notes(view: CellView) -> str:
    """Return a line for each of the author's mistakes in a cell."""
    return "".join(
        '<p class="lrn-notice lrn-mistake" data-search-exclude>'
        f"{escape(plain_text(str(problem)))}</p>"
        for problem in view.problems
    )


def _frames(script: Script, failure: Failure) -> str:
    """Return the traceback, closed, where it says more than the place."""
    if len(failure.frames) < 2:
        return ""
    rows = "".join(
        f"<li><code>{escape(frame_place(script, frame))}</code> in "
        f"<code>{escape(frame.function)}</code>: "
        f"<code>{escape(plain_text(frame.text))}</code></li>"
        for frame in failure.frames
    )
    return (
        '<details class="lrn-trace"><summary>traceback</summary>'
        f"<ol>{rows}</ol></details>"
    )
