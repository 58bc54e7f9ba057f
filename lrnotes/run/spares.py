"""Keep a process ready for the next script, where a fresh one takes long to begin."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

from lrnotes.run.running import Running


class Spares:
    """At most one process that imports, and then waits for its job."""

    def __init__(self, start: Callable[[], Running]) -> None:
        """Keep how one is started; none is yet."""
        self._start = start
        self._lock = threading.Lock()
        self._idle: Running | None = None

    def fill(self) -> None:
        """Start a process ahead of its job, if none stands ready."""
        with self._lock:
            if self._idle is None:
                self._idle = self._start()

    def take(self) -> Running | None:
        """Return the process that stands ready, if one does and still lives."""
        with self._lock:
            idle, self._idle = self._idle, None
        if idle is None or idle.is_alive():
            return idle
        _end(idle)
        return None

    def close(self) -> None:
        """End the process that stands ready."""
        with self._lock:
            idle, self._idle = self._idle, None
        if idle is not None:
            _end(idle)


def _end(idle: Running) -> None:
    idle.kill()
    # The server that would tell may itself be gone.
    with contextlib.suppress(Exception):
        idle.wait()
    for stream in (idle.job, idle.answers, idle.out, idle.err):
        stream.close()
