"""Bring results up to date: find what holds, run the rest in parallel, keep it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lrnotes.errors import CacheError
from lrnotes.model import Environment, Plan, Result
from lrnotes.run.cache import Cache
from lrnotes.run.failed import Failed
from lrnotes.run.fingerprint import Checker
from lrnotes.run.hardware import LINT
from lrnotes.run.job import PRELOAD, make_job
from lrnotes.run.plan import is_linting, wanted_device
from lrnotes.run.progress import Progress
from lrnotes.settings import Settings

if TYPE_CHECKING:
    # What starts and follows processes is imported where something has to run.
    from lrnotes.run.crew import Crew, Hardware, Start, Task
    from lrnotes.run.watch import Account


class Engine:
    """Runs plans in worker processes and keeps what passed."""

    def __init__(  # noqa: PLR0913
        self,
        root: Path,
        settings: Settings,
        cache: Cache,
        progress: Progress | None = None,
        *,
        start: Start | None = None,
        preload: Sequence[str] = PRELOAD,
    ) -> None:
        """Keep what is needed; no process starts before something has to run.

        ``start`` forces how workers begin; by default what is safe on this system.
        """
        self.root, self.settings, self.cache = root.resolve(), settings, cache
        self.progress = progress or Progress()
        self._start, self._preload = start, preload
        self.failed = Failed(self.root, settings)
        self.keeps = False
        """Whether scripts leave copies behind, so that an edit runs what follows it."""
        self.hits = 0
        """Results that were found and not run, over the engine's life."""
        self.remarks: list[str] = []
        """What the last `run` has to say besides its results."""
        self._hardware: dict[tuple[str, str], Hardware] = {}

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @cached_property
    def crew(self) -> Crew:
        """The worker processes; none before something has to run."""
        from lrnotes.run.crew import Crew

        folder = self.cache.folder
        return Crew(self.root, self.settings, folder, self._start, self._preload)

    def close(self) -> None:
        """End all processes; a later `run` starts new ones."""
        if "crew" in vars(self):
            self.crew.close()

    def warm(self) -> None:
        """Start the server, so that the next edit does not wait for its imports."""
        self.crew.warm()

    def run(self, plans: Sequence[Plan], fresh: bool = False) -> dict[str, Result]:
        """Return a result for the key of each plan; equal keys run once.

        ``fresh`` runs all, whether or not their results hold; so does a search for
        implicit host access, whose results are not kept.
        """
        self.remarks = []
        fresh = fresh or is_linting()
        checker = Checker(self.root, self.settings, self.cache.folder)
        if not fresh:
            self._meet_host(plans, checker)
        unique: dict[str, Plan] = {}
        for plan in plans:
            unique.setdefault(plan.key, plan)
        found = {} if fresh else self._find(unique.values(), checker)
        self.hits += len(found)
        misses = [plan for key, plan in unique.items() if key not in found]
        if misses:
            found |= self._run_misses(misses, checker)
            twins = [plan for plan in plans if plan is not unique[plan.key]]
            twins = [] if is_linting() else twins
            for plan in twins:
                self._keep(self.cache.remember, plan, found[plan.key].seconds)
        return {plan.key: found[plan.key] for plan in plans}

    def _meet_host(self, plans: Sequence[Plan], checker: Checker) -> None:
        """Learn what devices are here where results came from another machine.

        A restored cache holds results that may well be valid, but not this host.
        """
        unknown = {
            wanted
            for plan in plans
            if not checker.knows(wanted := wanted_device(plan.script, self.settings))
            and self.cache.last(plan) is not None
        }
        for wanted in sorted(unknown):
            self._ask_hardware(wanted, checker)

    def _find(self, plans: Iterable[Plan], checker: Checker) -> dict[str, Result]:
        found = {}
        for plan in plans:
            result = self.cache.find(plan, checker) or self.failed.find(plan, checker)
            if result is not None:
                found[plan.key] = result
        return found

    def _run_misses(self, plans: list[Plan], checker: Checker) -> dict[str, Result]:
        from lrnotes.run.assemble import find_written

        seconds = {plan.key: self.cache.seconds(plan) for plan in plans}
        # What has never run may be the longest.
        plans.sort(key=lambda plan: -(seconds[plan.key] or float("inf")))
        results: dict[str, Result] = {}
        accounts: dict[str, Account] = {}
        expected = {plan.script.name: seconds[plan.key] for plan in plans}
        try:
            self.progress.begin(expected, self.settings.worker_count)
            tasks = [self._task(plan, checker, results, accounts) for plan in plans]
            self.crew.run(tasks)
        except BaseException:
            # Ctrl-C too: nothing may go on behind the build's back.
            self.close()
            raise
        finally:
            self.progress.end()
        self.remarks += self.crew.remarks()
        shared = find_written(plans, accounts)
        return {
            key: replace(result, problems=(*result.problems, *shared[key]))
            for key, result in results.items()
        }

    def _task(
        self,
        plan: Plan,
        checker: Checker,
        results: dict[str, Result],
        accounts: dict[str, Account],
    ) -> Task:
        """Return the task that runs a plan and puts down what comes of it."""
        from lrnotes.run.assemble import make_result
        from lrnotes.run.crew import Task

        wanted, hardware = self._choose_hardware(plan, checker)
        job = replace(
            make_job(self.root, plan, self.settings),
            device=hardware.kind if wanted == "auto" else wanted,
            device_name=hardware.environment.device_name,
            cache=str(self.cache.folder),
            preload=self.crew.preload,
            keep=self.keeps and hardware.kind == "cpu" and self.settings.threads == 1,
        )
        kept = self.crew.shelf.find(job, checker, wanted) if job.keep else None

        def end(account: Account) -> None:
            result = make_result(plan, account, hardware.environment)
            accounts[plan.key], results[plan.key] = account, result
            self.progress.finish(plan.script.name, result)
            if is_linting():
                return
            self.failed.keep(plan, result)
            if result.passed:
                self._keep(self.cache.store, plan, result)
            else:
                self._keep(self.cache.remember, plan, result.seconds)

        name = plan.script.name
        return Task(job, hardware, lambda: self.progress.start(name), end, kept)

    def _choose_hardware(self, plan: Plan, checker: Checker) -> tuple[str, Hardware]:
        """Return the device that a plan wants, and what that is here."""
        wanted = wanted_device(plan.script, self.settings)
        if wanted != LINT:
            return wanted, self._ask_hardware(wanted, checker)
        # A script that is to stay on the CPU may access the host as it likes.
        hardware = self._ask_hardware("cpu", checker)
        return plan.script.options.device or LINT, hardware

    def _ask_hardware(self, wanted: str, checker: Checker) -> Hardware:
        """Return what a wanted device is; a worker tells it once for each host."""
        from lrnotes.run.crew import Hardware

        at = wanted, checker.devices.host
        if at not in self._hardware:
            kind, _, name = checker.devices.fact(wanted).partition(" ")
            if kind == "cpu":
                self._hardware[at] = Hardware(Environment(device_name=name))
            else:
                self._hardware[at] = self.crew.ask(wanted)
        found = self._hardware[at]
        if not found.problem and not checker.knows(wanted):
            self._keep(checker.learn, wanted, found.environment)
        return found

    def _keep(self, write: Callable[..., None], *what: object) -> None:
        """Write to the cache; say so and go on without where it cannot be written."""
        try:
            write(*what)
        except CacheError as error:
            text = str(error)
            if text not in self.remarks:
                self.remarks.append(text)
