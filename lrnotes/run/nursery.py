"""The server's side of the copies that stand still: it knows them, wakes, ends them."""

from __future__ import annotations

import os
import signal
import socket
from contextlib import suppress


class Nursery:
    """The copies whose parent the server has become."""

    def __init__(self) -> None:
        """Open the gate that copies announce themselves at."""
        self.own, self.gate = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.own.setblocking(False)
        self.copies: dict[int, socket.socket] = {}

    def look(self) -> None:
        """Take in the copies that have announced themselves."""
        with suppress(BlockingIOError):
            while True:
                data, descriptors, _, _ = socket.recv_fds(self.own, 16, 1)
                self.copies[int(data)] = socket.socket(fileno=descriptors[0])

    def wake(self, number: int, streams: list[int]) -> int:
        """Let a copy of a copy go on with these streams; return its process, or 0."""
        self.look()
        link = self.copies.get(number)
        if link is None:
            return 0
        try:
            socket.send_fds(link, [b"r"], streams)
            return int(link.recv(16) or 0)
        except OSError:
            return 0

    def end(self, number: int) -> None:
        """End a copy."""
        self.look()
        if number in self.copies:
            os.kill(number, signal.SIGKILL)

    def ended(self, number: int) -> None:
        """Forget a copy that has ended."""
        self.look()
        link = self.copies.pop(number, None)
        if link is not None:
            link.close()

    def leave(self, *, is_open: bool) -> socket.socket | None:
        """Let go of all copies in a child, or they would outlive the server.

        Return the gate, for copies of the child itself, where it is to be left open.
        """
        self.own.close()
        for link in self.copies.values():
            link.close()
        if is_open:
            return self.gate
        self.gate.close()
        return None
