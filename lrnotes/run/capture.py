"""What a cell shows: the streams it printed on, its last value, its figures."""

from __future__ import annotations

import base64
import ctypes
import os
import sys
import warnings
from collections.abc import Iterator
from typing import Any

from lrnotes.model import Output
from lrnotes.run.failures import clean
from lrnotes.run.glance import clip, is_a, mask_addresses

LARGEST = 4_000_000
"""Characters of one rich representation; a larger one would stop the page."""
_PLAIN = 100_000
_RICH = {
    "text/html": "_repr_html_",
    "image/svg+xml": "_repr_svg_",
    "text/markdown": "_repr_markdown_",
    "text/latex": "_repr_latex_",
    "image/png": "_repr_png_",
}


class Streams:
    """Standard output and error, as descriptors, so that all that prints is seen."""

    def __init__(self, token: str) -> None:
        """Take over both streams; what they hold goes to whoever started us."""
        self.token = token
        # The script may close or redirect the standard ones.
        self.kept = [os.dup(number) for number in (1, 2)]
        for number, name in ((1, "stdout"), (2, "stderr")):
            stream = _open_stream(number)
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)
        # What is stored holds no lines, which change when a comment is written.
        warnings.formatwarning = _format_warning

    def end_cell(self) -> None:
        """Mark on both streams that what follows belongs to the next cell."""
        self.flush()
        for number in self.kept:
            _write_all(number, f"\0{self.token}\n".encode())

    def flush(self) -> None:
        """Send on what Python and C still hold back."""
        for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
            try:
                stream.flush()  # type: ignore[union-attr]
            except Exception:
                # The script has closed or replaced it.
                continue
        if os.name == "posix":
            ctypes.CDLL(None).fflush(None)


def _open_stream(number: int) -> Any:
    return open(
        number,
        "w",
        buffering=1,
        encoding="utf-8",
        errors="backslashreplace",
        closefd=False,
    )


def _write_all(number: int, data: bytes) -> None:
    while data:
        data = data[os.write(number, data) :]


def _format_warning(
    message: Warning | str, category: type[Warning], *_args: Any, **_named: Any
) -> str:
    return f"{category.__name__}: {message}\n"


def show_value(value: object) -> Output | None:
    """Return the last expression's value as it is shown; None where it is not."""
    if value is None or is_drawn(value):
        return None
    if is_a(value, "matplotlib.figure", "Figure"):
        return draw(value)
    data = {
        kind: text
        for kind, method in _RICH.items()
        if (text := _represent(value, method)) is not None
    }
    data["text/plain"] = clip(clean(mask_addresses(repr(value))), _PLAIN)
    return Output("execute_result", data=data)


def is_drawn(value: object) -> bool:
    """Whether a value is what drawing returned: its figure shows it already."""
    kind = type(value)
    if kind in (list, tuple) and value:
        return all(map(is_drawn, value))  # type: ignore[call-overload]
    if kind is dict and value:
        return all(map(is_drawn, value.values()))  # type: ignore[attr-defined]
    if is_a(value, "numpy", "ndarray") and value.dtype.hasobject:  # type: ignore[attr-defined]
        return is_drawn(value.ravel().tolist())  # type: ignore[attr-defined]
    if is_a(value, "matplotlib.figure", "Figure"):
        return value in open_figures()
    return kind.__module__.startswith("matplotlib.")


def _represent(value: object, method: str) -> str | None:
    """Return one rich representation; None where the value has none."""
    if isinstance(value, type) or not callable(getattr(value, method, None)):
        return None
    found = getattr(value, method)()
    if isinstance(found, tuple):
        # Notebooks allow a pair of content and its metadata.
        found = found[0]
    if isinstance(found, bytes):
        found = base64.b64encode(found).decode("ascii")
    if not isinstance(found, str) or len(found) > LARGEST:
        return None
    return clean(found)


def open_figures() -> Iterator[Any]:
    """Yield the figures that pyplot keeps open, in the order of their numbers."""
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return
    for number in pyplot.get_fignums():
        yield pyplot.figure(number)


def take_figures() -> list[Output]:
    """Return the open figures, drawn, and close them."""
    try:
        return [draw(figure) for figure in open_figures() if figure.get_children()[1:]]
    finally:
        close_figures()


def close_figures() -> None:
    """Close what pyplot keeps open."""
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close("all")


def draw(figure: Any) -> Output:
    """Return a figure as themed SVG with its data."""
    # Not at the top: without figures there is no need of matplotlib.
    from lrnotes.run.figures import draw_figure

    return draw_figure(figure)
