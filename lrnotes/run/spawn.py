"""Start each worker as a fresh process, where there can be no server."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence
from typing import IO, Any

from lrnotes.errors import EngineError
from lrnotes.run.job import split_preload
from lrnotes.run.launch import Setting, process_options, python_command
from lrnotes.run.running import Running
from lrnotes.run.spares import Spares

if sys.platform == "win32":
    import msvcrt


class Spawner:
    """The launcher elsewhere: each worker is a fresh process."""

    def __init__(self, setting: Setting) -> None:
        """Keep how to start; nothing runs yet."""
        self.missing: dict[str, str] = {}
        self.threads = 0
        self.setting = setting
        self.lock = threading.Lock()
        self.running: set[_Fresh] = set()
        self.is_closed = False
        self.ahead, self.later = split_preload(setting.preload)
        """What a process imports ahead of its job, and what it may come to."""
        self.spares = Spares(lambda: self._start(self.ahead))

    def resume(self, number: int) -> Running:
        """Refuse: without a server no copy stands."""
        raise EngineError(f"no copy {number} stands still")

    def drop(self, number: int) -> None:
        """Do nothing: no copy stands."""

    def start(self, keep: bool = False) -> Running:  # noqa: ARG002
        """Return the process that stands ready, or start one."""
        return self.spares.take() or self._start()

    def get_ready(self) -> None:
        """Start a process ahead of its job."""
        self.spares.fill()

    def _start(self, ahead: Sequence[str] = ()) -> Running:
        """Start one process, which begins with some imports."""
        reading, writing = os.pipe()
        # Where handles are inherited one by one, no other start may come between.
        with self.lock:
            if self.is_closed:
                raise EngineError("the workers have been ended")
            process = subprocess.Popen(
                python_command("lrnotes.run.worker", _give(writing), *ahead),
                **process_options(self.setting),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                **_inherit(writing),
            )
            os.close(writing)
            return _Fresh(process, os.fdopen(reading, "rb"), self.running)

    def preload(self, needs: Iterable[str]) -> None:
        """Have processes that start from now on import it ahead of their jobs."""
        for need in needs:
            self.ahead += self.later.pop(need, ())

    def close(self) -> None:
        """End all processes."""
        with self.lock:
            self.is_closed = True
        self.spares.close()
        for each in tuple(self.running):
            each.kill()
        for each in tuple(self.running):
            each.process.wait()


class _Fresh:
    """A process of its own."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        answers: IO[bytes],
        running: set[_Fresh],
    ) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self.process, self.answers = process, answers
        self.job, self.out, self.err = process.stdin, process.stdout, process.stderr
        self.running = running
        running.add(self)
        # What the script leaves behind keeps the streams open, so somebody must
        # watch for the end of the process itself.
        self.watch = threading.Thread(target=self._end_group, daemon=True)
        self.watch.start()

    def _end_group(self) -> None:
        self.process.wait()
        self.kill()
        self.running.discard(self)

    def kill(self) -> None:
        if hasattr(os, "killpg"):
            with contextlib.suppress(OSError):
                os.killpg(self.process.pid, signal.SIGKILL)
        elif self.process.poll() is None:
            command = ["taskkill", "/F", "/T", "/PID", str(self.process.pid)]
            subprocess.run(command, capture_output=True, check=False)

    def wait(self) -> int:
        self.watch.join()
        return self.process.returncode

    def is_alive(self) -> bool:
        return self.process.poll() is None


def _give(number: int) -> str:
    """Return how a child process is told of a descriptor."""
    if sys.platform == "win32":
        return str(msvcrt.get_osfhandle(number))
    return str(number)


def _inherit(number: int) -> dict[str, Any]:
    if sys.platform == "win32":
        os.set_inheritable(number, True)
        return {"close_fds": False}
    return {"pass_fds": (number,)}
