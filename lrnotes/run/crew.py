"""The worker processes of an engine: what hardware they have, and jobs in parallel."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from lrnotes.errors import EngineError
from lrnotes.model import Environment
from lrnotes.run.foresee import foresee
from lrnotes.run.job import LATER, Job, worker_environment
from lrnotes.run.launch import ForkServer, Setting
from lrnotes.run.running import Launcher
from lrnotes.run.shelf import Kept, Shelf
from lrnotes.run.slots import Slots, show_one
from lrnotes.run.spawn import Spawner
from lrnotes.run.watch import Account, follow
from lrnotes.settings import Settings

Start = Literal["fork", "exec", "spawn"]
"""How a worker begins: forked from the server, as a fresh process under the server's
care, or as a fresh process on its own, where there can be no server."""


_NODES = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg", "/dev/accel", "/dev/dri")
"""What drivers of accelerators put there."""


class Hardware(Struct, frozen=True):
    """What a wanted device turned out to be."""

    environment: Environment
    count: int = 0
    """How many accelerators of this kind there are."""
    problem: str = ""
    """Why it cannot be had."""

    @property
    def kind(self) -> str:
        """``cpu``, ``cuda``, …"""
        return self.environment.device


class Task(Struct, frozen=True):
    """A job, the hardware it needs, and what to do with what comes of it."""

    job: Job
    hardware: Hardware
    begin: Callable[[], None]
    end: Callable[[Account], None]
    kept: Kept | None = None
    """The copy that the job can go on from."""


class Crew:
    """Starts workers as they are needed and ends them all."""

    def __init__(
        self,
        root: Path,
        settings: Settings,
        cache: Path,
        start: Start | None,
        preload: Sequence[str],
    ) -> None:
        """Keep how workers start; none does yet."""
        self.root, self.settings, self.cache = root, settings, cache
        self.forced, self.preload = start, tuple(preload)
        self.shelf = Shelf()
        self.is_warm = False
        self._launchers: dict[Start, Launcher] = {}
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Start the server, so that the next job does not wait for its imports.

        Where each script is a fresh process, one always stands ready from now on.
        """
        self.is_warm = True
        launcher = self._launcher("cpu")
        launcher.preload(LATER)
        launcher.get_ready()

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            launchers, self._launchers = self._launchers, {}
        self.shelf.forget()
        for launcher in launchers.values():
            launcher.close()

    def ask(self, device: str) -> Hardware:
        """Ask a worker what a wanted device is on this machine."""
        job = Job(
            str(self.root),
            device=device,
            threads=self.settings.threads,
            preload=self.preload,
            environment=worker_environment(self.settings),
        )
        # Importing torch may have looked at an accelerator; then no fork can use it.
        kind = "unknown" if any(Path(node).exists() for node in _NODES) else "cpu"
        launcher = self._launcher(kind)
        launcher.preload(("torch",))
        running = launcher.start()
        if self.is_warm:
            launcher.get_ready()
        end = follow(running, job).end
        assert end is not None, "a worker without cells comes to its end"
        assert end.environment is not None, "and says where it is"
        return Hardware(end.environment, end.devices, "".join(end.problems))

    def run(self, tasks: Sequence[Task]) -> None:
        """Run tasks in order, of each kind as many at a time as the machine bears."""
        kinds = {task.hardware.kind: task.hardware for task in tasks}
        # All that starts a process is at hand before the first thread begins, so that
        # none starts one when all are being ended.
        launchers = self._prepare(kinds, tasks)
        slots = {kind: Slots(max(each.count, 1)) for kind, each in kinds.items()}

        waiting = Counter(task.hardware.kind for task in tasks)

        def run(task: Task) -> None:
            kind = task.hardware.kind
            with _hold(task.job, kind, slots[kind]) as job:
                task.begin()
                with self._lock:
                    waiting[kind] -= 1
                is_last = not waiting[kind] and not self.is_warm
                account = self._follow(launchers[kind], job, task.kept, is_last)
            task.end(account)

        with ExitStack() as stack:
            pools = {
                kind: stack.enter_context(ThreadPoolExecutor(self._width(each)))
                for kind, each in kinds.items()
            }
            try:
                futures = [
                    pools[task.hardware.kind].submit(run, task) for task in tasks
                ]
                wait(futures, return_when=FIRST_EXCEPTION)
                _raise_first(futures)
            except BaseException:
                for pool in pools.values():
                    pool.shutdown(wait=False, cancel_futures=True)
                # What still runs ends now, and with it the threads that follow it.
                self.close()
                raise

    def _prepare(
        self, kinds: Iterable[str], tasks: Sequence[Task]
    ) -> dict[str, Launcher]:
        """Return what starts the processes of each kind, with the tasks' imports."""
        launchers = {kind: self._launcher(kind) for kind in kinds}
        sources = (cell.source for task in tasks for cell in task.job.cells)
        needs = foresee(sources, self.root / self.settings.snippets)
        for launcher in launchers.values():
            launcher.preload(needs)
        return launchers

    def _follow(
        self, launcher: Launcher, job: Job, kept: Kept | None, is_last: bool
    ) -> Account:
        """Return what a job did, from a copy where there is one that still stands."""
        account = None
        if kept is not None:
            # A copy may have been ended for its memory; then all cells run.
            with suppress(EngineError):
                running = launcher.resume(kept.number)
                account = follow(running, job, kept.outcomes)
        if account is None:
            running = launcher.start(job.keep)
            # While this one runs, the next one imports.
            if not is_last:
                launcher.get_ready()
            account = follow(running, job)
        if job.keep:
            for number in (*self.shelf.put(job, account), *self.shelf.trim()):
                launcher.drop(number)
        return account

    def remarks(self) -> Iterator[str]:
        """Yield what could not be imported though it is installed, and its like."""
        for launcher in self._launchers.values():
            for module, reason in launcher.missing.items():
                if not reason.startswith("ModuleNotFoundError"):
                    yield f"{module} could not be imported: {reason}"
            if launcher.threads > 1:
                text = f"the server has {launcher.threads} threads and cannot fork"
                yield f"{text}; each script starts a process of its own"

    def _width(self, hardware: Hardware) -> int:
        return hardware.count or self.settings.worker_count

    def _launcher(self, kind: str) -> Launcher:
        """Return what starts workers for a kind of device, started if need be."""
        start = self.forced or _safe_start(kind)
        setting = Setting(
            str(self.root),
            str(self.cache),
            self.settings.threads,
            self.preload,
            worker_environment(self.settings),
        )
        with self._lock:
            if start not in self._launchers:
                self._launchers[start] = (
                    Spawner(setting)
                    if start == "spawn"
                    else ForkServer(setting, is_forking=start == "fork")
                )
            return self._launchers[start]


@contextmanager
def _hold(job: Job, kind: str, slots: Slots) -> Iterator[Job]:
    """Hold an accelerator for a job, which then sees no other one."""
    if kind == "cpu":
        yield job
        return
    number = job.device.partition(":")[2]
    with slots.take(int(number) if number else None) as index:
        # A device that the author numbered keeps its number.
        chosen = {} if number else show_one(kind, index)
        yield replace(job, environment=job.environment | chosen)


def _raise_first(futures: Iterable[Future[None]]) -> None:
    for future in futures:
        if future.done():
            future.result()


def _safe_start(kind: str) -> Start:
    """Return how a worker may begin here: no fork where an accelerator is used."""
    if not sys.platform.startswith("linux"):
        return "spawn"
    return "fork" if kind == "cpu" else "exec"
