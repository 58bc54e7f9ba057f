"""Results for test items: each script once for a whole test run, however many workers."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout
from msgspec.structs import replace

from lrnotes.model import Failure, Outcome, Output, Result, Script
from lrnotes.project import Project
from lrnotes.run.progress import Progress
from lrnotes.settings import Layout

Told = tuple[int, int, list[str]]
"""Of one process: how many scripts it executed, how many results it accepted, and what
its engine had to say besides."""
_POLL = 0.05
_FORGOTTEN = 86_400.0
"""Seconds after which what a run shared is rubbish of one that was killed."""


class Runner:
    """Runs scripts for test items and remembers their results."""

    def __init__(
        self,
        project: Project,
        *,
        cached: bool,
        twice: bool,
        run: str = "",
        stops: bool = False,
    ) -> None:
        """Keep what was asked; nothing runs until an item asks for its outcome.

        ``run`` names a test run whose workers share their results through files, and
        ``stops`` says that a failure ends it.
        """
        self.project, self.cached, self.twice = project, cached, twice
        self.shared = Shared(project, run, stops=stops) if run else None
        self.results: dict[str, Result] = {}
        self.executed = 0
        self.accepted = 0
        self.remarks: list[str] = []
        progress = None if twice else self.shared
        self.engine = project.make_engine(progress)

    @property
    def told(self) -> Told:
        """What the end of the test run has to say of this process."""
        return self.executed, self.accepted, self.remarks

    def close(self) -> None:
        """End the workers."""
        self.engine.close()

    def outcome(
        self, script: Script, index: int, wanted: Callable[[], Sequence[Script]]
    ) -> Outcome:
        """Return the outcome of code cell ``index``, running what is wanted first."""
        if script.name not in self.results:
            scripts = wanted()
            if self.shared is None:
                missing = [each for each in scripts if each.name not in self.results]
                self.results |= self._run(missing)
            else:
                result = self.shared.obtain(script, scripts, self._run)
                self.results[script.name] = result
        return self.results[script.name].outcomes[index]

    def _run(self, scripts: Sequence[Script]) -> dict[str, Result]:
        hits = self.engine.hits
        found = self._results(scripts, fresh=not self.cached)
        accepted = self.engine.hits - hits
        self.accepted += accepted
        self.executed += len({result.key for result in found.values()}) - accepted
        if self.twice:
            again = self._results(scripts, fresh=True)
            found = {name: compare(found[name], again[name]) for name in found}
        return found

    def _results(self, scripts: Sequence[Script], *, fresh: bool) -> dict[str, Result]:
        names = [script.name for script in scripts]
        self.project.run(self.engine, names, fresh=fresh)
        self.remarks += [
            each for each in self.project.remarks if each not in self.remarks
        ]
        return {name: self.project.results[name] for name in names}


class Shared(Progress):
    """Shares the results of a test run among its workers, through files.

    Whoever asks first runs all that the run has selected, with one engine, and writes
    each result as it comes; the others wait for theirs.  The lock of a worker that dies
    is free again, and the next one runs what is missing.  In a folder that refuses to be
    written nothing is shared: each worker runs the scripts of its own items.
    """

    def __init__(self, project: Project, run: str, *, stops: bool) -> None:
        """Keep where the results lie."""
        super().__init__()
        self.project, self.stops = project, stops
        self.folder = run_folder(project.layout, run)
        self.is_refused = False

    def obtain(
        self,
        script: Script,
        wanted: Sequence[Script],
        run: Callable[[Sequence[Script]], dict[str, Result]],
    ) -> Result:
        """Return a script's result, from whichever worker comes to it."""
        if not self.is_refused:
            try:
                return self._await(script, wanted, run)
            except OSError:
                self.is_refused = True
        return run([script])[script.name]

    def _await(
        self,
        script: Script,
        wanted: Sequence[Script],
        run: Callable[[Sequence[Script]], dict[str, Result]],
    ) -> Result:
        """Return a script's result as soon as it is there; run it if nobody does."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / "lock")
        while (result := self._read(script)) is None:
            try:
                with lock.acquire(blocking=False):
                    self._run(script, wanted, run)
            except Timeout:
                time.sleep(_POLL)
        return result

    def _run(
        self,
        script: Script,
        wanted: Sequence[Script],
        run: Callable[[Sequence[Script]], dict[str, Result]],
    ) -> None:
        """Run what has no result yet; after a failure that ends all, the one script."""
        if self._path(script.name).exists():
            return
        if (self.folder / "stopped").exists():
            wanted = (script,)
        missing = [each for each in wanted if not self._path(each.name).exists()]
        try:
            found = run(missing)
        except _Stopped:
            (self.folder / "stopped").touch()
            return
        for name, result in found.items():
            self._write(name, result)

    def finish(self, name: str, result: Result) -> None:
        """Write a result as soon as it is there."""
        super().finish(name, result)
        if not self.is_refused:
            self._write(name, result)
        if self.stops and not result.passed:
            raise _Stopped

    def _path(self, name: str) -> Path:
        return self.folder / f"{hashlib.sha256(name.encode()).hexdigest()}.json"

    def _read(self, script: Script) -> Result | None:
        try:
            data = self._path(script.name).read_bytes()
        except FileNotFoundError:
            return None
        return msgspec.json.decode(data, type=Result)

    def _write(self, name: str, result: Result) -> None:
        path = self._path(name)
        if not path.exists():
            aside = path.with_suffix(".aside")
            aside.write_bytes(msgspec.json.encode(result))
            aside.replace(path)


class _Stopped(Exception):
    """Says that a failure has ended the run."""


def run_folder(layout: Layout, run: str) -> Path:
    """Return where the workers of a test run share their results."""
    return layout.cache / "runs" / run


def forget_run(layout: Layout, run: str) -> None:
    """Remove what the workers of a run shared, and of runs that were killed."""
    folder = run_folder(layout, run)
    shutil.rmtree(folder, ignore_errors=True)
    old = time.time() - _FORGOTTEN
    for other in folder.parent.glob("*"):
        if other.stat().st_mtime < old:
            shutil.rmtree(other, ignore_errors=True)


def describe_account(told: Sequence[Told], *, cached: bool) -> list[str]:
    """Return how many results were executed and accepted, and what else was told."""
    text = f"{sum(executed for executed, *_ in told)} scripts executed"
    accepted = sum(accepted for _, accepted, _ in told)
    text += f", {accepted} recorded results still valid" * cached
    return [text, *dict.fromkeys(remark for *_, each in told for remark in each)]


def compare(first: Result, second: Result) -> Result:
    """Return the first result with a failure at each cell whose outputs differ."""
    outcomes = tuple(
        one if _shown(one) == _shown(other) else _differing(one, other)
        for one, other in zip(first.outcomes, second.outcomes, strict=True)
    )
    return replace(first, outcomes=outcomes)


def _shown(outcome: Outcome) -> tuple[str, tuple[Output, ...]]:
    return outcome.status, outcome.outputs


def _differing(one: Outcome, other: Outcome) -> Outcome:
    pairs = zip(one.outputs, other.outputs, strict=False)
    values = next(
        (
            (("first run", str(left.data)[:500]), ("second run", str(right.data)[:500]))
            for left, right in pairs
            if left != right
        ),
        (("first run", one.status), ("second run", other.status)),
    )
    message = "two runs of this script gave different outputs"
    failure = Failure("exception", "NotReproduced", message, values=values)
    return replace(one, status="failed", failure=failure)
