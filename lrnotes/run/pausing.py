"""Keep a copy of a running script after each cell, and let copies of it go on later.

A fork shares all memory with its script and stands still.  When a later cell has been
edited, a fork of that fork runs it, in exactly the state that a fresh run would reach;
where a fork would share more than memory, nothing is kept.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
import weakref
from collections.abc import Callable

import msgspec

from lrnotes.run.job import Answer, Job
from lrnotes.run.processes import (
    adopt_strays,
    count_threads,
    die_with_parent,
    disown_strays,
    find_children,
    find_open,
    is_input,
    unshare_inputs,
)
from lrnotes.run.record import Recorder

_end = os._exit
"""Before scripts are watched for it."""


class Pauser:
    """Makes the copies of one script; lives in its process and in each of them."""

    def __init__(
        self, nursery: socket.socket, answers: int, recorder: Recorder
    ) -> None:
        """Keep where copies are announced; ``answers`` is the descriptor of answers."""
        self.nursery, self.answers, self.record = nursery, answers, recorder
        self.server = os.getppid()
        self.streams: list[int] = []
        self.known: set[int] = set()

    def begin(self, out: int, err: int) -> None:
        """Note what is open before the script runs; out and err are copies of 1 and 2."""
        self.streams = [1, 2, out, err]
        self.known = set(find_open())

    def pause(self, send: Callable[[Answer], None], index: int) -> Job | None:
        """Leave a copy that stands here; return a job only in one that goes on."""
        with self.record.paused():
            if not self._is_alone():
                return None
            state = _get_random()
            disown_strays()
            middle = os.fork()
            if middle == 0:
                return self._split(send, index, state)
            os.waitpid(middle, 0)
            adopt_strays()
            return None

    def _is_alone(self) -> bool:
        """Whether a fork would share nothing with this process but memory."""
        finalizers = weakref.finalize._registry  # type: ignore[attr-defined]
        return (
            self.record.has_left_nothing()
            and not finalizers
            and all(map(is_input, {*find_open()} - self.known))
            and count_threads() == 1
            and not any(find_children())
            and not _shares_memory()
        )

    def _split(
        self, send: Callable[[Answer], None], index: int, state: object
    ) -> Job | None:
        """Fork the copy, tell of it and end; in the copy, stand and wait."""
        ready, written = os.pipe()
        kept = os.fork()
        if kept == 0:
            os.close(ready)
            return self._stand(written, state)
        os.close(written)
        announced = os.read(ready, 1)
        if announced:
            used = self.record.dependencies()
            send(Answer(index, paused=kept, dependencies=used))
        return _end(0)

    def _stand(self, written: int, state: object) -> Job | None:
        """Be the copy: wait for jobs until nobody can send any."""
        # Nothing that is read to its end may be held open by one that stands still.
        nothing = os.open(os.devnull, os.O_RDWR)
        for number in (*self.streams, self.answers):
            os.dup2(nothing, number, inheritable=number <= 2)
        os.close(nothing)
        unshare_inputs()
        # Only the server's end decides how long this process lives.
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        ours, theirs = socket.socketpair()
        with theirs:
            announcement = b"%d" % os.getpid()
            socket.send_fds(self.nursery, [announcement], [theirs.fileno()])
        os.write(written, b"+")
        os.close(written)
        while True:
            request, descriptors, _, _ = socket.recv_fds(ours, 1, 4)
            if not request:
                _end(0)
            middle = os.fork()
            if middle == 0:
                return self._wake(ours, descriptors, state)
            for number in descriptors:
                os.close(number)
            os.waitpid(middle, 0)

    def _wake(self, ours: socket.socket, descriptors: list[int], state: object) -> Job:
        """Become a script that goes on from here; return what it is to run."""
        middle = os.getpid()
        runner = os.fork()
        if runner:
            ours.sendall(b"%d\n" % runner)
            _end(0)
        ours.close()
        while os.getppid() == middle:
            time.sleep(0.0005)
        os.setsid()
        adopt_strays()
        die_with_parent(signal.SIGKILL)
        if os.getppid() != self.server:
            _end(70)
        unshare_inputs()
        _set_random(state)
        source, answers, out, err = descriptors
        with os.fdopen(source, "rb") as file:
            job = msgspec.json.decode(file.read(), type=Job)
        os.dup2(answers, self.answers, inheritable=False)
        for number in self.streams:
            given = out if number in (1, self.streams[2]) else err
            os.dup2(given, number, inheritable=number <= 2)
        for number in (answers, out, err):
            os.close(number)
        return job


def _shares_memory() -> bool:
    """Whether some memory would be one and the same in a fork."""
    with open("/proc/self/maps", encoding="utf-8", errors="replace") as lines:  # noqa: PTH123
        return any(line.split(" ", 2)[1] == "rw-s" for line in lines)


def _get_random() -> object:
    """Return the state of Python's generator, which reseeds itself in every fork."""
    module = sys.modules.get("random")
    return module.getstate() if module is not None else None


def _set_random(state: object) -> None:
    if state is not None:
        sys.modules["random"].setstate(state)
