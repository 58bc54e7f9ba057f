"""What the engine asks of a worker process, and of whatever starts one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Protocol


class Running(Protocol):
    """A worker process and the ends of its streams that are ours."""

    job: IO[bytes]
    answers: IO[bytes]
    out: IO[bytes]
    err: IO[bytes]

    def kill(self) -> None:
        """End it and all that it started."""

    def wait(self) -> int:
        """Wait until all of it is gone; return the exit status, -n for signal n."""

    def is_alive(self) -> bool:
        """Whether it has not ended yet."""


class Launcher(Protocol):
    """Starts worker processes."""

    missing: dict[str, str]
    """Modules that could not be preloaded, and why."""
    threads: int
    """How many threads there were when a server was ready to fork; 0 without one."""

    def start(self, keep: bool = False) -> Running:
        """Start one worker; it waits for its job.

        With ``keep`` copies of it stay behind where they can.
        """

    def resume(self, number: int) -> Running:
        """Let a copy of a copy that stands still go on; it waits for its job."""

    def drop(self, number: int) -> None:
        """End a copy that stands still."""

    def preload(self, needs: Iterable[str]) -> None:
        """Have workers that are forked, or import ahead of their jobs, begin with this.

        The needs are keys of `job.LATER`.
        """

    def get_ready(self) -> None:
        """Have a worker import ahead of its job, where each begins by itself."""

    def close(self) -> None:
        """End all workers and what they have started."""
