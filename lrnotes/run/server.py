"""The preloaded server: it imports much, computes nothing, forks a child for each job.

``python -m lrnotes.run.server FD FACTS`` serves one engine over a socket, on Linux.
A request is one letter and a number.  ``+`` has what follows begin with the imports of
a need of `job.LATER`.  ``f`` (fork), ``k`` (fork, and let copies stand still after each
cell), ``r`` (go on from such a copy), ``x`` (a fresh process) and ``s`` (one that imports
ahead of its job) come with five descriptors: link, job, answers, stdout, stderr.  ``d``
ends a copy.  The server writes the exit status to the link when the child and all that it
left behind are gone; when the link is closed, it kills them.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from lrnotes.run.fingerprint import PRELOADED
from lrnotes.run.job import LATER, import_named
from lrnotes.run.launch import python_command, write_request
from lrnotes.run.nursery import Nursery
from lrnotes.run.processes import (
    adopt_strays,
    count_threads,
    die_with_parent,
    enter_child,
    forget_exit_functions,
    kill_strangers,
    reap_children,
    unshare_inputs,
)
from lrnotes.run.record import warm
from lrnotes.run.worker import leave, run_worker

REQUEST = len(write_request(b"f"))
_STARTED_WITH = dict(os.environ)


def preload(modules: Sequence[str]) -> dict[str, str]:
    """Import what can be imported; return what cannot, with the reason."""
    missing = {}
    gc.disable()
    for each in modules:
        try:
            import_named(each)
        except Exception as error:
            missing[each] = f"{type(error).__name__}: {error}"
    # What is here for good: children neither visit nor copy it.
    gc.freeze()
    gc.enable()
    return missing


class Server:
    """Forks children, reaps them and whatever they leave behind."""

    def __init__(self, control: socket.socket, facts: Mapping[str, Any]) -> None:
        """Become the reaper of all that will be started here."""
        self.control, self.facts = control, facts
        self.parent = os.getppid()
        self.links: dict[int, socket.socket] = {}
        self.nursery = Nursery()
        self.is_forking = True
        adopt_strays()
        # The signal also comes when only the thread that started us has ended.
        signal.signal(signal.SIGUSR1, self._check_parent)
        die_with_parent(signal.SIGUSR1)
        signal.signal(signal.SIGTERM, _stop)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, _ignore)
        self.woken, self.waker = socket.socketpair()
        self.waker.setblocking(False)
        signal.set_wakeup_fd(self.waker.fileno(), warn_on_full_buffer=False)

    def _check_parent(self, _number: int, _frame: FrameType | None) -> None:
        if os.getppid() != self.parent:
            raise SystemExit

    def prepare(self, modules: Sequence[str]) -> None:
        """Import modules and report; threads forbid to fork."""
        missing = preload(modules)
        root, cache = Path(self.facts["root"]), Path(self.facts["cache"])
        warm(root, PRELOADED, cache, self.facts["threads"])
        gc.freeze()
        report = {"missing": missing, "threads": count_threads()}
        self.is_forking = report["threads"] == 1
        self.control.sendall(json.dumps(report).encode() + b"\n")

    def serve(self) -> None:
        """Answer requests until the engine closes its end."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.control, selectors.EVENT_READ)
            selector.register(self.woken, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fileobj is self.control:
                        if not self._hear(selector):
                            return
                    elif key.fileobj is self.woken:
                        self.woken.recv(4096)
                    else:
                        selector.unregister(key.fileobj)
                        self._kill(key.fileobj)
                for link, status in self._reap():
                    # A killed job's link has been unregistered already.
                    with contextlib.suppress(KeyError):
                        selector.unregister(link)
                    with contextlib.suppress(OSError):
                        link.sendall(b"%d\n" % status)
                    link.close()

    def _hear(self, selector: selectors.BaseSelector) -> bool:
        """Do what the next request asks for; return whether there was one."""
        request, descriptors, _, _ = socket.recv_fds(self.control, REQUEST, 5)
        kind, number = request[:1], int(request[1:] or 0)
        if kind == b"+":
            self._foresee([*LATER.values()][number])
        elif kind == b"d":
            self.nursery.end(number)
        elif kind == b"r":
            link = self._resume(number, descriptors)
            selector.register(link, selectors.EVENT_READ)
        elif kind:
            link = self._start(kind, descriptors)
            selector.register(link, selectors.EVENT_READ)
        return bool(kind)

    def _foresee(self, modules: Sequence[str]) -> None:
        """Get ready for scripts that need some modules."""
        if self.facts["forks"]:
            # A script that lacks one of them will say so itself.
            self.prepare(modules)
        else:
            self.facts["spare"].extend(modules)

    def _resume(self, number: int, descriptors: list[int]) -> socket.socket:
        """Let a copy of a copy go on; return its link, closed where there is none."""
        link_number, *streams = descriptors
        link = socket.socket(fileno=link_number)
        child = self.nursery.wake(number, streams)
        for each in streams:
            os.close(each)
        if child:
            self.links[child] = link
        else:
            link.shutdown(socket.SHUT_RDWR)
        return link

    def _start(self, kind: bytes, descriptors: list[int]) -> socket.socket:
        """Start a child; return its link."""
        link_number, *streams = descriptors
        link = socket.socket(fileno=link_number)
        child = os.fork()
        if child == 0:
            self._become_child(link, streams, kind if self.is_forking else b"x")
        for number in streams:
            os.close(number)
        self.links[child] = link
        return link

    def _become_child(
        self, link: socket.socket, streams: list[int], kind: bytes
    ) -> NoReturn:
        """Run the job that waits on ``streams[0]``; never come back."""
        try:
            for each in (link, self.control, self.woken, self.waker):
                each.close()
            for other in self.links.values():
                other.close()
            gate = self.nursery.leave(is_open=kind == b"k")
            enter_child(os.getppid())
            job, answers, out, err = streams
            for number, standard in ((job, 0), (out, 1), (err, 2)):
                os.dup2(number, standard)
                os.close(number)
            if kind not in b"xs":
                forget_exit_functions()
                unshare_inputs()
                run_worker(answers, _STARTED_WITH, gate)
            os.set_inheritable(answers, True)
            ahead = self.facts["spare"] if kind == b"s" else ()
            command = python_command("lrnotes.run.worker", str(answers), *ahead)
            os.execv(sys.executable, command)
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(70)

    def _kill(self, wanted: object) -> None:
        for child, link in self.links.items():
            if link is wanted:
                os.kill(child, signal.SIGKILL)

    def _reap(self) -> Iterator[tuple[socket.socket, int]]:
        """Yield link and status of each job that has ended, all its processes gone."""
        ended = []
        for child, status in reap_children():
            self.nursery.ended(child)
            link = self.links.pop(child, None)
            if link is not None:
                ended.append((link, status))
        if ended:
            kill_strangers(self._find_own)
        yield from ended

    def _find_own(self) -> set[int]:
        self.nursery.look()
        return {*self.links, *self.nursery.copies}

    def close(self) -> None:
        """Kill every process that was started from here."""
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        kill_strangers(set)


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """Let the wake-up descriptor do the work."""


def main(number: str, text: str) -> None:
    """Preload, report on the socket what came of it, serve."""
    # ``-m`` puts the folder that the server was started in first.
    if sys.path[0] == str(Path.cwd()):
        del sys.path[0]
    with socket.socket(fileno=int(number)) as control:
        server = Server(control, json.loads(text))
        try:
            server.prepare(server.facts["modules"])
            server.serve()
        finally:
            server.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
    leave()
