"""Results for test items: each script once for a whole test run, however many workers."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace

import msgspec
from filelock import FileLock

from lrnotes.model import Failure, Outcome, Output, Result, Script
from lrnotes.project import Project


class Runner:
    """Runs scripts for test items and remembers their results."""

    def __init__(
        self, project: Project, *, cached: bool, twice: bool, shared_run: str = ""
    ) -> None:
        """Keep what was asked; nothing runs until an item asks for its outcome.

        ``shared_run`` names a run whose workers share their results through files.
        """
        self.project, self.cached, self.twice = project, cached, twice
        self.shared_run = shared_run
        self.results: dict[str, Result] = {}
        self.executed = 0
        self.accepted = 0
        self.engine = project.make_engine()

    @property
    def account(self) -> str:
        """How many results were executed and how many were taken as recorded."""
        text = f"{self.executed} scripts executed"
        if self.cached:
            text += f", {self.accepted} recorded results still valid"
        return text

    def close(self) -> None:
        """End the workers."""
        self.engine.close()

    def outcome(self, script: Script, index: int, wanted: Sequence[Script]) -> Outcome:
        """Return the outcome of code cell ``index``, running what is wanted first."""
        if script.name not in self.results:
            if self.shared_run:
                self.results[script.name] = self._share(script)
            else:
                missing = [each for each in wanted if each.name not in self.results]
                self.results |= self._run(missing)
        return self.results[script.name].outcomes[index]

    def _run(self, scripts: Sequence[Script]) -> dict[str, Result]:
        plans = {script.name: self.project.plan(script) for script in scripts}
        hits = self.engine.hits
        found = self.engine.run(list(plans.values()), fresh=not self.cached)
        self.accepted += self.engine.hits - hits
        self.executed += len(found) - (self.engine.hits - hits)
        if self.twice:
            again = self.engine.run(list(plans.values()), fresh=True)
            found = {key: compare(found[key], again[key]) for key in found}
        return {name: found[plan.key] for name, plan in plans.items()}

    def _share(self, script: Script) -> Result:
        """Return the script's result from the worker that was there first."""
        folder = self.project.layout.cache / "runs" / self.shared_run
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.project.plan(script).key}.json"
        with FileLock(path.with_suffix(".lock")):
            if path.exists():
                return msgspec.json.decode(path.read_bytes(), type=Result)
            result = self._run([script])[script.name]
            aside = path.with_suffix(".aside")
            aside.write_bytes(msgspec.json.encode(result))
            aside.replace(path)
            return result

    def forget_shared(self, run: str) -> None:
        """Remove what the workers of a run shared."""
        shutil.rmtree(self.project.layout.cache / "runs" / run, ignore_errors=True)


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
