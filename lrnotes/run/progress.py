"""Show how far a run has come: a bar with the time left, or a line per script."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, TextIO

from lrnotes.model import Result

_GUESS = 2.0
"""Seconds that a script is taken to need where nothing is recorded."""


class Progress:
    """Follows one run after the other; on a terminal it draws, else it logs."""

    def __init__(
        self, stream: TextIO | None = None, log: Callable[[str], None] | None = None
    ) -> None:
        """Keep where to show; without a terminal ``log`` gets a line per script."""
        self.stream = stream
        self.log = log or logging.getLogger("lrnotes.run").info
        self.workers = 1
        self.left: dict[str, float] = {}
        """Seconds that each script which has not run yet is taken to need."""
        self.running: dict[str, float] = {}
        """When each script that runs now began."""
        self._bar: Any = None
        self._lock = threading.Lock()

    def begin(self, seconds: Mapping[str, float | None], workers: int) -> None:
        """Begin a run of these scripts, with what each took last."""
        known = [each for each in seconds.values() if each]
        guess = sum(known) / len(known) if known else _GUESS
        self.workers = min(workers, len(seconds))
        self.left = {name: each or guess for name, each in seconds.items()}
        self.running = {}
        if self.stream is not None and self.stream.isatty():
            self._open_bar(len(seconds))

    def start(self, name: str) -> None:
        """Show that a script runs now."""
        with self._lock:
            self.running[name] = time.monotonic()
            self._show()

    def finish(self, name: str, result: Result) -> None:
        """Show that a script has run."""
        with self._lock:
            self.running.pop(name, None)
            self.left.pop(name, None)
            if self._bar is None:
                word = "passed" if result.passed else "failed"
                self.log(f"{name} {word} in {result.seconds:.1f} s")
            else:
                self._bar.advance(0)
                self._show()

    def end(self) -> None:
        """End the run."""
        with self._lock:
            if self._bar is not None:
                self._bar.stop()
                self._bar = None

    @property
    def seconds_left(self) -> float:
        """How long the rest takes, if each script takes what it took last."""
        now = time.monotonic()
        rest = {
            name: max(each - (now - self.running.get(name, now)), 0.0)
            for name, each in tuple(self.left.items())
        }
        return max([sum(rest.values()) / max(self.workers, 1), *rest.values()])

    def _open_bar(self, total: int) -> None:
        # Not at the top: a build with nothing to run shows nothing.
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
        from rich.progress import Progress as Bar

        self._bar = Bar(
            TextColumn("running"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[left]}"),
            TextColumn("{task.fields[names]}", style="dim"),
            console=Console(file=self.stream),
            transient=True,
        )
        self._bar.add_task("", total=total, left="", names="")
        self._bar.start()

    def _show(self) -> None:
        if self._bar is not None:
            names = ", ".join(name.rpartition("/")[2] for name in self.running)
            left = f"about {self.seconds_left:.0f} s left"
            self._bar.update(0, left=left, names=names)
