"""Exceptions as failures: the script's own lines, none of ours, few of libraries."""

from __future__ import annotations

import linecache
import os
import re
import sys
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType

from lrnotes.model import Failure, Frame
from lrnotes.run.compiling import cell_file
from lrnotes.run.glance import clip, mask_addresses
from lrnotes.run.job import PACKAGE

_LONGEST = 10_000
_FRAMES = 24
_NO_MEMORY = re.compile(r"can't allocate memory|out of memory", re.IGNORECASE)
_FOREIGN = frozenset({"site-packages", "dist-packages"})


def clean(text: str) -> str:
    """Return a text that can be written as UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")


def describe_error(error: BaseException) -> str:
    """Return an exception's message with its notes and its cause."""
    try:
        message = str(error)
        if isinstance(error, SyntaxError):
            message = error.msg or ""
        notes = [str(note) for note in getattr(error, "__notes__", ())]
    except Exception:
        return "a message that cannot be printed"
    if error.__cause__ is not None:
        cause = describe_error(error.__cause__)
        notes.append(f"caused by {type(error.__cause__).__name__}: {cause}")
    return clean(clip(mask_addresses("\n".join([message, *notes])), _LONGEST))


def make_failure(
    error: BaseException, cell: int, root: Path, device: str = "cpu", line: int = 1
) -> Failure:
    """Return the failure that an exception is, seen from the cell that raised it.

    ``line`` is where it stands when no frame of it is inside the cell.
    """
    frames = tuple(short_frames(traceback.walk_tb(error.__traceback__), root))
    name, message = type(error).__qualname__, describe_error(error)
    kind = "exception"
    if isinstance(error, SystemExit):
        kind, message = "exit", f"the script ended itself with code {error.code}"
    elif isinstance(error, MemoryError) or _NO_MEMORY.search(message):
        kind = "memory"
    elif device != "cpu" and f"{device.upper()} " in message and _is_unable(error):
        kind, message = "device", f"{message}\nthe option `device: cpu` keeps it there"
    if isinstance(error, SyntaxError) and error.filename == cell_file(cell):
        at = error.lineno or 1
        frames += (_frame(cell_file(cell), at, "<module>", root)[1],)
    return Failure(
        kind,  # type: ignore[arg-type]
        name,
        message,
        line=line_in(cell, frames) or line,
        frames=frames,
    )


def line_in(cell: int, frames: Iterable[Frame]) -> int:
    """Return the line of the innermost frame inside a cell; 0 where there is none."""
    lines = [frame.line for frame in frames if frame.path == cell_file(cell)]
    return lines[-1] if lines else 0


def short_frames(
    levels: Iterable[tuple[FrameType, int]], root: Path
) -> Iterator[Frame]:
    """Yield what a reader wants to see of a stack, outermost first."""
    shown = [
        _frame(frame.f_code.co_filename, line, frame.f_code.co_name, root)
        for frame, line in levels
        if not _is_hidden(frame.f_code.co_filename)
    ]
    foreign = [_is_foreign(file, root) for file, _ in shown]
    inner = [
        # Of each stretch in libraries: where it is entered, and its end.
        all(foreign[max(index - 1, 0) : index + 2]) and 0 < index < len(shown) - 1
        for index in range(len(shown))
    ]
    kept = [
        frame for (_, frame), is_inner in zip(shown, inner, strict=True) if not is_inner
    ]
    if len(kept) > _FRAMES:
        # An endless recursion says all in its ends.
        kept = kept[: _FRAMES // 2] + kept[-_FRAMES // 2 :]
    yield from kept


def _frame(file: str, line: int, function: str, root: Path) -> tuple[str, Frame]:
    text = clean(linecache.getline(file, line).strip())
    return file, Frame(_show_path(file, root), line, function, text)


def _show_path(file: str, root: Path) -> str:
    if file.startswith("<"):
        return file
    path = Path(file)
    if _is_foreign(file, root):
        return path.name
    return path.relative_to(root).as_posix()


def _is_foreign(file: str, root: Path) -> bool:
    """Whether a file is outside the project: a library, wherever it is installed."""
    path = Path(file)
    if file.startswith("<cell"):
        return False
    inside = [Path(each) for each in (sys.prefix, sys.base_prefix)]
    installed = any(
        each.is_relative_to(root) and path.is_relative_to(each) for each in inside
    )
    return (
        installed
        or not path.is_relative_to(root)
        or not _FOREIGN.isdisjoint(path.parts)
    )


def _is_hidden(file: str) -> bool:
    """Whether a file is ours, or of Python's import machinery."""
    return file.startswith(("<frozen", f"{PACKAGE}{os.sep}"))


def _is_unable(error: BaseException) -> bool:
    return isinstance(error, (TypeError, NotImplementedError, RuntimeError))


def stack_frames(frame: FrameType | None, root: Path) -> tuple[Frame, ...]:
    """Return what runs now, for a script that is stopped."""
    levels = [(each, line) for each, line in traceback.walk_stack(frame)]
    return tuple(short_frames(reversed(levels), root))


def find_class(error: BaseException, wanted: str) -> bool:
    """Whether an exception is of the named class or of a subclass."""
    return any(
        wanted in (each.__name__, f"{each.__module__}.{each.__qualname__}")
        for each in type(error).__mro__
    )
