"""A failed cell as text, for a terminal and for a test report."""

from __future__ import annotations

from lrnotes.model import Failure, Outcome, Script
from lrnotes.show.failures import failure_place, frame_place
from lrnotes.show.streams import cap_text, plain_text

_AROUND = 3


def failure_text(script: Script, index: int, outcome: Outcome) -> str:
    """Return place and message, the lines around, the values, and the frames."""
    failure = outcome.failure
    if failure is None:
        return f"{script.code[index].place}: {outcome.status}"
    place = failure_place(script, index, failure)
    message = cap_text(plain_text(failure.message).rstrip(), 10_000)
    head = f"{place}: {failure.name or failure.kind}"
    lines = [f"{head}: {message}" if message else head, ""]
    lines += _source(script, index, failure)
    if failure.values:
        lines.append("")
        lines += [f"    {name} = {plain_text(value)}" for name, value in failure.values]
    if len(failure.frames) > 1:
        lines.append("")
        for frame in failure.frames:
            lines.append(f"{frame_place(script, frame)}: in {frame.function}")
            lines.append(f"    {plain_text(frame.text)}")
    return "\n".join(lines)


def _source(script: Script, index: int, failure: Failure) -> list[str]:
    """Return the failing line and those around it, numbered as in the file."""
    cell = script.code[index]
    lines = cell.source.splitlines()
    first = max(failure.line - _AROUND, 1)
    last = min(failure.line + _AROUND - 1, len(lines))
    return [
        f"{'>' if number == failure.line else ' '} "
        f"{cell.place.line + number - 1:4} {plain_text(lines[number - 1])}".rstrip()
        for number in range(first, last + 1)
    ]


def printed_text(outcome: Outcome) -> str:
    """Return what a cell has printed and shown, but for its figures."""
    return "".join(
        output.data.get("text/plain", "")
        for output in outcome.outputs
        if output.kind != "display_data"
    )
