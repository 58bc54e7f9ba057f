"""Measure one command with all that it starts: wall and CPU seconds, peak memory."""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Reading:
    wall: float
    """Seconds."""
    cpu: float
    """Seconds of the process and its children, user and system."""
    memory: float
    """Peak of the summed proportional set sizes, MiB; 0 where there is no /proc."""
    complaint: str = ""


def make_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with some variables more.

    Python keeps compiled modules, as it does unless told otherwise: where it is, our
    modules alone would be compiled in each process, those that pip installed never.
    """
    return {**os.environ, **variables, "PYTHONDONTWRITEBYTECODE": ""}


def measure(command: list[str], root: Path, variables: Mapping[str, str]) -> Reading:
    """Run a command to its end, its output kept from the terminal."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=root,
        env=make_environment(variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    watch = Watch(process.pid)
    said, _ = process.communicate()
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    lines = said.strip().splitlines() if process.returncode else []
    complaint = f"failed: {lines[-1][:70]}" if lines else ""
    return Reading(wall, cpu, watch.end() / 1024, complaint)


class Watch(threading.Thread):
    """Samples the memory of a process and its descendants.

    A page that several processes share counts once among them, so forks of one
    preloaded process are not counted as if each held all of it.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.peak, self.is_over = pid, 0, threading.Event()
        self.start()

    def run(self) -> None:
        pause = 0.05
        while not self.is_over.wait(pause):
            began = time.perf_counter()
            self.peak = max(self.peak, sum(map(read_share, find_tree(self.pid))))
            # The sampling itself may take one part in twenty of a core.
            pause = max(0.05, 20 * (time.perf_counter() - began))

    def end(self) -> int:
        """Stop; return the peak in KiB."""
        self.is_over.set()
        self.join()
        return self.peak


def find_tree(pid: int) -> list[int]:
    """Return a process and its descendants."""
    children: dict[int, list[int]] = {}
    for path in PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            # The name, in brackets, may hold anything.
            rest = (path / "stat").read_text(errors="replace").rpartition(")")[2]
            children.setdefault(int(rest.split()[1]), []).append(int(path.name))
    found = [pid]
    for each in found:
        found += children.get(each, [])
    return found


def read_share(pid: int) -> int:
    """Return the proportional set size of a process in KiB; 0 when it is gone."""
    with contextlib.suppress(OSError):
        for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
