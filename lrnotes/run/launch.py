"""Start worker processes: children of the preloaded server, or fresh ones."""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from msgspec import Struct

from lrnotes.errors import EngineError
from lrnotes.run.job import LATER, PACKAGE, split_preload
from lrnotes.run.running import Running
from lrnotes.run.spares import Spares

START_TIMEOUT = 120.0
"""Seconds after which a server or a fresh worker that does not speak is given up."""


class Setting(Struct, frozen=True):
    """Where workers start, and with what."""

    root: str
    cache: str
    threads: int
    preload: Sequence[str]
    environment: Mapping[str, str]


class ForkServer:
    """The launcher on Linux: ``lrnotes.run.server`` and its children."""

    def __init__(self, setting: Setting, *, is_forking: bool = True) -> None:
        """Start the server; it imports while we go on."""
        self.missing: dict[str, str] = {}
        self.request = b"f" if is_forking else b"x"
        self.spares = Spares(lambda: self._start(b"s"))
        self.lock = threading.Lock()
        self.awaited = 1
        """Reports that the server owes: one when it is ready, one for each need."""
        self.threads = 0
        """How many threads the server had when it was ready to fork."""
        now, self.later = split_preload(setting.preload)
        self.log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        ours, theirs = socket.socketpair()
        self.control = ours
        facts = {
            "modules": now if is_forking else [],
            "root": setting.root,
            "cache": setting.cache,
            "threads": setting.threads,
            "spare": now,
            "forks": is_forking,
        }
        number = str(theirs.fileno())
        with theirs:
            self.process = subprocess.Popen(
                python_command("lrnotes.run.server", number, json.dumps(facts)),
                **process_options(setting),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self.log,
                pass_fds=(theirs.fileno(),),
            )

    def start(self, keep: bool = False) -> Running:
        """Ask for one child and return it."""
        is_kept = keep and self.request == b"f"
        return self.spares.take() or self._start(b"k" if is_kept else self.request)

    def resume(self, number: int) -> Running:
        """Ask for a copy of a copy and return it."""
        return self._start(b"r", number)

    def drop(self, number: int) -> None:
        """Ask for the end of a copy."""
        self._tell(b"d", number)

    def _start(self, request: bytes, number: int = 0) -> Running:
        ends = [os.pipe() for _ in range(4)]
        (job, to_job), *outputs = ends
        ours, theirs = socket.socketpair()
        given = [theirs.fileno(), job, *(writing for _, writing in outputs)]
        try:
            with self.lock, theirs:
                self._await_reports()
                socket.send_fds(self.control, [write_request(request, number)], given)
        except OSError as error:
            raise self._gone() from error
        finally:
            for each in given[1:]:
                os.close(each)
        reading = [os.fdopen(end, "rb") for end, _ in outputs]
        return _Child(ours, os.fdopen(to_job, "wb"), *reading, self._gone)

    def preload(self, needs: Iterable[str]) -> None:
        """Ask once for each need; the server turns to it before it forks again."""
        wanted = {*needs}
        for number, need in enumerate(LATER):
            with self.lock:
                if need not in wanted or self.later.pop(need, None) is None:
                    continue
                self.awaited += self.request == b"f"
            self._tell(b"+", number)

    def _tell(self, request: bytes, number: int = 0) -> None:
        with self.lock:
            try:
                self.control.sendall(write_request(request, number))
            except OSError as error:
                raise self._gone() from error

    def get_ready(self) -> None:
        """Ask for a process ahead of its job; a fork needs no time to begin."""
        if self.request == b"x":
            self.spares.fill()

    def _await_reports(self) -> None:
        """Read what the server says each time that it has imported something."""
        if not self.awaited:
            return
        self.control.settimeout(START_TIMEOUT)
        text = b""
        while text.count(b"\n") < self.awaited:
            data = self.control.recv(65536)
            if not data:
                raise self._gone()
            text += data
        self.control.settimeout(None)
        for line in text.splitlines():
            report = json.loads(line)
            self.missing |= report["missing"]
            self.threads = report["threads"]
        self.awaited = 0

    def _gone(self) -> EngineError:
        said: list[str] = []
        # After closing there is nothing to read.
        with contextlib.suppress(ValueError):
            self.log.seek(0)
            said = self.log.read().decode(errors="replace").strip().splitlines()
        hint = said[-1] if said else "it left no message"
        return EngineError("the server of workers went away", hint=hint)

    def close(self) -> None:
        """End the server, which ends all that it has started."""
        self.spares.close()
        # Closing alone would not do while a request is under way.
        with contextlib.suppress(OSError):
            self.control.shutdown(socket.SHUT_RDWR)
        self.control.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


class _Child:
    """A child of the server."""

    def __init__(self, link: socket.socket, *streams: Any) -> None:
        self.link = link
        self.job, self.answers, self.out, self.err, self.gone = streams

    def kill(self) -> None:
        with contextlib.suppress(OSError):
            self.link.shutdown(socket.SHUT_WR)

    def wait(self) -> int:
        with self.link, contextlib.suppress(OSError):
            text = self.link.recv(64)
            if text:
                return os.waitstatus_to_exitcode(int(text))
        raise self.gone()

    def is_alive(self) -> bool:
        return not select.select([self.link], [], [], 0)[0]


def write_request(kind: bytes, number: int = 0) -> bytes:
    """Return a request to the server: what is wanted, and of which process."""
    return kind + b"%08d" % number


def python_command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module of ours."""
    return [sys.executable, "-m", module, *arguments]


def process_options(setting: Setting) -> dict[str, Any]:
    """Return what all processes are started with."""
    return {
        "env": dict(setting.environment),
        # ``-m`` looks here first, so it is this very package that starts.
        "cwd": str(Path(PACKAGE).parent),
        # Ctrl-C is for the build, which ends its workers itself.
        "start_new_session": os.name == "posix",
    }
