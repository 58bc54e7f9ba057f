"""Why a process that did not come to its end has ended."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterable, Sequence
from pathlib import Path

from lrnotes.model import Failure, Frame
from lrnotes.run.job import PACKAGE, Job

# A line of what Python's fault handler writes, innermost frame first.
_LEVEL = re.compile(r'  File "(?P<file>.+)", line (?P<line>\d+) in (?P<function>.+)')
_PERHAPS_MEMORY = ("SIGKILL", "SIGABRT")


def explain_death(status: int | None, job: Job, dump: Iterable[str] = ()) -> Failure:
    """Return the failure of the cell that ran when its process ended.

    ``status`` is the exit status, -n for signal n, None when the script was stopped for
    taking too long; ``dump`` is the stack as the fault handler writes it.
    """
    if status is None:
        message = f"the script was stopped after {job.timeout:g} s"
        return Failure("timeout", "timeout", message)
    frames = tuple(_read_frames(dump, job))
    # The outermost frame is the cell's own.
    inside = [frame.line for frame in frames if frame.path == frames[0].path]
    line = inside[-1] if inside and frames[0].path.startswith("<cell") else 1
    if status >= 0:
        message = f"the script ended its process with code {status}"
        return Failure("exit", "os._exit", message, line=line, frames=frames)
    name = signal.Signals(-status).name
    message = f"the process was ended by {name}"
    if name in _PERHAPS_MEMORY:
        message += ", perhaps for want of memory"
    return Failure("signal", name, message, line=line, frames=frames)


def _read_frames(dump: Iterable[str], job: Job) -> Sequence[Frame]:
    """Return the frames in cells and in the project, outermost first."""
    frames = []
    cells = {f"<cell {index}>": cell for index, cell in enumerate(job.cells)}
    for match in filter(None, map(_LEVEL.match, dump)):
        file, line = match["file"], int(match["line"])
        text = ""
        if file in cells:
            lines = cells[file].source.splitlines()
            text = lines[line - 1].strip() if line <= len(lines) else ""
        elif Path(file).is_relative_to(PACKAGE):
            continue
        elif Path(file).is_relative_to(job.root):
            file = Path(file).relative_to(job.root).as_posix()
        else:
            continue
        frames.append(Frame(file, line, match["function"].strip(), text))
    return frames[::-1]
