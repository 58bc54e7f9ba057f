"""Know the paused copies of scripts, and which of them a new job can go on from."""

from __future__ import annotations

import threading
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from lrnotes.model import Dependency, Outcome
from lrnotes.run.fingerprint import Checker
from lrnotes.run.job import Job, JobCell
from lrnotes.run.watch import Account

MOST = 16
"""Copies that are kept; each is a process that stands still."""
LARGEST = 1 << 30
"""Bytes that all copies may hold together, memory that several share counted once."""


class Kept(Struct, frozen=True):
    """A copy that stands after some cells of a script."""

    number: int
    """Its process."""
    setting: Job
    """The job of the script without what a later job may change."""
    cells: tuple[JobCell, ...]
    """The cells that it has behind it."""
    outcomes: tuple[Outcome, ...]
    dependencies: tuple[Dependency, ...]


class Shelf:
    """The copies of one server, the one used last at the end."""

    def __init__(self) -> None:
        """Start with none."""
        self._kept: list[Kept] = []
        self._lock = threading.Lock()

    def find(self, job: Job, checker: Checker, device: str) -> Kept | None:
        """Return the copy with the most cells of a job behind it, if it still holds."""
        setting = _setting(job)
        with self._lock:
            found = [
                each
                for each in self._kept
                if each.setting == setting
                and each.cells == job.cells[: len(each.cells)]
                and all(
                    checker.current(used, device) == used.digest
                    for used in each.dependencies
                )
            ]
            if not found:
                return None
            best = max(found, key=lambda each: len(each.cells))
            self._kept.remove(best)
            self._kept.append(best)
            return best

    def put(self, job: Job, account: Account) -> list[int]:
        """Keep what a job has left standing; return the processes that are to end.

        Where printed text was cut or the script died, what its cells showed is not all
        known, so none of its copies is kept.
        """
        whole = account.end is not None and account.problems == account.end.problems
        numbers = [answer.paused for answer in account.kept]
        if not whole:
            return numbers
        made = [
            Kept(
                answer.paused,
                _setting(job),
                job.cells[: answer.index + 1],
                account.outcomes[: answer.index + 1],
                answer.dependencies,
            )
            for answer in account.kept
        ]
        with self._lock:
            new = {(each.setting.name, each.cells) for each in made}
            old = [
                each for each in self._kept if (each.setting.name, each.cells) in new
            ]
            self._kept = [each for each in self._kept if each not in old] + made
        return [each.number for each in old]

    def trim(self) -> list[int]:
        """Forget what is too much, the longest unused first; return its processes."""
        with self._lock:
            shares = [_read_share(each.number) for each in self._kept]
            total, at = sum(shares), 0
            while len(self._kept) - at > MOST or total > LARGEST:
                total -= shares[at]
                at += 1
            gone, self._kept = self._kept[:at], self._kept[at:]
        return [each.number for each in gone]

    def forget(self, kept: Kept | None = None) -> None:
        """Forget one copy, or all: their processes are gone."""
        with self._lock:
            self._kept = [] if kept is None else [e for e in self._kept if e != kept]


def _setting(job: Job) -> Job:
    return replace(job, cells=(), token="", timeout=0.0)


def _read_share(number: int) -> int:
    """Return the bytes that a process adds: shared pages count by their part."""
    try:
        text = Path(f"/proc/{number}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    line = next(line for line in text.splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) * 1024
